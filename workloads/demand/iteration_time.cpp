#include "workloads/demand/iteration_time.hpp"

#include <algorithm>
#include <cassert>
#include <vector>

namespace ondol::workloads {

double phase_duration_s(Phase const& p, double clock, double fabric_share) {
  return p.duration_s * (p.clock_share / clock + p.fabric_share / fabric_share + (1 - p.clock_share - p.fabric_share));
}

double overflow_s(Iteration const& it, std::span<double const> phase_s, double fabric_share) {
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
  for (auto const& t : it.traffic) {
    bool const exposed = t.time_s - t.hidden_s > 1e-9 * t.time_s;
    double const now_s = t.hidden_s * (t.fabric_share / fabric_share + 1 - t.fabric_share);
    (exposed ? full_s : roomy_s) += now_s;
    if (exposed) overflow += std::max(0.0, now_s - t.hidden_s * stretch);
  }
  return overflow + std::max(0.0, roomy_s - std::max(0.0, cover_s - full_s));
}

double iteration_duration_s(Iteration const& it, std::span<double const> clock, double fabric_share) {
  assert(clock.empty() || clock.size() == it.phases.size());
  std::vector<double> phase_s(it.phases.size());
  double sum = 0;
  for (std::size_t i = 0; i < phase_s.size(); ++i)
    sum += phase_s[i] = phase_duration_s(it.phases[i], clock.empty() ? 1.0 : clock[i], fabric_share);
  return sum + overflow_s(it, phase_s, fabric_share);
}

}  // namespace ondol::workloads
