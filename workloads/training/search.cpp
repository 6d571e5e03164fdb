#include "workloads/training/search.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <tuple>

#include "scenarios/base/error.hpp"
#include "scenarios/schema/layout.hpp"

namespace ondol::workloads {
namespace {

using schema::Recompute;
using schema::TrainingSpec;

/// Answers each question once: layouts share most of their kernels.
class RememberedKernels : public KernelClock {
 public:
  explicit RememberedKernels(std::shared_ptr<KernelClock const> clock) : clock_(std::move(clock)) {}

  KernelUse gemm(double m, double n, double k, Precision precision) const override {
    return once({0, m, n, k, static_cast<double>(precision), 0}, [&] { return clock_->gemm(m, n, k, precision); });
  }
  KernelUse attention(double batch, double heads, double kv_heads, double head_dim, double tokens) const override {
    return once({1, batch, heads, kv_heads, head_dim, tokens},
                [&] { return clock_->attention(batch, heads, kv_heads, head_dim, tokens); });
  }
  KernelUse attention_backward(double batch, double heads, double kv_heads, double head_dim, double tokens) const override {
    return once({2, batch, heads, kv_heads, head_dim, tokens},
                [&] { return clock_->attention_backward(batch, heads, kv_heads, head_dim, tokens); });
  }
  KernelUse stream(double read_bytes, double written_bytes) const override { return clock_->stream(read_bytes, written_bytes); }

 private:
  using Question = std::array<double, 6>;
  template <class Answer>
  KernelUse once(Question const& question, Answer answer) const {
    auto const known = known_.find(question);
    return known != known_.end() ? known->second : known_.emplace(question, answer()).first->second;
  }
  std::shared_ptr<KernelClock const> clock_;
  mutable std::map<Question, KernelUse> known_;
};

std::vector<int> divisors(int n, int most) {
  std::vector<int> all;
  for (int d = 1; d <= std::min(n, most); ++d)
    if (n % d == 0) all.push_back(d);
  return all;
}

std::vector<int> powers_of_two(int most) {
  std::vector<int> all;
  for (int d = 1; d <= most; d *= 2) all.push_back(d);
  return all;
}

/// Stages as full as the fullest would hold at most a tenth more layers than there are.
bool stages_alike(int layers, int stages) {
  int const most = (layers + stages - 1) / stages;
  return most * stages - layers <= layers / 10;
}

int parts(TrainingSpec const& j) {
  return j.tensor_parallel * j.pipeline_parallel * j.virtual_pipeline * j.context_parallel * j.expert_parallel;
}

class Search {
 public:
  Search(schema::ModelShapeSpec const& model, PoolSupply const& pool, schema::TrainingStackSpec const& stack)
      : model_(model), pool_(pool), stack_(stack) {
    pool_.kernels = std::make_shared<RememberedKernels const>(pool.kernels);
  }

  void offer(TrainingSpec layout) {
    if (!schema::layout_faults(layout, &model_).empty()) return;
    ++found.tried;
    // With fused attention "selective" computes nothing again that "none" would not.
    for (auto const recompute : {Recompute::none, Recompute::selective, Recompute::full}) {
      if (recompute == Recompute::selective && stack_.fused_attention) continue;
      layout.recompute = recompute;
      auto const memory = step_memory(layout, model_, stack_);
      if (memory.total() > pool_.memory_bytes) continue;
      ++found.fitting;
      auto const step = training_step(layout, model_, pool_, stack_);
      found.best.push_back({layout, step.step_s, step.mfu, memory.total()});
      return;
    }
  }

  LayoutSearch found;

 private:
  schema::ModelShapeSpec const& model_;
  PoolSupply pool_;
  schema::TrainingStackSpec const& stack_;
};

}  // namespace

LayoutSearch search_layouts(TrainingSpec const& job, schema::ModelShapeSpec const& model, PoolSupply const& pool,
                            schema::TrainingStackSpec const& stack, std::size_t keep) {
  constexpr int long_sequence = 8192, least_tokens = 2048, largest_micro_batch = 8;
  int const domain = pool.links.domain;
  // What no layout mends comes out at once, as any layout would say it.
  TrainingSpec plain = job;
  plain.tensor_parallel = plain.pipeline_parallel = plain.virtual_pipeline = plain.context_parallel = plain.expert_parallel = 1;
  plain.micro_batch = 1;
  auto const roomy = [&] {
    PoolSupply p = pool;
    p.memory_bytes = 1e30;
    return p;
  }();
  plain.batch_sequences = plain.accelerators;
  training_step(plain, model, roomy, stack);
  plain.batch_sequences = job.batch_sequences;

  Search search(model, pool, stack);
  auto const contexts = job.sequence >= long_sequence ? powers_of_two(job.sequence / least_tokens) : std::vector<int>{1};
  for (int const t : powers_of_two(std::min(domain, model.heads))) {
    if (job.accelerators % t != 0 || model.heads % t != 0) continue;
    for (int const p : divisors(job.accelerators / t, model.layers)) {
      if (!stages_alike(model.layers, p)) continue;
      for (int const c : contexts) {
        if (job.accelerators / t / p % c != 0 || job.sequence % c != 0) continue;
        int const replicas = job.accelerators / (t * p * c);
        for (int const e : model.experts > 0 ? divisors(model.experts, replicas * c) : std::vector<int>{1}) {
          if (replicas * c % e != 0) continue;
          for (int const b : powers_of_two(largest_micro_batch)) {
            if (job.batch_sequences % (replicas * b) != 0) continue;
            int const micro_batches = job.batch_sequences / (replicas * b);
            int const chunk_layers = (model.layers + p - 1) / p;
            bool const interleaves = p > 1 && micro_batches % p == 0;
            for (int const v : interleaves ? divisors(chunk_layers, chunk_layers) : std::vector<int>{1}) {
              // Each chunk has a layer, unless embedding and logits stand for one each.
              if (p * v > model.layers && p * v != model.layers + 2) continue;
              TrainingSpec layout = plain;
              layout.tensor_parallel = t;
              layout.pipeline_parallel = p;
              layout.virtual_pipeline = v;
              layout.context_parallel = c;
              layout.expert_parallel = e;
              layout.micro_batch = b;
              search.offer(std::move(layout));
            }
          }
        }
      }
    }
  }
  auto& best = search.found.best;
  auto const rank = [](LayoutFound const& f) { return std::tuple(f.step_s, parts(f.job)); };
  std::stable_sort(best.begin(), best.end(), [&](auto const& a, auto const& b) { return rank(a) < rank(b); });
  if (best.size() > keep) best.resize(keep);
  return std::move(search.found);
}

}  // namespace ondol::workloads
