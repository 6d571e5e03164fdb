#pragma once
/// What `ondol check` tells about a facility before a second of it is simulated: capacity against load, redundancy, single
/// points of failure, and what one loss leaves.  Rated loads, before conversion losses.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "topology/build/facility.hpp"
#include "topology/build/single_losses.hpp"
#include "topology/graph/facility_graph.hpp"

namespace ondol::topology {

/// Load of one vertex of the power layer with everything whole, shared equally among feeders.
struct PowerVertexReport {
  std::string name;
  Kind kind = Kind::site;
  double load_w = 0.0, rating_w = 0.0, load_fraction = 0.0;
};

struct PowerBankReport {
  std::string id;
  Kind kind = Kind::transformer;
  std::uint32_t units = 0, units_needed = 0;
  double load_w = 0.0;               ///< carried by the bank, everything whole
  double capacity_w = 0.0;           ///< of the needed units
  double load_fraction = 0.0;        ///< load / capacity
  double worst_unit_fraction = 0.0;  ///< load / rating of its busiest unit
  std::string redundancy;            ///< "N", "N+1", "2N", "<N" where overloaded; from the graph, not from `units_needed`
  std::string worst_loss;            ///< unit whose loss leaves least
  double fed_w = 0.0;                ///< rated load of the site that can still be fed then (maximum flow)
  double fed_fraction = 0.0;         ///< of what can be fed with everything whole
  std::string capped_by;             ///< controllers that keep its units below a limit
};

/// Equal cooling units of one hall or plant.
struct CoolingBankReport {
  std::string owner;  ///< id of the hall or plant
  Kind kind = Kind::crah;
  std::uint32_t units = 0;
  double load_w = 0.0;         ///< heat at rated power
  double capacity_w = 0.0;     ///< of all units
  double load_fraction = 0.0;  ///< load / capacity
  std::string redundancy;      ///< "<N", "N", "N+1", or "2N" where half of the units suffice
  double cooled_w = 0.0;       ///< heat of the site that can still be taken with one unit lost (maximum flow)
  double cooled_fraction = 0.0;
};

struct FabricReport {
  std::string pool;                                 ///< of a declared fabric, its id
  std::uint32_t nodes = 0, leaves = 0, spines = 0;  ///< spines: all that nodes do not plug into
  int switch_hops = 0;                              ///< most switches on a way
  int switch_hops_unit = 0;                         ///< within a unit of a declared fabric; 0: there is no such way
  double bisection_bytes_per_s = 0.0;
  double bisection_fraction = 0.0;                                 ///< of half the injection bandwidth
  double worst_switch_fraction = 0.0, worst_cable_fraction = 0.0;  ///< of the bisection, left by the worst loss of one
  std::string worst_switch, worst_cable;
  std::optional<FabricParts> parts;  ///< of a declared fabric
};

struct HallReport {
  std::string id;
  std::uint32_t racks = 0;
  double rack_w = 0.0;  ///< rated
  double mean_rack_w = 0.0, largest_rack_w = 0.0;
  double air_heat_w = 0.0, liquid_heat_w = 0.0;
};

/// Declared instead of simulated; of files their highest power.
struct HeatLoadReport {
  std::string name, hall, fed_by, from;  ///< from: "constant", or the columns of its file
  double load_w = 0.0, liquid_fraction = 0.0;
};

struct StorageReport {
  std::string name, at, task;
  double discharge_w = 0.0, charge_w = 0.0, stored_j = 0.0;  ///< of all its units; stored above the reserve
};

struct FacilityReport {
  std::uint32_t racks = 0, nodes = 0, accelerators = 0;
  double rack_w = 0.0, network_w = 0.0, heat_load_w = 0.0, cooling_w = 0.0, base_w = 0.0,
         total_w = 0.0;  ///< rated electrical loads
  double grid_capacity_w = 0.0;
  double fed_w = 0.0;  ///< of total, by maximum flow with everything whole
  std::vector<HallReport> halls;
  std::vector<PowerBankReport> power;
  std::vector<PowerVertexReport> power_vertices;
  std::vector<CoolingBankReport> cooling;
  std::vector<FabricReport> fabric;
  std::vector<Loss> power_single_points, cooling_single_points, fabric_single_points;  ///< as `single_losses`
  std::vector<std::string> warnings;
  std::vector<StorageReport> storage;
  std::vector<HeatLoadReport> heat_loads;
};

/// Throws InputError as `power_tree` does.
FacilityReport analyse(schema::Scenario const& scenario, Facility const& facility);

/// The report as `ondol check` prints it.
std::string to_text(FacilityReport const& report);

}  // namespace ondol::topology
