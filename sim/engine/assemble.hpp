#pragma once
/// From what people declare to what the models take: fills every model's Params from the scenario and the facility graph.
/// Here and in rack_class.hpp schema structs meet model structs, nowhere else.

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "sim/control/cooling_trips.hpp"
#include "sim/engine/assemble_cooling.hpp"
#include "sim/engine/heat_loads.hpp"
#include "sim/engine/rack_class.hpp"
#include "sim/engine/site_storage.hpp"
#include "sim/power/ledger.hpp"
#include "sim/power/power_chain.hpp"
#include "sim/power/tariff.hpp"
#include "sim/thermal/cooling_system.hpp"
#include "sim/thermal/recirculation.hpp"
#include "sim/thermal/weather.hpp"
#include "topology/build/facility.hpp"
#include "topology/layers/power_tree.hpp"
#include "workloads/demand/job.hpp"
#include "workloads/demand/pool.hpp"

namespace ondol::sim {

/// Switches of a declared fabric: constant, and heat to the air of a hall.
struct FabricLoad {
  std::uint32_t hall = 0;
  double power_w = 0;
  std::vector<std::uint32_t> pools = {};  ///< that it joins
};

struct Assembly {
  std::vector<RackClass> classes;
  std::vector<FabricLoad> fabrics;          ///< in the order of the scenario
  std::vector<HeatLoad> heat_loads;         ///< in the order of the scenario
  std::vector<double> hall_recirculation;   ///< where a matrix is given: what would give its largest gain to one row alone
  std::vector<Recirculation> hall_return;   ///< of the halls that have a matrix, else without rows
  std::vector<double> hall_inlet_spread_k;  ///< highest less lowest inlet of a rack
  std::vector<PlantParams> plants;
  std::vector<PlantOrders> orders;  ///< by plant
  std::vector<HallParams> halls;
  CoolingOptions cooling;
  CoolingTrips trips;  ///< at their beginning
  topology::PowerTree tree;
  ChainParams chain;              ///< by tree vertex
  std::vector<Owner> loss_owner;  ///< by tree vertex
  Weather weather;
  TariffParams tariff;
  CarbonParams carbon;
  double utc_offset_s = 0;
  std::uint64_t seed = 0;
  double air_density_kg_per_m3 = 1.2;  ///< at site pressure and 20 degC
  std::vector<workloads::PoolSupply> supplies;
  std::vector<std::vector<std::uint32_t>> nodes_of_pool;
  std::vector<int> accelerators_per_node_of_pool;
  std::vector<StorageParams> storages;
  std::vector<TariffParams> compared;  ///< of site.compare_tariffs
  std::vector<double> accelerators_of_hall;
};

Assembly assemble(schema::Scenario const& scenario, topology::Facility const& facility);

}  // namespace ondol::sim
