#pragma once
/// Batch jobs from a public trace: rows of submit_s, duration_s, num_gpus (the header decides the order, further columns are
/// not read), such as the Philly training cluster [jeon2019philly].  Kept: arrivals, sizes, run times.  Added: pool, activity,
/// estimate, drawn from the stream.  Page: docs/models/job-traces.md

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "scenarios/base/random.hpp"
#include "scenarios/schema/spec.hpp"
#include "workloads/demand/job.hpp"
#include "workloads/demand/pool.hpp"

namespace ondol::workloads {

struct TraceRow {
  double submit_s = 0, duration_s = 0;
  int accelerators = 0;
};

/// All rows of a CSV file, plain or gzip.  Throws InputError with file:line for each of the first faults.
std::vector<TraceRow> read_rows(std::string const& file);

struct TraceJobs {
  std::vector<Job> jobs;      ///< by submission, within [0, duration)
  std::size_t too_large = 0;  ///< jobs left out because no pool of the trace can ever hold them
};

/// Jobs submitted in [offset, offset + duration) of the trace.  `arrival_scale` a > 1: each row gives floor(a) jobs and one
/// more with probability a - floor(a), copies submitted within an hour of the original; a < 1: each row is kept with
/// probability a.  A job drawn for a pool that is too small goes to another of the trace's pools, drawn by share.
TraceJobs trace_jobs(schema::TraceSpec const& trace, std::span<TraceRow const> rows, std::span<PoolSupply const> pools,
                     double duration_s, RandomStream stream);

/// `trace_jobs` of the file that the table names.
TraceJobs read_trace(schema::TraceSpec const& trace, std::span<PoolSupply const> pools, double duration_s, RandomStream stream);

}  // namespace ondol::workloads
