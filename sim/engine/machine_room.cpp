#include "sim/engine/machine_room.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "sim/control/thermal_limit.hpp"
#include "sim/thermal/junction.hpp"
#include "sim/thermal/rack_air.hpp"

namespace ondol::sim {

MachineRoom::MachineRoom(Assembly const& assembly, topology::Facility const& facility)
    : assembly_(assembly),
      rack_of_node_(facility.node_rack),
      load_(facility.node_rack.size()),
      node_settled_s_(facility.node_rack.size()),
      account_(facility.racks.size()),
      rack_touched_(facility.racks.size()),
      cap_w_(facility.racks.size(), std::numeric_limits<double>::infinity()),
      hall_shift_w_(assembly.halls.size()),
      rack_shift_w_(facility.racks.size()),
      hall_air_w_(assembly.halls.size()),
      hall_liquid_w_(assembly.halls.size()),
      cooling_(assembly.plants, assembly.halls),
      chain_(assembly.chain),
      vertex_of_rack_(facility.racks.size()),
      stale_power_(facility.racks.size()),
      fabric_powered_(assembly.fabrics.size(), 1),
      fabric_of_rack_(facility.racks.size(), -1),
      heat_load_powered_(assembly.heat_loads.size(), 1),
      heat_load_w_(assembly.heat_loads.size()),
      vertex_load_w_(assembly.tree.vertices.size()),
      storage_(assembly.storages),
      meters_(assembly) {
  nodes_.resize(facility.node_rack.size());
  racks_.resize(facility.racks.size());
  class_of_rack_.resize(facility.racks.size());
  for (std::uint32_t c = 0; c < assembly.classes.size(); ++c)
    for (std::uint32_t r = 0; r < assembly.classes[c].racks; ++r) {
      std::uint32_t const rack = assembly.classes[c].first_rack + r;
      class_of_rack_[rack] = c;
      racks_.junction_k_per_w[rack] = assembly.classes[c].junction_k_per_w;
    }
  for (auto const& place : facility.racks) row_of_rack_.push_back(static_cast<std::uint32_t>(place.row));
  for (std::size_t f = 0; f < assembly.fabrics.size(); ++f)
    for (std::size_t r = 0; r < facility.racks.size(); ++r)
      for (auto const pool : assembly.fabrics[f].pools)
        if (facility.racks[r].pool == pool) fabric_of_rack_[r] = static_cast<int>(f);
  for (std::uint32_t v = 0; v < assembly.tree.vertices.size(); ++v)
    if (assembly.tree.vertices[v].role == topology::PowerTree::Role::rack) vertex_of_rack_[assembly.tree.vertices[v].owner] = v;
}

bool MachineRoom::initialise(double unix_s) {
  bool steady = false;
  start_unix_s_ = unix_s;
  weather_ = assembly_.weather.at(unix_s);
  for (std::uint32_t h = 0; h < assembly_.halls.size(); ++h) hall_air_w_[h] = hall_liquid_w_[h] = 0;
  std::fill(racks_.coolant_k.begin(), racks_.coolant_k.end(), weather_.dry_bulb_k);
  std::fill(racks_.inlet_k.begin(), racks_.inlet_k.end(), weather_.dry_bulb_k);
  std::fill(nodes_.die_k.begin(), nodes_.die_k.end(), weather_.dry_bulb_k);
  // Heat needs supply temperatures and they need heat; leakage is a weak link between the two, so a few rounds settle it.
  for (int round = 0; round < 6; ++round) {
    for (std::uint32_t n = 0; n < nodes_.die_k.size(); ++n) close(n);
    for (auto const& c : assembly_.classes)
      for (std::uint32_t n = c.first_node; n < c.first_node + c.racks * c.nodes_per_rack; ++n) {
        double const p = nodes_.reference_w[n] / c.accelerators;
        double const k = nodes_.slope_w_per_k[n] / c.accelerators;
        nodes_.die_k[n] = steady_junction_k(p, k, c.accelerator.leakage_reference_k, racks_.junction_k_per_w[rack_of_node_[n]],
                                            racks_.coolant_k[rack_of_node_[n]]);
      }
    settle_nodes(1.0);
    steady = cooling_.initialise(hall_air_w_, hall_liquid_w_, weather_);
    place_air(1.0);
  }
  ledger_ = Ledger{};
  std::fill(nodes_.energy_j.begin(), nodes_.energy_j.end(), 0.0);
  heat_in_j_ = heat_out_j_ = water_kg_ = CompensatedSum{};
  stored_at_start_j_ = 0;
  stored_at_start_j_ = heat_stored_j();
  shut_down_.clear();
  changed_.clear();
  for (std::uint32_t r = 0; r < racks_.power_w.size(); ++r) vertex_load_w_[vertex_of_rack_[r]] = racks_.power_w[r];
  for (std::size_t v = 0; v < vertex_load_w_.size(); ++v)
    if (auto const& vertex = assembly_.tree.vertices[v]; vertex.role == topology::PowerTree::Role::heat_load)
      vertex_load_w_[v] = assembly_.heat_loads[vertex.owner].series.at(0.0);
  chain_.begin(vertex_load_w_);
  return steady;
}

void MachineRoom::set_load(std::uint32_t node, std::vector<NodeShareLoad> load) {
  load_[node] = std::move(load);
  int busy = 0;
  for (auto const& share : load_[node]) busy += share.accelerators;
  racks_.busy[rack_of_node_[node]] += busy - nodes_.busy[node];
  nodes_.busy[node] = static_cast<std::uint16_t>(busy);
  double const power = nodes_.reference_w[node] + nodes_.host_w[node];
  if (close(node)) changed_.push_back(node);
  note_shift(node, power);
}

/// What the change of a node's power will do to the temperatures around it: the next step is shortened for it.
void MachineRoom::note_shift(std::uint32_t node, double power_before_w) {
  double const shift = nodes_.reference_w[node] + nodes_.host_w[node] - power_before_w;
  auto const rack = rack_of_node_[node];
  auto const& c = assembly_.classes[class_of_rack_[rack]];
  hall_shift_w_[c.hall] += shift;
  rack_shift_w_[rack] += shift;
  // The rack's own inlet follows through the air that returns, with the time constant of its dies.
  double const airflow = fan_airflow_m3_per_s(c.node.fans, racks_.fan_speed[rack]) * c.nodes_per_rack;
  double const rise =
      rack_inlet_k(0.0, assembly_.hall_recirculation[c.hall], (1.0 - c.node.liquid_fraction) * std::abs(rack_shift_w_[rack]),
                   airflow, assembly_.air_density_kg_per_m3);
  shift_rate_k_per_s_ = std::max(shift_rate_k_per_s_, rise / (c.heat_capacity_j_per_k * c.junction_k_per_w));
}

double MachineRoom::least_k_per_w(std::uint32_t rack) const {
  auto const& c = assembly_.classes[class_of_rack_[rack]];
  return c.liquid_cooled ? racks_.junction_k_per_w[rack] : c.sink.fixed_k_per_w + c.sink.flow_k_per_w;
}

double MachineRoom::own_limit_w(std::uint32_t n) const {
  auto const& c = class_of(n);
  return std::min(c.power_limit_w,
                  thermal_power_limit_w(c.slowdown_k, nodes_.closed_coolant_k[n], least_k_per_w(rack_of_node_[n])));
}

double MachineRoom::power_limit_w(std::uint32_t n) const {
  return std::min(own_limit_w(n), cap_w_[rack_of_node_[n]]);
}

template <class Each>
MachineRoom::NodeAt MachineRoom::at_limit(std::uint32_t n, double limit, double die_k, Each const& each) const {
  auto const& c = class_of(n);
  NodeAt at;
  double host = 0;
  int busy = 0;
  auto const drawn = [&](AcceleratorDraw const& draw) {
    if (draw.limited && draw.power_w > limit * unheld_above) at.unheld_w = std::max(at.unheld_w, draw.power_w);
  };
  for (std::size_t s = 0; s < load_[n].size(); ++s) {
    auto const& share = load_[n][s];
    busy += share.accelerators;
    if (share.iteration) {
      auto const draw =
          iteration_draw(c.accelerator, *share.iteration, share.fabric, limit, die_k, c.smoothing ? &*c.smoothing : nullptr);
      at.reference_w += share.accelerators * draw.at_reference_w;
      at.slope_w_per_k += share.accelerators * draw.slope_w_per_k;
      at.clock = std::min(at.clock, draw.clock);
      host += draw.host * share.accelerators / c.accelerators;
      at.unheld_w = std::max(at.unheld_w, draw.unheld_w);
      each(s, ShareAt{draw.clock, draw.speed, draw});
      continue;
    }
    auto const draw = accelerator_draw(c.accelerator, share.terms, limit, 1.0, die_k);
    drawn(draw);
    at.reference_w += share.accelerators * draw.at_reference_w;
    at.slope_w_per_k += share.accelerators * draw.slope_w_per_k;
    at.clock = std::min(at.clock, draw.clock);
    host += share.host * share.accelerators / c.accelerators;
    each(s, ShareAt{draw.clock, draw.speed});
  }
  if (int const free = c.accelerators - busy; free > 0) {
    auto const draw = accelerator_draw(c.accelerator, c.macro.bare_idle(), limit, 1.0, die_k);
    drawn(draw);
    at.reference_w += free * draw.at_reference_w;
    at.slope_w_per_k += free * draw.slope_w_per_k;
  }
  at.host_w = host_power_w(c.node.host, std::min(1.0, host));
  return at;
}

/// Chooses the clock of a node: power limit, cap, and the power that the coolant can carry away at the slowdown temperature.
bool MachineRoom::close(std::uint32_t n) {
  nodes_.closed_die_k[n] = nodes_.die_k[n];
  auto const rack = rack_of_node_[n];
  nodes_.closed_coolant_k[n] = racks_.coolant_k[rack];
  if (!std::exchange(stale_power_[rack], std::uint8_t{1})) stale_racks_.push_back(rack);
  if (!serves(n)) {
    nodes_.reference_w[n] = nodes_.slope_w_per_k[n] = nodes_.host_w[n] = 0;
    nodes_.clock[n] = 1;
    note_unheld(n, 0);
    return true;
  }
  double const limit = power_limit_w(n);
  bool changed = false;
  auto const at = at_limit(n, limit, nodes_.die_k[n], [&](std::size_t s, ShareAt const& share) {
    auto& mine = load_[n][s];
    if (!mine.iteration) return;
    changed |= share.speed != mine.draw.speed;
    mine.draw = share.iteration;
  });
  nodes_.reference_w[n] = at.reference_w;
  nodes_.slope_w_per_k[n] = at.slope_w_per_k;
  changed |= std::exchange(nodes_.clock[n], at.clock) != at.clock;
  nodes_.host_w[n] = at.host_w;
  // Where temperature sets the limit, slowdown and shutdown tell; where a cap does, capping.
  note_unheld(n, limit < class_of(n).power_limit_w ? 0.0 : at.unheld_w);
  return changed;
}

void MachineRoom::note_unheld(std::uint32_t n, double power_w) {
  double const before = std::exchange(nodes_.unheld_w[n], power_w);
  if ((before > 0) == (power_w > 0)) return;
  auto const rack = rack_of_node_[n];
  auto& count = racks_.unheld[rack];
  bool const any = count > 0;
  power_w > 0 ? ++count : --count;
  if (any != (count > 0)) turned_.push_back(rack);
}

double MachineRoom::unheld_w(std::uint32_t rack) const {
  double highest = 0;
  auto const& c = assembly_.classes[class_of_rack_[rack]];
  std::uint32_t const first = c.first_node + (rack - c.first_rack) * c.nodes_per_rack;
  for (std::uint32_t n = first; n < first + c.nodes_per_rack; ++n) highest = std::max(highest, nodes_.unheld_w[n]);
  return highest;
}

void MachineRoom::set_cap(std::uint32_t rack, double limit_w, double now_s) {
  if (std::exchange(cap_w_[rack], limit_w) == limit_w) return;
  auto const& c = assembly_.classes[class_of_rack_[rack]];
  std::uint32_t const first = c.first_node + (rack - c.first_rack) * c.nodes_per_rack;
  for (std::uint32_t n = first; n < first + c.nodes_per_rack; ++n) {
    if (!serves(n)) continue;
    touch(n, now_s);
    double const power = nodes_.reference_w[n] + nodes_.host_w[n];
    if (close(n)) changed_.push_back(n);
    note_shift(n, power);
  }
}

bool MachineRoom::works(std::uint32_t rack) const {
  auto const& c = assembly_.classes[class_of_rack_[rack]];
  auto const first = load_.begin() + c.first_node + (rack - c.first_rack) * c.nodes_per_rack;
  return racks_.powered[rack] && std::any_of(first, first + c.nodes_per_rack, [](auto const& load) { return !load.empty(); });
}

template <class NodeLoad>
double MachineRoom::rack_input_w(std::uint32_t rack, NodeLoad const& dc_w) const {
  if (!racks_.powered[rack]) return 0;
  auto const& c = assembly_.classes[class_of_rack_[rack]];
  std::uint32_t const first = c.first_node + (rack - c.first_rack) * c.nodes_per_rack;
  double load = c.switch_w;
  for (std::uint32_t n = first; n < first + c.nodes_per_rack; ++n) {
    double const dc = dc_w(n);
    load += dc + c.node.supplies.loss_w(dc);
  }
  return load + c.shelves.loss_w(load);
}

double MachineRoom::present_input_w(std::uint32_t rack) const {
  double const reference_k = assembly_.classes[class_of_rack_[rack]].accelerator.leakage_reference_k;
  return rack_input_w(rack, [&](std::uint32_t n) {
    return nodes_.reference_w[n] + nodes_.slope_w_per_k[n] * (nodes_.die_k[n] - reference_k) + nodes_.host_w[n] +
           nodes_.fan_w[n];
  });
}

double MachineRoom::input_under_w(std::uint32_t rack, double limit_w) const {
  double const reference_k = assembly_.classes[class_of_rack_[rack]].accelerator.leakage_reference_k;
  return rack_input_w(rack, [&](std::uint32_t n) {
    if (!serves(n)) return nodes_.fan_w[n];
    double const die = nodes_.die_k[n];
    auto const at = at_limit(n, std::min(own_limit_w(n), limit_w), die, [](std::size_t, ShareAt const&) {});
    return at.reference_w + at.slope_w_per_k * (die - reference_k) + at.host_w + nodes_.fan_w[n];
  });
}

/// To first order: R (P - P_now) more, and what the leakage of that adds.
double MachineRoom::uncapped_die_k(std::uint32_t n) const {
  auto const& c = class_of(n);
  double const die = nodes_.die_k[n];
  auto const at = at_limit(n, own_limit_w(n), die, [](std::size_t, ShareAt const&) {});
  double const more_w = (at.reference_w - nodes_.reference_w[n]) / c.accelerators;
  double const k_per_w = racks_.junction_k_per_w[rack_of_node_[n]], gain = k_per_w * at.slope_w_per_k / c.accelerators;
  return more_w > 0 && gain < 1 ? die + k_per_w * more_w / (1 - gain) : die;
}

double MachineRoom::demand_w(std::uint32_t rack) const {
  double const reference_k = assembly_.classes[class_of_rack_[rack]].accelerator.leakage_reference_k;
  return rack_input_w(rack, [&](std::uint32_t n) {
    if (!serves(n)) return nodes_.fan_w[n];
    double const die = uncapped_die_k(n);
    auto const at = at_limit(n, own_limit_w(n), die, [](std::size_t, ShareAt const&) {});
    return at.reference_w + at.slope_w_per_k * (die - reference_k) + at.host_w + nodes_.fan_w[n];
  });
}

MachineRoom::CapEffect MachineRoom::cap_effect(std::uint32_t rack) const {
  CapEffect effect;
  if (cap_w_[rack] == std::numeric_limits<double>::infinity()) return effect;
  effect.withheld_w = std::max(0.0, demand_w(rack) - present_input_w(rack));
  auto const& c = assembly_.classes[class_of_rack_[rack]];
  std::uint32_t const first = c.first_node + (rack - c.first_rack) * c.nodes_per_rack;
  std::vector<double> free_speed;
  for (std::uint32_t n = first; n < first + c.nodes_per_rack; ++n) {
    if (!serves(n)) continue;
    free_speed.clear();
    at_limit(n, own_limit_w(n), uncapped_die_k(n),
             [&](std::size_t, ShareAt const& share) { free_speed.push_back(share.speed); });
    at_limit(n, power_limit_w(n), nodes_.die_k[n], [&](std::size_t s, ShareAt const& share) {
      double const kept = share.speed / free_speed[s];
      if (kept > 1 - 1e-9) return;
      effect.slowed += load_[n][s].accelerators;
      effect.lost += load_[n][s].accelerators * (1 - kept);
    });
  }
  return effect;
}

void MachineRoom::settle(double now_s) {
  double const dt = now_s - settled_s_;
  settle_nodes(now_s);
  double const unix_s = start_unix_s_ + settled_s_;
  auto const next_weather = assembly_.weather.at(unix_s + dt);
  cooling_interval_ = &cooling_.advance(dt, hall_air_w_, hall_liquid_w_, weather_, next_weather);
  weather_ = next_weather;
  settle_chain(unix_s, dt);
  settled_s_ = now_s;
  std::fill(hall_shift_w_.begin(), hall_shift_w_.end(), 0.0);
  std::fill(rack_shift_w_.begin(), rack_shift_w_.end(), 0.0);
  shift_rate_k_per_s_ = 0;
  place_air(dt);
}

double MachineRoom::next_heat_load_s(double now_s) const {
  double next = std::numeric_limits<double>::infinity();
  for (auto const& load : assembly_.heat_loads) next = std::min(next, load.series.next_s(now_s));
  return next;
}

double MachineRoom::heat_stored_j() const {
  double dies = 0;
  for (auto const& c : assembly_.classes) {
    double const capacity = c.heat_capacity_j_per_k * c.accelerators;
    for (std::uint32_t n = c.first_node; n < c.first_node + c.racks * c.nodes_per_rack; ++n) dies += capacity * nodes_.die_k[n];
  }
  return dies + cooling_.stored_energy_j() - stored_at_start_j_;
}

std::vector<std::uint32_t> MachineRoom::take_changed() {
  std::sort(changed_.begin(), changed_.end());
  changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
  return std::exchange(changed_, {});
}

double MachineRoom::step_limit_s(double longest_s, double tolerance_k) const {
  double rate = std::max({cooling_.fastest_rate_k_per_s(), inlet_rate_k_per_s_, shift_rate_k_per_s_});
  for (std::size_t h = 0; h < hall_shift_w_.size(); ++h) {
    auto const& hall = assembly_.halls[h];
    double const shift = std::abs(hall_shift_w_[h]);
    if (hall.air && hall.air->heat_capacity_j_per_k > 0) rate = std::max(rate, shift / hall.air->heat_capacity_j_per_k);
    if (hall.liquid && hall.liquid->heat_capacity_j_per_k > 0)
      rate = std::max(rate, shift / hall.liquid->heat_capacity_j_per_k);
  }
  return rate > 0 ? std::clamp(tolerance_k / rate, std::min(1.0, longest_s), longest_s) : longest_s;
}

}  // namespace ondol::sim
