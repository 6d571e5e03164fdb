#pragma once
/// Meters of the site and what is read from them: the bill and others that could have been agreed on, IT energy at the UPS
/// outputs, and whose energy it is.

#include <cstdint>
#include <span>
#include <vector>

#include "sim/engine/assemble.hpp"
#include "sim/power/energy_shares.hpp"
#include "sim/power/ledger.hpp"
#include "sim/power/tariff.hpp"
#include "sim/power/ups_output.hpp"
#include "sim/state/machine_state.hpp"

namespace ondol::sim {

/// The power tree as solved for an interval, by vertex.
struct SolvedTree {
  std::span<double const> load_w, output_w, input_w;
};

class Meters {
 public:
  explicit Meters(Assembly const& assembly);

  /// An interval with the means that held over it.  `metered_w`: at the utility; `owned_w`: all that has an owner.
  void add(double unix_start_s, double dt_s, double metered_w, double owned_w, SolvedTree const& tree, RackState const& racks,
           CoolingSystem::Interval const& cooling);

  EnergyBill const& bill() const { return bill_; }
  std::vector<EnergyBill> const& compared() const { return compared_; }
  double it_category1_j() const { return it_category1_j_.value(); }
  UserEnergy of_class(std::size_t rack_class) const { return shares_.of(rack_class); }
  UserEnergy of_heat_load(std::size_t load) const {
    return shares_.of(assembly_.classes.size() + assembly_.fabrics.size() + load);
  }
  UserEnergy of_fabric(std::size_t fabric) const { return shares_.of(assembly_.classes.size() + fabric); }

 private:
  Assembly const& assembly_;
  EnergyBill bill_;
  std::vector<EnergyBill> compared_;
  UpsOutput ups_output_;
  CompensatedSum it_category1_j_;
  EnergyShares shares_;  ///< of the rack classes, then of the fabrics, then of the heat loads
  std::vector<UserPower> user_;
  std::vector<HallCoolingPower> hall_;
  std::vector<double> plant_w_;
  std::vector<std::uint32_t> fabric_vertex_, heat_load_vertex_;  ///< of the tree
};

}  // namespace ondol::sim
