#pragma once
/// What the windows determine, what the priors fill in: covariance, share of the priors, rank and condition.

#include <string>
#include <vector>

#include "kernels/fit/least_squares.hpp"

namespace ondol::meter::fit {

struct Identified {
  std::vector<double> covariance;   ///< of x, row by row; zero for those at a bound
  std::vector<double> sd;           ///< of x; at a bound that of the prior
  std::vector<double> prior_share;  ///< posterior over prior variance: 0 all from the windows, 1 all from the prior
  std::vector<bool> at_bound;
  double condition_number = 0;  ///< of the windows' Jacobian, columns at unit length, without what they cannot determine
  std::size_t rank = 0;
  /// Combinations that the windows say nothing about, such as "control.l1 - data.l1"; the priors alone part them.
  std::vector<std::string> undetermined;
  double effective_unknowns = 0;  ///< sum over the physical parameters of 1 - prior share
};

/// Posterior covariance (J'J + D^-2)^-1 with J of the whitened windows and D the priors' standard deviations.  Parameters at
/// a bound are held there.  Directions whose singular value is below 1e-4 of the largest count as undetermined.
Identified identify(Layout const& layout, Solution const& solution);

}  // namespace ondol::meter::fit
