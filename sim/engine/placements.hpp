#pragma once
/// Where and when jobs held accelerators: one row for each stretch, however often a job is interrupted.

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "sim/engine/job_book.hpp"
#include "sim/record/recorder.hpp"
#include "topology/build/facility.hpp"

namespace ondol::sim {

class Placements {
 public:
  /// `wanted`: somebody will read them; else nothing is kept.
  Placements(topology::Facility const& facility, bool wanted) : facility_(facility), wanted_(wanted) {}

  /// The job has got the accelerators that its record holds.
  void begin(std::uint32_t job, JobRecord const& record);
  /// `how`: waiting, if it was interrupted.
  void end(std::uint32_t job, JobPhase how, double now_s);
  void write(Recorder& recorder, std::vector<workloads::Job> const& jobs) const;

 private:
  struct Stretch {
    double begin_s = 0, working_s = 0, end_s = 0;
    std::uint32_t job = 0, racks = 0, first_rack = 0;
    JobPhase how = JobPhase::running;
  };

  topology::Facility const& facility_;
  bool wanted_;
  std::vector<Stretch> stretches_;                            ///< by begin
  std::unordered_map<std::uint32_t, std::size_t> under_way_;  ///< by job
};

}  // namespace ondol::sim
