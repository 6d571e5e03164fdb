#pragma once
/// The cases of a sizing, one run each: the scenario as it is, declared ones, and of those that lose units one for each loss.

#include <string>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "scenarios/schema/sweep_spec.hpp"

namespace ondol::sim {

inline constexpr char const* as_declared = "as declared";

struct SizingCase {
  std::string name;      ///< "one out: a chiller of chilled"
  std::string declared;  ///< the [[case]] it is of, or `as_declared`
  bool loses = false;    ///< an event takes a unit away
  std::vector<schema::Override> sets;
};

/// `base` with what the sizing sets in all runs; `hottest_s`: when losses begin that do not say.  Of equal units the first is
/// lost: racks are dealt to units in turn, so none has more.  Standby generators are lost only where they are named.
/// Throws InputError: nothing has that name, or nothing of it can be lost.
std::vector<SizingCase> sizing_cases(std::vector<schema::CaseSpec> const& declared, schema::Scenario const& base,
                                     double hottest_s);

}  // namespace ondol::sim
