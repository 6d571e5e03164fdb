#include "workloads/traces/activity.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/base/error.hpp"

namespace ondol::workloads {

Activity activity_of(schema::ActivitySpec const& spec) {
  auto const precision = precision_from(spec.precision);
  if (!precision)
    throw InputError(fmt::format("activity.precision = \"{}\" is not one of fp64, bf16, fp8, fp4", spec.precision));
  return {spec.sm, spec.compute, spec.memory, spec.host, *precision, spec.network.v};
}

Activity draw_activity(Activity const& mean, double spread, RandomStream& stream) {
  if (spread <= 0) return mean;
  double const factor = 1 + spread * stream.normal();
  auto const cut = [factor](double fraction) { return std::clamp(fraction * factor, 0.0, 1.0); };
  return {cut(mean.sm),   cut(mean.compute), cut(mean.memory),
          cut(mean.host), mean.precision,    std::max(0.0, mean.network_bytes_per_s * factor)};
}

double clock_sensitivity(Activity const& a) {
  double const both = a.compute + a.memory;
  return both > 0 ? a.compute / both : 1.0;
}

}  // namespace ondol::workloads
