#pragma once
/// What a job asks of the machine: how many accelerators, for how long, and what it makes them do.  No watts, no degrees.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "workloads/demand/precision.hpp"

namespace ondol::workloads {

using JobIndex = std::uint32_t;
struct Iteration;

/// What a job makes its accelerators and hosts do, each 0..1 of what the hardware could do.
struct Activity {
  double sm = 0;       ///< share of time the compute units are awake
  double compute = 0;  ///< share of the sustained matmul rate (matmul efficiency x peak of the precision)
  double memory = 0;   ///< share of the sustained memory bandwidth
  double host = 0;     ///< share of the host's active power span
  Precision precision = Precision::bf16;
  double network_bytes_per_s = 0;  ///< each accelerator sends to the others of its job over the scale-out fabric

  bool operator==(Activity const&) const = default;
};

/// Activity multiplier by local hour, constant within the hour: a cosine that is 1 at `peak_hour` and `valley` twelve hours
/// away, mean (1 + valley)/2.  A rule, not a table: every job carries room for one.
struct DailyProfile {
  double valley = 1;
  int peak_hour = 15;  ///< 0..23

  double operator[](std::size_t hour) const;
  double mean() const { return 0.5 * (1.0 + valley); }
  bool operator==(DailyProfile const&) const = default;
};

enum class JobKind { training, trace, mix, service, steady };
char const* to_string(JobKind kind);

inline constexpr double open_ended = std::numeric_limits<double>::infinity();

struct Job {
  std::string name;
  JobKind kind = JobKind::training;
  std::uint32_t pool = 0;  ///< index in the list of pools
  int accelerators = 0;
  double submit_s = 0;             ///< after the start of the run
  double work_s = open_ended;      ///< run time at the declared rates
  double estimate_s = open_ended;  ///< the user's estimate of the run time, for backfill
  Activity activity;
  double clock_sensitivity = 1;  ///< share of the run time that scales with 1/clock
  double model_flop_per_s = 0;   ///< of the whole job at the declared rates; 0: not counted
  double tokens_per_s = 0;       ///< of the whole job at the declared rates; 0: not counted
  bool reserved = false;         ///< may start at its submission before the queue: services, declared training, studies
  std::optional<DailyProfile> profile;
  std::shared_ptr<Iteration const> iteration;  ///< of a job that repeats one; none: `activity` all the time
  // After its nodes were lost to it:
  double checkpoint_s = open_ended;  ///< of work between checkpoints; 0: nothing is lost; open_ended: it begins anew
  double checkpoint_lag_s = 0;       ///< of work until a checkpoint can be read back
  double restart_s = 0;              ///< on its new nodes, before it works again
  std::string tenant;                ///< whose energy it is; empty: the kind of job

  bool operator==(Job const&) const = default;
};

/// In order of submission, those of one date as they stood.
std::vector<Job> by_submission(std::vector<Job> jobs);

}  // namespace ondol::workloads
