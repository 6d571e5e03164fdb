#pragma once
/// What is where and how hot: arrays by node and by rack, contiguous by rack and by rack group, read and written by the rooms
/// of the machine through the engine.  Powers are those of the interval just settled (means) unless said otherwise.

#include <cstdint>
#include <vector>

namespace ondol::sim {

struct NodeState {
  // Temperatures and the rates chosen at the last instant.
  std::vector<double> die_k;          ///< mean accelerator temperature of the node
  std::vector<double> reference_w;    ///< its accelerators together, at their reference temperature and present clock
  std::vector<double> slope_w_per_k;  ///< leakage of its accelerators together
  std::vector<double> host_w;
  std::vector<double> fan_w;
  std::vector<double> clock;     ///< slowest accelerator of the node, relative to its full clock
  std::vector<double> unheld_w;  ///< highest draw of an accelerator that its declared limit does not hold; 0: held
  // Conditions under which the clock was chosen.
  std::vector<double> closed_die_k, closed_coolant_k;
  std::vector<std::uint8_t> in_service;
  std::vector<std::uint16_t> busy;  ///< accelerators held by jobs
  // Totals.
  std::vector<double> energy_j;  ///< at the node's input, since the start

  void resize(std::size_t n) {
    for (auto* a : {&die_k, &reference_w, &slope_w_per_k, &host_w, &fan_w, &clock, &unheld_w, &closed_die_k, &closed_coolant_k,
                    &energy_j})
      a->assign(n, 0.0);
    in_service.assign(n, 1);
    busy.assign(n, 0);
  }
};

struct RackState {
  std::vector<double> inlet_k;           ///< air entering the nodes
  std::vector<double> coolant_k;         ///< what the accelerators give their heat to: inlet air or technology supply
  std::vector<double> junction_k_per_w;  ///< die to coolant of its accelerators, at the flow past their sinks now
  std::vector<double> power_w;           ///< at the rack's input, mean of the interval
  std::vector<double> air_heat_w, liquid_heat_w;
  std::vector<double> air_heat_now_w;    ///< at the end of the interval: what the inlet of the next one follows
  std::vector<double> node_air_now_w;    ///< of it, from inside its nodes: what their fans follow
  std::vector<double> closed_coolant_k;  ///< under which the clocks were last looked at
  std::vector<double> hottest_k;         ///< hottest node's accelerators
  std::vector<double> drift_k;           ///< farthest a die has moved since its clock was chosen
  std::vector<double> busy;              ///< accelerators held by jobs
  std::vector<double> fan_speed;         ///< of the nodes' fans, fraction of full
  std::vector<std::uint8_t> limited;     ///< some node runs below full clock because of temperature
  std::vector<std::uint32_t> unheld;     ///< nodes whose accelerators draw more than their limit at their lowest clock
  std::vector<std::uint8_t> powered;     ///< has power at its input

  void resize(std::size_t n) {
    for (auto* a : {&inlet_k, &coolant_k, &junction_k_per_w, &power_w, &air_heat_w, &liquid_heat_w, &air_heat_now_w,
                    &node_air_now_w, &closed_coolant_k, &hottest_k, &drift_k, &busy, &fan_speed})
      a->assign(n, 0.0);
    limited.assign(n, 0);
    unheld.assign(n, 0);
    powered.assign(n, 1);
  }
};

}  // namespace ondol::sim
