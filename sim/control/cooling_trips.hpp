#pragma once
/// What of the cooling works: units that declared events have stopped, what has no power, and set points that were moved.
///
///   units   = those there are - those tripped, not below 0, where they have power; 0 where they have none
///   pumping = min(1, (pumps - tripped) / pumps needed), 0 without power                     share of the design flow
///   chillers of a loop whose flow has ceased stop, and start again `chiller_restart_s` after it is back (flow switches of
///           evaporators see to that; the time is that of a chiller whose power returns); without power, their power decides
///   set point of the event that began last among those that last; none: the declared one
///
/// Events of one machine add up.  Ignores: start orders within a plant, pumps that run down (seconds), partial flow: it cools
/// as far as it goes.  Page: docs/models/cooling-trips.md

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ondol::sim {

struct CoolingTrip {
  enum class What { chillers, pumps, towers, dry_coolers, crahs, cdus, plant_set_point, air_set_point, liquid_set_point };
  What what = What::chillers;
  std::uint32_t owner = 0;  ///< plant or hall
  double start_s = 0, end_s = std::numeric_limits<double>::infinity();
  int units = 0;           ///< that trip
  double set_point_k = 0;  ///< instead
};

struct PlantMachines {
  std::string name;
  int chillers = 0, towers = 0, dry_coolers = 0;
  int pumps = 1, pumps_needed = 1;  ///< needed: for the design flow
  double chiller_restart_s = 0;
};

struct HallMachines {
  std::string name;
  int crahs = 0, cdus = 0;
};

class CoolingTrips {
 public:
  CoolingTrips() = default;
  CoolingTrips(std::vector<PlantMachines> plants, std::vector<HallMachines> halls, std::vector<CoolingTrip> trips);

  struct PlantWorks {
    int chillers = 0, towers = 0, dry_coolers = 0;
    double pumping = 0;
    bool powered = true;  ///< the machines other than pumps
    bool operator==(PlantWorks const&) const = default;
  };
  struct HallWorks {
    int crahs = 0, cdus = 0;
    bool operator==(HallWorks const&) const = default;
  };
  struct Event {
    std::string kind, subject, cause;
  };

  /// Power of now, until it is told otherwise.
  void power_pumps(std::uint32_t plant, bool on, double now_s);
  void power_machines(std::uint32_t plant, bool on, double now_s);  ///< chillers, towers, dry coolers
  void power_crahs(std::uint32_t hall, bool on) { halls_[hall].crahs_on = on; }
  void power_cdus(std::uint32_t hall, bool on) { halls_[hall].cdus_on = on; }

  /// Date of what comes next.
  double next_s() const;
  /// What is due at `now_s` happens.
  void step(double now_s);

  PlantWorks plant(std::uint32_t plant) const;
  HallWorks hall(std::uint32_t hall) const;
  /// What an event has set; none: the declared set point holds.
  std::optional<double> set_point_k(CoolingTrip::What what, std::uint32_t owner) const;
  std::vector<Event> take_events() { return std::exchange(events_, {}); }

 private:
  static constexpr double never_s = std::numeric_limits<double>::infinity();
  struct Plant {
    PlantMachines machines;
    bool machines_on = true, pumps_on = true;
    bool starved = false;        ///< its chillers stopped for want of flow
    double restart_s = never_s;  ///< date at which they work again
  };
  struct Hall {
    HallMachines machines;
    bool crahs_on = true, cdus_on = true;
  };
  bool lasts(CoolingTrip const& t) const { return t.start_s <= now_s_ && t.end_s > now_s_; }
  int left(CoolingTrip::What what, std::uint32_t owner, int of) const;
  double pumping(std::uint32_t plant) const;
  void watch_flow(std::uint32_t plant);
  void tell(CoolingTrip const& t, bool begins);

  std::vector<Plant> plants_;
  std::vector<Hall> halls_;
  std::vector<CoolingTrip> trips_;
  double now_s_ = -never_s, happened_s_ = -never_s;  ///< up to the latter every date has been told
  std::vector<Event> events_;
};

}  // namespace ondol::sim
