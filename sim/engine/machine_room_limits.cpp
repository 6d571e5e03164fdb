/// The room's limits: the clock of each node under its own limit, its cap and its temperature, and what racks draw or would.

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "sim/engine/machine_room.hpp"

namespace ondol::sim {

double MachineRoom::least_k_per_w(std::uint32_t rack) const {
  auto const& c = assembly_.classes[class_of_rack_[rack]];
  return c.liquid_cooled ? c.junction.die_k_per_w + racks_.sink_k_per_w[rack] : c.sink.fixed_k_per_w + c.sink.flow_k_per_w;
}

double MachineRoom::own_limit_w(std::uint32_t n) const {
  return std::min(class_of(n).power_limit_w, nodes_.thermal_limit_w[n]);
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

/// Chooses the clock of a node: power limit, cap, and what its temperature leaves it.
bool MachineRoom::close(std::uint32_t n) {
  nodes_.closed_die_k[n] = nodes_.die_k[n];
  auto const rack = rack_of_node_[n];
  nodes_.closed_coolant_k[n] = racks_.coolant_k[rack];
  if (!std::exchange(stale_power_[rack], std::uint8_t{1})) stale_racks_.push_back(rack);
  if (!serves(n)) {
    nodes_.reference_w[n] = nodes_.slope_w_per_k[n] = nodes_.host_w[n] = 0;
    nodes_.clock[n] = 1;
    nodes_.thermal_limit_w[n] = std::numeric_limits<double>::infinity();
    note_unheld(n, 0);
    note_slowed(n, 0, 0);
    return true;
  }
  choose_thermal_limit(n);
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
  racks_.hottest_w[rack] = std::max(racks_.hottest_w[rack], hottest_reference_w(n));
  changed |= std::exchange(nodes_.clock[n], at.clock) != at.clock;
  nodes_.host_w[n] = at.host_w;
  // Where temperature sets the limit, slowdown and shutdown tell; where a cap does, capping.
  note_unheld(n, limit < class_of(n).power_limit_w ? 0.0 : at.unheld_w);
  return changed;
}

/// Whether the accelerators of the node do not all do the same: then their mean tells little of the hottest.
bool MachineRoom::mixed(std::uint32_t n) const {
  return load_[n].size() > 1 || (load_[n].size() == 1 && load_[n].front().accelerators < class_of(n).accelerators);
}

/// What temperature leaves the accelerators of a node, as powers, and what that costs its work.
void MachineRoom::choose_thermal_limit(std::uint32_t n) {
  auto const& c = class_of(n);
  auto const rack = rack_of_node_[n];
  constexpr double none = std::numeric_limits<double>::infinity();
  double const without_w = std::min(c.power_limit_w, cap_w_[rack]);
  double limit = none;
  if (nodes_.stage[n] == ThermalStage::slowed) limit = 0;
  if (nodes_.stage[n] == ThermalStage::held) {
    limit = limit_for_mean(n, holding_reference_w(n), without_w);
    if (limit == none) set_stage(n, ThermalStage::free);
  }
  if (mixed(n))
    limit = std::min(
        limit, carried_power_w(c.thresholds.operating_k, highest_coolant_k(n), nodes_.hottest_share[n] * least_k_per_w(rack)));
  nodes_.thermal_limit_w[n] = limit;
  if (limit >= without_w) return note_slowed(n, 0, 0);
  double slowed = 0, lost = 0;
  std::vector<double> free_speed;
  at_limit(n, without_w, nodes_.die_k[n], [&](std::size_t, ShareAt const& share) { free_speed.push_back(share.speed); });
  at_limit(n, limit, nodes_.die_k[n], [&](std::size_t s, ShareAt const& share) {
    double const kept = share.speed / free_speed[s];
    if (kept > 1 - 1e-9) return;
    slowed += load_[n][s].accelerators;
    lost += load_[n][s].accelerators * (1 - kept);
  });
  note_slowed(n, slowed, lost);
}

/// Limit of each accelerator under which their mean at the reference temperature is `mean_w`; infinity: they draw no more
/// under `most_w`.  A limit cuts the peaks of an iteration, so it lies above the mean.
double MachineRoom::limit_for_mean(std::uint32_t n, double mean_w, double most_w) const {
  double const accelerators = class_of(n).accelerators;
  auto const over = [&](double limit_w) {
    return at_limit(n, limit_w, nodes_.die_k[n], [](std::size_t, ShareAt const&) {}).reference_w / accelerators - mean_w;
  };
  double high = most_w, over_high = over(high);
  if (over_high <= 0) return std::numeric_limits<double>::infinity();
  double low = 0, over_low = over(low);
  if (over_low >= 0) return 0;
  // False position; the weight of an end that stays is halved.
  double limit = low;
  int stayed = 0;  // > 0: the low end, < 0: the high end
  for (int step = 0; step < 40; ++step) {
    limit = high - over_high * (high - low) / (over_high - over_low);
    double const x = over(limit);
    if (std::abs(x) <= 1e-5 * mean_w) break;
    if (x > 0) {
      high = limit, over_high = x;
      if (stayed > 0) over_low *= 0.5;
      stayed = 1;
    } else {
      low = limit, over_low = x;
      if (stayed < 0) over_high *= 0.5;
      stayed = -1;
    }
  }
  return limit;
}

void MachineRoom::set_stage(std::uint32_t n, ThermalStage stage) {
  auto const before = std::exchange(nodes_.stage[n], stage);
  auto const rack = rack_of_node_[n];
  if (before != ThermalStage::free) --racks_.minding[rack];
  if (stage != ThermalStage::free) ++racks_.minding[rack];
  if (before == ThermalStage::off) --racks_.hot_out[rack];
  if (stage == ThermalStage::off) ++racks_.hot_out[rack];
}

void MachineRoom::note_slowed(std::uint32_t n, double accelerators, double lost) {
  auto const rack = rack_of_node_[n];
  racks_.slowed[rack] += accelerators - std::exchange(nodes_.slowed[n], accelerators);
  racks_.lost[rack] += lost - std::exchange(nodes_.lost[n], lost);
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
  double const total = c.junction.die_k_per_w + racks_.sink_k_per_w[rack_of_node_[n]];
  double const gain = total * at.slope_w_per_k / c.accelerators;
  return more_w > 0 && gain < 1 ? die + total * more_w / (1 - gain) : die;
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

double MachineRoom::slowed_accelerators(std::uint32_t rack) const {
  auto const& c = assembly_.classes[class_of_rack_[rack]];
  std::uint32_t const first = c.first_node + (rack - c.first_rack) * c.nodes_per_rack;
  double const limit = std::min(c.power_limit_w, cap_w_[rack]);
  std::vector<double> free_speed;
  double lost = 0;
  for (std::uint32_t n = first; n < first + c.nodes_per_rack; ++n) {
    if (!serves(n)) continue;
    free_speed.clear();
    at_limit(n, limit, nodes_.die_k[n], [&](std::size_t, ShareAt const& share) { free_speed.push_back(share.speed); });
    at_limit(n, power_limit_w(n), nodes_.die_k[n], [&](std::size_t s, ShareAt const& share) {
      lost += load_[n][s].accelerators * std::max(0.0, 1 - share.speed / free_speed[s]);
    });
  }
  return lost;
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

}  // namespace ondol::sim
