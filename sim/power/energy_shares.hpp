#pragma once
/// Whose energy it is: every watt of the site given to those who use IT energy, so that their parts sum to the whole.
///
///   CRAH fans    of a hall, by the heat that a user gives to its air
///   CDU pumps    of a hall, by the heat that a user gives to its liquid
///   plant        pumps, chillers, towers: by the heat that its halls hand it, fans' and pumps' own included, and within a hall
///   as
///                the fans and pumps
///   the rest     losses from the meter to the racks, lighting and offices: by what each has by then
///
/// Cooling of a hall that takes no heat is part of the rest; with no use at all, users get equal parts.
/// A convention, not a measurement: it says who would save what if heat moved little.  Ignores: heat stored between intervals,
/// and which feeder a user's losses arise in.  Page: docs/models/energy-ledger.md

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim/power/ledger.hpp"

namespace ondol::sim {

/// Powers of one user, means of an interval.
struct UserPower {
  double it_w = 0;
  double air_w = 0, liquid_w = 0;  ///< heat to the hall's air and liquid
};

struct HallCoolingPower {
  double crah_fan_w = 0, cdu_pump_w = 0;
};

struct UserEnergy {
  double it_j = 0, cooling_j = 0, rest_j = 0;
  double total_j() const { return it_j + cooling_j + rest_j; }
};

class EnergyShares {
 public:
  struct HallPlants {
    std::optional<std::size_t> air, liquid;  ///< that take its heat
  };

  EnergyShares(std::vector<std::uint32_t> hall_of_user, std::vector<HallPlants> halls, std::size_t plants);

  /// An interval; `total_w` is all that has an owner.
  void add(double dt_s, std::span<UserPower const> users, std::span<HallCoolingPower const> halls,
           std::span<double const> plant_w, double total_w);

  UserEnergy of(std::size_t user) const;

 private:
  struct Account {
    CompensatedSum it_j, cooling_j, rest_j;
  };
  std::vector<std::uint32_t> hall_of_user_;
  std::vector<HallPlants> halls_;
  std::vector<Account> accounts_;
  std::vector<double> air_w_, liquid_w_, plant_heat_w_, cooling_w_;  // scratch
};

}  // namespace ondol::sim
