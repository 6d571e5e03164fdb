#include "workloads/demand/job.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace ondol::workloads {

char const* to_string(Precision precision) {
  switch (precision) {
    case Precision::fp64:
      return "fp64";
    case Precision::bf16:
      return "bf16";
    case Precision::fp8:
      return "fp8";
    case Precision::fp4:
      return "fp4";
  }
  return "?";
}

std::optional<Precision> precision_from(std::string const& name) {
  for (auto const p : {Precision::fp64, Precision::bf16, Precision::fp8, Precision::fp4})
    if (name == to_string(p)) return p;
  return std::nullopt;
}

char const* to_string(JobKind kind) {
  switch (kind) {
    case JobKind::training:
      return "training";
    case JobKind::trace:
      return "trace";
    case JobKind::mix:
      return "mix";
    case JobKind::service:
      return "service";
    case JobKind::steady:
      return "steady";
  }
  return "?";
}

double DailyProfile::operator[](std::size_t hour) const {
  double const wave = std::cos(2.0 * std::numbers::pi * (static_cast<double>(hour) - peak_hour) / 24.0);
  return 0.5 * (1.0 + valley) + 0.5 * (1.0 - valley) * wave;
}

std::vector<Job> by_submission(std::vector<Job> jobs) {
  auto const earlier = [](Job const& a, Job const& b) { return a.submit_s < b.submit_s; };
  if (std::is_sorted(jobs.begin(), jobs.end(), earlier)) return jobs;
  // A job is long: dates are sorted, and each job is moved once.
  std::vector<std::pair<double, JobIndex>> order;
  order.reserve(jobs.size());
  for (auto const& job : jobs) order.emplace_back(job.submit_s, static_cast<JobIndex>(order.size()));
  std::sort(order.begin(), order.end());
  std::vector<Job> sorted;
  sorted.reserve(jobs.size());
  for (auto const& [date, index] : order) sorted.push_back(std::move(jobs[index]));
  return sorted;
}

}  // namespace ondol::workloads
