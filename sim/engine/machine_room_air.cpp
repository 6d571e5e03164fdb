/// The room's part of the air: inlets of racks from supply temperatures, what their exhausts give back and the heat just given
/// off; the speed of their fans; the resistance of their heat sinks.

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "sim/engine/machine_room.hpp"
#include "sim/thermal/rack_air.hpp"

namespace ondol::sim {

namespace {
constexpr double inlet_met_k = 1e-6;
// However a node's sink is declared, no flow takes more than this off its resistance behind the die.
constexpr double least_sink_share = 0.05;
constexpr double like_sinks = 2e-4;  // 0.01 K of a die at its limit
// Of fans behind power (assumed: controllers of servers take tens of seconds, as their sinks do).
constexpr double fan_lag_s = 20.0;
// Sinks that a change of load moves by less wait until the room settles: a kelvin of a busy die.
constexpr double sink_resolution = 0.03;
constexpr int inlet_rounds = 40, undamped_rounds = 6;
}  // namespace

MachineRoom::FanDemand MachineRoom::fan_demand(RackClass const& c, std::uint32_t r) const {
  FanDemand wanted;
  std::uint32_t const first = c.first_node + (r - c.first_rack) * c.nodes_per_rack;
  double const reference_k = c.junction.reference_k, over_k = c.fan_target_k - racks_.inlet_k[r];
  double node_w = 0;
  for (std::uint32_t n = first; n < first + c.nodes_per_rack; ++n)
    node_w += nodes_.reference_w[n] + nodes_.slope_w_per_k[n] * (nodes_.die_k[n] - reference_k) + nodes_.host_w[n];
  node_w /= c.nodes_per_rack;
  double const fans_w = nodes_.fan_w[first], loss_w = racks_.powered[r] ? c.node.supplies.loss_w(node_w + fans_w) : 0.0;
  wanted.air_w = (1.0 - c.node.liquid_fraction) * node_w + fans_w + loss_w;
  if (c.liquid_cooled) return wanted;
  double hottest_w = 0;
  double const *const hottest_share = nodes_.hottest_share.data() + first, *const above = nodes_.above_inlet_k.data() + first;
  double const *const reference = nodes_.reference_w.data() + first, *const slope = nodes_.slope_w_per_k.data() + first;
#pragma omp simd reduction(max : hottest_w)
  for (std::uint32_t n = 0; n < c.nodes_per_rack; ++n) {
    double const left_k = over_k - above[n];
    double const share = hottest_share[n] * over_k / (left_k > 1.0 ? left_k : 1.0);
    double const w = share * (reference[n] + slope[n] * (c.fan_target_k - reference_k));
    hottest_w = w > hottest_w ? w : hottest_w;
  }
  wanted.board_w = hottest_w / c.accelerators;
  return wanted;
}

double MachineRoom::fan_speed_for(RackClass const& c, std::uint32_t r, FanDemand const& wanted, double inlet_k) const {
  double const k_per_w = wanted.board_w > 0 ? (c.fan_target_k - inlet_k) / wanted.board_w : c.idle_k_per_w;
  double const die_speed = k_per_w < c.idle_k_per_w ? flow_share_for(c.sink, k_per_w) : 0.0;
  return fan_speed(c.node.fans, wanted.air_w, inlet_k + half_inlet_spread_k(r), die_speed);
}

/// From its sinks to the coolant, at this flow past them.
double MachineRoom::sink_now_k_per_w(RackClass const& c, std::uint32_t r, double flow_share) const {
  double const die_k_per_w = c.junction.die_k_per_w, total_k_per_w = die_k_per_w + racks_.sink_k_per_w[r];
  double const over_k = (racks_.hottest_k[r] - racks_.coolant_k[r]) * (1 - c.sink.fixed_k_per_w / total_k_per_w);
  return std::max(least_sink_share * c.junction.sink_k_per_w, sink_k_per_w(c.sink, flow_share, over_k) - die_k_per_w);
}

/// A change of load: until the room next settles the rack's sinks are those of the speed that its fans are on the way to. A
/// step is longer than their lag; at the old speed a die would overshoot for want of air that it gets.
void MachineRoom::ease_sinks(std::uint32_t r, double now_s) {
  auto const& c = assembly_.classes[class_of_rack_[r]];
  if (c.liquid_cooled) return;
  double const speed = fan_speed_for(c, r, fan_demand(c, r), racks_.inlet_k[r]);
  double const sink = sink_now_k_per_w(c, r, speed);
  if (std::abs(sink - racks_.sink_k_per_w[r]) < sink_resolution * sink) return;
  std::uint32_t const first = c.first_node + (r - c.first_rack) * c.nodes_per_rack;
  for (std::uint32_t n = first; n < first + c.nodes_per_rack; ++n) touch(n, now_s);
  racks_.sink_k_per_w[r] = sink;
}

void MachineRoom::place_air(double dt) {
  double fastest_k = 0;
  follow_coolant(dt);
  auto const& air = assembly_.hall_return;
  std::vector<double> speed(racks_.inlet_k.size()), inlet = racks_.inlet_k, met(inlet.size());
  std::vector<double> rise, heat, flow, inlet_rise;  // by row
  // Fans are on their way to what is wanted: speeds are the means over a step as long as the last, so that they follow alike at
  // any step.
  std::vector<FanDemand> asked(racks_.inlet_k.size());
  double const followed = -std::expm1(-dt / fan_lag_s), ahead = dt > 0 ? followed * fan_lag_s / dt : 1.0;
  for (std::uint32_t h = 0; h < assembly_.halls.size(); ++h) {
    double const supply = cooling_.has_air(h) ? cooling_.air_supply_k(h) : weather_.dry_bulb_k;
    double const rate = assembly_.air_density_kg_per_m3 * dry_air_specific_heat_j_per_kg_k;
    auto const each = [&](auto const& act) {
      for (auto const& c : assembly_.classes)
        if (c.hall == h)
          for (std::uint32_t r = c.first_rack; r < c.first_rack + c.racks; ++r) act(c, r);
    };
    each([&](RackClass const& c, std::uint32_t r) {
      auto const wanted = fan_demand(c, r);
      fans_asked_[r].air_w += followed * (wanted.air_w - fans_asked_[r].air_w);
      fans_asked_[r].board_w += followed * (wanted.board_w - fans_asked_[r].board_w);
      asked[r] = {std::lerp(wanted.air_w, fans_asked_[r].air_w, ahead),
                  std::lerp(wanted.board_w, fans_asked_[r].board_w, ahead)};
    });
    // Inlets and fan speeds depend on each other; a warmer inlet never asks for less air, so that the rounds close in.
    auto const rows = air[h].rows();
    double off_k = 1;
    for (int round = 0; round < inlet_rounds && off_k > inlet_met_k; ++round) {
      bool moved = round == 0;
      each([&](RackClass const& c, std::uint32_t r) {
        if (round > 0 && inlet[r] == met[r]) return;
        met[r] = inlet[r];
        double const before = std::exchange(speed[r], fan_speed_for(c, r, asked[r], inlet[r]));
        moved |= speed[r] != before;
      });
      if (!moved && round <= undamped_rounds) break;  // the inlets are those found from these speeds
      if (rows > 0) {
        heat.assign(rows, 0.0);
        flow.assign(rows, 0.0);
        each([&](RackClass const& c, std::uint32_t r) {
          heat[row_of_rack_[r]] += racks_.air_heat_now_w[r];
          flow[row_of_rack_[r]] += fan_airflow_m3_per_s(c.node.fans, speed[r]) * c.nodes_per_rack * rate;
        });
        rise.resize(rows);
        inlet_rise.resize(rows);
        for (std::size_t i = 0; i < rows; ++i) rise[i] = flow[i] > 0 ? std::max(0.0, heat[i]) / flow[i] : 0.0;
        for (std::size_t i = 0; i < rows; ++i) inlet_rise[i] = air[h].inlet_rise_k(i, rise);
      }
      off_k = 0;
      each([&](RackClass const& c, std::uint32_t r) {
        double const found = rows > 0 ? supply + inlet_rise[row_of_rack_[r]]
                                      : rack_inlet_k(supply, assembly_.hall_recirculation[h], racks_.air_heat_now_w[r],
                                                     fan_airflow_m3_per_s(c.node.fans, speed[r]) * c.nodes_per_rack,
                                                     assembly_.air_density_kg_per_m3);
        off_k = std::max(off_k, std::abs(found - inlet[r]));
        inlet[r] = round < undamped_rounds ? found : 0.5 * (inlet[r] + found);
      });
    }
    double const liquid_share = cooling_.has_liquid(h) ? cooling_.liquid_flow_share(h) : 1.0;
    double const liquid = cooling_.has_liquid(h) ? cooling_.liquid_mean_k(h) : supply;
    // Racks at one flow, as those on plates and those whose fans idle, have one sink and one fan power.
    struct {
      RackClass const* of = nullptr;
      double share = 0, sink_k_per_w = 0;
    } sinks;
    struct {
      RackClass const* of = nullptr;
      double speed = 0, power_w = 0;
    } fans;
    each([&](RackClass const& c, std::uint32_t r) {
      fastest_k = std::max(fastest_k, std::abs(inlet[r] - racks_.inlet_k[r]));
      racks_.inlet_k[r] = inlet[r];
      racks_.coolant_k[r] = c.liquid_cooled ? liquid : inlet[r];
      bool const plates = c.liquid_cooled && cooling_.has_liquid(h);
      racks_.coolant_rate_k_per_s[r] = plates ? hall_seen_[h].liquid_rate_k_per_s : hall_seen_[h].air_rate_k_per_s;
      if (c.node.fans.rated_airflow_m3_per_s > 0) {
        racks_.fan_speed[r] = speed[r];
        if (fans.of != &c || fans.speed != speed[r]) fans = {&c, speed[r], fan_power_w(c.node.fans, speed[r])};
        double const fan_w = fans.power_w;
        bool const powered = racks_.powered[r];
        std::uint32_t const first = c.first_node + (r - c.first_rack) * c.nodes_per_rack;
        for (std::uint32_t n = first; n < first + c.nodes_per_rack; ++n)
          nodes_.fan_w[n] = powered && nodes_.in_service[n] ? fan_w : 0.0;
      }
      double const flow_share = c.liquid_cooled ? liquid_share : speed[r];
      if (sinks.of != &c || sinks.share != flow_share || c.sink.buoyant_share > 0)  // immersed: temperature counts too
        sinks = {&c, flow_share, sink_now_k_per_w(c, r, flow_share)};
      double const sink = sinks.sink_k_per_w;
      // Like racks take one value, and then share what is worked out from it.
      racks_.sink_k_per_w[r] = r > c.first_rack && std::abs(sink - racks_.sink_k_per_w[r - 1]) < like_sinks * sink
                                   ? racks_.sink_k_per_w[r - 1]
                                   : sink;
    });
  }
  inlet_rate_k_per_s_ = dt > 0 ? fastest_k / dt : 0.0;
}

}  // namespace ondol::sim
