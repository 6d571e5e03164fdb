#pragma once
/// One training job while its iterations are played: its accelerators change phase together, rack by rack.
///
/// Its program is endless: iteration 0, 1, 2 ..., and before iteration k > 0 the pauses that are due after k of them.  It
/// begins where the job's progress stands.  Each phase lasts as long as on the rack where it lasts longest; new durations
/// (warmer dies, a smaller share of the fabric) count from the next iteration on, new powers at once, or where power is
/// smoothed (sim/power/power_smoothing.hpp) or limited (sim/control/power_limiter.hpp) within a second. Page:
/// docs/models/phases.md

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim/engine/plays.hpp"

namespace ondol::sim {

class Cohort {
 public:
  /// Accelerators of the job in one rack.
  struct Part {
    std::uint32_t rack = 0;
    int accelerators = 0;
    double host_span_w = 0;        ///< hosts from idle to active, of the share of the nodes that the job holds
    double rest_w = 0;             ///< leakage, idle hosts and fans, the same share
    std::vector<PhaseDraw> draws;  ///< means over its nodes, by phase of the load and, last, of the overflow
    IterationLoad const* load = nullptr;
    std::optional<PowerSmoother> smoother = std::nullopt;  ///< of its mean accelerator
    double smoothed_w = 0;                                 ///< present power of that
    std::optional<PowerLimiter> limiter = std::nullopt;    ///< of its mean accelerator; where power is smoothed, none
    double limited_w = 0;                                  ///< present power of that
  };

  Cohort(std::uint32_t job, std::vector<Part> parts);

  std::uint32_t job() const { return job_; }
  std::span<Part> parts() { return parts_; }
  std::span<Part const> parts() const { return parts_; }

  /// Places the program at `progress_s` reference seconds of work and starts it at `now_s`.
  void begin(double progress_s, double now_s);
  /// Goes on to the next beat, at the date of `next_s`.
  void step();
  double next_s() const { return next_s_; }

  /// DC power of a part above `rest_w`: accelerators at their reference temperature, hosts above idle.
  double power_w(Part const& part) const;
  workloads::PhaseKind kind() const;  ///< of the phase that most ranks are in

 private:
  void compose();  ///< the program of the present iteration, with the pauses before it
  void slice(double left_s);
  static void pass_limited(Part& part, Play const& play, double duration_s);

  std::uint32_t job_;
  std::vector<Part> parts_;
  std::int64_t iteration_ = 0;
  std::vector<Play> program_;
  std::size_t at_ = 0;
  double play_left_s_ = 0, slice_s_ = 0;
  double next_s_ = 0;
};

}  // namespace ondol::sim
