#pragma once
/// What declared events did to the halls by heat: when the first accelerators slowed down and shut down after each, what that
/// cost, and how warm the coolant became.
///
/// An event is held to account until the next one begins; those of one date share what follows.  Lost work: accelerators that
/// are shut down count whole, slowed ones by 1 - speed / speed without the thermal limit.

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "sim/engine/machine_room.hpp"
#include "sim/engine/run.hpp"
#include "sim/record/recorder.hpp"
#include "topology/build/facility.hpp"

namespace ondol::sim {

class EventEffects {
 public:
  EventEffects(schema::Scenario const& scenario, topology::Facility const& facility);

  /// Time passes with what held until now; what follows is booked on the event that began last.
  void advance(double now_s);
  /// Coolant at the accelerators of now, and the work that slow racks lose from now on.
  void see(MachineRoom const& room);
  /// A rack was slowed down by temperature.
  void slowed(std::uint32_t rack);
  /// Accelerators of a rack that shut down, or (negative) came back.
  void shut(std::uint32_t rack, int accelerators);

  void add_kpis(std::vector<Kpi>& kpis) const;
  /// The table of events and halls; nothing where no event is declared.
  void write(Recorder& recorder) const;

 private:
  struct Effect {
    std::optional<double> slowdown_s, shutdown_s;  ///< after the start of the event
    double hottest_k = -std::numeric_limits<double>::infinity();
    double slowed_s = 0, shut_s = 0;  ///< accelerators times seconds
  };
  /// Events of one date.
  struct Happened {
    double start_s = 0;
    std::vector<std::pair<std::string, std::string>> events = {};  ///< what, to whom
    std::vector<Effect> halls = {};
  };
  Effect& of(std::uint32_t hall) { return happened_[at_].halls[hall]; }
  template <class Value>
  double least(Value value) const;

  schema::Scenario const& scenario_;
  topology::Facility const& facility_;
  std::vector<Happened> happened_;  ///< by date; first the time before any
  std::size_t at_ = 0;
  double now_s_ = 0;
  std::vector<double> slow_;  ///< by hall: accelerators' worth of work that is being lost
  std::vector<int> shut_;     ///< by hall: accelerators that are shut down
  std::vector<std::uint8_t> has_racks_;
};

}  // namespace ondol::sim
