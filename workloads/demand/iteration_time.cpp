#include "workloads/demand/iteration_time.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

namespace ondol::workloads {

double phase_duration_s(Phase const& p, double clock, double fabric_share) {
  return p.duration_s * (p.clock_share / clock + p.fabric_share / fabric_share + (1 - p.clock_share - p.fabric_share));
}

namespace {

template <class ShareOf>
double overflow_of(Iteration const& it, std::span<double const> phase_s, ShareOf const& share_of) {
  assert(phase_s.size() >= it.phases.size());
  double cover_s = 0, alone_s = 0;
  for (std::size_t i = 0; i < it.phases.size(); ++i) {
    auto const kind = it.phases[i].kind;
    if (kind != PhaseKind::forward && kind != PhaseKind::backward) continue;
    cover_s += phase_s[i];
    alone_s += it.phases[i].duration_s;
  }
  double const stretch = alone_s > 0 ? cover_s / alone_s : 1.0;
  double full_s = 0, roomy_s = 0;  // hidden traffic, now, of patterns whose cover is full and of the others
  double overflow = 0;
  for (std::size_t i = 0; i < it.traffic.size(); ++i) {
    auto const& t = it.traffic[i];
    bool const exposed = t.time_s - t.hidden_s > 1e-9 * t.time_s;
    double const now_s = t.hidden_s * (t.fabric_share / share_of(i) + 1 - t.fabric_share);
    (exposed ? full_s : roomy_s) += now_s;
    if (exposed) overflow += std::max(0.0, now_s - t.hidden_s * stretch);
  }
  return overflow + std::max(0.0, roomy_s - std::max(0.0, cover_s - full_s));
}

}  // namespace

double overflow_s(Iteration const& it, std::span<double const> phase_s, double fabric_share) {
  return overflow_of(it, phase_s, [fabric_share](std::size_t) { return fabric_share; });
}

double iteration_duration_s(Iteration const& it, std::span<double const> clock, double fabric_share) {
  assert(clock.empty() || clock.size() == it.phases.size());
  std::vector<double> phase_s(it.phases.size());
  double sum = 0;
  for (std::size_t i = 0; i < phase_s.size(); ++i)
    sum += phase_s[i] = phase_duration_s(it.phases[i], clock.empty() ? 1.0 : clock[i], fabric_share);
  return sum + overflow_s(it, phase_s, fabric_share);
}

double mean_duration_s(Iteration const& it, FabricShare share) {
  double sum = iteration_duration_s(it, {}, share.network);
  for (auto const& pause : it.pauses)
    for (auto const& phase : pause.phases) sum += phase_duration_s(phase, 1.0, share.of(phase.kind)) / pause.iterations;
  return sum;
}

double common_share(Iteration const& it, std::span<double const> share_of_traffic) {
  assert(share_of_traffic.size() == it.traffic.size());
  double least = 1;
  double wanted_s = 0;
  for (std::size_t i = 0; i < it.traffic.size(); ++i) {
    auto const& t = it.traffic[i];
    if (t.pattern == Traffic::Pattern::to_storage) continue;
    least = std::min(least, share_of_traffic[i]);
    wanted_s += (t.time_s - t.hidden_s) * t.fabric_share * (1 / share_of_traffic[i] - 1);
  }
  if (least >= 1) return 1;
  std::vector<double> phase_s;
  for (auto const& p : it.phases) phase_s.push_back(p.duration_s);
  double const alone_s = iteration_duration_s(it, {}, 1);
  wanted_s += alone_s + overflow_of(it, phase_s, [&](std::size_t i) { return share_of_traffic[i]; });
  // The duration rises with u = 1/share in straight pieces: secants between two ends that hold the answer, halved now and then.
  double u = 1 / least, at_u = iteration_duration_s(it, {}, least);
  if (at_u <= wanted_s) return least;
  if (wanted_s <= alone_s * (1 + 1e-12)) return 1;
  double low = 1, at_low = alone_s;
  for (int step = 0; step < 60 && u - low > 1e-9 * u; ++step) {
    double const next = step % 3 == 2 ? 0.5 * (low + u) : low + (u - low) * (wanted_s - at_low) / (at_u - at_low);
    double const at = iteration_duration_s(it, {}, 1 / next);
    if (std::abs(at - wanted_s) <= 1e-9 * wanted_s) return 1 / next;
    (at < wanted_s ? low : u) = next;
    (at < wanted_s ? at_low : at_u) = at;
  }
  return 1 / u;
}

}  // namespace ondol::workloads
