#pragma once
/// Starts and stops the chillers of a plant and changes over to free cooling, as a sequencer does.
///
///   one more   asked of chillers > up x capacity of those that run, for `delay`; the one that rested longest, and not less
///   than
///              minimum_off
///   one less   asked < down x capacity of one fewer, for `delay`; the one that ran longest, and not less than minimum_on
///   free       off -> partial   the weather is colder than the water that comes back, by `changeover`, for `delay`
///   cooling    partial -> full  it could carry all heat with `changeover` to spare, for `delay`: the last chillers stop
///              full -> partial  it cannot carry all, for `delay`: the first chiller starts
///              partial -> off   it carries nothing, for `delay`
///
/// Machines that fail stop at once and rest from then.  Thresholds with hysteresis and minimum times are what sequencers have
/// in common [ashrae2021guideline36, 5.20.4]; the numbers are the plant's.  Running chillers share the load equally. Ignores:
/// start-up of a machine (full capacity at once), staging by efficiency.   Page: docs/models/staging.md

#include <optional>
#include <string>
#include <vector>

namespace ondol::sim {

struct RejectionPoint;

enum class FreeCooling { allowed, off };

/// What staging lets a plant do.
struct PlantMode {
  std::optional<int> chillers;  ///< that run, sharing the load; none: the fewest that carry it
  FreeCooling free_cooling = FreeCooling::allowed;
  bool operator==(PlantMode const&) const = default;
};

struct PlantStagingParams {
  double minimum_on_s = 900, minimum_off_s = 900, delay_s = 300;
  double up = 0.95, down = 0.80;
  double changeover_k = 1.0;
};

struct StagingDecision {
  std::string kind, text;
};

class PlantStager {
 public:
  /// Throws std::invalid_argument when machines would start and stop without end.
  PlantStager(PlantStagingParams const& params, int chillers);

  /// Begins with the fewest machines for what `ideal` (a point without staging) shows, all of them free to change.
  void begin(RejectionPoint const& ideal);
  /// Lets `dt_s` pass in which the plant did `point`, with `available` chillers in service.
  void advance(double dt_s, RejectionPoint const& point, int available);
  PlantMode mode() const { return {running_, free_cooling_}; }

  /// Time until the next decision may fall if the plant stays as it is; infinite when nothing is under way [s].
  double next_decision_s() const;
  /// What was decided since the last call.
  std::vector<StagingDecision> take_decisions();

 private:
  struct Unit {
    bool on = false;
    double since_s = 0;  ///< it changed
  };
  /// How long a condition has held.
  struct Timer {
    bool running = false;
    double held_s = 0;
    bool ripe(bool holds, double dt_s, double delay_s);
  };
  bool start_one(int available);
  bool stop_one();
  void tell(char const* kind, std::string text) { decisions_.push_back({kind, std::move(text)}); }

  PlantStagingParams params_;
  std::vector<Unit> units_;
  int running_ = 0;
  FreeCooling free_cooling_ = FreeCooling::allowed;
  bool full_ = false;  ///< free cooling carried all when last seen
  Timer more_, fewer_, colder_, useless_;
  std::vector<StagingDecision> decisions_;
};

}  // namespace ondol::sim
