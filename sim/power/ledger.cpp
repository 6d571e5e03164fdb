#include "sim/power/ledger.hpp"

#include <algorithm>
#include <cmath>

namespace ondol::sim {
namespace {

constexpr std::array<std::string_view, owners> names{
    "accelerator",     "host",        "network",     "fans",       "psu_loss",        "shelf_loss",   "transformer_loss",
    "switchgear_loss", "ups_loss",    "busway_loss", "pdu_loss",   "generator_loss",  "battery_loss", "crah_fans",
    "cdu_pumps",       "plant_pumps", "chillers",    "tower_fans", "dry_cooler_fans", "site_base",    "heat_loads"};
static_assert(static_cast<std::size_t>(Owner::heat_loads) + 1 == owners);

}  // namespace

std::string_view name(Owner owner) {
  return names[static_cast<std::size_t>(owner)];
}

void CompensatedSum::add(double x) {
  double const t = sum_ + x;
  correction_ += std::abs(sum_) >= std::abs(x) ? (sum_ - t) + x : (x - t) + sum_;
  sum_ = t;
}

double Ledger::owned_j() const {
  CompensatedSum all;
  for (CompensatedSum const& owner : owned_) all.add(owner.value());
  return all.value();
}

double Ledger::residual() const {
  double const owned = owned_j(), consumed = consumed_j(), supplied = metered_j() + generated_j();
  if (owned == consumed) return 0;
  return (consumed - owned) / std::max(supplied, owned);  // a site on its batteries is supplied with next to nothing
}

double Ledger::it_category3_j() const {
  return of(Owner::accelerator) + of(Owner::host) + of(Owner::network) + of(Owner::fans) + of(Owner::psu_loss) +
         of(Owner::heat_loads);
}

double Ledger::it_category2_j() const {
  return it_category3_j() + of(Owner::shelf_loss);
}

double Ledger::ratio(double it_j) const {
  return it_j > 0 ? consumed_j() / it_j : std::nan("");
}

}  // namespace ondol::sim
