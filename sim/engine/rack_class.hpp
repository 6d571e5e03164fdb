#pragma once
/// From a rack of the catalogue to what the models of power, time and demand take.  Needs no site, so that questions about one
/// kind of rack can be asked without one.

#include <cstdint>
#include <optional>
#include <string>

#include "scenarios/schema/spec.hpp"
#include "sim/control/thermal_limit.hpp"
#include "sim/engine/accelerators.hpp"
#include "sim/power/loss_curve.hpp"
#include "sim/power/node_power.hpp"
#include "sim/power/power_smoothing.hpp"
#include "sim/thermal/board_spread.hpp"
#include "sim/thermal/heat_sink.hpp"
#include "sim/thermal/junction.hpp"
#include "workloads/demand/pool.hpp"

namespace ondol::sim {

/// Racks of one group share everything but their state.
struct RackClass {
  std::string name;
  std::uint32_t first_rack = 0, racks = 0, first_node = 0, nodes_per_rack = 0;
  std::uint32_t hall = 0, pool = 0;
  int accelerators = 0;  ///< a node
  AcceleratorPowerParams accelerator;
  MacroPower macro;
  KernelRates rates;         ///< without measured kernels
  double power_limit_w = 0;  ///< what the limiter of one accelerator holds, under the limit declared or the board's
  std::optional<PowerSmoothingParams> smoothing;
  JunctionParams junction;    ///< at the design flow of its coolant
  double memory_rise_k = 0;   ///< hottest memory over the sink at no board power
  double memory_k_per_w = 0;  ///< what board power adds to that
  ThermalThresholds thresholds;
  BoardSpread spread;
  HeatSinkParams sink;         ///< with the die's share; in air: of the fans' full flow
  double idle_k_per_w = 0;     ///< die to coolant with the fans at their lowest speed
  double fan_target_k = 0;     ///< of the hottest die
  bool liquid_cooled = false;  ///< the accelerators give their heat to the technology loop
  NodePowerParams node;
  double switch_w = 0;       ///< a rack
  SupplyBank shelves;        ///< none: the rack takes AC to the nodes
  double limiter_s = 0;      ///< time constant of the power limit
  double least_limit_w = 0;  ///< what the limiter holds under the lowest limit that can be set; 0: what the lowest clock draws
};

/// Everything of the class that its rack type decides; the places of its racks, hall, pool and smoothing are left at 0.
/// `scenario` gives catalogue, origins, seed and draw.
RackClass rack_class(schema::Scenario const& scenario, std::string const& rack, std::optional<Watts> const& power_limit);

/// One accelerator of such racks as demand sees it; name and number of nodes are left to the caller.
/// `fabric`: that joins its nodes, if one is declared.
workloads::PoolSupply pool_supply(schema::Scenario const& scenario, std::string const& rack,
                                  schema::FabricSpec const* fabric = nullptr);

LossCurve loss_curve(schema::LossCurve const& curve, Watts rating);

}  // namespace ondol::sim
