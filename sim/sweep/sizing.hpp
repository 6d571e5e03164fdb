#pragma once
/// What runs say of the limits of a sizing.  Pure: outcomes in, margins out; which points to try is search.hpp's.
///
/// A point has a run for each case and each member of the ensemble.  A member keeps a limit when all its cases do, the worst
/// case being the one that is told; the point keeps them when the share asked for of its members keeps all.  What is told of
/// the point is its deciding member: with members in the order of how well they keep, the last that the share needs.

#include <optional>
#include <string>
#include <vector>

#include "scenarios/schema/sweep_spec.hpp"
#include "sim/state/kpi.hpp"
#include "sim/sweep/losses.hpp"
#include "sim/sweep/outcome.hpp"
#include "sim/sweep/search.hpp"

namespace ondol::sim {

/// Limits on this are told by the facility alone, without a run (topology/build/n_minus_1.hpp).
inline constexpr char const* n_minus_1_limit = "n_minus_1";

/// A limit, in the units of its key figure.
struct Limit {
  std::string of, units, long_name;
  std::optional<double> at_most, at_least;
  std::vector<char> in;  ///< by case: is it for this one
  bool of_facility() const { return of == n_minus_1_limit; }
  double margin(double value) const;  ///< what is left; below zero when it is broken
  std::string text() const;           ///< "peak_power <= 2 MW"
};

/// `known`: the key figures of a run; empty where no limit needs one.  Throws InputError with every fault: no key figure of
/// that name, a unit that is not of its dimension, no case of that name.
std::vector<Limit> sizing_limits(schema::SizeSpec const& spec, std::vector<SizingCase> const& cases,
                                 std::vector<Kpi> const& known);

/// What is spare with any one unit lost [MW], and which.
struct Spare {
  double mw = 0;
  std::string lost;
};

struct Finding {     ///< of one limit, in the case that is worst
  double value = 0;  ///< not a number: the run has none
  double margin = 0;
  std::size_t in_case = 0;
  std::string note;  ///< the unit whose loss leaves least
};

struct PointFinding {
  std::vector<Finding> limits;  ///< one a limit; of a failed run empty
  std::string failed;
  std::size_t member = 0;  ///< that decides, from 0
  std::size_t kept = 0, members = 1;
  Judgement judgement() const;
};

/// `runs[case][member]`; of limits on the facility `spares[case]`.
PointFinding judge_point(std::vector<Limit> const& limits, std::vector<SizingCase> const& cases,
                         std::vector<std::vector<Outcome>> const& runs, std::vector<Spare> const& spares, double share);

}  // namespace ondol::sim
