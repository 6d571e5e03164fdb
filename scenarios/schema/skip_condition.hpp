#pragma once
/// Conditions of [[skip]]: 'supply >= "24 degC" and climate == "singapore"'.
///
///   either     := both { "or" both }
///   both       := one { "and" one }
///   one        := "not" one | sum [ ("==" | "!=" | "<" | "<=" | ">" | ">=") sum ]
///   sum        := product { ("+" | "-") product }
///   product    := factor { ("*" | "/") factor }
///   factor     := number | "text" | axis | "-" factor | "(" either ")"
///
/// Axes of numbers count in SI with their dimension; a text beside one is a quantity ("24 degC").  Axes of labels are compared
/// with == and !=.

#include <functional>
#include <string>
#include <vector>

#include "scenarios/schema/sweep_spec.hpp"

namespace ondol::schema {

/// What is wrong with a condition, and where in its text (from 0).
struct ConditionFault {
  std::string message;
  std::size_t begin = 0, width = 1;
};

class SkipCondition {
 public:
  /// Throws ConditionFault.
  SkipCondition(std::string const& text, std::vector<AxisSpec> const& axes);
  /// Of one value an axis, in their order.
  bool holds(std::vector<AxisValue const*> const& values) const { return test_(values); }

 private:
  std::function<bool(std::vector<AxisValue const*> const&)> test_;
};

}  // namespace ondol::schema
