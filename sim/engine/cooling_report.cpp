#include "sim/engine/cooling_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "scenarios/base/units.hpp"

namespace ondol::sim {

namespace {

constexpr double kwh = 3.6e6;             // J
constexpr double noticed_excess_k = 0.5;  // of supply water above its set point, in the words on the hottest hours
constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr char const* mean = "time: mean";
constexpr char const* point = "time: point";

double celsius(double kelvin) {
  return kelvin - celsius_offset;
}

double cooling_j(CoolingSums const& sums) {
  double j = 0;
  for (Owner const o : cooling_owners) j += sums.owner_j[static_cast<std::size_t>(o)];
  return j;
}

}  // namespace

struct CoolingReport::Views {
  double *rejected, *water, *wue;
  double *air_supply, *air_return, *liquid_supply, *liquid_return, *air_flow, *liquid_flow;
  double *supply, *back, *heat, *chiller, *fan, *free, *set_point, *flow, *pump, *tower_fan, *running, *approach, *reused,
      *tank;
};

CoolingReport::CoolingReport(schema::Scenario const& scenario, topology::Facility const& facility, Assembly const& assembly)
    : scenario_(scenario),
      facility_(facility),
      assembly_(assembly),
      history_(assembly.utc_offset_s),
      loops_(scenario.plant.size()),
      v_(std::make_unique<Views>()) {}

CoolingReport::~CoolingReport() = default;

void CoolingReport::describe_site(SeriesStore& store) {
  v_->rejected = store.scalar("site", "heat_rejected", "W", "Heat given to the weather", mean);
  v_->water = store.scalar("site", "water_flow", "kg s-1", "Make-up water: evaporation, drift and blow-down", mean);
  v_->wue = store.scalar("site", "wue", "kg (kW h)-1", "Water usage effectiveness of the interval", mean);
}

void CoolingReport::describe_halls(SeriesStore& store) {
  std::size_t const halls = scenario_.hall.size();
  auto const series = [&](char const* name, char const* units, char const* meaning, char const* methods) {
    return store.vector(scenario_.record.halls && halls, "halls", "hall", halls, name, units, meaning, methods);
  };
  auto& v = *v_;
  v.air_supply = series("air_supply", "degC", "Air leaving the CRAHs", point);
  v.air_return = series("air_return", "degC", "Air returning to the CRAHs", point);
  v.liquid_supply = series("liquid_supply", "degC", "Coolant leaving the CDUs", point);
  v.liquid_return = series("liquid_return", "degC", "Coolant returning to the CDUs", point);
  v.air_flow = series("air_flow", "1", "Airflow of the CRAHs over their rating", point);
  v.liquid_flow = series("liquid_flow", "1", "Flow of the coolant over its rating", point);
}

void CoolingReport::describe_loops(SeriesStore& store) {
  std::size_t const loops = loops_.size();
  bool const wanted = scenario_.record.loops && loops;
  auto const some = [&](auto const& has) { return wanted && std::any_of(scenario_.plant.begin(), scenario_.plant.end(), has); };
  auto const series = [&](bool here, char const* name, char const* units, char const* meaning, char const* methods) {
    return store.vector(here, "loops", "loop", loops, name, units, meaning, methods);
  };
  bool const chillers = some([](auto const& p) { return p.chillers > 0; });
  bool const towers = some([](auto const& p) { return p.towers > 0; });
  auto& v = *v_;
  if (wanted) {
    Axis axis{"loops", "loop", {}};
    for (auto const& p : scenario_.plant) axis.labels.push_back(p.id);
    store.table.axes.push_back(std::move(axis));
  }
  v.supply = series(wanted, "supply_temperature", "degC", "Facility water to the halls", point);
  v.back = series(wanted, "return_temperature", "degC", "Facility water from the halls", point);
  v.set_point = series(wanted, "set_point", "degC", "Wanted temperature of facility water to the halls", point);
  v.flow = series(wanted, "flow", "kg s-1", "Facility water to the halls and through the bypass", mean);
  v.heat = series(wanted, "heat", "W", "Heat rejected by the plant", mean);
  v.chiller = series(wanted, "chiller_power", "W", "Compressor power", mean);
  v.fan = series(wanted, "fan_power", "W", "Tower and dry-cooler fan power", mean);
  v.pump = series(wanted, "pump_power", "W", "Facility and condenser pumps", mean);
  v.free = series(wanted, "free_cooling", "1", "Share of the heat taken without compressors", mean);
  v.tower_fan = series(towers, "tower_fan_power", "W", "Tower fan power", mean);
  v.running = series(chillers, "chillers_running", "1", "Chillers running", mean);
  v.reused = series(some([](auto const& p) { return p.reuse.has_value(); }), "heat_reused", "W",
                    "Heat given to a sink that wants it", mean);
  v.tank = series(some([](auto const& p) { return p.tank.has_value(); }), "tank_cooling", "W",
                  "Cooling that the tank gives; negative while it is charged", mean);
  v.approach = series(towers, "wet_bulb_approach", "K", "Facility water to the halls above the outdoor wet bulb", point);
}

void CoolingReport::accumulate(MachineRoom const& room, double dt_s) {
  if (dt_s <= 0) return;
  CoolingSample s;
  s.begin_unix_s = static_cast<double>(scenario_.simulation.start) + elapsed_s_;
  s.span_s = dt_s;
  s.it_w = room.it_input_w();
  auto const& chain = room.chain_means();
  s.consumed_w = room.utility_w() + chain.generator_w - chain.stored_w;
  for (std::size_t i = 0; i < scenario_.storage.size(); ++i) s.consumed_w -= room.storage().flow(i).stored_w;
  s.owner_w = room.owner_w();
  auto const before = assembly_.weather.at(s.begin_unix_s);
  auto const& after = room.weather();
  s.dry_bulb_begin_k = before.dry_bulb_k, s.dry_bulb_end_k = after.dry_bulb_k;
  s.wet_bulb_begin_k = before.wet_bulb_k, s.wet_bulb_end_k = after.wet_bulb_k;
  for (auto const& hall : room.cooling_interval().halls) {
    rejected_j_ += hall.vented_w * dt_s;
    s.evaporated_kg += hall.evaporated_kg;
    s.water_kg += hall.water_kg;
  }
  auto const& plants = room.cooling_interval().plants;
  for (std::size_t p = 0; p < plants.size(); ++p) {
    auto const& plant = plants[p];
    auto& loop = loops_[p];
    loop.heat_j += plant.heat_rejected_w * dt_s;
    loop.chiller_j += plant.chiller_w * dt_s;
    loop.tower_fan_j += plant.tower_fan_w * dt_s;
    loop.dry_fan_j += plant.dry_cooler_fan_w * dt_s;
    loop.pump_j += plant.pump_w * dt_s;
    loop.free_s += plant.free_cooling_share * dt_s;
    loop.chiller_s += plant.chillers_running * dt_s;
    loop.reuse_j += plant.reuse_w * dt_s;
    loop.tank_j += plant.tank_w * dt_s;
    s.reused_w += plant.reuse_w;
    rejected_j_ += plant.heat_rejected_w * dt_s;
    loop.flow_kg += plant.flow_kg_per_s * dt_s;
    s.evaporated_kg += plant.evaporated_kg;
    s.drift_kg += plant.drift_kg;
    s.water_kg += plant.water_kg;
    s.chillers += plant.chillers_running;
    double const with = plant.chillers_running > 1.0 - 1e-9 ? 1.0 : plant.chillers_running;  // but for rounding
    s.with_chillers = std::max(s.with_chillers, with);
    s.outside_curves = std::max(s.outside_curves, plant.clamped_share);
    s.supply_excess_k = std::max(s.supply_excess_k, room.cooling().plant_supply_k(p) - plant.set_point_k);
  }
  auto const& limited = room.racks().limited;
  for (std::size_t r = 0; r < facility_.racks.size(); ++r) {
    s.nodes += facility_.racks[r].nodes;
    if (limited[r]) s.limited_nodes += facility_.racks[r].nodes;
  }
  history_.add(s);
  report_.add(s, 0.0, 1.0);
  elapsed_s_ += dt_s;
}

void CoolingReport::close(MachineRoom const& room, bool halls, bool loops) {
  auto& v = *v_;
  double const span = report_.span_s > 0 ? report_.span_s : 1.0;
  *v.rejected = rejected_j_ / span;
  *v.water = report_.water_kg / span;
  *v.wue = report_.wue_kg_per_j() * kwh;
  auto const& cooling = room.cooling();
  for (std::size_t h = 0; halls && h < scenario_.hall.size(); ++h) {
    v.air_supply[h] = cooling.has_air(h) ? celsius(cooling.air_supply_k(h)) : none;
    v.air_return[h] = cooling.has_air(h) ? celsius(cooling.air_return_k(h)) : none;
    v.liquid_supply[h] = cooling.has_liquid(h) ? celsius(cooling.liquid_supply_k(h)) : none;
    v.liquid_return[h] = cooling.has_liquid(h) ? celsius(cooling.liquid_return_k(h)) : none;
    v.air_flow[h] = cooling.has_air(h) ? cooling.air_flow_share(h) : none;
    v.liquid_flow[h] = cooling.has_liquid(h) ? cooling.liquid_flow_share(h) : none;
  }
  for (std::size_t p = 0; loops && p < loops_.size(); ++p) {
    auto const& loop = loops_[p];
    auto const& plant = assembly_.plants[p];
    v.supply[p] = celsius(cooling.plant_supply_k(p));
    v.back[p] = celsius(cooling.plant_return_k(p));
    v.set_point[p] = celsius(room.cooling_interval().plants[p].set_point_k);
    v.flow[p] = loop.flow_kg / span;
    v.heat[p] = loop.heat_j / span;
    v.chiller[p] = loop.chiller_j / span;
    v.fan[p] = (loop.tower_fan_j + loop.dry_fan_j) / span;
    v.pump[p] = loop.pump_j / span;
    v.free[p] = loop.free_s / span;
    v.tower_fan[p] = plant.towers > 0 ? loop.tower_fan_j / span : none;
    v.reused[p] = plant.reuse ? loop.reuse_j / span : none;
    v.tank[p] = plant.tank ? loop.tank_j / span : none;
    v.running[p] = plant.chillers > 0 ? loop.chiller_s / span : none;
    v.approach[p] = plant.towers > 0 ? cooling.plant_supply_k(p) - room.weather().wet_bulb_k : none;
  }
  report_ = {};
  rejected_j_ = 0;
  std::fill(loops_.begin(), loops_.end(), Loop{});
}

bool CoolingReport::has_chillers() const {
  return std::any_of(assembly_.plants.begin(), assembly_.plants.end(), [](auto const& p) { return p.chillers > 0; });
}

bool CoolingReport::has_reuse() const {
  return std::any_of(assembly_.plants.begin(), assembly_.plants.end(), [](auto const& p) { return p.reuse.has_value(); });
}

void CoolingReport::add_kpis(std::vector<Kpi>& kpis) const {
  if (loops_.empty()) return;
  auto const& all = history_.all();
  auto const add = [&](char const* name, double value, char const* units, char const* long_name) {
    kpis.push_back({name, value, units, long_name});
  };
  double const start = static_cast<double>(scenario_.simulation.start);
  add("water_evaporated", all.evaporated_kg / 1e3, "m3", "Of the make-up water, evaporated");
  add("water_drift", all.drift_kg / 1e3, "m3", "Of the make-up water, carried off as drops");
  add("water_bled", (all.water_kg - all.evaporated_kg - all.drift_kg) / 1e3, "m3", "Of the make-up water, blow-down");
  if (has_chillers()) {
    add("free_cooling_hours", all.free_s / 3600, "h", "Hours in which no chiller ran");
    add("chiller_hours", all.chiller_s / 3600, "h", "Hours of all chillers together, running");
  }
  if (has_reuse()) {
    add("heat_reused", all.reused_j / (1e3 * kwh), "MWh", "Heat given to sinks that want it");
    add("ere", all.ere(), "1", "Energy reuse effectiveness: energy less heat reused, over IT energy");
  }
  add("outside_curves_hours", all.outside_s / 3600, "h", "Hours with chillers or towers outside their curves");
  auto const hour = history_.hottest_by_wet_bulb();
  add("hottest_hour_begin", (hour.begin_unix_s - start) / 3600, "h",
      "Beginning of the hour with the highest wet bulb, after the start of the run");
  add("hottest_hour_wet_bulb", celsius(hour.sums.wet_bulb_k()), "degC", "Mean wet bulb of that hour");
  add("hottest_hour_pue", hour.sums.pue(), "1", "Power usage effectiveness of that hour");
}

std::vector<MonthRow> CoolingReport::months() const {
  std::vector<MonthRow> rows;
  for (auto const& m : history_.months()) {
    auto const& s = m.sums;
    rows.push_back({.month = fmt::format("{:04d}-{:02d}", m.year, m.month),
                    .covered_s = s.span_s,
                    .it_j = s.it_j,
                    .cooling_j = cooling_j(s),
                    .pue = s.pue(),
                    .wue_kg_per_kwh = s.wue_kg_per_j() * kwh,
                    .wet_bulb_k = s.wet_bulb_k(),
                    .free_cooling_s = s.free_s});
  }
  return rows;
}

void CoolingReport::write_tables(Recorder& recorder) const {
  auto const& months = history_.months();
  if (loops_.empty()) return;
  auto const of = [&](std::string name, char const* units, std::string meaning, auto value) {
    std::vector<double> values;
    for (auto const& m : months) values.push_back(value(m.sums));
    return Column{std::move(name), units, std::move(meaning), std::move(values)};
  };
  std::vector<std::string> name;
  for (auto const& row : this->months()) name.push_back(row.month);
  std::vector<Column> columns{
      {"month", "", "Calendar month, local time", std::move(name)},
      of("covered", "s", "Time of the month that the run covers", [](auto const& s) { return s.span_s; }),
      of("it_energy", "J", "At the input of racks and fabric switches", [](auto const& s) { return s.it_j; }),
      of("energy", "J", "Consumed by the site", [](auto const& s) { return s.consumed_j; }),
      of("pue", "1", "Power usage effectiveness, category 2", [](auto const& s) { return s.pue(); }),
      of("wue", "kg (kW h)-1", "Water usage effectiveness", [](auto const& s) { return s.wue_kg_per_j() * kwh; }),
      of("water", "kg", "Make-up water", [](auto const& s) { return s.water_kg; }),
      of("water_evaporated", "kg", "Of that, evaporated", [](auto const& s) { return s.evaporated_kg; }),
      of("water_drift", "kg", "Of that, carried off as drops", [](auto const& s) { return s.drift_kg; }),
      of("dry_bulb", "degC", "Mean outdoor dry bulb", [](auto const& s) { return celsius(s.dry_bulb_k()); }),
      of("wet_bulb", "degC", "Mean outdoor wet bulb", [](auto const& s) { return celsius(s.wet_bulb_k()); }),
      of("free_cooling", "h", "Hours in which no chiller ran", [](auto const& s) { return s.free_s / 3600; }),
      of("chillers", "h", "Hours of all chillers together, running", [](auto const& s) { return s.chiller_s / 3600; }),
      of("outside_curves", "h", "Hours with chillers or towers outside their curves",
         [](auto const& s) { return s.outside_s / 3600; })};
  if (has_reuse()) {
    columns.push_back(of("heat_reused", "J", "Heat given to sinks that want it", [](auto const& s) { return s.reused_j; }));
    columns.push_back(of("ere", "1", "Energy reuse effectiveness", [](auto const& s) { return s.ere(); }));
  }
  for (std::size_t o = 0; o < owners; ++o) {
    std::string const owner(sim::name(static_cast<Owner>(o)));
    std::string spoken = owner;
    std::replace(spoken.begin(), spoken.end(), '_', ' ');
    columns.push_back(of("energy_" + owner, "J", "Energy owned by: " + spoken, [o](auto const& s) { return s.owner_j[o]; }));
  }
  recorder.table("months", std::move(columns));

  std::pair<char const*, CoolingHistory::Hour> const hours[] = {{"wet_bulb", history_.hottest_by_wet_bulb()},
                                                                {"dry_bulb", history_.hottest_by_dry_bulb()}};
  std::vector<std::string> by, limits;
  std::vector<double> begin, dry, wet, pue, it, slowed, excess;
  for (auto const& [what, hour] : hours) {
    auto const& s = hour.sums;
    std::string reached;
    auto const tell = [&](bool is, char const* words) {
      if (is) reached += (reached.empty() ? "" : "; ") + std::string(words);
    };
    tell(s.supply_excess_k > noticed_excess_k, "facility water above its set point");
    tell(s.limited_node_s > 0, "accelerators slowed by temperature");
    tell(s.outside_s > 0, "chillers or towers outside their curves");
    by.emplace_back(what);
    begin.push_back(hour.begin_unix_s - static_cast<double>(scenario_.simulation.start));
    dry.push_back(celsius(s.dry_bulb_k()));
    wet.push_back(celsius(s.wet_bulb_k()));
    pue.push_back(s.pue());
    it.push_back(s.span_s > 0 ? s.it_j / s.span_s : none);
    excess.push_back(s.supply_excess_k);
    slowed.push_back(s.node_s > 0 ? s.limited_node_s / s.node_s : none);
    limits.push_back(reached);
  }
  recorder.table("hottest_hours",
                 std::vector<Column>{{"by", "", "Outdoor temperature whose mean is highest in this hour", by},
                                     {"begin", "s", "Beginning of the hour, after the start of the run", begin},
                                     {"dry_bulb", "degC", "Mean outdoor dry bulb", dry},
                                     {"wet_bulb", "degC", "Mean outdoor wet bulb", wet},
                                     {"it_power", "W", "Mean power at the input of racks and fabric switches", it},
                                     {"pue", "1", "Power usage effectiveness", pue},
                                     {"supply_excess", "K", "Most that facility water was above its set point", excess},
                                     {"slowed", "1", "Share of node time in racks slowed by temperature", slowed},
                                     {"limits", "", "What was reached", limits}});
}

}  // namespace ondol::sim
