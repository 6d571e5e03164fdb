/// Plants, what they cool, and set points that cannot be had.

#include <algorithm>
#include <cmath>
#include <set>

#include "scenarios/schema/ashrae_classes.hpp"
#include "scenarios/schema/check_context.hpp"
#include "scenarios/schema/describe.hpp"

namespace ondol::schema {
namespace {

constexpr double noticed_k = 0.5;  // of a set point that is missed

std::string celsius(double kelvin) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g degC", kelvin - celsius_offset);
  return text;
}

std::string kelvins(double k) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g K", k);
  return text;
}

bool needs_air(NodeSpec const& n) {
  return n.cooling == Cooling::air || n.liquid_fraction < 1;
}
bool needs_liquid(NodeSpec const& n) {
  return n.cooling != Cooling::air && n.liquid_fraction > 0;
}

/// Whether the file itself says the key, good or not.
bool given(Context const& c, std::string const& table, char const* key) {
  auto const own = c.decoder.place(table + "." + key), around = c.decoder.place(table);
  return own.line != around.line || own.column != around.column;
}

bool cools_something(Scenario const& s, std::string const& plant) {
  return std::any_of(s.hall.begin(), s.hall.end(), [&](HallSpec const& h) {
    return (h.air && h.air->plant == plant) || (h.liquid && h.liquid->plant == plant) ||
           (h.rear_door && h.rear_door->plant == plant);
  });
}

// ------------------------------------------------------------------------------------------------ plants
void check_machines(Context const& c, std::size_t i) {
  auto const& p = c.s.plant[i];
  auto const at = [i](std::string const& key) { return list_path("plant", i, key); };
  for (auto const& [key, id, n] : {std::tuple{"chiller", &p.chiller, p.chillers}, std::tuple{"tower", &p.tower, p.towers},
                                   std::tuple{"dry_cooler", &p.dry_cooler, p.dry_coolers}}) {
    if (id->empty() && n > 0)
      c.error(at(key + std::string("s")), std::string(key) + "s = " + std::to_string(n) + ", but no " + key + " is named");
    if (!id->empty() && n == 0) c.error(at(key), std::string(key) + " is named, but " + key + "s is 0 or missing");
  }
  auto const* chiller = Context::find(c.s.catalogue.chiller, p.chiller);
  bool const to_air = chiller && chiller->condenser == ChillerSpec::Condenser::air;
  if (to_air && !p.tower.empty())
    c.error(at("tower"), "air cools the condensers of " + p.chiller + ", so towers have nothing to do");
  if (to_air || !p.tower.empty() || !p.dry_cooler.empty() || p.towers + p.dry_coolers > 0) return;
  if (p.chillers == 0)
    c.error(list_path("plant", i),
            "plant " + in_quotes(p.id) + " has nothing that takes its heat: no chiller, tower or dry cooler");
  else
    c.error(list_path("plant", i), "plant " + in_quotes(p.id) + " has chillers but no tower or dry cooler for their heat");
}

void check_pumps(Context const& c, std::size_t i) {
  auto const& p = c.s.plant[i];
  auto const plant = list_path("plant", i), power = list_path("plant", i, "pump_power");
  if (p.pumps_needed > p.pumps)
    c.error(list_path("plant", i, "pumps_needed"),
            "pumps_needed = " + std::to_string(p.pumps_needed) + " is more than pumps = " + std::to_string(p.pumps));
  if (p.pump_power.v > 0 || !cools_something(c.s, p.id)) return;
  if (given(c, plant, "pump_power"))
    c.error(power, "plant " + in_quotes(p.id) +
                       " has no pump: pump_power is 0, and nothing would move the water that takes its halls' heat. "
                       "A loop of water takes 0.5 to 2 % of the heat it carries");
  else
    c.warning(plant,
              "plant " + in_quotes(p.id) + " has no pump_power: its water moves for nothing, which its PUE will not see");
}

void check_volumes(Context const& c, std::size_t i) {
  auto const& p = c.s.plant[i];
  if (p.fluid.empty())
    c.error(list_path("plant", i, "fluid"), "plant " + in_quotes(p.id) + " has no fluid in its loop. Write \"water\"?");
  if (p.pipe_volume && *p.pipe_volume >= p.volume)
    c.error(list_path("plant", i, "pipe_volume"), "pipe_volume = " + about(p.pipe_volume->v) + " m3 is a part of volume = " +
                                                      about(p.volume.v) + " m3, and must be smaller: machines hold water too");
}

struct Span {
  Kelvin low{0}, high{0};
};

/// Coldest and warmest set point of the water to the halls.
Span set_points(PlantSpec const& p) {
  if (!p.reset) return {p.supply_temperature, p.supply_temperature};
  auto const [low, high] = std::minmax(p.reset->supply_at_low, p.reset->supply_at_high);
  return {low, high};
}

void check_reset(Context const& c, std::size_t i) {
  auto const& p = c.s.plant[i];
  if (!p.reset || !c.good(list_path("plant", i, "reset"))) return;
  auto const& r = *p.reset;
  auto const at = [i](char const* key) { return list_path("plant", i, std::string("reset.") + key); };
  if (r.by != ResetSpec::By::demand && r.low >= r.high)
    c.error(at("high"),
            "the reset runs from low = " + celsius(r.low.v) + " to high = " + celsius(r.high.v) + ", which must be warmer");
  if (r.by == ResetSpec::By::demand && r.supply_at_low < r.supply_at_high)
    c.error(at("supply_at_high"), "at high demand the water would be " + celsius(r.supply_at_high.v) + ", warmer than the " +
                                      celsius(r.supply_at_low.v) +
                                      " of low demand: more demand asks for colder water. Exchange the two?");
  if (r.supply_at_low == r.supply_at_high)
    c.warning(at("supply_at_high"), "the reset does nothing: supply_at_low and supply_at_high are the same");
}

void check_staging(Context const& c, std::size_t i) {
  auto const& p = c.s.plant[i];
  if (!p.staging || !c.good(list_path("plant", i, "staging"))) return;
  if (p.staging->down >= p.staging->up)
    c.error(list_path("plant", i, "staging.down"), "down = " + about(p.staging->down) + " is not below up = " +
                                                       about(p.staging->up) + ": machines would start and stop without end");
}

void check_tank(Context const& c, std::size_t i) {
  auto const& p = c.s.plant[i];
  if (!p.tank || !c.good(list_path("plant", i, "tank"))) return;
  auto const& t = *p.tank;
  auto const at = [i](char const* key) { return list_path("plant", i, std::string("tank.") + key); };
  if (t.flow > p.flow)
    c.error(at("flow"), "the tank would take or give " + about(t.flow.v) + " kg/s, more than the " + about(p.flow.v) +
                            " kg/s of the loop it hangs on");
  auto const coldest = set_points(p).low;
  if (t.charge_temperature && *t.charge_temperature > coldest)
    c.error(at("charge_temperature"), "the tank would be charged with water of " + celsius(t.charge_temperature->v) +
                                          ", warmer than the " + celsius(coldest.v) + " it is to give");
  for (int const hour : t.discharge_hours)
    if (std::find(t.charge_hours.begin(), t.charge_hours.end(), hour) != t.charge_hours.end()) {
      c.error(at("discharge_hours"), "the tank would be charged and discharged in hour " + std::to_string(hour));
      break;
    }
  if (t.charge_temperature && *t.charge_temperature < coldest && p.chillers == 0)
    c.warning(at("charge_temperature"),
              "without chillers the tank is as cold as the weather allows, and seldom " + celsius(t.charge_temperature->v));
  if (t.use == TankSpec::Use::reserve && p.chillers == 0)
    c.warning(at("use"), "a reserve stands in for chillers that are lost, and plant " + in_quotes(p.id) + " has none");
}

void check_reuse(Context const& c, std::size_t i) {
  auto const& p = c.s.plant[i];
  if (!p.reuse || !c.good(list_path("plant", i, "reuse"))) return;
  auto const& r = *p.reuse;
  if (r.demand.v <= 0 && r.demand_slope.v <= 0 && r.file.empty())
    c.warning(list_path("plant", i, "reuse"), "nobody wants the heat: neither demand nor demand_slope nor file is given");
}

/// A sink that is warmer than what comes back from the halls, and nothing to lift the heat.
void warn_of_reuse(Context const& c, std::size_t i) {
  auto const& p = c.s.plant[i];
  auto const* fluid = Context::find(c.s.catalogue.fluid, p.fluid);
  if (!p.reuse || p.reuse->heat_pump || !fluid) return;
  double heat = 0;
  for (auto const& h : c.s.hall) {
    auto const [air, liquid] = rated_heat(c, h);
    if (h.air && h.air->plant == p.id) heat += air;
    if (h.liquid && h.liquid->plant == p.id) heat += liquid;
  }
  double const back = set_points(p).high.v + heat / (p.flow.v * fluid->specific_heat.v);
  double const needed = p.reuse->temperature.v + p.reuse->approach.v;
  if (back < needed)
    c.warning(list_path("plant", i, "reuse.temperature"), "the sink wants " + celsius(p.reuse->temperature.v) +
                                                              ", for which the exchanger needs water of " + celsius(needed) +
                                                              "; at the rated heat it comes back at " + celsius(back) +
                                                              ": nothing will be given. heat_pump = true would lift it");
}

/// Water to the halls that the chillers' curves do not know, and condenser water that they do not.
void warn_of_curves(Context const& c, std::size_t i) {
  auto const& p = c.s.plant[i];
  auto const* chiller = Context::find(c.s.catalogue.chiller, p.chiller);
  if (!chiller || p.chillers == 0 || !c.good("chiller." + p.chiller)) return;
  auto const [coldest, warmest] = set_points(p);
  auto const key = p.reset ? "reset" : "supply_temperature";
  auto const limits = celsius(chiller->evaporator_min.v) + " to " + celsius(chiller->evaporator_max.v);
  if (coldest < chiller->evaporator_min)
    c.warning(list_path("plant", i, key),
              "chillers " + in_quotes(p.chiller) + " have curves for water of " + limits + ", not for " + celsius(coldest.v) +
                  ": they are taken at that limit, and hours outside it are counted (outside_curves_hours)");
  if (warmest > chiller->evaporator_max)
    c.warning(list_path("plant", i, key),
              "chillers " + in_quotes(p.chiller) + " have curves for water of " + limits + ", not for " + celsius(warmest.v) +
                  ": they are taken at that limit, which overstates their power, and hours outside it are counted "
                  "(outside_curves_hours)");
  if (p.condenser_temperature && *p.condenser_temperature < chiller->condenser_min)
    c.warning(list_path("plant", i, "condenser_temperature"),
              "chillers " + in_quotes(p.chiller) + " take condenser water from " + celsius(chiller->condenser_min.v) +
                  " on: colder water is mixed up to it");
}

void warn_of_ice(Context const& c, std::size_t i) {
  auto const& p = c.s.plant[i];
  auto const coldest = set_points(p).low;
  double const charged_k = p.tank && p.tank->charge_temperature ? p.tank->charge_temperature->v : coldest.v;
  double const asked_k = std::min(coldest.v, charged_k);
  if (p.fluid != "water" || asked_k > celsius_offset) return;
  auto const key = charged_k < coldest.v ? "tank.charge_temperature" : p.reset ? "reset" : "supply_temperature";
  c.warning(list_path("plant", i, key),
            "water of " + celsius(asked_k) + " is ice, which no loop moves and no model here knows");
}

// ------------------------------------------------------------------------------------------------ halls
void check_hall_of_racks(Context const& c) {
  std::map<std::string, HallSpec const*> halls;
  for (auto const& h : c.s.hall) halls.emplace(h.id, &h);
  for (std::size_t i = 0; i < c.s.racks.size(); ++i) {
    auto const& g = c.s.racks[i];
    auto const* r = c.rack(g);
    auto const* n = r ? c.node(*r) : nullptr;
    auto const hall = halls.find(g.hall);
    if (!n || hall == halls.end() || !c.good("node." + r->node)) continue;
    auto const& h = *hall->second;
    std::size_t const at = static_cast<std::size_t>(hall->second - c.s.hall.data());
    if (needs_air(*n) && !h.air && c.good(list_path("hall", at, "air")))
      c.error(list_path("racks", i, "hall"),
              "hall " + in_quotes(g.hall) + " has no [hall.air], but rack " + in_quotes(g.rack) + " gives heat to the air");
    if (needs_liquid(*n) && !h.liquid && c.good(list_path("hall", at, "liquid")))
      c.error(list_path("racks", i, "hall"),
              "hall " + in_quotes(g.hall) + " has no [hall.liquid], but rack " + in_quotes(g.rack) + " is cooled by liquid");
  }
}

void check_matrix(Context const& c, std::size_t i) {
  auto const& h = c.s.hall[i];
  auto const& matrix = h.air->recirculation_matrix;
  auto const at = list_path("hall", i, "air.recirculation_matrix");
  if (matrix.empty() || !c.good(at)) return;
  for (std::size_t row = 0; row < matrix.size(); ++row) {
    if (matrix[row].size() != matrix.size()) {
      c.error(at, "recirculation_matrix has " + std::to_string(matrix.size()) + " rows, but row " + std::to_string(row + 1) +
                      " has " + std::to_string(matrix[row].size()) + " shares: it needs one for each row of racks");
      return;
    }
    double sum = 0;
    for (double const share : matrix[row]) sum += share;
    if (sum > most_recirculation) {
      c.error(at, "the shares of row " + std::to_string(row + 1) + " add up to " + about(sum) + ": at most " +
                      about(most_recirculation) + " of its inlet air can come from racks, the rest from the air handlers");
      return;
    }
  }
  if (h.rows > 0 && static_cast<std::size_t>(h.rows) != matrix.size())
    c.error(at, "recirculation_matrix is of " + std::to_string(matrix.size()) + " rows, hall " + in_quotes(h.id) + " has " +
                    std::to_string(h.rows));
  if (h.rows == 0)
    c.error(list_path("hall", i), "hall " + in_quotes(h.id) + " needs rows = " + std::to_string(matrix.size()) +
                                      ", the number that its recirculation_matrix is of");
}

/// Coils whose air would have to leave nearer to the water than any counterflow exchanger lets it.
void check_rear_door(Context const& c, std::size_t i) {
  auto const& d = *c.s.hall[i].rear_door;
  auto const at = list_path("hall", i, "rear_door");
  if (!c.good(at)) return;
  if (!c.s.hall[i].air && c.good(list_path("hall", i, "air")))
    c.error(at, "hall " + in_quotes(c.s.hall[i].id) +
                    " has rear doors, but no [hall.air]: doors cool air that goes on to its CRAHs");
  constexpr double volumetric_j_per_m3_k = 1.20 * 1006;  // of air at 20 degC and 101 kPa [ashrae2021fundamentals, ch. 1]
  for (auto const& p : c.s.plant) {
    auto const* fluid = Context::find(c.s.catalogue.fluid, p.fluid);
    if (p.id != d.plant || !fluid) continue;
    double const water = d.water_flow.v * fluid->specific_heat.v,
                 thinner = std::pow(1 - 2.25577e-5 * c.s.site.elevation.v, 5.2559);
    double const air_rise = d.rated_heat.v / (d.airflow.v * volumetric_j_per_m3_k * thinner);
    double const most = 0.99 * water * (d.rated_approach.v + air_rise);  // an endless coil takes all of it
    if (d.rated_heat.v >= most)
      c.error(at + ".rated_heat",
              "no coil takes " + about(d.rated_heat.v / 1e3) +
                  " kW at these flows and this approach: water that left as warm as the air comes would carry " +
                  about(most / 1e3) + " kW. More water_flow, or a larger rated_approach?");
  }
}

void check_economizer(Context const& c, std::size_t i) {
  auto const& e = *c.s.hall[i].air->economizer;
  auto const at = list_path("hall", i, "air.economizer");
  if (!c.good(at)) return;
  if (e.dew_point_minimum && e.dew_point_maximum && *e.dew_point_minimum >= *e.dew_point_maximum)
    c.error(at + ".dew_point_maximum", "no air would be let in: its dew point would have to be above " +
                                           celsius(e.dew_point_minimum->v) + " and below " + celsius(e.dew_point_maximum->v));
}

/// A set point of a hall that the water it is cooled by cannot give.  The approach is taken in proportion to the heat, as it is
/// at constant flows; where flows fall with the heat it is smaller still.
void warn_of_approach(Context const& c, std::string const& at, std::string const& what, Kelvin wanted, Kelvin rated_approach,
                      double load, std::string const& plant) {
  double const approach = rated_approach.v * std::min(load, 1.0);
  for (auto const& p : c.s.plant) {
    if (p.id != plant) continue;
    auto const coldest = set_points(p).low;
    if (wanted > coldest && wanted.v >= coldest.v + approach - noticed_k) return;
    std::string const water = "the water of plant " + in_quotes(plant) + " is " + celsius(coldest.v);
    if (wanted <= coldest)
      c.warning(at, what + " of " + celsius(wanted.v) + " is never reached: " + water + " at its coldest");
    else
      c.warning(at, what + " of " + celsius(wanted.v) + " is not reached at the rated heat: " + water +
                        ", and the units then need " + kelvins(approach) + " above it; it will be up to " +
                        celsius(coldest.v + approach));
  }
}

void warn_of_class(Context const& c, std::string const& at, std::string const& what, Span found, std::string const& name) {
  auto const limits = liquid_class(name);
  if (!limits) return;
  auto const tell = [&](Kelvin t, char const* side, double limit_c) {
    c.warning(at, what + " of " + celsius(t.v) + " is " + side + " the " + celsius(from_celsius(limit_c).v) + " of class " +
                      name + " [ASHRAE TC 9.9]");
  };
  if (to_celsius(found.high) > limits->highest_c) tell(found.high, "above", limits->highest_c);
  if (to_celsius(found.low) < limits->lowest_c) tell(found.low, "below", limits->lowest_c);
}

void warn_of_air_class(Context const& c, std::size_t i) {
  auto const& air = *c.s.hall[i].air;
  auto const limits = air_class(air.ashrae_class);
  if (!limits) return;
  double const t = to_celsius(air.supply_temperature);
  auto const outside = [&](double low_c, double high_c, char const* kind) {
    if (t >= low_c - 1e-9 && t <= high_c + 1e-9) return false;
    c.warning(list_path("hall", i, "air.supply_temperature"),
              "supply air of " + celsius(air.supply_temperature.v) + " is outside the " + kind + " range of class " +
                  air.ashrae_class + ", " + about(low_c) + " to " + about(high_c) + " degC at the inlet [ASHRAE TC 9.9]");
    return true;
  };
  if (!outside(limits->allowable_low_c, limits->allowable_high_c, "allowable"))
    outside(limits->recommended_low_c, limits->recommended_high_c, "recommended");
}

}  // namespace

void check_cooling(Context const& c) {
  for (std::size_t i = 0; i < c.s.plant.size(); ++i) {
    if (c.good(list_path("plant", i))) {
      check_machines(c, i);
      check_pumps(c, i);
      check_volumes(c, i);
    }
    check_reset(c, i);
    check_staging(c, i);
    check_tank(c, i);
    check_reuse(c, i);
  }
  check_hall_of_racks(c);
  for (std::size_t i = 0; i < c.s.hall.size(); ++i) {
    auto const& h = c.s.hall[i];
    if (h.air) check_matrix(c, i);
    if (h.air && h.air->economizer) check_economizer(c, i);
    if (h.rear_door) check_rear_door(c, i);
    if (h.liquid && h.liquid->fluid.empty())
      c.error(list_path("hall", i, "liquid.fluid"), "hall " + in_quotes(h.id) + " has no coolant. Write \"pg25\"?");
    auto const* cdu = h.liquid ? Context::find(c.s.catalogue.cdu, h.liquid->cdu) : nullptr;
    auto const pipes = list_path("hall", i, "liquid.pipe_volume");
    if (cdu && h.liquid->pipe_volume && c.good(pipes) && c.good("cdu." + cdu->id) &&
        h.liquid->pipe_volume->v > cdu->coolant_volume.v * h.liquid->cdus)
      c.error(pipes, "pipe_volume = " + about(h.liquid->pipe_volume->v) + " m3 is a part of the " +
                         about(cdu->coolant_volume.v * h.liquid->cdus) + " m3 of coolant that the CDUs hold, and larger");
  }
}

void warn_of_cooling(Context const& c) {
  for (std::size_t i = 0; i < c.s.plant.size(); ++i) {
    auto const& p = c.s.plant[i];
    warn_of_curves(c, i);
    warn_of_ice(c, i);
    warn_of_reuse(c, i);
    warn_of_class(c, list_path("plant", i, p.reset ? "reset" : "supply_temperature"), "facility water", set_points(p),
                  p.water_class);
  }
  for (std::size_t i = 0; i < c.s.hall.size(); ++i) {
    auto const& h = c.s.hall[i];
    auto const heat = rated_heat(c, h);
    if (h.air) {
      if (auto const* crah = Context::find(c.s.catalogue.crah, h.air->crah))
        warn_of_approach(c, list_path("hall", i, "air.supply_temperature"), "supply air", h.air->supply_temperature,
                         crah->rated_approach, heat.air / (h.air->crahs * crah->rated_heat.v), h.air->plant);
      warn_of_air_class(c, i);
    }
    if (!h.liquid) continue;
    auto const at = list_path("hall", i, "liquid.supply_temperature");
    auto const t = h.liquid->supply_temperature;
    if (auto const* cdu = Context::find(c.s.catalogue.cdu, h.liquid->cdu))
      warn_of_approach(c, at, "technology coolant", t, cdu->rated_approach, heat.liquid / (h.liquid->cdus * cdu->rated_heat.v),
                       h.liquid->plant);
    warn_of_class(c, at, "technology coolant", {t, t}, h.liquid->technology_class);
  }
}

}  // namespace ondol::schema
