#include "sim/engine/assemble_chain.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "sim/engine/rack_class.hpp"

namespace ondol::sim {

namespace {

using namespace schema;
using Role = topology::PowerTree::Role;

constexpr double overload_recovery_s = 3600;  // assumed: an hour at the rating makes an inverter fit for another overload
constexpr double beyond_overload_s = 0.5;     // assumed: above the last point of its table an inverter limits its current
constexpr double pump_restart_s = 10;         // assumed: drives start by themselves in seconds, as those of halls do
constexpr double nec_continuous = 0.8;        // share of a breaker's rating that is loaded for hours [nfpa2023nec, 210.20(A)]

OverloadCurve overload_curve(std::vector<OverloadSpec> const& points) {
  OverloadCurve curve{.continuous = 1, .steps = {}, .beyond_s = beyond_overload_s, .recovery_s = overload_recovery_s};
  for (auto const& point : points) curve.steps.push_back({point.load, point.time.v});
  return curve;
}

UpsParams ups_params(PowerUnitSpec const& unit, PowerBankSpec::Mode mode) {
  UpsSpec const spec = unit.ups.value_or(UpsSpec{});
  UpsParams p;
  p.normal = mode == PowerBankSpec::Mode::eco ? UpsMode::eco : UpsMode::double_conversion;
  p.inverter = overload_curve(spec.overload);
  p.bypass = overload_curve(spec.bypass_overload);
  p.eco_gap_s = p.bypass_gap_s = spec.transfer_time.v;
  p.qualify_s = spec.return_delay.v;
  p.walk_in_s = spec.walk_in.v;
  p.eco_return_s = spec.eco_return.v;
  p.retransfer_s = spec.retransfer.v;
  p.restart_s = spec.restart.v;
  auto const charge = unit.battery ? unit.battery->charge_power : std::nullopt;
  p.recharge_w = charge ? charge->v : 0.1 * unit.rating.v;
  return p;
}

BatteryParams battery_params(PowerUnitSpec const& unit) {
  BatterySpec const spec = unit.battery.value_or(BatterySpec{});
  BatteryParams p;
  p.capacity_j = unit.stored_energy->v;
  p.discharge_limit_w = spec.discharge_power ? spec.discharge_power->v : 1.5 * unit.rating.v;
  p.charge_limit_w = spec.charge_power ? spec.charge_power->v : 0.1 * unit.rating.v;
  p.round_trip_efficiency = spec.efficiency;
  p.rate_exponent = spec.rate_exponent;
  p.rated_discharge_s = spec.rated_discharge.v;
  p.reserve = spec.reserve;
  p.taper_from = spec.taper_from;
  p.standing_w = spec.standing.v;
  return p;
}

TransferSwitchParams transfer_params(PowerUnitSpec const& unit) {
  TransferSpec const spec = unit.transfer.value_or(TransferSpec{});
  return {.override_s = spec.delay.v,
          .transfer_s = spec.alternate_delay.v,
          .gap_s = spec.transfer_time.v,
          .retransfer_s = spec.return_delay.v,
          .return_gap_s = spec.transfer_time.v};
}

GeneratorParams generator_params(PowerUnitSpec const& unit) {
  schema::GeneratorSpec const spec = unit.generator.value_or(schema::GeneratorSpec{});
  GeneratorParams p;
  p.rated_w = unit.rating.v;
  p.start_s = spec.start_time.v;
  p.synchronise_s = spec.synchronising.v;
  p.block = spec.block;
  p.block_interval_s = spec.block_interval.v;
  p.cool_down_s = spec.cool_down.v;
  p.fuel_m3_per_s = spec.fuel_full_load.v;
  p.idle_fuel_share = spec.fuel_full_load.v > 0 ? spec.fuel_no_load.v / spec.fuel_full_load.v : 0;
  return p;
}

/// `rated_w`: real power at which the rated current flows.
BreakerParams breaker_params(BreakerSpec const& spec, double rated_w) {
  BreakerParams p;
  p.rated_a = rated_w;
  p.element = spec.element == BreakerSpec::Element::i2t ? BreakerParams::Element::i2t : BreakerParams::Element::thermal;
  p.tau_s = spec.time_constant.v;
  p.trip_heat = spec.trip_heat;
  p.pickup = spec.pickup;
  if (spec.short_time > 0) {
    p.short_time = spec.short_time;
    p.short_time_s = spec.short_time_delay.v;
  }
  if (spec.instantaneous > 0) p.instantaneous = spec.instantaneous;
  p.clearing_s = spec.clearing_time.v;
  return p;
}

/// Loss of a unit of the bank by the real power it delivers.
LossCurve curve_of(PowerUnitSpec const& unit, PowerBankSpec const& bank, schema::LossCurve loss) {
  if (unit.kind == PowerUnitSpec::Kind::cable && bank.length) {
    double const longer = bank.length->v / unit.cable_length.v;
    for (double* part : {&loss.no_load, &loss.proportional, &loss.square}) *part *= longer;
  }
  auto const curve = loss_curve(loss, unit.rating);
  return bank.power_factor < 1 ? curve.at_power_factor(bank.power_factor) : curve;
}

ChainVertex::Kind kind_of(PowerUnitSpec::Kind kind) {
  switch (kind) {
    case PowerUnitSpec::Kind::ups:
      return ChainVertex::Kind::ups;
    case PowerUnitSpec::Kind::transfer_switch:
      return ChainVertex::Kind::transfer_switch;
    case PowerUnitSpec::Kind::generator:
      return ChainVertex::Kind::generator;
    default:
      return ChainVertex::Kind::unit;
  }
}

void take_unit(ChainParams& p, ChainVertex& vertex, Scenario const& s, topology::PowerTree::Vertex const& in) {
  auto const& bank = s.power[in.owner];
  auto const& unit = s.catalogue.power_unit.at(bank.unit);
  vertex.kind = kind_of(unit.kind);
  vertex.rating_w = unit.rating.v * bank.power_factor;
  p.curve.back() = curve_of(unit, bank, unit.loss);
  p.second.back() = p.curve.back();
  if (unit.kind == PowerUnitSpec::Kind::ups) {
    vertex.ups = ups_params(unit, bank.mode);
    if (unit.stored_energy && unit.stored_energy->v > 0) vertex.battery = battery_params(unit);
    UpsSpec const spec = unit.ups.value_or(UpsSpec{});
    vertex.input_minimum = spec.input_minimum;
    p.second.back() = spec.eco_loss ? curve_of(unit, bank, *spec.eco_loss)
                                    : LossCurve::quadratic(0, 0.01, 0, unit.rating);  // assumed, see UpsSpec
  }
  if (unit.kind == PowerUnitSpec::Kind::transfer_switch) {
    vertex.transfer = transfer_params(unit);
    vertex.input_minimum = unit.transfer.value_or(TransferSpec{}).input_minimum;
  }
  if (!bank.breaker.empty())
    vertex.breaker = breaker_params(s.catalogue.breaker.at(bank.breaker),
                                    (bank.breaker_rating ? bank.breaker_rating->v : unit.rating.v) * bank.power_factor);
}

void take_load(ChainVertex& vertex, Scenario const& s, topology::Facility const& facility,
               topology::PowerTree::Vertex const& in) {
  vertex.kind = ChainVertex::Kind::load;
  bool const moves = in.role == Role::crah || in.role == Role::cdu || in.role == Role::mechanical || in.role == Role::pumps;
  vertex.tolerance = moves ? semi_f47() : itic();
  if (in.role == Role::crah) vertex.restart_s = s.hall[in.owner].air->restart.v;
  if (in.role == Role::cdu) vertex.restart_s = s.hall[in.owner].liquid->restart.v;
  if (in.role == Role::mechanical) vertex.restart_s = s.plant[in.owner].restart.v;
  if (in.role == Role::pumps) vertex.restart_s = std::min(pump_restart_s, s.plant[in.owner].restart.v);
  if (in.role != Role::rack) return;
  auto const& group = s.racks[facility.racks[in.owner].group];
  vertex.sheddable = true;
  vertex.priority = group.priority;
  if (!group.breaker.empty())
    vertex.feed_breaker = breaker_params(s.catalogue.breaker.at(group.breaker),
                                         group.breaker_rating ? group.breaker_rating->v : in.rating_w / nec_continuous);
}

}  // namespace

ChainParams chain_params(Scenario const& s, topology::Facility const& facility, topology::PowerTree const& tree) {
  ChainParams p;
  p.order = feed_order(tree);
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> place;  // bank, unit -> vertex
  std::map<std::uint32_t, ChainGenerators> plants;
  for (std::uint32_t v = 0; v < tree.vertices.size(); ++v) {
    auto const& in = tree.vertices[v];
    ChainVertex vertex;
    vertex.name = in.name;
    p.curve.emplace_back();
    p.second.emplace_back();
    if (in.role == Role::utility) {
      vertex.kind = ChainVertex::Kind::utility;
    } else if (in.role == Role::unit) {
      take_unit(p, vertex, s, in);
      place[{in.owner, in.unit_index}] = v;
      if (vertex.kind == ChainVertex::Kind::generator) plants[in.owner].vertices.push_back(v);
    } else {
      take_load(vertex, s, facility, in);
    }
    p.order.own.push_back(vertex.kind == ChainVertex::Kind::generator);
    p.vertices.push_back(std::move(vertex));
  }
  for (auto& [bank, plant] : plants) {
    auto const& unit = s.catalogue.power_unit.at(s.power[bank].unit);
    plant.params = generator_params(unit);
    if (unit.generator && unit.generator->tank.v > 0)
      plant.tank_m3 = unit.generator->tank.v * static_cast<double>(plant.vertices.size());
    p.generators.push_back(std::move(plant));
  }
  for (auto const& e : s.event) {
    if (e.is_cooling()) continue;
    ChainHappening h;
    h.start_s = e.start.v;
    if (e.duration) h.end_s = e.start.v + e.duration->v;
    for (std::uint32_t v = 0; v < p.vertices.size(); ++v)
      if (p.vertices[v].kind == ChainVertex::Kind::utility) h.vertex = v;
    if (e.what == EventSpec::What::utility_dip) h.voltage = e.voltage;
    if (e.what == EventSpec::What::unit_failure || e.what == EventSpec::What::breaker_open) {
      h.what =
          e.what == EventSpec::What::unit_failure ? ChainHappening::What::unit_failure : ChainHappening::What::breaker_open;
      std::uint32_t bank = 0;
      while (s.power[bank].id != e.bank) ++bank;
      auto const at = place.find({bank, static_cast<std::uint32_t>(e.unit - 1)});
      if (at == place.end()) continue;  // a generator that leads nowhere
      h.vertex = at->second;
    }
    p.happenings.push_back(h);
  }
  if (s.shedding) p.shedding = SheddingParams{s.shedding->delay.v, s.shedding->margin, s.shedding->restore_delay.v};
  return p;
}

}  // namespace ondol::sim
