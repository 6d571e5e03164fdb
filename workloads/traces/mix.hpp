#pragma once
/// Synthetic batch jobs: Poisson arrivals, lognormal run times and sizes; sizes above one node are rounded to whole nodes.
/// Lognormal run times: [feitelson2015workload, ch. 3].  Page: docs/models/job-traces.md

#include <vector>

#include "scenarios/base/random.hpp"
#include "scenarios/schema/spec.hpp"
#include "workloads/demand/job.hpp"
#include "workloads/demand/pool.hpp"

namespace ondol::workloads {

/// Jobs submitted in [0, duration).  Sizes are cut at `accelerators_max` (0: the pool).
std::vector<Job> mix_jobs(schema::MixSpec const& mix, PoolSupply const& pool, std::uint32_t pool_index, double duration_s,
                          RandomStream stream);

}  // namespace ondol::workloads
