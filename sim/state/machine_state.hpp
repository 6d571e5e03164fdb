#pragma once
/// What is where and how hot: arrays by node and by rack, contiguous by rack and by rack group, read and written by the rooms
/// of the machine through the engine.  Powers are those of the interval just settled (means) unless said otherwise.

#include <cstdint>
#include <limits>
#include <vector>

#include "sim/state/thermal_stage.hpp"

namespace ondol::sim {

struct NodeState {
  // Temperatures and the rates chosen at the last instant.
  std::vector<double> die_k;          ///< mean accelerator temperature of the node
  std::vector<double> sink_k;         ///< the same of their sinks or cold plates
  std::vector<double> hottest_share;  ///< hottest accelerator over its coolant / the mean over its coolant
  std::vector<double> above_inlet_k;  ///< air that enters the node over the rack's mean, where it cools the accelerators
  std::vector<double> reference_w;    ///< its accelerators together, at their reference temperature and present clock
  std::vector<double> slope_w_per_k;  ///< leakage of its accelerators together
  std::vector<double> host_w;
  std::vector<double> fan_w;
  std::vector<double> clock;     ///< slowest accelerator of the node, relative to its full clock
  std::vector<double> unheld_w;  ///< highest draw of an accelerator that its declared limit does not hold; 0: held
  // Conditions under which the clock was chosen.
  std::vector<double> closed_die_k, closed_coolant_k;
  // What temperature asks of the clock.
  std::vector<ThermalStage> stage;
  std::vector<double> thermal_limit_w;  ///< of each accelerator; infinity: none
  std::vector<double> held_until_s;     ///< when the limit of a node that is held is chosen anew
  std::vector<double> slowed;           ///< accelerators that work more slowly for it
  std::vector<double> lost;             ///< accelerators' worth of work that is not done
  std::vector<std::uint8_t> in_service;
  std::vector<std::uint16_t> busy;  ///< accelerators held by jobs
  // Totals.
  std::vector<double> energy_j;  ///< at the node's input, since the start

  void resize(std::size_t n) {
    for (auto* a : {&die_k, &sink_k, &reference_w, &slope_w_per_k, &host_w, &fan_w, &clock, &unheld_w, &closed_die_k,
                    &closed_coolant_k, &held_until_s, &slowed, &lost, &energy_j})
      a->assign(n, 0.0);
    hottest_share.assign(n, 1.0);
    above_inlet_k.assign(n, 0.0);
    thermal_limit_w.assign(n, std::numeric_limits<double>::infinity());
    stage.assign(n, ThermalStage::free);
    in_service.assign(n, 1);
    busy.assign(n, 0);
  }
};

struct RackState {
  std::vector<double> inlet_k;    ///< air entering the nodes
  std::vector<double> coolant_k;  ///< what the accelerators give their heat to: inlet air, or coolant at the cold plates
  std::vector<double> coolant_rate_k_per_s;  ///< at which that moves until it is next looked at
  std::vector<double> sink_k_per_w;          ///< from sink or cold plate to coolant
  std::vector<double> power_w;               ///< at the rack's input, mean of the interval
  std::vector<double> air_heat_w, liquid_heat_w;
  std::vector<double> air_heat_now_w;    ///< at the end of the interval: what the inlet of the next one follows
  std::vector<double> closed_coolant_k;  ///< under which the clocks were last looked at
  std::vector<double> hottest_k;         ///< hottest accelerator
  std::vector<double> hottest_sink_k, hottest_memory_k;
  std::vector<double> unpowered_die_k, unpowered_sink_k;  ///< of an accelerator that draws nothing
  std::vector<double> hottest_w;                          ///< no board draws more at the reference temperature
  std::vector<double> slowed, lost;                       ///< sums over the nodes
  std::vector<std::uint32_t> hot_out;                     ///< nodes that are off for temperature
  std::vector<std::uint32_t> minding;                     ///< nodes that are held, slowed or off for temperature
  std::vector<double> drift_k;                            ///< farthest a die has moved since its clock was chosen
  std::vector<double> busy;                               ///< accelerators held by jobs
  std::vector<double> fan_speed;                          ///< of the nodes' fans, fraction of full
  std::vector<std::uint8_t> limited;                      ///< some node runs below full clock because of temperature
  std::vector<std::uint32_t> unheld;  ///< nodes whose accelerators draw more than their limit at their lowest clock
  std::vector<std::uint8_t> powered;  ///< has power at its input

  void resize(std::size_t n) {
    for (auto* a : {&inlet_k,
                    &coolant_k,
                    &coolant_rate_k_per_s,
                    &sink_k_per_w,
                    &hottest_sink_k,
                    &unpowered_die_k,
                    &unpowered_sink_k,
                    &hottest_memory_k,
                    &hottest_w,
                    &slowed,
                    &lost,
                    &power_w,
                    &air_heat_w,
                    &liquid_heat_w,
                    &air_heat_now_w,
                    &closed_coolant_k,
                    &hottest_k,
                    &drift_k,
                    &busy,
                    &fan_speed})
      a->assign(n, 0.0);
    minding.assign(n, 0);
    hot_out.assign(n, 0);
    limited.assign(n, 0);
    unheld.assign(n, 0);
    powered.assign(n, 1);
  }
};

}  // namespace ondol::sim
