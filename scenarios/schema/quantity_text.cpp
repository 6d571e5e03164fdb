#include "scenarios/schema/quantity_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <stdexcept>

#include "scenarios/base/units.hpp"

namespace ondol::schema {
namespace {

/// Value = x * numerator / denominator + offset.  Kept apart so that a decimal prefix costs at most one rounding.
struct Unit {
  Exponents exponents{};
  double numerator = 1, denominator = 1, offset = 0;
};

struct Atom {
  char const* name;
  Exponents exponents;
  double numerator, denominator;
  enum class Prefixes { none, decimal, decimal_and_binary } prefixes;
};

constexpr auto none = Atom::Prefixes::none;
constexpr auto decimal = Atom::Prefixes::decimal;
constexpr auto binary = Atom::Prefixes::decimal_and_binary;
// exponents: kg, m, s, K, byte, FLOP, won
Atom const atoms[] = {
    {"W", {1, 2, -3, 0, 0, 0, 0}, 1, 1, decimal},      {"J", {1, 2, -2, 0, 0, 0, 0}, 1, 1, decimal},
    {"Wh", {1, 2, -2, 0, 0, 0, 0}, 3600, 1, decimal},  {"K", {0, 0, 0, 1, 0, 0, 0}, 1, 1, decimal},
    {"g", {1, 0, 0, 0, 0, 0, 0}, 1, 1000, decimal},    {"t", {1, 0, 0, 0, 0, 0, 0}, 1000, 1, none},
    {"m", {0, 1, 0, 0, 0, 0, 0}, 1, 1, decimal},       {"L", {0, 3, 0, 0, 0, 0, 0}, 1, 1000, decimal},
    {"s", {0, 0, 1, 0, 0, 0, 0}, 1, 1, decimal},       {"min", {0, 0, 1, 0, 0, 0, 0}, 60, 1, none},
    {"h", {0, 0, 1, 0, 0, 0, 0}, 3600, 1, none},       {"d", {0, 0, 1, 0, 0, 0, 0}, 86400, 1, none},
    {"week", {0, 0, 1, 0, 0, 0, 0}, 604800, 1, none},  {"B", {0, 0, 0, 0, 1, 0, 0}, 1, 1, binary},
    {"bit", {0, 0, 0, 0, 1, 0, 0}, 1, 8, binary},      {"FLOP", {0, 0, 0, 0, 0, 1, 0}, 1, 1, decimal},
    {"KRW", {0, 0, 0, 0, 0, 0, 1}, 1, 1, decimal},     {"Pa", {1, -1, -2, 0, 0, 0, 0}, 1, 1, decimal},
    {"bar", {1, -1, -2, 0, 0, 0, 0}, 1e5, 1, decimal}, {"Hz", {0, 0, -1, 0, 0, 0, 0}, 1, 1, decimal},
    {"op", {0, 0, 0, 0, 0, 1, 0}, 1, 1, decimal},      {"%", {0, 0, 0, 0, 0, 0, 0}, 1, 100, none},
};

struct Prefix {
  char const* name;
  double numerator, denominator;
};
Prefix const decimal_prefixes[] = {{"n", 1, 1e9},  {"u", 1, 1e6},  {"µ", 1, 1e6},  {"μ", 1, 1e6},
                                   {"m", 1, 1e3},  {"k", 1e3, 1},  {"M", 1e6, 1},  {"G", 1e9, 1},
                                   {"T", 1e12, 1}, {"P", 1e15, 1}, {"E", 1e18, 1}, {"p", 1, 1e12}};
Prefix const binary_prefixes[] = {{"Ki", 1024.0, 1}, {"Mi", 1048576.0, 1}, {"Gi", 1073741824.0, 1}, {"Ti", 1099511627776.0, 1}};

/// Spellings that people write for a unit, and the unit.  Only what means the same amount: no BTU, no degF.
std::string unit_meant_by(std::string_view word) {
  static std::pair<char const*, char const*> const table[] = {
      {"degC", " C ° celsius Celsius "},
      {"K", " degK kelvin Kelvin "},
      {"W", " w watt watts Watt Watts "},
      {"kW", " kw Kw KW "},
      {"MW", " mw Mw "},
      {"kWh", " kwh KWh Kwh KWH "},
      {"MWh", " mwh Mwh MWH "},
      {"GB", " gb Gb "},
      {"TB", " tb Tb "},
      {"Gbit/s", " Gbps gbps Gb/s Gbits/s Gbit "},
      {"Mbit/s", " Mbps mbps Mb/s "},
      {"Tbit/s", " Tbps tbps Tb/s "},
      {"GB/s", " GBps GBPS gb/s "},
      {"TB/s", " TBps TBPS tb/s "},
      {"GFLOP/s", " GFLOPS GFLOPs GFlops gflops GFLOP/S "},
      {"TFLOP/s", " TFLOPS TFLOPs TFlops tflops TFlop/s TFLOP/S "},
      {"PFLOP/s", " PFLOPS PFLOPs PFlops pflops PFlop/s PFLOP/S "},
      {"s", " sec secs second seconds S "},
      {"min", " mins minute minutes "},
      {"h", " hr hrs hour hours H "},
      {"d", " day days D "},
      {"week", " weeks w "},
      {"L", " l liter litre liters litres "},
      {"L/min", " l/min lpm LPM "},
      {"kg", " Kg KG kgs "},
      {"kg/s", " Kg/s kg/sec KG/s "},
      {"m3/s", " cms m³/sec "},
      {"KRW", " won Won krw ₩ 원 "},
      {"KRW/kWh", " won/kWh Won/kWh 원/kWh KRW/kwh "},
      {"KRW/kW", " won/kW 원/kW KRW/kw "},
      {"kg/kWh", " kgCO2/kWh kgCO2e/kWh kgCO2eq/kWh "},
      {"g/kWh", " gCO2/kWh gCO2e/kWh gCO2eq/kWh "},
      {"t/MWh", " tCO2/MWh tCO2e/MWh tCO2eq/MWh "},
      {"pJ/FLOP", " pJ/flop pJ/Flop pJ/FLOp "},
      {"pJ/B", " pJ/byte pJ/Byte "},
  };
  for (auto const& [unit, words] : table)
    if (std::string_view(words).find(" " + std::string(word) + " ") != std::string_view::npos) return unit;
  return {};
}

std::optional<Unit> parse_atom(std::string_view text) {
  if (text == "degC" || text == "°C" || text == "℃") {
    Unit celsius;
    celsius.exponents = {0, 0, 0, 1, 0, 0, 0};
    celsius.offset = celsius_offset;
    return celsius;
  }
  for (auto const& a : atoms)
    if (text == a.name) return Unit{a.exponents, a.numerator, a.denominator, 0};
  auto const prefixed = [&](auto const& prefixes, bool is_binary) -> std::optional<Unit> {
    for (auto const& p : prefixes) {
      if (!text.starts_with(p.name)) continue;
      auto const rest = text.substr(std::string_view(p.name).size());
      for (auto const& a : atoms)
        if (rest == a.name && (is_binary ? a.prefixes == binary : a.prefixes != none)) {
          // k and g cancel exactly: "kg" is the base unit
          Unit unit{a.exponents, a.numerator * p.numerator, a.denominator * p.denominator, 0};
          if (unit.numerator == unit.denominator) unit.numerator = unit.denominator = 1;
          return unit;
        }
    }
    return std::nullopt;
  };
  if (auto unit = prefixed(binary_prefixes, true)) return unit;
  return prefixed(decimal_prefixes, false);
}

/// One factor with its exponent.
std::optional<Unit> parse_factor(std::string_view text) {
  int exponent = 1;
  for (auto const& [mark, power] :
       std::initializer_list<std::pair<std::string_view, int>>{{"^2", 2}, {"^3", 3}, {"²", 2}, {"³", 3}, {"2", 2}, {"3", 3}})
    if (text.size() > mark.size() && text.ends_with(mark)) {
      text.remove_suffix(mark.size());
      exponent = power;
      break;
    }
  auto const base = parse_atom(text);
  if (!base || (exponent != 1 && base->offset != 0)) return std::nullopt;
  Unit unit = *base;
  for (int i = 1; i < exponent; ++i) {
    for (std::size_t d = 0; d < unit.exponents.size(); ++d) unit.exponents[d] += base->exponents[d];
    unit.numerator *= base->numerator;
    unit.denominator *= base->denominator;
  }
  return unit;
}

std::optional<Unit> parse_unit(std::string_view text) {
  Unit unit;
  bool divide = false, in_group = false, first = true;
  std::size_t i = 0;
  while (i < text.size()) {
    std::size_t end = i;
    while (end < text.size() && text[end] != '/' && text[end] != '*' && text[end] != ' ' && text[end] != '(' &&
           text[end] != ')' && !text.substr(end).starts_with("·"))
      ++end;
    if (end > i) {
      auto const factor = parse_factor(text.substr(i, end - i));
      if (!factor) return std::nullopt;
      if (factor->offset != 0 && (!first || end < text.size())) return std::nullopt;  // degC stands alone
      for (std::size_t d = 0; d < unit.exponents.size(); ++d)
        unit.exponents[d] += divide ? -factor->exponents[d] : factor->exponents[d];
      unit.numerator *= divide ? factor->denominator : factor->numerator;
      unit.denominator *= divide ? factor->numerator : factor->denominator;
      unit.offset = factor->offset;
      first = false;
      if (!in_group) divide = false;
    }
    if (end == text.size()) {
      i = end;
      break;
    }
    switch (text[end]) {
      case '/':
        if (first || in_group) return std::nullopt;
        divide = true;
        break;
      case '(':
        if (in_group || end > i) return std::nullopt;
        in_group = true;
        break;
      case ')':
        if (!in_group) return std::nullopt;
        in_group = divide = false;
        break;
      default:
        break;
    }
    i = end + (text.substr(end).starts_with("·") ? 2 : 1);
    if (i == text.size() && text[end] != ')') return std::nullopt;  // ends in an operator
  }
  if (first || in_group) return std::nullopt;
  // One factor of ten less in both, when they share it, keeps 1 kg/kWh and the like exact.
  if (unit.numerator > 1 && unit.denominator > 1) {
    double const shared = std::min(unit.numerator, unit.denominator);
    if (std::fmod(unit.numerator, shared) == 0 && std::fmod(unit.denominator, shared) == 0) {
      unit.numerator /= shared;
      unit.denominator /= shared;
    }
  }
  return unit;
}

double to_si(double x, Unit const& unit) {
  return x * unit.numerator / unit.denominator + unit.offset;
}

std::vector<Dimension> const& dimensions() {
  static std::vector<Dimension> const table = [] {
    std::vector<Dimension> t{
        {{1, 2, -3, 0, 0, 0, 0}, "power", {"W", "kW", "MW", "GW"}, 1e12, true},
        {{1, 2, -4, 0, 0, 0, 0}, "rate of change of power", {"W/s", "kW/s", "W/ms"}, 1e12, false},
        {{1, 2, -2, 0, 0, 0, 0}, "energy", {"kWh", "MWh", "J", "kJ", "MJ"}, 1e18, true},
        {{0, 0, 1, 0, 0, 0, 0}, "time", {"s", "min", "h", "d", "ms", "us", "ns"}, 3.2e10, true},
        {{0, 0, 0, 1, 0, 0, 0}, "temperature difference", {"K"}, 1e3, false},
        {{0, 1, 0, 0, 0, 0, 0}, "length", {"m", "km"}, 1e7, false},
        {{0, 2, 0, 0, 0, 0, 0}, "area", {"m2"}, 1e9, false},
        {{0, 3, 0, 0, 0, 0, 0}, "volume", {"m3", "L"}, 1e9, true},
        {{1, 0, 0, 0, 0, 0, 0}, "mass", {"kg", "t", "g"}, 1e12, true},
        {{1, 0, -1, 0, 0, 0, 0}, "mass flow", {"kg/s", "t/h"}, 1e7, false},
        {{0, 3, -1, 0, 0, 0, 0}, "volume flow", {"m3/s", "m3/h", "L/s"}, 1e7, false},
        {{1, -3, 0, 0, 0, 0, 0}, "density", {"kg/m3"}, 1e5, false},
        {{1, 2, -2, -1, 0, 0, 0}, "heat capacity", {"J/K", "kJ/K", "MJ/K", "GJ/K"}, 1e15, true},
        {{0, 2, -2, -1, 0, 0, 0}, "specific heat", {"J/kg/K", "kJ/kg/K"}, 1e5, false},
        {{1, 2, -3, -1, 0, 0, 0}, "power per kelvin", {"W/K", "kW/K", "MW/K"}, 1e12, true},
        {{-1, -2, 3, 1, 0, 0, 0}, "thermal resistance", {"K/W", "K/kW"}, 1e3, false},
        {{0, 0, 0, 0, 1, 0, 0}, "amount of data", {"GB", "TB", "MB", "GiB", "PB", "B"}, 1e21, true},
        {{0, 0, -1, 0, 1, 0, 0}, "data rate", {"GB/s", "Gbit/s", "TB/s", "MB/s", "B/s"}, 1e18, true},
        {{0, 0, 0, 0, 0, 1, 0}, "number of operations", {"FLOP", "PFLOP", "EFLOP"}, 1e32, false},
        {{0, 0, -1, 0, 0, 1, 0}, "operation rate", {"TFLOP/s", "PFLOP/s", "GFLOP/s", "FLOP/s"}, 1e21, false},
        {{1, 2, -2, 0, 0, -1, 0}, "energy per operation", {"pJ/FLOP", "pJ/op", "nJ/FLOP", "J/FLOP"}, 1e-6, false},
        {{1, 2, -2, 0, -1, 0, 0}, "energy per byte", {"pJ/B", "nJ/B", "J/B"}, 1e-3, false},
        {{-1, -2, 2, 0, 0, 0, 1}, "energy price", {"KRW/kWh", "KRW/MWh", "KRW/J"}, 1, false},
        {{-1, -2, 3, 0, 0, 0, 1}, "demand charge", {"KRW/kW", "KRW/MW", "KRW/W"}, 1e6, false},
        {{0, -2, 2, 0, 0, 0, 0}, "emission factor", {"kg/kWh", "g/kWh", "t/MWh", "kg/J"}, 1e-5, false},
        {{1, -1, -2, 0, 0, 0, 0}, "pressure", {"kPa", "bar", "MPa", "Pa"}, 1e9, false},
        {{0, 0, -1, 0, 0, 0, 0}, "frequency", {"Hz", "kHz", "MHz", "GHz"}, 1e12, true},
        {{0, 0, 0, 0, 0, 0, 1}, "sum of money", {"KRW", "MKRW"}, 1e18, false},
        {{0, 1, -1, 0, 0, 0, 0}, "speed", {"m/s"}, 1e4, false},
    };
    return t;
  }();
  return table;
}

std::string_view trim(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
  return s;
}

/// Shortest text of a number that reads back exactly; in plain digits where people would write it so.
std::string shortest(double x) {
  char buffer[64];
  double const size = std::abs(x);
  if (size == 0 || (size >= 1e-4 && size < 1e9))
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, x, std::chars_format::fixed).ptr};
  std::string text{buffer, std::to_chars(buffer, buffer + sizeof buffer, x).ptr};
  if (auto const e = text.find('e'); e != std::string::npos) {  // 7e+09 -> 7e9
    if (text[e + 1] == '+') text.erase(e + 1, 1);
    auto const digits = e + 1 + (text[e + 1] == '-');
    while (digits + 1 < text.size() && text[digits] == '0') text.erase(digits, 1);
  }
  return text;
}

/// The number nearest to `x` with the fewest digits for which `is_exact` holds; `x` itself when none does.
template <class Test>
double rounded(double x, Test is_exact) {
  for (int const digits : {6, 9, 12, 13, 14, 15, 16}) {
    char buffer[64];
    auto const end = std::to_chars(buffer, buffer + sizeof buffer, x, std::chars_format::general, digits).ptr;
    double again = 0;
    std::from_chars(buffer, end, again);
    if (is_exact(again)) return again;
  }
  return x;
}

std::string with_article(std::string const& name) {
  return (std::string_view("aeiou").find(name.front()) != std::string_view::npos ? "an " : "a ") + name;
}

/// What a reader would have meant with exponents that do not fit.
std::string dimension_name(Unit const& unit) {
  if (unit.offset != 0) return "a temperature";
  if (unit.exponents == Exponents{}) return "a plain fraction";
  for (auto const& d : dimensions())
    if (d.exponents == unit.exponents) {
      return with_article(d.name);
    }
  return "something else";
}

std::string advice(Dimension const& d, std::string const& found) {
  if (d.exponents == Exponents{1, 0, -1, 0, 0, 0, 0} && found == "a volume flow")
    return " Give the flow as mass: 1 L/min of water is about 0.0167 kg/s.";
  return {};
}

}  // namespace

Dimension const& dimension_of(Exponents const& exponents) {
  for (auto const& d : dimensions())
    if (d.exponents == exponents) return d;
  throw std::logic_error("no dimension with these exponents");
}

Dimension const& absolute_temperature() {
  static Dimension const d{{0, 0, 0, 1, 0, 0, 0}, "temperature", {"degC", "K"}, 2000, false, true};
  return d;
}

std::vector<Dimension const*> all_dimensions() {
  std::vector<Dimension const*> all{&absolute_temperature()};
  for (auto const& d : dimensions()) all.push_back(&d);
  return all;
}

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

std::string units_that_fit(Dimension const& d) {
  std::string out;
  for (std::size_t i = 0; i < d.units.size() && i < 3; ++i) out += (i ? ", " : "") + std::string(d.units[i]);
  return out;
}

namespace {
/// Length of the number that `text` begins with; `digits` is that number without underscores and a leading plus.
std::size_t number_length(std::string_view text, std::string& digits) {
  std::size_t used = 0;
  for (; used < text.size(); ++used) {
    char const c = text[used];
    bool const sign_of_exponent = (c == '+' || c == '-') && !digits.empty() && (digits.back() == 'e' || digits.back() == 'E');
    if ((c >= '0' && c <= '9') || c == '.' || sign_of_exponent || ((c == '+' || c == '-') && used == 0)) {
      if (!(c == '+' && used == 0)) digits += c;
    } else if (c == '_' && used > 0 && text[used - 1] >= '0' && text[used - 1] <= '9' && used + 1 < text.size() &&
               text[used + 1] >= '0' && text[used + 1] <= '9') {
      continue;
    } else if ((c == 'e' || c == 'E') && used + 1 < text.size() &&
               ((text[used + 1] >= '0' && text[used + 1] <= '9') ||
                ((text[used + 1] == '+' || text[used + 1] == '-') && used + 2 < text.size() && text[used + 2] >= '0' &&
                 text[used + 2] <= '9')) &&
               digits.find_first_of("eE") == std::string::npos) {
      digits += c;
    } else {
      break;
    }
  }
  return used;
}
}  // namespace

std::string unit_of(std::string_view quantity) {
  std::string digits;
  auto const text = trim(quantity);
  return std::string(trim(text.substr(number_length(text, digits))));
}

double from_unit(double x, std::string_view unit) {
  return to_si(x, parse_unit(unit).value());
}

double in_unit(double si, std::string_view unit) {
  Unit const u = parse_unit(unit).value();
  return rounded((si - u.offset) * u.denominator / u.numerator, [&](double y) { return to_si(y, u) == si; });
}

QuantityText parse_quantity(std::string_view whole, Dimension const& dimension) {
  QuantityText result;
  std::string_view const text = trim(whole);
  std::string digits;
  std::size_t const used = number_length(text, digits);
  auto const example = [&] { return std::string(dimension.absolute_temperature ? "22 " : "1.5 ") + dimension.units.front(); };
  double number = 0;
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error == std::errc::result_out_of_range) {
    result.problem = "is beyond the range of numbers";
    return result;
  }
  if (error != std::errc{} || end != digits.data() + digits.size()) {
    bool const not_finite = text.starts_with("nan") || text.starts_with("inf") || text.starts_with("-inf") ||
                            text.starts_with("+inf") || text.starts_with("NaN") || text.starts_with("Inf");
    result.problem = not_finite ? "is not a finite number"
                                : "is not " + with_article(dimension.name) + ": a number with its unit is expected, such as " +
                                      in_quotes(example());
    return result;
  }
  std::string_view const unit_text = trim(text.substr(used));
  std::string const number_as_written{trim(text.substr(0, used))};
  if (unit_text.empty()) {
    result.problem = "has no unit (" + std::string(dimension.name) + " expected). Write " +
                     in_quotes(number_as_written + " " + dimension.units.front()) + "?";
    return result;
  }
  auto const unit = parse_unit(unit_text);
  if (!unit) {
    result.problem = "has an unknown unit " + in_quotes(unit_text) + " (" + std::string(dimension.name) +
                     " expected: " + units_that_fit(dimension) + ").";
    if (auto const meant = unit_meant_by(unit_text); !meant.empty())
      if (parse_unit(meant)->exponents == dimension.exponents) result.problem += " Did you mean " + in_quotes(meant) + "?";
    return result;
  }
  bool const fits = unit->exponents == dimension.exponents && (unit->offset == 0 || dimension.absolute_temperature);
  if (!fits) {
    std::string const found = dimension_name(*unit);
    result.problem = "is " + found + ", not " + with_article(dimension.name) +
                     " (units that fit: " + units_that_fit(dimension) + ")." + advice(dimension, found);
    return result;
  }
  double const value = to_si(number, *unit);
  if (!std::isfinite(value)) {
    result.problem = "is beyond the range of numbers";
    return result;
  }
  result.value = value;
  return result;
}

std::string quantity_text(double value, Dimension const& dimension) {
  static std::map<std::string, Unit, std::less<>> const known = [] {
    std::map<std::string, Unit, std::less<>> units;
    auto const add = [&](Dimension const& d) {
      for (auto const* name : d.units) units.emplace(name, *parse_unit(name));
    };
    for (auto const& d : dimensions()) add(d);
    add(absolute_temperature());
    return units;
  }();
  std::string best;
  bool best_is_handy = false;
  for (auto const* name : dimension.units) {
    Unit const& unit = known.find(name)->second;
    double const x = (value - unit.offset) * unit.denominator / unit.numerator;
    double const again = rounded(x, [&](double y) { return to_si(y, unit) == value; });
    if (to_si(again, unit) != value) continue;
    std::string const text = shortest(again) + " " + name;
    if (!dimension.scaled) return text;  // the usual unit whenever it is exact
    bool const handy = std::abs(again) >= 1 && std::abs(again) < 1000;
    if (best.empty() || (handy && !best_is_handy) || (handy == best_is_handy && text.size() < best.size())) {
      best = text;
      best_is_handy = handy;
    }
  }
  return best;  // every list holds the SI unit, which is exact
}

std::string plain_number(double value) {
  return shortest(value);
}

std::string number_text(double value) {
  std::string text = shortest(value);
  if (text.find_first_of(".einf") == std::string::npos) text += ".0";
  return text;
}

}  // namespace ondol::schema
