#include "workloads/traces/mix.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scenarios/base/error.hpp"
#include "workloads/traces/activity.hpp"

namespace ondol::workloads {

std::vector<Job> mix_jobs(schema::MixSpec const& mix, PoolSupply const& pool, std::uint32_t pool_index, double duration_s,
                          RandomStream stream) {
  if (!(mix.mean_interarrival.v > 0) || duration_s / mix.mean_interarrival.v > most_jobs)
    throw InputError(fmt::format("mix \"{}\": mean_interarrival = {} s would make more than {:.0f} jobs", mix.name,
                                 mix.mean_interarrival.v, most_jobs));
  auto const mean = activity_of(mix.activity);
  int const largest = mix.accelerators_max > 0 ? std::min(mix.accelerators_max, pool.accelerators()) : pool.accelerators();
  int const node = pool.accelerators_per_node;
  std::vector<Job> jobs;
  for (double t = stream.exponential(mix.mean_interarrival.v); t < duration_s;
       t += stream.exponential(mix.mean_interarrival.v)) {
    Job job;
    job.name = fmt::format("{}-{}", mix.name, jobs.size());
    job.kind = JobKind::mix;
    job.pool = pool_index;
    job.submit_s = t;
    job.work_s = mix.duration_median.v * std::exp(mix.duration_sigma * stream.normal());
    job.estimate_s = job.work_s * mix.estimate_factor;
    double const drawn = mix.accelerators_median * std::exp(mix.accelerators_sigma * stream.normal());
    double size = std::clamp(std::round(drawn), 1.0, static_cast<double>(largest));
    if (size > node) size = std::min(std::round(size / node) * node, std::floor(static_cast<double>(largest) / node) * node);
    job.accelerators = static_cast<int>(size);
    job.activity = draw_activity(mean, mix.activity_spread, stream);
    job.clock_sensitivity = clock_sensitivity(job.activity);
    jobs.push_back(std::move(job));
  }
  return jobs;
}

}  // namespace ondol::workloads
