#pragma once
/// From what people declare to what the models take: fills every model's Params from the scenario and the facility graph.
/// The only place where schema structs meet model structs.

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "sim/engine/accelerators.hpp"
#include "sim/power/ledger.hpp"
#include "sim/power/node_power.hpp"
#include "sim/power/power_tree_solver.hpp"
#include "sim/power/tariff.hpp"
#include "sim/thermal/cooling_system.hpp"
#include "sim/thermal/weather.hpp"
#include "topology/build/facility.hpp"
#include "topology/layers/power_tree.hpp"
#include "workloads/demand/job.hpp"
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
  double power_limit_w = 0;  ///< what the limiter of one accelerator holds, under the limit declared or the board's
  double junction_k_per_w = 0, heat_capacity_j_per_k = 0;
  double slowdown_k = 0, shutdown_k = 0;
  bool liquid_cooled = false;  ///< the accelerators give their heat to the technology loop
  NodePowerParams node;
  double switch_w = 0;  ///< a rack
  LossCurve shelf;
  int shelves = 0;  ///< 0: the rack takes AC to the nodes
};

struct Assembly {
  std::vector<RackClass> classes;
  std::vector<double> hall_recirculation;
  std::vector<PlantParams> plants;
  std::vector<HallParams> halls;
  topology::PowerTree tree;
  FeedOrder feed_order;
  std::vector<LossCurve> curves;  ///< by tree vertex
  std::vector<Owner> loss_owner;  ///< by tree vertex
  Weather weather;
  TariffParams tariff;
  CarbonParams carbon;
  double utc_offset_s = 0;
  double air_density_kg_per_m3 = 1.2;  ///< at site pressure and 20 degC
  std::vector<workloads::PoolSupply> supplies;
  std::vector<std::vector<std::uint32_t>> nodes_of_pool;
  std::vector<int> accelerators_per_node_of_pool;
};

Assembly assemble(schema::Scenario const& scenario, topology::Facility const& facility);

}  // namespace ondol::sim
