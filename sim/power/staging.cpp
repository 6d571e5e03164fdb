#include "sim/power/staging.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace ondol::sim {
namespace {

void require(bool holds, char const* what) {
  if (!holds) throw std::invalid_argument(what);
}

int fewest(StagingParams const& p, double output_w) {
  int const bear = std::max(1, static_cast<int>(std::ceil(output_w / p.rated_w)));
  return std::min(p.units, bear + p.spare);
}

}  // namespace

void check(StagingParams const& p) {
  require(p.units > 0, "staging: at least one unit is needed");
  require(p.rated_w > 0, "staging: the rating must be positive");
  require(p.spare >= 0 && p.spare < p.units, "staging: spare units must be fewer than all");
  require(p.off_below > 0 && p.off_below < p.on_above && p.on_above <= 1,
          "staging: a unit must rest below a load at which it wakes");
  require(p.standby_w >= 0, "staging: standby power must not be negative");
}

double staged_loss_w(StagingParams const& p, LossCurve const& curve, int active, double output_w) {
  return bank_loss_w(curve, active, output_w) + (p.units - active) * p.standby_w;
}

int least_loss_units(StagingParams const& p, LossCurve const& curve, double output_w) {
  int best = fewest(p, output_w);
  for (int n = best + 1; n <= p.units; ++n)
    if (staged_loss_w(p, curve, n, output_w) < staged_loss_w(p, curve, best, output_w)) best = n;
  return best;
}

int staged_units(StagingParams const& p, int active, double output_w) {
  int const least = fewest(p, output_w);
  int n = std::clamp(active, least, p.units);
  while (n < p.units && output_w > n * p.on_above * p.rated_w) ++n;
  while (n > least && output_w <= (n - 1) * p.off_below * p.rated_w) --n;
  return n;
}

}  // namespace ondol::sim
