#pragma once
/// Whether air at rack inlets, facility water and technology coolant stay within the ASHRAE TC 9.9 class that the scenario
/// declares for them (scenarios/schema/ashrae_classes.hpp): events where they leave it and come back, and shares of the time.
///
/// A rack's inlets lie `inlet_spread` apart; its highest and its lowest count.  Inlets of halls without a class are held to the
/// recommended range, which A1 to A4 share, without events.  What has left comes back when it is `hysteresis_k` inside.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/schema/ashrae_classes.hpp"
#include "sim/engine/machine_room.hpp"
#include "sim/engine/run.hpp"

namespace ondol::sim {

class ClimateWatch {
 public:
  struct Event {
    std::string kind, subject, cause;
  };

  ClimateWatch(schema::Scenario const& scenario, topology::Facility const& facility);

  /// Adds an interval that `room` has just settled; temperatures are those at its end.
  void accumulate(MachineRoom const& room, double dt_s);
  std::vector<Event> take_events() { return std::exchange(events_, {}); }
  void add_kpis(std::vector<Kpi>& kpis) const;

 private:
  struct Range {
    double low_c = 0, high_c = 0;
    bool outside = false;
  };
  /// One hall's air, one hall's coolant or one plant's water.
  struct Watched {
    std::string id, class_name;
    std::optional<Range> recommended, allowable;
  };
  void look(Range& range, Watched const& watched, double low_c, double high_c, std::string const& kind,
            std::string const& where);

  std::vector<Watched> air_, coolant_, water_;
  std::vector<std::uint32_t> hall_of_rack_;
  std::vector<std::string> rack_names_;
  std::vector<Event> events_;
  double rack_s_ = 0, above_recommended_s_ = 0;  ///< racks that breathe, times seconds
  double classed_rack_s_ = 0, outside_allowable_s_ = 0;
  double water_s_ = 0, water_outside_s_ = 0, coolant_s_ = 0, coolant_outside_s_ = 0;
};

}  // namespace ondol::sim
