#include "sim/engine/cooling_history.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace ondol::sim {

namespace {
constexpr double hour_s = 3600.0;
}

void CoolingSums::add(CoolingSample const& s, double from, double to) {
  double const share = to - from, dt = share * s.span_s, middle = 0.5 * (from + to);
  span_s += dt;
  it_j += s.it_w * dt;
  consumed_j += s.consumed_w * dt;
  reused_j += s.reused_w * dt;
  evaporated_kg += s.evaporated_kg * share;
  drift_kg += s.drift_kg * share;
  water_kg += s.water_kg * share;
  dry_bulb_ks += std::lerp(s.dry_bulb_begin_k, s.dry_bulb_end_k, middle) * dt;
  wet_bulb_ks += std::lerp(s.wet_bulb_begin_k, s.wet_bulb_end_k, middle) * dt;
  chiller_s += s.chillers * dt;
  free_s += std::max(0.0, 1.0 - s.with_chillers) * dt;
  outside_s += s.outside_curves * dt;
  limited_node_s += s.limited_nodes * dt;
  node_s += s.nodes * dt;
  supply_excess_k = std::max(supply_excess_k, s.supply_excess_k);
  for (std::size_t o = 0; o < owners; ++o) owner_j[o] += s.owner_w[o] * dt;
}

void CoolingHistory::add(CoolingSample const& sample) {
  if (!(sample.span_s > 0.0)) return;
  all_.add(sample, 0.0, 1.0);
  double const begin = sample.begin_unix_s + utc_offset_s_, end = begin + sample.span_s;
  auto hour = static_cast<std::int64_t>(std::floor(begin / hour_s));
  double from = 0.0;
  while (from < 1.0) {
    double const edge = static_cast<double>(hour + 1) * hour_s;
    double const to = edge < end ? (edge - begin) / sample.span_s : 1.0;
    if (to > from) {
      if (hour != local_hour_) enter(hour);
      hour_.sums.add(sample, from, to);
      months_.back().sums.add(sample, from, to);
      from = to;
    }
    ++hour;
  }
}

bool CoolingHistory::whole() const {
  return hour_.sums.span_s > hour_s * (1.0 - 1e-9);
}

CoolingHistory::Hour CoolingHistory::hottest(Temperature temperature, std::optional<Hour> const& before) const {
  if (!before) return hour_;
  return whole() && (hour_.sums.*temperature)() > (before->sums.*temperature)() ? hour_ : *before;
}

void CoolingHistory::enter(std::int64_t local_hour) {
  if (local_hour_ && whole()) {
    by_wet_bulb_ = hottest_by_wet_bulb();
    by_dry_bulb_ = hottest_by_dry_bulb();
  }
  local_hour_ = local_hour;
  hour_ = {static_cast<double>(local_hour) * hour_s - utc_offset_s_, {}};
  using namespace std::chrono;
  year_month_day const date{sys_days{floor<days>(hours{local_hour})}};
  int const y = static_cast<int>(date.year()), m = static_cast<int>(static_cast<unsigned>(date.month()));
  if (months_.empty() || months_.back().year != y || months_.back().month != m) months_.push_back({y, m, {}});
}

}  // namespace ondol::sim
