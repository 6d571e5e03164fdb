#pragma once
/// All jobs of a scenario.

#include <vector>

#include "scenarios/schema/spec.hpp"
#include "workloads/demand/job.hpp"
#include "workloads/demand/pool.hpp"

namespace ondol::workloads {

/// Jobs of every table, by submission; at equal times training, services, steady loads, traces, mixes, each as declared.  Each
/// table draws from its own stream named by its kind and name, so that adding one moves no draw of another.  Throws InputError
/// with every table that cannot be met (unknown pool, more accelerators than the pool has, a job that does not fit its memory).
/// `warnings` receives what was left out.
std::vector<Job> demand(schema::Scenario const& scenario, std::vector<PoolSupply> const& pools,
                        std::vector<Fault>* warnings = nullptr);

}  // namespace ondol::workloads
