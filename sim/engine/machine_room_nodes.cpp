/// The room's nodes: their temperatures and energies between two instants, and the limits that temperature sets.

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "sim/control/thermal_limit.hpp"
#include "sim/engine/machine_room.hpp"
#include "sim/thermal/junction.hpp"

namespace ondol::sim {

namespace {
// Below these changes of die and coolant temperature the chosen clock stays: 0.25 K moves the leakage of one accelerator by
// about 0.1 W, far below the limiter's own resolution.
constexpr double reclose_k = 0.25;
// A limit that holds a die is chosen anew before its interval is over when the die strays this far.
constexpr double hold_k = 0.05;

constexpr JunctionProbe the_die{.die = 1, .sink = 0, .offset_k = 0};
/// Memory of a board that draws `reference_w` at the reference temperature.
JunctionProbe memory_of(RackClass const& c, double reference_w) {
  double const k = c.junction.leakage_w_per_k;
  return {.die = c.memory_k_per_w * k,
          .sink = 1,
          .offset_k = c.memory_rise_k + c.memory_k_per_w * (reference_w - k * c.junction.reference_k)};
}
}  // namespace

JunctionParams MachineRoom::junction_of(std::uint32_t n) const {
  auto const rack = rack_of_node_[n];
  auto const& c = assembly_.classes[class_of_rack_[rack]];
  JunctionParams p = c.junction;
  p.sink_k_per_w = racks_.sink_k_per_w[rack];
  p.leakage_w_per_k = nodes_.slope_w_per_k[n] / c.accelerators;
  return p;
}

double MachineRoom::time_of(std::uint32_t n) const {
  return std::max(node_settled_s_[n], settled_s_);
}

double MachineRoom::coolant_k(std::uint32_t n) const {
  auto const rack = rack_of_node_[n];
  return racks_.coolant_k[rack] + racks_.coolant_rate_k_per_s[rack] * (time_of(n) - settled_s_);
}

double MachineRoom::highest_coolant_k(std::uint32_t n) const {
  return coolant_k(n) + nodes_.above_inlet_k[n];
}

/// The hottest board of a node: what its mean board has over one without power, times its share, in the node's own inlet air.
/// Temperatures of the state are those in the mean air of the rack, whose differences cancel in sums over the rack: the linear
/// equations are the same but for the leakage of the difference itself.
JunctionState MachineRoom::hottest_board(std::uint32_t n) const {
  auto const rack = rack_of_node_[n];
  JunctionState unpowered{racks_.unpowered_die_k[rack], racks_.unpowered_sink_k[rack]};
  if (double const dt = time_of(n) - settled_s_; dt > 0) {
    auto params = assembly_.classes[class_of_rack_[rack]].junction;
    params.sink_k_per_w = racks_.sink_k_per_w[rack];
    unpowered = unpowered_memo_.at(params, dt)
                    .with({racks_.coolant_k[rack], racks_.coolant_rate_k_per_s[rack]})
                    .advance(unpowered, 0.0)
                    .end;
  }
  double const share = nodes_.hottest_share[n], above = nodes_.above_inlet_k[n];
  return {unpowered.die_k + above + share * (nodes_.die_k[n] - unpowered.die_k),
          unpowered.sink_k + above + share * (nodes_.sink_k[n] - unpowered.sink_k)};
}

/// Its power at the reference temperature.
double MachineRoom::hottest_reference_w(std::uint32_t n) const {
  return nodes_.hottest_share[n] * nodes_.reference_w[n] / class_of(n).accelerators;
}

void MachineRoom::touch(std::uint32_t node, double now_s) {
  double const dt = now_s - std::max(node_settled_s_[node], settled_s_);
  if (dt <= 0) return;
  auto const rack = rack_of_node_[node];
  integrate(assembly_.classes[class_of_rack_[rack]], node, dt);
  node_settled_s_[node] = now_s;
  rack_touched_[rack] = 1;
}

/// One node over its own interval, by the exact solution; its energies go to its rack's account.
void MachineRoom::integrate(RackClass const& c, std::uint32_t n, double dt) {
  auto const rack = rack_of_node_[n];
  double const reference_k = c.junction.reference_k, boards = c.accelerators;
  JunctionState const before{nodes_.die_k[n], nodes_.sink_k[n]};
  auto const step = junction_memo_.at(junction_of(n), dt)
                        .with({coolant_k(n), racks_.coolant_rate_k_per_s[rack]})
                        .advance(before, nodes_.reference_w[n] / boards);
  nodes_.die_k[n] = step.end.die_k;
  nodes_.sink_k[n] = step.end.sink_k;
  double const board = nodes_.reference_w[n] + nodes_.slope_w_per_k[n] * (step.mean_die_k - reference_k);
  double const dc = board + nodes_.host_w[n] + nodes_.fan_w[n];
  double const loss = racks_.powered[rack] ? c.node.supplies.loss_w(dc) : 0.0;
  auto& account = account_[rack];
  account.accelerators += board * dt;
  account.host += nodes_.host_w[n] * dt;
  account.fans += nodes_.fan_w[n] * dt;
  account.psu_loss += loss * dt;
  account.to_coolant += board * dt - boards * (c.junction.die_j_per_k * (step.end.die_k - before.die_k) +
                                               c.junction.sink_j_per_k * (step.end.sink_k - before.sink_k));
  nodes_.energy_j[n] += (dc + loss) * dt;
}

void MachineRoom::settle_nodes(double now_s) {
  double const whole = now_s - settled_s_;
  std::fill(hall_air_w_.begin(), hall_air_w_.end(), 0.0);
  std::fill(hall_liquid_w_.begin(), hall_liquid_w_.end(), 0.0);
  RackAccount site;
  double shelf_loss = 0, network = 0, it_input = 0;
  for (auto const& c : assembly_.classes) {
    double const reference_k = c.junction.reference_k, leakage = c.junction.leakage_w_per_k;
    double const boards = c.accelerators;
    JunctionParams params = c.junction;
    JunctionCoefficients junction(params, whole);
    double const slope = leakage * boards;
    auto const memory = memory_of(c, 0.0);
    double const memory_k_per_w = c.memory_k_per_w;
    auto const& supplies = c.node.supplies;
    for (auto* scratch : {&board_w_, &dc_w_, &loss_w_, &die_warmed_k_, &sink_warmed_k_}) scratch->resize(c.nodes_per_rack);
    for (std::uint32_t r = c.first_rack; r < c.first_rack + c.racks; ++r) {
      std::uint32_t const first = c.first_node + (r - c.first_rack) * c.nodes_per_rack;
      double const rate = racks_.coolant_rate_k_per_s[r], coolant = racks_.coolant_k[r] + rate * whole;
      auto& account = account_[r];
      double host_now = 0, fans_now = 0, sinks = 0, drift = 0;
      double hottest = 0, hottest_sink = 0, hottest_memory = 0;
      if (racks_.sink_k_per_w[r] != junction.sink_k_per_w()) {
        params.sink_k_per_w = racks_.sink_k_per_w[r];
        junction = JunctionCoefficients(params, whole);
      }
      auto const step = junction.with({racks_.coolant_k[r], rate});
      auto const unpowered = step.advance({racks_.unpowered_die_k[r], racks_.unpowered_sink_k[r]}, 0.0).end;
      racks_.unpowered_die_k[r] = unpowered.die_k;
      racks_.unpowered_sink_k[r] = unpowered.sink_k;
      if (rack_touched_[r]) {
        if (!std::exchange(stale_power_[r], std::uint8_t{1})) stale_racks_.push_back(r);
        bool dark = false;
        for (std::uint32_t n = first; n < first + c.nodes_per_rack; ++n) {
          if (double const dt = now_s - std::max(node_settled_s_[n], settled_s_); dt > 0) integrate(c, n, dt);
          dark |= !serves(n);
          host_now += nodes_.host_w[n];
          fans_now += nodes_.fan_w[n];
        }
        rack_touched_[r] = dark;
        drift = std::numeric_limits<double>::infinity();
        for (std::uint32_t n = first; n < first + c.nodes_per_rack; ++n) {
          double const share = nodes_.hottest_share[n], reference = share * nodes_.reference_w[n] / boards;
          double const above = nodes_.above_inlet_k[n];
          JunctionState const board{unpowered.die_k + above + share * (nodes_.die_k[n] - unpowered.die_k),
                                    unpowered.sink_k + above + share * (nodes_.sink_k[n] - unpowered.sink_k)};
          hottest = std::max(hottest, board.die_k);
          hottest_sink = std::max(hottest_sink, board.sink_k);
          hottest_memory = std::max(hottest_memory, memory_of(c, reference).at(board));
          sinks += nodes_.sink_k[n];
        }
      } else {
        // The same arithmetic for all nodes of the rack at once: this loop is where most of a long run's time goes.
        double accelerators = 0, psu_loss = 0, dies_warmed = 0, sinks_warmed = 0;
        double *const die = nodes_.die_k.data() + first, *const sink = nodes_.sink_k.data() + first;
        double const *const share = nodes_.hottest_share.data() + first, *const above = nodes_.above_inlet_k.data() + first;
        double* const energy = nodes_.energy_j.data() + first;
        double const *const reference = nodes_.reference_w.data() + first, *const host_w = nodes_.host_w.data() + first,
                            *const fan_w = nodes_.fan_w.data() + first, *const closed = nodes_.closed_die_k.data() + first;
        double* const dc = dc_w_.data();
        double const per_board = 1.0 / boards;
        double const unpowered_die = unpowered.die_k, unpowered_sink = unpowered.sink_k;
        double const memory_die = memory.die, memory_sink = memory.sink, memory_offset_k = memory.offset_k;
        double *const board = board_w_.data(), *const die_warmed = die_warmed_k_.data(),
                      *const sink_warmed = sink_warmed_k_.data();
        auto const each = step;  // a copy that nothing else can reach
#pragma omp simd
        for (std::uint32_t n = 0; n < c.nodes_per_rack; ++n) {
          double const die_0 = die[n], sink_0 = sink[n], w = reference[n] * per_board;
          double const die_1 = each.end_die_k(die_0, sink_0, w), sink_1 = each.end_sink_k(die_0, sink_0, w);
          board[n] = reference[n] + slope * (each.mean_die_k(die_0, sink_0, w) - reference_k);
          dc[n] = board[n] + host_w[n] + fan_w[n];
          die_warmed[n] = die_1 - die_0;
          sink_warmed[n] = sink_1 - sink_0;
          die[n] = die_1;
          sink[n] = sink_1;
        }
#pragma omp simd reduction(max : hottest, hottest_sink, hottest_memory, drift)
        for (std::uint32_t n = 0; n < c.nodes_per_rack; ++n) {
          double const moved = std::abs(die[n] - closed[n]);
          double const hot_die = unpowered_die + above[n] + share[n] * (die[n] - unpowered_die);
          double const hot_sink = unpowered_sink + above[n] + share[n] * (sink[n] - unpowered_sink);
          double const hot_w = share[n] * (reference[n] * per_board);
          double const hot_memory = memory_sink * hot_sink + memory_die * hot_die + memory_k_per_w * hot_w + memory_offset_k;
          hottest = hot_die > hottest ? hot_die : hottest;
          hottest_sink = hot_sink > hottest_sink ? hot_sink : hottest_sink;
          hottest_memory = hot_memory > hottest_memory ? hot_memory : hottest_memory;
          drift = moved > drift ? moved : drift;
        }
        for (std::uint32_t n = 0; n < c.nodes_per_rack; ++n) {  // sums in the order of the nodes
          accelerators += board[n];
          host_now += host_w[n];
          fans_now += fan_w[n];
          dies_warmed += die_warmed[n];
          sinks_warmed += sink_warmed[n];
          sinks += sink[n];
        }
        double const stored = boards * (c.junction.die_j_per_k * dies_warmed + c.junction.sink_j_per_k * sinks_warmed);
        supplies.losses_w({dc, c.nodes_per_rack}, loss_w_);
        double const* const loss = loss_w_.data();
#pragma omp simd reduction(+ : psu_loss)
        for (std::uint32_t n = 0; n < c.nodes_per_rack; ++n) {
          energy[n] += (dc[n] + loss[n]) * whole;
          psu_loss += loss[n];
        }
        account.accelerators += accelerators * whole;
        account.host += host_now * whole;
        account.fans += fans_now * whole;
        account.psu_loss += psu_loss * whole;
        account.to_coolant += accelerators * whole - stored;
      }

      double const wet = c.node.liquid_fraction * (account.to_coolant + account.host);
      double const switch_w = racks_.powered[r] ? c.switch_w : 0.0;
      double const load = (account.accelerators + account.host + account.fans + account.psu_loss) / whole + switch_w;
      double const shelf = racks_.powered[r] ? c.shelves.loss_w(load) : 0.0;
      racks_.power_w[r] = load + shelf;
      racks_.liquid_heat_w[r] = wet / whole;
      racks_.air_heat_w[r] =
          (account.to_coolant + account.host - wet + account.fans + account.psu_loss) / whole + switch_w + shelf;
      racks_.hottest_k[r] = hottest;
      racks_.hottest_sink_k[r] = hottest_sink;
      racks_.hottest_memory_k[r] = hottest_memory;
      racks_.drift_k[r] = drift;
      double const over = sinks - coolant * c.nodes_per_rack;
      racks_.air_heat_now_w[r] = (1.0 - c.node.liquid_fraction) * (over * boards / racks_.sink_k_per_w[r] + host_now) +
                                 fans_now + account.psu_loss / whole + switch_w + shelf;
      hall_air_w_[c.hall] += racks_.air_heat_w[r];
      hall_liquid_w_[c.hall] += racks_.liquid_heat_w[r];
      network += switch_w;
      shelf_loss += shelf;
      it_input += load + shelf;
      site.accelerators += account.accelerators;
      site.host += account.host;
      site.fans += account.fans;
      site.psu_loss += account.psu_loss;
      account = RackAccount{};
    }
  }
  for (std::size_t i = 0; i < assembly_.fabrics.size(); ++i) {
    auto const& f = assembly_.fabrics[i];
    if (!fabric_powered_[i]) continue;
    network += f.power_w;
    it_input += f.power_w;
    hall_air_w_[f.hall] += f.power_w;
  }
  double declared = 0;
  for (std::size_t i = 0; i < assembly_.heat_loads.size(); ++i) {
    auto const& load = assembly_.heat_loads[i];
    heat_load_w_[i] = heat_load_powered_[i] ? load.series.mean_w(settled_s_, now_s) : 0.0;
    declared += heat_load_w_[i];
    hall_liquid_w_[load.hall] += load.liquid_fraction * heat_load_w_[i];
    hall_air_w_[load.hall] += (1 - load.liquid_fraction) * heat_load_w_[i];
  }
  it_input += declared;
  owner_w_.fill(0.0);
  auto const put = [&](Owner o, double w) { owner_w_[static_cast<std::size_t>(o)] += w; };
  put(Owner::accelerator, site.accelerators / whole);
  put(Owner::host, site.host / whole);
  put(Owner::fans, site.fans / whole);
  put(Owner::psu_loss, site.psu_loss / whole);
  put(Owner::network, network);
  put(Owner::shelf_loss, shelf_loss);
  put(Owner::heat_loads, declared);
  it_input_w_ = it_input;
  heat_in_j_.add(it_input * whole);
}

void MachineRoom::control(double longest_s, double tolerance_k) {
  shortest_s_ = std::min(shortest_step_s, longest_s);
  horizon_s_ = step_limit_s(longest_s, tolerance_k);
  held_rate_k_per_s_ = 0;
  for (std::uint32_t r = 0; r < racks_.power_w.size(); ++r) {
    auto const& c = assembly_.classes[class_of_rack_[r]];
    auto const& t = c.thresholds;
    // Nothing to choose where no die, nor the coolant (the same for the rack's nodes), has moved since the last choice.
    if (racks_.minding[r] == 0 && racks_.drift_k[r] <= reclose_k &&
        racks_.hottest_k[r] < t.operating_k - threshold_resolution_k &&
        racks_.hottest_memory_k[r] < t.memory_k - threshold_resolution_k &&
        std::abs(racks_.coolant_k[r] - racks_.closed_coolant_k[r]) <= reclose_k)
      continue;
    racks_.closed_coolant_k[r] = racks_.coolant_k[r];
    std::uint32_t const first = c.first_node + (r - c.first_rack) * c.nodes_per_rack;
    for (std::uint32_t n = first; n < first + c.nodes_per_rack; ++n) {
      auto const before = nodes_.stage[n];
      auto const board = hottest_board(n);
      double const die = board.die_k;
      auto const stage = next_stage(before, die, memory_of(c, hottest_reference_w(n)).at(board), t);
      bool look = stage != before || std::abs(nodes_.die_k[n] - nodes_.closed_die_k[n]) > reclose_k ||
                  std::abs(racks_.coolant_k[r] - nodes_.closed_coolant_k[n]) > reclose_k;
      if (stage != before) {
        set_stage(n, stage);
        nodes_.held_until_s[n] = 0;  // newly held
        nodes_.in_service[n] = stage != ThermalStage::off;
        rack_touched_[r] |= stage == ThermalStage::off;
        if (stage == ThermalStage::off) shut_down_.push_back({n, die});
        if (before == ThermalStage::off) recovered_.push_back(n);
        if (stage == ThermalStage::slowed || (before == ThermalStage::slowed && stage != ThermalStage::off))
          slowed_down_.push_back({n, die});
      }
      look |= stage == ThermalStage::held &&
              (settled_s_ >= nodes_.held_until_s[n] - 1e-9 || std::abs(die - t.operating_k) > hold_k);
      if (look && close(n)) changed_.push_back(n);
    }
    racks_.limited[r] = racks_.slowed[r] > 0;
  }
}

/// Mean power at the reference temperature, an accelerator, that brings the hottest die or memory of a node to its limit at
/// the end of the control interval; that ends sooner where the node has just begun to be held.
double MachineRoom::holding_reference_w(std::uint32_t n) {
  auto const& c = class_of(n);
  bool const newly = nodes_.held_until_s[n] == 0;
  double const h = newly ? shortest_s_ : std::max(horizon_s_, shortest_s_);
  nodes_.held_until_s[n] = time_of(n) + h;
  auto const params = junction_of(n);
  auto const now = hottest_board(n);
  CoolantRamp const coolant{highest_coolant_k(n), racks_.coolant_rate_k_per_s[rack_of_node_[n]]};
  auto const step = JunctionCoefficients(params, h).with(coolant);
  auto const without = step.advance(now, 0.0).end, with = step.advance(now, 1.0).end;
  auto const holding = [&](double level, JunctionProbe const& at_0, JunctionProbe const& at_1) {
    return holding_power_w(level, at_0.at(without), at_1.at(with) - at_0.at(without));
  };
  double const sink_rate =
      ((now.die_k - now.sink_k) / params.die_k_per_w - (now.sink_k - coolant.start_k) / params.sink_k_per_w) /
      params.sink_j_per_k;
  held_rate_k_per_s_ = std::max(held_rate_k_per_s_, std::abs(sink_rate));
  return std::min(holding(c.thresholds.operating_k, the_die, the_die),
                  holding(c.thresholds.memory_k, memory_of(c, 0.0), memory_of(c, 1.0))) /
         nodes_.hottest_share[n];
}

double MachineRoom::next_crossing_s(bool whole) {
  if (whole) {
    crossing_s_ = std::numeric_limits<double>::infinity();
    for (std::uint32_t r = 0; r < racks_.power_w.size(); ++r) look_for_crossings(r);
  } else {
    for (auto const r : stale_racks_) look_for_crossings(r);
  }
  return crossing_s_;
}

/// Dies of one rack that will pass a threshold within the control interval.
void MachineRoom::look_for_crossings(std::uint32_t r) {
  auto const& c = assembly_.classes[class_of_rack_[r]];
  auto const& t = c.thresholds;
  double const rate = racks_.coolant_rate_k_per_s[r], sink_r = racks_.sink_k_per_w[r];
  // With power P and leakage as at the threshold a die stays below the greater of its steady temperature and its sink's now
  // with what P brings over the interface.
  auto const may_pass = [&](double coolant, double sink, double reference_w) {
    double const p = c.junction.leakage_w_per_k * std::max(0.0, t.operating_k - c.junction.reference_k) + reference_w;
    double const warmest = std::max(coolant + std::max(0.0, rate) * horizon_s_ + sink_r * p, sink);
    return warmest + c.junction.die_k_per_w * p >= t.operating_k ||
           warmest + c.memory_rise_k + c.memory_k_per_w * p >= t.memory_k;
  };
  std::uint32_t const first = c.first_node + (r - c.first_rack) * c.nodes_per_rack;
  double const warmest_air = racks_.coolant_k[r] + nodes_.above_inlet_k[first + c.nodes_per_rack - 1];
  if (racks_.minding[r] == 0 && !may_pass(warmest_air, racks_.hottest_sink_k[r], racks_.hottest_w[r])) return;
  racks_.hottest_w[r] = 0;
  for (std::uint32_t n = first; n < first + c.nodes_per_rack; ++n) {
    auto const stage = nodes_.stage[n];
    double const coolant = highest_coolant_k(n), reference_w = hottest_reference_w(n);
    racks_.hottest_w[r] = std::max(racks_.hottest_w[r], reference_w);
    auto const now = hottest_board(n);
    auto const look = [&](JunctionProbe const& of, double level_k, bool falling) {
      double const is = of.at(now);
      if (falling ? is <= level_k : is >= level_k) return;  // seen when next looked at
      double const in = crossing_s(junction_of(n), now, {coolant, rate}, reference_w, of, level_k, falling, horizon_s_);
      crossing_s_ = std::min(crossing_s_, time_of(n) + in);
    };
    if (stage == ThermalStage::off) {
      look(the_die, t.restart_k, true);
      continue;
    }
    if (stage == ThermalStage::slowed) look(the_die, t.operating_k, true);
    if (!may_pass(coolant, now.sink_k, reference_w)) continue;
    look(the_die,
         stage == ThermalStage::free   ? t.operating_k
         : stage == ThermalStage::held ? t.slowdown_k
                                       : t.shutdown_k,
         false);
    if (stage == ThermalStage::free) look(memory_of(c, reference_w), t.memory_k, false);
  }
}

}  // namespace ondol::sim
