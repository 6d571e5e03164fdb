/// Numbers of an axis as values of its keys.

#include <charconv>
#include <cmath>

#include "scenarios/schema/quantity_text.hpp"
#include "scenarios/schema/sweep_spec.hpp"
#include "scenarios/schema/toml_text.hpp"

namespace ondol::schema {
namespace {

/// The number that the fifteen first digits of `x` are: 0.30000000000000004 is 0.3.
double neat(double x) {
  char buffer[64];
  auto const end = std::to_chars(buffer, buffer + sizeof buffer, x, std::chars_format::general, 15).ptr;
  double out = 0;
  std::from_chars(buffer, end, out);
  return out;
}

std::string spelled(double x, std::string const& unit) {
  return unit.empty() ? plain_number(x) : plain_number(x) + " " + unit;
}

}  // namespace

AxisValue value_at(AxisSpec const& axis, double number) {
  AxisValue out;
  out.number = axis.whole ? std::round(number) : neat(number);
  bool const per_cent = axis.spelling == "%";
  out.label = spelled(per_cent ? neat(100 * out.number) : out.number, axis.spelling);
  for (auto const& key : axis.keys) {
    double x = out.number;
    if (key.by == AxisKey::By::scale) x = neat(key.at_one * x);
    if (key.by == AxisKey::By::complement) x = neat(key.at_one * (1 - x));
    if (key.whole) x = std::round(x);
    std::string const text = key.whole              ? plain_number(x)
                             : key.spelling.empty() ? number_text(x)
                                                    : toml_text(spelled(x, key.spelling));
    out.sets.push_back({key.key, text, key.written, key.key_written});
  }
  return out;
}

}  // namespace ondol::schema
