#include "sim/engine/rack_class.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "scenarios/schema/read.hpp"
#include "sim/compute/kernel_clock.hpp"
#include "sim/engine/interconnect.hpp"

namespace ondol::sim {

using schema::Cooling;
using schema::Scenario;

LossCurve loss_curve(schema::LossCurve const& c, Watts rating) {
  switch (c.form) {
    case schema::LossCurve::Form::quadratic:
      return LossCurve::quadratic(c.no_load, c.proportional, c.square, rating);
    case schema::LossCurve::Form::affine:
      return LossCurve::affine(c.constant, c.efficiency);
    case schema::LossCurve::Form::table:
      return LossCurve::table(c.load, c.load_efficiency, rating);
  }
  return {};
}

namespace {

SupplyBank supply_bank(schema::PsuSpec const& unit, int units, int needed, schema::SupplySharing sharing) {
  auto curve = loss_curve(unit.loss, unit.rating);
  switch (sharing) {
    case schema::SupplySharing::all:
      break;
    case schema::SupplySharing::needed:
      return {std::move(curve), needed > 0 ? needed : units};
    case schema::SupplySharing::staged:
      return {std::move(curve),
              units,
              {.rated_w = unit.rating.v, .spare = needed > 0 ? units - needed : 0, .standby_w = unit.standby.v}};
  }
  return {std::move(curve), units};
}

// Speed of an air-cooled node's fans at which junction_to_coolant holds (assumed: at their limits accelerators leave a node at
// about four fifths of its rated heat).
constexpr double loaded_fan_speed = 0.8;

/// How much of an accelerator's resistance falls with the flow past its sink, and how fast.
///   air         0.6, n = 0.65 (assumed: die, lid and base of an H100's sink are 0.02 to 0.025 of its 0.06 K/W; n between
///               laminar 0.5 and turbulent 0.8)
///   cold plate  0.05, n = 0.8: of the 0.0166 K/W between a plate and the mean of its PG25 0.0012 fall with flow [ocp2023oai];
///               the rest of its R(flow) is the coolant's own rise, which the loop has
///   immersion   0.6 as in air; half of it by buoyancy (assumed: tanks move their liquid at centimetres a second)
HeatSinkParams heat_sink(schema::NodeSpec const& node, double junction_k_per_w) {
  HeatSinkParams sink;
  double share = 0.6;
  sink.exponent = 0.65;
  if (node.cooling == Cooling::cold_plate) {
    share = 0.05;
    sink.exponent = 0.8;
  }
  if (node.cooling == Cooling::immersion) sink.buoyant_share = 0.5;
  if (node.sink_flow_share > 0) share = node.sink_flow_share;
  if (node.sink_exponent > 0) sink.exponent = node.sink_exponent;
  sink.fixed_k_per_w = (1 - share) * junction_k_per_w;
  sink.flow_k_per_w = share * junction_k_per_w;
  if (node.cooling == Cooling::air) sink.flow_k_per_w *= std::pow(loaded_fan_speed, sink.exponent);
  return sink;
}

constexpr double fan_margin_k = 12.0;  // of fan_target below slowdown (assumed: fans act before clocks do)

/// Die and sink: what the calibration measured of the die, else what the catalogue says; the sink has the rest.
JunctionParams junction(schema::AcceleratorSpec const& spec, schema::CalibrationSpec const& calibration) {
  JunctionParams p;
  auto const& t = calibration.thermal;
  if (t && t->fast_resistance && t->fast_time && t->slow_resistance && t->slow_time) {
    auto const measured = junction_of_response(t->fast_resistance->v, t->fast_time->v, t->slow_resistance->v, t->slow_time->v);
    p.die_k_per_w = measured.die_k_per_w;
    p.die_j_per_k = measured.die_j_per_k;
  } else {
    p.die_k_per_w = spec.die_share * spec.junction_to_coolant.v;
    p.die_j_per_k = spec.die_time.v / p.die_k_per_w;
  }
  // A board measured under another cooler may leave nothing for this one: then its die keeps the share of the catalogue.
  if (p.die_k_per_w >= 0.95 * spec.junction_to_coolant.v) p.die_k_per_w = spec.die_share * spec.junction_to_coolant.v;
  p.die_j_per_k = std::min(p.die_j_per_k, 0.5 * spec.heat_capacity.v);
  p.sink_k_per_w = spec.junction_to_coolant.v - p.die_k_per_w;
  p.sink_j_per_k = spec.heat_capacity.v - p.die_j_per_k;
  return p;
}

// Slowdown stands 2 K above the highest operating temperature [hopperlogs2025].  A node that shut down serves again 20 K below
// slowdown (assumed: vendors do not publish a value).
constexpr double slowdown_over_operating_k = 2.0, restart_margin_k = 20.0;

ThermalThresholds thresholds(schema::AcceleratorSpec const& spec) {
  ThermalThresholds t;
  t.slowdown_k = spec.slowdown_temperature.v;
  t.shutdown_k = spec.shutdown_temperature.v;
  t.operating_k = spec.operating_temperature ? spec.operating_temperature->v : t.slowdown_k - slowdown_over_operating_k;
  t.restart_k = t.slowdown_k - restart_margin_k;
  t.memory_k = spec.memory_temperature.v;
  return t;
}

}  // namespace

RackClass rack_class(Scenario const& s, std::string const& id, std::optional<Watts> const& power_limit) {
  auto const& rack = s.catalogue.rack.at(id);
  auto const& node = s.catalogue.node.at(rack.node);
  auto const& accelerator = s.catalogue.accelerator.at(node.accelerator);
  RackClass c;
  c.nodes_per_rack = static_cast<std::uint32_t>(rack.nodes);
  c.accelerators = node.accelerators;
  auto const& calibrated = s.catalogue.calibration.at(accelerator.calibration);
  c.accelerator = drawn(calibration(calibrated, s.origin), calibrated.id, s.simulation.seed, s.simulation.calibration_draw);
  c.rates = kernel_rates(accelerator);
  c.macro = macro_power(c.accelerator, c.rates, calibrated.limit_held * accelerator.power_limit.v);
  double const limit = power_limit ? std::min(power_limit->v, accelerator.power_limit.v) : accelerator.power_limit.v;
  c.power_limit_w = calibrated.limit_held * limit;
  c.limiter_s = accelerator.limiter_time.v;
  if (accelerator.power_limit_minimum) c.least_limit_w = calibrated.limit_held * accelerator.power_limit_minimum->v;
  c.junction = junction(accelerator, calibrated);
  c.junction.leakage_w_per_k = c.accelerator.leakage_w_per_k;
  c.junction.reference_k = c.accelerator.leakage_reference_k;
  c.memory_rise_k = accelerator.memory_rise.v;
  c.memory_k_per_w = accelerator.memory_share * accelerator.junction_to_coolant.v;
  c.thresholds = thresholds(accelerator);
  c.spread = {accelerator.resistance_spread, accelerator.power_spread};
  c.liquid_cooled = node.cooling != Cooling::air;
  c.sink = heat_sink(node, c.junction.total_k_per_w());
  c.idle_k_per_w = sink_k_per_w(c.sink, node.fan_minimum_speed, 0);
  c.fan_target_k = node.fan_target ? node.fan_target->v : c.thresholds.slowdown_k - fan_margin_k;
  c.node.host = {node.host_idle.v, node.host_active.v};
  c.node.liquid_fraction = node.liquid_fraction;
  c.node.fans.rated_w = node.fan_rated.v;
  c.node.fans.power_exponent = node.fan_power_exponent;
  c.node.fans.minimum_speed = node.fan_minimum_speed;
  double const silicon_w = node.accelerators * accelerator.power_limit.v + node.host_active.v;
  c.node.fans.rated_air_heat_w = std::max(0.0, node.rated_power.v - node.liquid_fraction * silicon_w);
  c.node.fans.rated_airflow_m3_per_s = node.airflow.v;
  if (node.cooling == Cooling::immersion) c.node.fans = {.rated_w = 0};  // the bath has none
  if (!node.psu.empty()) {
    auto const& psu = s.catalogue.psu.at(node.psu);
    c.node.supplies = supply_bank(psu, node.psus, node.psus_needed, node.psu_sharing);
  }
  c.switch_w = rack.switch_power.v + rack.network_share_power.v;
  if (!rack.shelf.empty()) {
    auto const& shelf = s.catalogue.psu.at(rack.shelf);
    c.shelves = supply_bank(shelf, rack.shelves, rack.shelves_needed, rack.shelf_sharing);
  }
  return c;
}

workloads::PoolSupply pool_supply(Scenario const& s, std::string const& id, schema::FabricSpec const* fabric) {
  auto const& rack = s.catalogue.rack.at(id);
  auto const& node = s.catalogue.node.at(rack.node);
  auto const& spec = s.catalogue.accelerator.at(node.accelerator);
  workloads::PoolSupply supply;
  supply.accelerators_per_node = node.accelerators;
  supply.bf16_peak_flop_per_s = spec.bf16_peak.v;
  supply.fp8_peak_flop_per_s = spec.fp8_peak ? spec.fp8_peak->v : spec.bf16_peak.v;
  supply.fp4_peak_flop_per_s = spec.fp4_peak ? spec.fp4_peak->v : supply.fp8_peak_flop_per_s;
  supply.matmul_efficiency = spec.matmul_efficiency;
  supply.memory_bytes = spec.memory.v;
  supply.memory_bandwidth_bytes_per_s = spec.memory_bandwidth.v;
  supply.memory_efficiency = spec.memory_efficiency;
  supply.kernels = std::make_shared<RatedKernels const>(kernel_rates(spec, schema::catalogue_folder()));
  supply.links = interconnect(s.catalogue, rack, fabric);
  return supply;
}

}  // namespace ondol::sim
