#include "kernels/app/plan.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace ondol::meter {
namespace {

using Names = std::span<std::string_view const>;

/// Light beside heavy, so that no neighbourhood of the order is hot.
constexpr std::array<std::string_view, 29> interleaved{
    "spin",           "tensor_bf16", "special_ex2",    "hbm_read",    "integer_mad",    "fma_fp64",
    "host_to_device", "tensor_fp8",  "l1_read",        "fma_fp32",    "hbm_chase",      "tensor_fp16",
    "integer_logic",  "hbm_write",   "shared_read",    "tensor_tf32", "special_rcp",    "hbm_copy",
    "fma_fp16x2",     "l2_read",     "device_to_host", "tensor_int8", "l2_write",       "hbm_triad",
    "fma_bf16x2",     "hbm_sector",  "tensor_fp64",    "peer_copy",   "nccl_all_reduce"};
/// Kernels whose channels another one parts into control and data already.
constexpr std::array<std::string_view, 6> unpaired{"special_rcp", "integer_logic", "hbm_copy",
                                                   "hbm_triad",   "hbm_sector",    "device_to_host"};
constexpr std::array<std::string_view, 6> ladder{"spin", "fma_fp32", "tensor_bf16", "shared_read", "l2_read", "hbm_read"};
constexpr std::array<std::string_view, 3> entropy{"tensor_bf16", "tensor_fp8", "hbm_read"};
constexpr std::array<std::string_view, 3> repeated{"spin", "tensor_bf16", "hbm_read"};
constexpr std::array<std::string_view, 12> quick_fit{"spin",        "tensor_bf16", "hbm_read", "fma_fp32",
                                                     "shared_read", "tensor_fp8",  "fma_fp64", "l2_read",
                                                     "hbm_write",   "tensor_bf16", "hbm_read", "fma_fp32"};

/// A share that every board up to 199 of them rounds to one.
constexpr double one_multiprocessor = 0.0075;
constexpr Request twice{1.2, 2, 1.8}, once{1.2, 1, 1.8};

std::vector<std::string_view> without(std::vector<std::string_view> all, Names left_out) {
  std::erase_if(all, [&](std::string_view id) { return std::find(left_out.begin(), left_out.end(), id) != left_out.end(); });
  return all;
}

class Maker {
 public:
  Maker(std::span<KernelInfo const> kernels, std::uint64_t seed) : kernels_(kernels), seed_(seed) {}

  KernelInfo const* offered(std::string_view id) const {
    auto const found = std::find_if(kernels_.begin(), kernels_.end(), [&](KernelInfo const& k) { return k.id == id; });
    return found == kernels_.end() ? nullptr : &*found;
  }
  void add(Step s) { steps_.push_back(std::move(s)); }
  void simple(char const* name, Do what, Request request, double extra_s = 0) {
    add({name, what, {}, Role::state, request, false, extra_s});
  }
  /// Nothing where the kernel is not offered, or the fill or share makes no sense for it.
  void load(std::string_view id, Fill fill, double share, Role role, Request request, bool trace = false, double period_s = 0) {
    KernelInfo const* const k = offered(id);
    if (!k || (share < 1 && !k->ladder) || (fill != Fill::random_bits && !k->filled)) return;
    std::string label(id);
    if (k->filled) label += " " + std::string(meter::name(fill));
    if (share < 1)
      label += share < 0.01 ? " on one multiprocessor" : " on " + std::to_string(static_cast<int>(100 * share)) + " %";
    if (period_s > 0) label += " every " + std::to_string(static_cast<int>(1000 * period_s)) + " ms";
    add({label, Do::load, {std::string(id), fill, share, seed_, period_s}, role, request, trace, 0});
  }
  void each(Names ids, Fill fill, Request request) {
    for (std::string_view id : ids)
      if (KernelInfo const* const k = offered(id)) load(id, fill, 1, k->role, request);
  }
  std::vector<std::string_view> fit_order(bool reverse) const {
    std::vector<std::string_view> order(interleaved.begin(), interleaved.end());
    for (KernelInfo const& k : kernels_)
      if (k.role != Role::held_out && std::find(order.begin(), order.end(), k.id) == order.end()) order.push_back(k.id);
    if (reverse) std::reverse(order.begin(), order.end());
    return order;
  }
  std::vector<std::string_view> held_out() const {
    std::vector<std::string_view> ids;
    for (KernelInfo const& k : kernels_)
      if (k.role == Role::held_out) ids.push_back(k.id);
    return ids;
  }
  void references() {
    load("spin", Fill::random_bits, 1, Role::temperature, once);
    load("fma_fp32", Fill::random_bits, 0.5, Role::temperature, once);
    load("hbm_read", Fill::random_bits, 1, Role::temperature, once);
  }
  std::vector<Step> take() { return std::move(steps_); }

 private:
  std::span<KernelInfo const> kernels_;
  std::uint64_t seed_;
  std::vector<Step> steps_;
};

void full(Maker& make, bool reverse) {
  make.simple("idle, no context", Do::idle_bare, {0.5, 2, 3});
  make.simple("probe", Do::probe, {0, 0, 0}, 6);
  make.simple("idle, context", Do::hold, {1.2, 2, 3});
  make.references();  // cold
  make.simple("alias test", Do::alias, {0, 0, 0}, 17);
  make.load("tensor_bf16", Fill::random_bits, 1, Role::fit, once, true);
  make.simple("idle after work", Do::after_work, {6, 1, 2});
  auto const order = make.fit_order(reverse);
  make.each(order, Fill::random_bits, twice);
  make.each(without(order, unpaired), Fill::zeros, once);
  make.load("spin", Fill::random_bits, one_multiprocessor, Role::ladder, once);
  for (std::string_view id : ladder)
    for (double share : {0.25, 0.5, 0.75}) make.load(id, Fill::random_bits, share, Role::ladder, once);
  for (std::string_view id : entropy)
    for (Fill fill : {Fill::normal, Fill::sparse50, Fill::sparse90}) make.load(id, fill, 1, Role::fit, once);
  make.load("tensor_bf16", Fill::random_bits, 1, Role::temperature, {1.2, 7, 5}, true);
  make.load("gemm_and_copy", Fill::random_bits, 1, Role::held_out, twice, true);
  make.references();  // hot
  make.each(make.held_out(), Fill::random_bits, twice);
  make.each(repeated, Fill::random_bits, once);
  make.simple("cooling", Do::after_work, {20, 1, 3});
}

/// A minute: whether the meter works here, and a first look at the largest terms.
void quick(Maker& make) {
  constexpr Request brief{1.2, 1, 1.6};
  make.simple("idle, no context", Do::idle_bare, {0.5, 1, 2});
  make.simple("probe", Do::probe, {0, 0, 0}, 6);
  make.simple("idle, context", Do::hold, {1.2, 1, 2});
  std::span const ids(quick_fit);
  make.each(ids.first(9), Fill::random_bits, brief);
  make.each(ids.last(3), Fill::zeros, brief);
  for (std::string_view id : {"gemm_square_bf16", "gemv_batch1", "attention_decode"})
    make.load(id, Fill::random_bits, 1, Role::held_out, brief);
}

/// Steps into and out of the limit, square waves of 0.2 to 10 Hz, a soak for the slow thermal node.
void dynamics(Maker& make) {
  make.simple("idle, context", Do::hold, {1.2, 1, 3});
  for (std::string_view id : {"tensor_bf16", "gemm_square_bf16", "hbm_read"}) {
    make.load(id, Fill::random_bits, 1, Role::held_out, {1.2, 1, 4}, true);
    make.simple("idle after work", Do::after_work, {5, 0, 0});
  }
  for (double period_s : {5.0, 2.0, 1.0, 0.5, 0.2, 0.1})
    make.load("gemm_square_bf16", Fill::random_bits, 1, Role::held_out, {2, 1, 10}, true, period_s);
  make.load("tensor_bf16", Fill::random_bits, 1, Role::temperature, {1.2, 12, 10}, true);
  make.simple("cooling", Do::after_work, {45, 1, 3});
}

}  // namespace

std::optional<PlanName> plan_named(std::string_view text) {
  for (PlanName p : {PlanName::quick, PlanName::full, PlanName::dynamics, PlanName::probe})
    if (name(p) == text) return p;
  return std::nullopt;
}

std::string_view name(PlanName plan) {
  switch (plan) {
    case PlanName::quick:
      return "quick";
    case PlanName::full:
      return "full";
    case PlanName::dynamics:
      return "dynamics";
    case PlanName::probe:
      return "probe";
  }
  return "";
}

std::vector<Step> make_plan(PlanName plan, std::span<KernelInfo const> kernels, std::uint64_t seed, bool reverse) {
  Maker make(kernels, seed);
  switch (plan) {
    case PlanName::full:
      full(make, reverse);
      break;
    case PlanName::quick:
      quick(make);
      break;
    case PlanName::dynamics:
      dynamics(make);
      break;
    case PlanName::probe:
      make.simple("idle, no context", Do::idle_bare, {0.5, 1, 2});
      make.simple("probe", Do::probe, {0, 0, 0}, 6);
      make.simple("alias test", Do::alias, {0, 0, 0}, 17);
      break;
  }
  return make.take();
}

Step scaled(Step step, double scale) {
  step.request.settle_s *= scale;
  step.request.window_s *= scale;
  step.extra_s *= scale;
  return step;
}

double expected_s(Step const& step, double window_s) {
  return step.request.settle_s + step.request.windows * window_s + step.extra_s;
}

}  // namespace ondol::meter
