#include "sim/app/compare_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "scenarios/schema/difference.hpp"
#include "sim/app/terminal.hpp"
#include "sim/app/text_table.hpp"

namespace ondol::app {

namespace {
constexpr std::size_t longest_value = 44;  // on the terminal
constexpr std::size_t most_rows = 40;      // likewise
}  // namespace

std::string letter(std::size_t file) {
  return std::string(1, static_cast<char>('A' + file));
}

std::string value_text(std::optional<double> const& v) {
  if (!v) return "-";
  return std::isnan(*v) ? "no value" : fmt::format("{:.7g}", *v);
}

std::string difference_text(std::optional<double> const& a, std::optional<double> const& b) {
  if (!a || !b || std::isnan(*a) || std::isnan(*b)) return "";
  return *a == *b ? "0" : fmt::format("{:+.4g}", *b - *a);
}

std::string percent_text(std::string const& units, std::optional<double> const& a, std::optional<double> const& b) {
  if (units == "degC" || !a || !b || *a == 0 || !std::isfinite((*b - *a) / *a)) return "";
  double const percent = 100 * (*b - *a) / std::abs(*a);
  if (percent == 0) return "0 %";
  return std::abs(percent) < 0.01 ? fmt::format("{:+.1e} %", percent) : fmt::format("{:+.2f} %", percent);
}

std::string shown_units(std::string const& units) {
  return units == "1" ? "" : units;
}

std::vector<TextRow> differing_values(std::vector<std::string> const& texts, std::vector<std::string> const& names) {
  std::vector<TextRow> rows;
  for (std::size_t f = 1; f < texts.size(); ++f)
    for (auto const& d : schema::differences(texts[0], texts[f], names[0], names[f])) {
      auto it = std::find_if(rows.begin(), rows.end(), [&](TextRow const& r) { return r.path == d.path; });
      if (it == rows.end())  // other files are like the first until they turn out not to be
        it = rows.insert(rows.end(), {d.path, std::vector<std::optional<std::string>>(texts.size(), d.before)});
      it->values[f] = d.after;
    }
  return rows;
}

void print_values(std::string const& of_what, std::vector<TextRow> const& rows, std::size_t files, bool all, bool colour) {
  if (rows.empty()) {
    fmt::print("\nThe {} are the same.\n", of_what);
    return;
  }
  fmt::print("\n{}\n", bold("What differs in the " + of_what, colour));
  TextTable table(std::string(1 + files, 'l'));
  std::vector<std::string> head{""};
  for (std::size_t f = 0; f < files; ++f) head.push_back(letter(f));
  table.row(head, TextTable::Look::dim);
  auto const shown = all ? rows.size() : std::min(rows.size(), most_rows);
  for (std::size_t i = 0; i < shown; ++i) {
    std::vector<std::string> cells{rows[i].path};
    for (auto const& v : rows[i].values) cells.push_back(v ? (all ? *v : shortened(*v, longest_value)) : "-");
    table.row(std::move(cells));
  }
  fmt::print("{}", table.text(colour));
  if (shown < rows.size()) fmt::print("  and {} more (--all)\n", rows.size() - shown);
}

nlohmann::ordered_json values_json(std::vector<TextRow> const& rows) {
  auto json = nlohmann::ordered_json::array();
  for (auto const& row : rows) {
    auto values = nlohmann::ordered_json::array();
    for (auto const& v : row.values) values.push_back(v ? nlohmann::ordered_json(*v) : nlohmann::ordered_json());
    json.push_back({{"path", row.path}, {"values", values}});
  }
  return json;
}

}  // namespace ondol::app
