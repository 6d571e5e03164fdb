#pragma once
/// Every joule has one owner.  Owners are added up from the loads and losses; what came in at the utility and from generators,
/// and what batteries hold more than at the start, is counted by itself; the difference is the residual, a check on everything
/// between.  Sums are compensated (Neumaier) so that a year of small steps keeps 1e-15.
///
/// PUE = energy consumed / IT energy; consumed = utility + generators - put into storage, so that a run that ends with empty
/// batteries does not look better.  IT energy is taken at the points of ISO/IEC 30134-2: category 2 at the
/// output of the power distribution unit (the rack's input, rack shelf losses included), category 3 at the input of the IT
/// equipment (the node's input: its own supplies' loss and fans included, rack shelf losses not; heat loads count in both).
/// [iso30134-2] Page: docs/models/energy-ledger.md

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ondol::sim {

enum class Owner : std::uint8_t {
  accelerator,
  host,
  network,
  fans,
  psu_loss,    // IT equipment
  shelf_loss,  // inside the rack, before the equipment
  transformer_loss,
  switchgear_loss,
  ups_loss,
  busway_loss,
  pdu_loss,  // distribution
  generator_loss,
  battery_loss,
  crah_fans,
  cdu_pumps,
  plant_pumps,
  chillers,
  tower_fans,
  dry_cooler_fans,  // cooling
  site_base,        // lighting, offices, security
  heat_loads,       // IT equipment that is declared instead of simulated
};
inline constexpr std::size_t owners = 21;
inline constexpr std::array cooling_owners{Owner::crah_fans, Owner::cdu_pumps,  Owner::plant_pumps,
                                           Owner::chillers,  Owner::tower_fans, Owner::dry_cooler_fans};
std::string_view name(Owner owner);  ///< "transformer_loss"

/// Running sum that keeps the low-order bits which plain addition drops.                                        [neumaier1974]
class CompensatedSum {
 public:
  void add(double x);
  double value() const { return sum_ + correction_; }

 private:
  double sum_ = 0, correction_ = 0;
};

class Ledger {
 public:
  void add(Owner owner, double joules) { owned_[static_cast<std::size_t>(owner)].add(joules); }
  void add_metered(double joules) { metered_.add(joules); }      ///< at the utility
  void add_generated(double joules) { generated_.add(joules); }  ///< at the terminals of the site's own generators
  void add_stored(double joules) { stored_.add(joules); }        ///< change of what batteries hold; negative: they gave

  double of(Owner owner) const { return owned_[static_cast<std::size_t>(owner)].value(); }
  double owned_j() const;  ///< all owners
  double metered_j() const { return metered_.value(); }
  double generated_j() const { return generated_.value(); }
  double stored_j() const { return stored_.value(); }  ///< more than at the start
  double consumed_j() const { return metered_j() + generated_j() - stored_j(); }
  double residual()
      const;  ///< (consumed - owned) / the larger of (metered + generated) and owned; 0 when nothing was supplied or owned

  double it_category3_j() const;  ///< input of the IT equipment
  double it_category2_j() const;  ///< output of the PDU = input of the rack
  double pue_category2() const { return ratio(it_category2_j()); }
  double pue_category3() const { return ratio(it_category3_j()); }

 private:
  double ratio(double it_j) const;
  std::array<CompensatedSum, owners> owned_{};
  CompensatedSum metered_, generated_, stored_;
};

}  // namespace ondol::sim
