#pragma once
/// "700 W" <-> 700 of a dimension.  The only place where a unit has a spelling.
///
///   quantity := number unit            number as in TOML, underscores allowed between digits
///   unit     := factor { ("*" | "·" | " ") factor } { "/" factor }      "kJ/(kg K)" may also be written "kJ/kg/K"
///   factor   := [prefix] atom [exponent]                                "m3", "m^3", "m³"
///   prefix   := n u µ m k M G T P E | Ki Mi Gi Ti (bytes and bits only)
///   atom     := W J Wh K degC °C g t m L s min h d week B bit FLOP op KRW Pa bar Hz %
/// Atoms are matched before prefixes, so "min" is a minute and "Pa" a pascal.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ondol::schema {

/// Exponents of kilogram, metre, second, kelvin, byte, FLOP, won: the template arguments of `Quantity`.
using Exponents = std::array<int, 7>;

/// A dimension as people speak of it.  An absolute temperature takes degC, a temperature difference does not.
struct Dimension {
  Exponents exponents{};
  char const* name = "number";     ///< "power"
  std::vector<char const*> units;  ///< spellings to suggest and to write, the usual one first
  double limit = 0;                ///< no value beyond this (SI) is believed
  bool scaled = false;             ///< written with the prefix that leaves 1 to 999
  bool absolute_temperature = false;
};

/// The dimension with these exponents.  Throws std::logic_error for one that no member of the scenario has.
Dimension const& dimension_of(Exponents const& exponents);
Dimension const& absolute_temperature();
std::vector<Dimension const*> all_dimensions();

struct QuantityText {
  std::optional<double> value;  ///< SI
  std::string problem;          ///< empty when there is a value; else "has no unit (power expected). Write "700 W"?"
};

/// Reads `text` as a quantity of `dimension`.
QuantityText parse_quantity(std::string_view text, Dimension const& dimension);

/// Shortest readable text that `parse_quantity` reads back to exactly `value`.
std::string quantity_text(double value, Dimension const& dimension);

/// A number of this unit ("MW", "degC") in SI, and back: the number with the fewest digits that is exactly `si`.
double from_unit(double x, std::string_view unit);
double in_unit(double si, std::string_view unit);

/// The unit of a quantity as it is written there: "degC" of "18 degC"; empty when it has none.
std::string unit_of(std::string_view quantity);

/// Shortest text of a number that reads back exactly: 0.75, 15e12, 3.
std::string plain_number(double value);

/// Shortest text of a number that TOML reads back exactly as a float: 0.75, 15e12, 3.0.
std::string number_text(double value);

/// "text", for messages.
std::string in_quotes(std::string_view text);

/// Units that fit, for messages: "W, kW, MW".
std::string units_that_fit(Dimension const& dimension);

}  // namespace ondol::schema
