#include "sim/sweep/comparison.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "scenarios/base/error.hpp"

namespace ondol::sim {

namespace {

std::vector<std::string> split(std::vector<std::string> const& texts) {
  std::vector<std::string> parts;
  for (auto const& text : texts)
    for (std::size_t begin = 0; begin <= text.size();) {
      auto const end = std::min(text.find(',', begin), text.size());
      auto first = begin, last = end;
      while (first < last && text[first] == ' ') ++first;
      while (last > first && text[last - 1] == ' ') --last;
      parts.push_back(text.substr(first, last - first));
      begin = end + 1;
    }
  return parts;
}

void require(std::string const& name, std::vector<std::string> const& figures, char const* option) {
  if (std::find(figures.begin(), figures.end(), name) != figures.end()) return;
  auto const near = nearest(name, figures);
  throw InputError(std::string(option) + ": there is no key figure \"" + name + "\"" +
                   (near.empty() ? " in these files" : "; did you mean \"" + near + "\"?"));
}

Allowance parse_allowance(std::string text, std::string const& whole) {
  Allowance a;
  a.relative = text.ends_with('%');
  if (a.relative) text.pop_back();
  while (text.ends_with(' ')) text.pop_back();
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), a.amount);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(a.amount) || a.amount < 0)
    throw InputError("--tolerance: \"" + whole +
                     "\" is not a distance: a number of 0 or more in the units of the figure, or a percentage of the first "
                     "file's, such as pue=0.001 or energy=1%");
  if (a.relative) a.amount /= 100;
  return a;
}

}  // namespace

bool Allowance::keeps(double first, double other) const {
  if (std::isnan(first) || std::isnan(other)) return std::isnan(first) && std::isnan(other);
  if (first == other) return true;  // infinities too
  return std::abs(other - first) <= (relative ? amount * std::abs(first) : amount);
}

Allowance const& Tolerance::operator[](std::string const& name) const {
  auto const it = of.find(name);
  return it == of.end() ? otherwise : it->second;
}

Tolerance parse_tolerance(std::vector<std::string> const& texts, std::vector<std::string> const& figures) {
  Tolerance tolerance;
  for (auto const& part : split(texts)) {
    auto const equals = part.find('=');
    if (equals == std::string::npos) {
      tolerance.otherwise = parse_allowance(part, part);
      continue;
    }
    auto name = part.substr(0, equals);
    while (name.ends_with(' ')) name.pop_back();
    auto const amount = part.substr(std::min(part.find_first_not_of(' ', equals + 1), part.size()));
    require(name, figures, "--tolerance");
    tolerance.of[name] = parse_allowance(amount, part);
  }
  return tolerance;
}

std::vector<std::string> parse_figures(std::vector<std::string> const& texts, std::vector<std::string> const& figures) {
  auto names = split(texts);
  for (auto const& name : names) require(name, figures, "--only");
  return names;
}

bool ComparedFigure::equal() const {
  return std::all_of(values.begin(), values.end(), [&](auto const& v) {
    return v.has_value() == values.front().has_value() && (!v || Allowance{}.keeps(*values.front(), *v));
  });
}

std::vector<ComparedFigure> compare_figures(std::vector<ResultFile> const& files, Tolerance const& tolerance,
                                            std::vector<std::string> const& only) {
  std::vector<ComparedFigure> figures;
  for (std::size_t f = 0; f < files.size(); ++f)
    for (auto const& kpi : files[f].kpis) {
      if (!only.empty() && std::find(only.begin(), only.end(), kpi.name) == only.end()) continue;
      // A figure in other units is another figure: neither its number nor its difference would mean anything.
      auto it = std::find_if(figures.begin(), figures.end(),
                             [&](auto const& c) { return c.name == kpi.name && c.units == kpi.units; });
      if (it == figures.end()) it = figures.insert(figures.end(), {kpi.name, kpi.units, kpi.long_name, {}, {}});
      it->values.resize(files.size());
      it->values[f] = kpi.value;
    }
  for (auto& c : figures) {
    auto const& first = c.values.front();
    for (auto const& v : c.values)
      c.beyond.push_back(first && v ? !tolerance[c.name].keeps(*first, *v) : first.has_value() != v.has_value());
  }
  return figures;
}

}  // namespace ondol::sim
