#pragma once
/// Budgets of the site as a series of changes.

#include <filesystem>
#include <vector>

#include "scenarios/schema/spec.hpp"

namespace ondol::sim {

struct BudgetStep {
  double start_s = 0;
  double power_w = 0;    ///< infinity: none
  double decided_s = 0;  ///< when controllers turn to it
};

/// In order of time, each differing from the one before.  Throws InputError with the line of a series that cannot be read.
std::vector<BudgetStep> budget_steps(schema::BudgetSpec const& spec);

}  // namespace ondol::sim
