#pragma once
/// Energy of the whole run by pool, vendor and tenant: every part of it with its share of cooling and losses, so that each list
/// sums to what the site consumed.
///
/// A pool has its racks and its part, by nodes, of the fabrics that join it, as EnergyShares gives them.  Within a pool
/// everything is spread over its nodes' input energy: a job has that of its accelerators while it held them, what no job held
/// is idle.  Heat loads are one pool, vendor and tenant of their own.  Page: docs/models/energy-ledger.md

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "sim/engine/assemble.hpp"
#include "sim/engine/job_book.hpp"
#include "sim/engine/machine_room.hpp"
#include "topology/build/facility.hpp"

namespace ondol::sim {

struct PoolEnergy {
  std::string name;
  UserEnergy parts;
  double jobs_j = 0;      ///< of `parts`, by jobs
  double per_node_j = 0;  ///< energy of all kinds for one joule at the input of its nodes; 0: they used none
};

struct VendorEnergy {
  std::string name;  ///< of the accelerators; empty: racks without
  UserEnergy parts;
};

struct TenantEnergy {
  std::string name;
  double node_j = 0;  ///< at the input of the nodes
  double total_j = 0;
  double accelerator_s = 0;
};

struct EnergyAccount {
  std::vector<PoolEnergy> pools;  ///< in the order of the facility; heat loads, as one, come last
  std::vector<VendorEnergy> vendors;
  std::vector<TenantEnergy> tenants;  ///< by name, the last one "(idle)"
  double total_j = 0;
};

EnergyAccount energy_account(schema::Scenario const& scenario, topology::Facility const& facility, Assembly const& assembly,
                             MachineRoom const& room, JobBook const& book, double elapsed_s);

}  // namespace ondol::sim
