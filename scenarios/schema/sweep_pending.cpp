/// Goes when reading of sweep files comes: simplest forms of what it brings.

#include "scenarios/schema/quantity_text.hpp"
#include "scenarios/schema/sweep_spec.hpp"

namespace ondol::schema {

bool skipped(SweepSpec const& sweep, std::vector<AxisValue const*> const&) {
  throw InputError({sweep.skip.front().written});
}

AxisValue value_at(AxisSpec const& axis, double number) {
  AxisValue out;
  out.number = number;
  std::string text = number_text(number);
  if (text.ends_with(".0") && (axis.whole || !axis.spelling.empty())) text.resize(text.size() - 2);
  out.label = axis.spelling.empty() ? text : text + " " + axis.spelling;
  for (auto const& k : axis.keys)
    out.sets.push_back({k.key, axis.spelling.empty() ? text : in_quotes(out.label), k.written, k.key_written});
  return out;
}

}  // namespace ondol::schema
