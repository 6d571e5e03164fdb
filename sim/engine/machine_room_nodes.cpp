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
// A node that shut down serves again this far below its slowdown temperature (assumed: vendors do not publish a value).
constexpr double restart_margin_k = 20.0;
}  // namespace

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
  double const reference_k = c.accelerator.leakage_reference_k;
  JunctionCoefficients const junction(c.heat_capacity_j_per_k, racks_.junction_k_per_w[rack],
                                      nodes_.slope_w_per_k[n] / c.accelerators, reference_k, dt);
  double const before = nodes_.die_k[n];
  auto const step = junction.advance(before, racks_.coolant_k[rack], nodes_.reference_w[n] / c.accelerators);
  nodes_.die_k[n] = step.end_k;
  double const board = nodes_.reference_w[n] + nodes_.slope_w_per_k[n] * (step.mean_k - reference_k);
  double const dc = board + nodes_.host_w[n] + nodes_.fan_w[n];
  double const loss = racks_.powered[rack] ? c.node.supplies.loss_w(dc) : 0.0;
  auto& account = account_[rack];
  account.accelerators += board * dt;
  account.host += nodes_.host_w[n] * dt;
  account.fans += nodes_.fan_w[n] * dt;
  account.psu_loss += loss * dt;
  account.to_coolant += board * dt - c.heat_capacity_j_per_k * c.accelerators * (step.end_k - before);
  nodes_.energy_j[n] += (dc + loss) * dt;
}

void MachineRoom::settle_nodes(double now_s) {
  double const whole = now_s - settled_s_;
  std::fill(hall_air_w_.begin(), hall_air_w_.end(), 0.0);
  std::fill(hall_liquid_w_.begin(), hall_liquid_w_.end(), 0.0);
  RackAccount site;
  double shelf_loss = 0, network = 0, it_input = 0;
  for (auto const& c : assembly_.classes) {
    double const reference_k = c.accelerator.leakage_reference_k;
    double const boards = c.accelerators;
    double const capacity = c.heat_capacity_j_per_k * boards;
    double const slope = c.accelerator.leakage_w_per_k * boards;
    auto const& supplies = c.node.supplies;
    board_w_.resize(c.nodes_per_rack);
    loss_w_.resize(c.nodes_per_rack);
    for (std::uint32_t r = c.first_rack; r < c.first_rack + c.racks; ++r) {
      std::uint32_t const first = c.first_node + (r - c.first_rack) * c.nodes_per_rack;
      double const coolant = racks_.coolant_k[r];
      JunctionCoefficients const junction(c.heat_capacity_j_per_k, racks_.junction_k_per_w[r], c.accelerator.leakage_w_per_k,
                                          reference_k, whole);
      auto& account = account_[r];
      double host_now = 0, fans_now = 0, dies = 0, hottest = 0, drift = 0;
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
          hottest = std::max(hottest, nodes_.die_k[n]);
          dies += nodes_.die_k[n];
        }
      } else {
        // The same arithmetic for all nodes of the rack at once: this loop is where most of a long run's time goes.
        double accelerators = 0, psu_loss = 0, before_k = 0;
        double* const die = nodes_.die_k.data() + first;
        double* const energy = nodes_.energy_j.data() + first;
        double const *const reference = nodes_.reference_w.data() + first, *const host_w = nodes_.host_w.data() + first,
                            *const fan_w = nodes_.fan_w.data() + first, *const closed = nodes_.closed_die_k.data() + first;
        double* const dc = board_w_.data();
        double const per_board = 1.0 / boards;
#pragma omp simd reduction(+ : accelerators, host_now, fans_now, before_k, dies) reduction(max : hottest, drift)
        for (std::uint32_t n = 0; n < c.nodes_per_rack; ++n) {
          double const before = die[n];
          auto const step = junction.advance(before, coolant, reference[n] * per_board);
          double const board = reference[n] + slope * (step.mean_k - reference_k);
          dc[n] = board + host_w[n] + fan_w[n];
          die[n] = step.end_k;
          accelerators += board;
          host_now += host_w[n];
          fans_now += fan_w[n];
          before_k += before;
          dies += step.end_k;
          double const moved = std::abs(step.end_k - closed[n]);
          hottest = step.end_k > hottest ? step.end_k : hottest;
          drift = moved > drift ? moved : drift;
        }
        double const warmed = dies - before_k;
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
        account.to_coolant += accelerators * whole - capacity * warmed;
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
      racks_.drift_k[r] = drift;
      double const over = dies - coolant * c.nodes_per_rack;
      racks_.node_air_now_w[r] = (1.0 - c.node.liquid_fraction) * (over * boards / racks_.junction_k_per_w[r] + host_now) +
                                 fans_now + account.psu_loss / whole;
      racks_.air_heat_now_w[r] = racks_.node_air_now_w[r] + switch_w + shelf;
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

void MachineRoom::control() {
  for (std::uint32_t r = 0; r < racks_.power_w.size(); ++r) {
    auto const& c = assembly_.classes[class_of_rack_[r]];
    // Nothing to choose where no die, nor the coolant (the same for the rack's nodes), has moved since the last choice.
    if (racks_.drift_k[r] <= reclose_k && racks_.hottest_k[r] < c.shutdown_k &&
        std::abs(racks_.coolant_k[r] - racks_.closed_coolant_k[r]) <= reclose_k)
      continue;
    racks_.closed_coolant_k[r] = racks_.coolant_k[r];
    bool limited = false;
    std::uint32_t const first = c.first_node + (r - c.first_rack) * c.nodes_per_rack;
    double const limit = thermal_power_limit_w(c.slowdown_k, racks_.coolant_k[r], least_k_per_w(r));
    for (std::uint32_t n = first; n < first + c.nodes_per_rack; ++n) {
      if (nodes_.in_service[n] && nodes_.die_k[n] >= c.shutdown_k) {
        nodes_.in_service[n] = 0;
        rack_touched_[r] = 1;
        shut_down_.push_back(n);
        close(n);
        changed_.push_back(n);
        continue;
      }
      if (!nodes_.in_service[n]) {
        if (nodes_.die_k[n] <= c.slowdown_k - restart_margin_k) {
          nodes_.in_service[n] = 1;
          recovered_.push_back(n);
          close(n);
        }
        continue;
      }
      if (std::abs(nodes_.die_k[n] - nodes_.closed_die_k[n]) > reclose_k ||
          std::abs(racks_.coolant_k[r] - nodes_.closed_coolant_k[n]) > reclose_k) {
        if (close(n)) changed_.push_back(n);
      }
      limited |= nodes_.clock[n] < 1 && limit < std::min(c.power_limit_w, cap_w_[r]);
    }
    racks_.limited[r] = limited;
  }
}

}  // namespace ondol::sim
