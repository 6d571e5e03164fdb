#include "sim/engine/machine_room.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

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
      cooling_(assembly.plants, assembly.halls, assembly.cooling),
      trips_(assembly.trips),
      pumps_apart_(assembly.plants.size()),
      moved_plants_(assembly.plants.size()),
      moved_halls_(assembly.halls.size()),
      chain_(assembly.chain),
      vertex_of_rack_(facility.racks.size()),
      stale_power_(facility.racks.size()),
      fabric_powered_(assembly.fabrics.size(), 1),
      fabric_of_rack_(facility.racks.size(), -1),
      heat_load_powered_(assembly.heat_loads.size(), 1),
      heat_load_w_(assembly.heat_loads.size()),
      vertex_load_w_(assembly.tree.vertices.size()),
      storage_(assembly.storages),
      meters_(assembly),
      hall_seen_(assembly.halls.size()) {
  nodes_.resize(facility.node_rack.size());
  racks_.resize(facility.racks.size());
  class_of_rack_.resize(facility.racks.size());
  for (std::uint32_t c = 0; c < assembly.classes.size(); ++c)
    for (std::uint32_t r = 0; r < assembly.classes[c].racks; ++r) {
      std::uint32_t const rack = assembly.classes[c].first_rack + r;
      class_of_rack_[rack] = c;
      racks_.sink_k_per_w[rack] = assembly.classes[c].junction.sink_k_per_w;
    }
  fans_asked_.resize(facility.racks.size());
  for (auto const& place : facility.racks) row_of_rack_.push_back(static_cast<std::uint32_t>(place.row));
  for (std::size_t f = 0; f < assembly.fabrics.size(); ++f)
    for (std::size_t r = 0; r < facility.racks.size(); ++r)
      for (auto const pool : assembly.fabrics[f].pools)
        if (facility.racks[r].pool == pool) fabric_of_rack_[r] = static_cast<int>(f);
  for (std::uint32_t v = 0; v < assembly.tree.vertices.size(); ++v) {
    auto const& vertex = assembly.tree.vertices[v];
    if (vertex.role == topology::PowerTree::Role::rack) vertex_of_rack_[vertex.owner] = v;
    if (vertex.role == topology::PowerTree::Role::pumps) pumps_apart_[vertex.owner] = 1;
  }
  spread_boards(facility);
  for (auto const& c : assembly_.classes) {
    if (c.liquid_cooled || c.nodes_per_rack < 2) continue;
    for (std::uint32_t i = 0; i < c.racks * c.nodes_per_rack; ++i) {
      double const height = double(i % c.nodes_per_rack) / (c.nodes_per_rack - 1.0);
      nodes_.above_inlet_k[c.first_node + i] = assembly_.hall_inlet_spread_k[c.hall] * (height - 0.5);
    }
  }
}

/// Each accelerator's share of its node's temperature over the coolant, once for the run.
void MachineRoom::spread_boards(topology::Facility const& facility) {
  for (auto const& c : assembly_.classes) {
    first_board_.push_back(board_share_.size());
    std::vector<double> shares(static_cast<std::size_t>(c.accelerators));
    for (std::uint32_t r = c.first_rack; r < c.first_rack + c.racks; ++r) {
      for (std::uint32_t i = 0; i < c.nodes_per_rack; ++i) {
        std::string const name = "board/" + facility.racks[r].name + "/" + std::to_string(i);
        nodes_.hottest_share[c.first_node + (r - c.first_rack) * c.nodes_per_rack + i] =
            draw_weights(c.spread, assembly_.seed, name, shares);
        board_share_.insert(board_share_.end(), shares.begin(), shares.end());
      }
    }
  }
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
        auto const rack = rack_of_node_[n];
        auto const unpowered = steady_junction(junction_of(n), racks_.coolant_k[rack], 0.0);
        racks_.unpowered_die_k[rack] = unpowered.die_k;
        racks_.unpowered_sink_k[rack] = unpowered.sink_k;
        auto const x = steady_junction(junction_of(n), racks_.coolant_k[rack], nodes_.reference_w[n] / c.accelerators);
        nodes_.die_k[n] = x.die_k;
        nodes_.sink_k[n] = x.sink_k;
      }
    settle_nodes(1.0);
    steady = cooling_.initialise(hall_air_w_, hall_liquid_w_, weather_);
    place_air(std::numeric_limits<double>::infinity());
    std::fill(racks_.coolant_rate_k_per_s.begin(), racks_.coolant_rate_k_per_s.end(), 0.0);
  }
  coolant_turn_k_per_s_ = 0;
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
  shift_rate_k_per_s_ = std::max(shift_rate_k_per_s_, rise / (c.junction.sink_j_per_k * c.junction.total_k_per_w()));
  ease_sinks(rack, time_of(node));
}

void MachineRoom::settle(double now_s) {
  double const dt = now_s - settled_s_;
  settle_nodes(now_s);
  double const unix_s = start_unix_s_ + settled_s_;
  auto const next_weather = assembly_.weather.at(unix_s + dt);
  give_orders(unix_s);
  cooling_interval_ = &cooling_.advance(dt, hall_air_w_, hall_liquid_w_, weather_, next_weather);
  weather_ = next_weather;
  settle_chain(unix_s, dt);
  settled_s_ = now_s;
  std::fill(hall_shift_w_.begin(), hall_shift_w_.end(), 0.0);
  std::fill(rack_shift_w_.begin(), rack_shift_w_.end(), 0.0);
  shift_rate_k_per_s_ = 0;
  cooling_jumped_ = false;
  place_air(dt);
}

double MachineRoom::next_heat_load_s(double now_s) const {
  double next = std::numeric_limits<double>::infinity();
  for (auto const& load : assembly_.heat_loads) next = std::min(next, load.series.next_s(now_s));
  return next;
}

void MachineRoom::give_orders(double unix_s) {
  for (std::size_t p = 0; p < assembly_.orders.size(); ++p) {
    auto const& orders = assembly_.orders[p];
    if (!orders.demand_w.empty()) cooling_.set_reuse_demand(p, orders.demand_w.at(unix_s));
    int const hour = static_cast<int>(std::fmod(unix_s + assembly_.utc_offset_s, 86400.0) / 3600.0);
    auto const in = [hour](std::vector<int> const& hours) {
      return std::find(hours.begin(), hours.end(), hour) != hours.end();
    };
    cooling_.set_tank_order(p, in(orders.charge_hours)      ? TankOrder::charge
                               : in(orders.discharge_hours) ? TankOrder::discharge
                                                            : TankOrder::hold);
  }
}

std::vector<CoolingEvent> MachineRoom::take_cooling_events() {
  auto events = cooling_.take_events();
  for (auto& e : events) e.offset_s += settled_s_ - cooling_interval_->dt_s;
  return events;
}

double MachineRoom::heat_stored_j() const {
  double dies = 0;
  for (auto const& c : assembly_.classes) {
    for (std::uint32_t n = c.first_node; n < c.first_node + c.racks * c.nodes_per_rack; ++n)
      dies += c.accelerators * (c.junction.die_j_per_k * nodes_.die_k[n] + c.junction.sink_j_per_k * nodes_.sink_k[n]);
  }
  return dies + cooling_.stored_energy_j() - stored_at_start_j_;
}

/// How fast what the halls' racks take in will go on moving: as over the interval just settled, but no faster than what comes
/// back to the plant moved, so that a change that leaps (flow that stops, recirculation that follows a load) is not drawn out.
void MachineRoom::follow_coolant(double dt) {
  auto const lesser = [](double a, double b) { return a * b <= 0 ? 0.0 : std::abs(a) < std::abs(b) ? a : b; };
  coolant_turn_k_per_s_ = 0;
  for (std::size_t h = 0; h < hall_seen_.size(); ++h) {
    auto const before = hall_seen_[h];
    auto& now = hall_seen_[h];
    if (cooling_.has_air(h)) now.air_k = cooling_.air_supply_k(h), now.air_return_k = cooling_.air_return_k(h);
    if (cooling_.has_liquid(h)) now.liquid_k = cooling_.liquid_mean_k(h), now.liquid_return_k = cooling_.liquid_rack_k(h);
    if (!(dt > 0)) continue;
    now.air_rate_k_per_s = lesser(now.air_k - before.air_k, now.air_return_k - before.air_return_k) / dt;
    now.liquid_rate_k_per_s = lesser(now.liquid_k - before.liquid_k, now.liquid_return_k - before.liquid_return_k) / dt;
    coolant_turn_k_per_s_ = std::max({coolant_turn_k_per_s_, std::abs(now.air_rate_k_per_s - before.air_rate_k_per_s),
                                      std::abs(now.liquid_rate_k_per_s - before.liquid_rate_k_per_s)});
  }
}

void MachineRoom::count_accelerators(std::uint32_t hall, TemperatureCount& count) const {
  for (std::size_t k = 0; k < assembly_.classes.size(); ++k) {
    auto const& c = assembly_.classes[k];
    if (c.hall != hall) continue;
    double const* share = board_share_.data() + first_board_[k];
    for (std::uint32_t r = c.first_rack; r < c.first_rack + c.racks; ++r) {
      double const unpowered = racks_.unpowered_die_k[r];
      std::uint32_t const first = c.first_node + (r - c.first_rack) * c.nodes_per_rack;
      for (std::uint32_t n = first; n < first + c.nodes_per_rack; ++n)
        for (int i = 0; i < c.accelerators; ++i) {
          double const over = *share++ * (nodes_.die_k[n] - unpowered);
          count.add(unpowered + nodes_.above_inlet_k[n] + over);
        }
    }
  }
}

std::vector<std::uint32_t> MachineRoom::take_changed() {
  std::sort(changed_.begin(), changed_.end());
  changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
  return std::exchange(changed_, {});
}

// Air that a rack takes back of its own moves no other rack, and its dies by less than itself, because fans answer: it may
// change by twice the tolerance within a step.
static constexpr double own_air = 0.5;

double MachineRoom::step_limit_s(double longest_s, double tolerance_k) const {
  double const shortest = std::min(shortest_step_s, longest_s);
  if (cooling_jumped_) return shortest;  // how fast temperatures will move is seen after it
  double rate = std::max({cooling_.fastest_rate_k_per_s(), own_air * inlet_rate_k_per_s_, own_air * shift_rate_k_per_s_,
                          coolant_turn_k_per_s_, held_rate_k_per_s_});
  for (std::size_t h = 0; h < hall_shift_w_.size(); ++h) {
    auto const& hall = assembly_.halls[h];
    double const shift = std::abs(hall_shift_w_[h]);
    if (hall.air && hall.air->heat_capacity_j_per_k > 0) rate = std::max(rate, shift / hall.air->heat_capacity_j_per_k);
    if (hall.liquid && hall.liquid->heat_capacity_j_per_k() > 0)
      rate = std::max(rate, shift / hall.liquid->heat_capacity_j_per_k());
  }
  return rate > 0 ? std::clamp(tolerance_k / rate, shortest, longest_s) : longest_s;
}

}  // namespace ondol::sim
