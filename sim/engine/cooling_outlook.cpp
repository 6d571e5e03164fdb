#include "sim/engine/cooling_outlook.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "scenarios/base/units.hpp"
#include "sim/engine/refusal.hpp"
#include "sim/thermal/heat_rejection.hpp"
#include "topology/build/rated_heat.hpp"

namespace ondol::sim {

namespace {

constexpr double hour_s = 3600.0;
constexpr int most_hours = 8784;
constexpr double rare_share = 0.004;   // of the hours, as the design conditions of ASHRAE
constexpr double enough = 1.0 - 1e-4;  // of the heat
constexpr double hottest_k = 100.0;    // above the set point: no steady state is looked for beyond

double set_point_k(schema::PlantSpec const& p, WeatherSample const& w) {
  if (!p.reset) return p.supply_temperature.v;
  auto const& r = *p.reset;
  if (r.by == schema::ResetSpec::By::demand) return r.supply_at_high.v;
  double const outdoor = r.by == schema::ResetSpec::By::dry_bulb ? w.dry_bulb_k : w.wet_bulb_k;
  return std::lerp(r.supply_at_low.v, r.supply_at_high.v, std::clamp((outdoor - r.low.v) / (r.high.v - r.low.v), 0.0, 1.0));
}

std::vector<WeatherSample> hours_of(schema::Scenario const& s, Assembly const& assembly) {
  auto const& weather = assembly.weather;
  double begin = static_cast<double>(s.simulation.start), span = s.simulation.duration.v;
  if (weather.covers(begin - 1e9, begin + 1e9)) {
    using namespace std::chrono;
    auto const days = floor<std::chrono::days>(sys_seconds{seconds{s.simulation.start}});
    begin = static_cast<double>(sys_seconds{sys_days{year_month_day{days}.year() / 1 / 1}}.time_since_epoch().count()) -
            assembly.utc_offset_s;
    span = 8760 * hour_s;
  }
  std::vector<WeatherSample> hours;
  int const n = std::clamp(static_cast<int>(span / hour_s), 1, most_hours);
  for (int h = 0; h < n; ++h) hours.push_back(weather.at(begin + h * hour_s));
  return hours;
}

class Steady {
 public:
  Steady(PlantParams const& params, double heat_w)
      : rejection_(params),
        all_{params.chillers, params.towers, params.dry_coolers, 1.0},
        heat_w_(heat_w),
        loop_w_per_k_(params.flow_kg_per_s * params.fluid_specific_heat_j_per_kg_k) {}

  /// With all the heat in water that is to leave at `supply_k`; `chillers`: may they run.
  RejectionPoint at(double supply_k, WeatherSample const& w, bool chillers) const {
    auto available = all_;
    if (!chillers) available.chillers = 0;
    return rejection_.at(supply_k + heat_w_ / loop_w_per_k_, loop_w_per_k_, supply_k, supply_k, w, available);
  }
  bool carries(RejectionPoint const& point) const { return point.cooling_w >= heat_w_ * enough; }
  /// Coldest water that leaves in steady state; none within `hottest_k` above `from_k`.
  std::optional<double> coldest_k(double from_k, WeatherSample const& w, bool chillers) const {
    double low = from_k, high = from_k + hottest_k;
    if (!carries(at(high, w, chillers))) return std::nullopt;
    if (carries(at(low, w, chillers))) return low;
    while (high - low > 1e-3) {
      double const middle = 0.5 * (low + high);
      (carries(at(middle, w, chillers)) ? high : low) = middle;
    }
    return high;
  }

 private:
  HeatRejection rejection_;
  PlantAvailability all_;
  double heat_w_, loop_w_per_k_;
};

}  // namespace

std::vector<PlantOutlook> cooling_outlook(schema::Scenario const& scenario, topology::Facility const& facility,
                                          Assembly const& assembly) {
  std::vector<PlantOutlook> all;
  auto hours = hours_of(scenario, assembly);
  auto const heat = topology::rated_plant_heat(scenario, topology::rated_hall_heat(scenario, facility.fabrics));
  for (std::size_t p = 0; p < scenario.plant.size(); ++p) {
    auto const& spec = scenario.plant[p];
    auto const& params = assembly.plants[p];
    PlantOutlook o;
    o.plant = spec.id;
    o.heat_w = heat[p].v > 0.0 ? heat[p].v + params.pump_w : 0.0;
    Steady const plant(params, o.heat_w);
    bool const chilled = params.chillers > 0;
    int free = 0;
    double least = enough;
    WeatherSample worst;
    double worst_set_k = 0;
    for (auto const& w : hours) {
      double const set_k = set_point_k(spec, w);
      o.set_point_k = std::max(o.set_point_k, set_k);
      ++o.hours;
      if (o.heat_w <= 0.0) continue;
      auto const point = plant.at(set_k, w, true);
      if (point.chiller_w <= 0.0 && plant.carries(point)) ++free;
      if (plant.carries(point)) continue;
      ++o.missed;
      if (double const share = point.cooling_w / o.heat_w; share < least || o.missed == 1)
        least = share, worst = w, worst_set_k = set_k;
    }
    if (chilled) o.free = free;
    if (o.missed > 0) {
      o.warmest_k = plant.coldest_k(worst_set_k, worst, true).value_or(std::numeric_limits<double>::infinity());
      o.dry_bulb_k = worst.dry_bulb_k, o.wet_bulb_k = worst.wet_bulb_k;
    }
    if (o.heat_w > 0.0) {
      auto const rare = hours.begin() + static_cast<std::ptrdiff_t>(rare_share * static_cast<double>(hours.size()));
      std::nth_element(hours.begin(), rare, hours.end(), [&](auto const& a, auto const& b) {
        return params.towers > 0 ? a.wet_bulb_k > b.wet_bulb_k : a.dry_bulb_k > b.dry_bulb_k;
      });
      o.reach_k = plant.coldest_k(std::min(rare->wet_bulb_k, o.set_point_k), *rare, false);
    }
    all.push_back(std::move(o));
  }
  return all;
}

std::vector<Fault> cooling_warnings(schema::Scenario const& scenario, std::vector<PlantOutlook> const& outlook) {
  std::vector<Fault> found;
  for (std::size_t p = 0; p < outlook.size(); ++p) {
    auto const& o = outlook[p];
    if (o.missed == 0) continue;
    auto const& spec = scenario.plant[p];
    std::string what;
    if (spec.towers > 0) what = fmt::format("wet bulb {:.1f} degC", o.wet_bulb_k - celsius_offset);
    if (spec.dry_coolers > 0 || spec.towers == 0)
      what += fmt::format("{}dry bulb {:.1f} degC", what.empty() ? "" : ", ", o.dry_bulb_k - celsius_offset);
    auto const end = std::isfinite(o.warmest_k) ? fmt::format("it then leaves at {:.1f} degC", o.warmest_k - celsius_offset)
                                                : std::string("then it warms without end");
    found.push_back(fault_at(
        scenario, fmt::format("plant[{}].{}", p, spec.reset ? "reset" : "supply_temperature"), Severity::warning,
        fmt::format(
            "water of {:.4g} degC is out of reach of plant \"{}\"{} in {} of {} hours at the rated {:.4g} MW of its halls; "
            "in the worst of them, with {}, {}",
            o.set_point_k - celsius_offset, o.plant, spec.chillers > 0 ? "" : ", which has no chillers,", o.missed, o.hours,
            o.heat_w / 1e6, what, end)));
  }
  return found;
}

}  // namespace ondol::sim
