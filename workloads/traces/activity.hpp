#pragma once
/// Activity of a job from the means of its table and a spread between jobs.

#include "scenarios/base/random.hpp"
#include "scenarios/schema/spec.hpp"
#include "workloads/demand/job.hpp"

namespace ondol::workloads {

/// A table that would make more is refused: 10^7 jobs take about 3 GB.
inline constexpr double most_jobs = 1e7;

/// Throws InputError for an unknown precision.
Activity activity_of(schema::ActivitySpec const& spec);

/// All four fractions scaled by one normal factor 1 + spread z (a busy job is busy in all), cut to 0..1.
Activity draw_activity(Activity const& mean, double spread, RandomStream& stream);

/// Share of the run time that scales with 1/clock: compute against memory work, 1 for neither [williams2009roofline, form].
double clock_sensitivity(Activity const& activity);

}  // namespace ondol::workloads
