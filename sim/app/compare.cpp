#include "sim/app/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "scenarios/base/error.hpp"
#include "scenarios/schema/difference.hpp"
#include "sim/app/terminal.hpp"
#include "sim/app/text_table.hpp"
#include "sim/record/recorder.hpp"
#include "sim/record/sweep_index.hpp"
#include "sim/sweep/comparison.hpp"

namespace ondol::app {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t longest_value = 44;       // of a scenario on the terminal
constexpr std::size_t most_scenario_rows = 40;  // likewise, without --all

/// What differs between the scenario of the first file and those of the others.
struct ScenarioRow {
  std::string path;
  std::vector<std::optional<std::string>> values;  ///< by file
};

std::vector<ScenarioRow> compare_scenarios(std::vector<sim::ResultFile> const& files) {
  std::vector<ScenarioRow> rows;
  for (std::size_t f = 1; f < files.size(); ++f) {
    auto const name = [&](std::size_t i) { return "scenario_toml of " + files[i].path.string(); };
    for (auto const& d : schema::differences(files[0].scenario_toml, files[f].scenario_toml, name(0), name(f))) {
      auto it = std::find_if(rows.begin(), rows.end(), [&](ScenarioRow const& r) { return r.path == d.path; });
      if (it == rows.end())  // other files are like the first until they turn out not to be
        it = rows.insert(rows.end(), {d.path, std::vector<std::optional<std::string>>(files.size(), d.before)});
      it->values[f] = d.after;
    }
  }
  return rows;
}

struct RunComparison {
  std::vector<sim::ResultFile> files;
  std::vector<sim::ComparedFigure> figures;
  std::vector<ScenarioRow> scenario;

  bool same_bits(std::size_t f) const {
    return !files[f].content_hash.empty() && files[f].content_hash == files[0].content_hash;
  }
  std::size_t beyond() const {
    return static_cast<std::size_t>(std::count_if(figures.begin(), figures.end(), [](auto const& c) {
      return std::find(c.beyond.begin(), c.beyond.end(), true) != c.beyond.end();
    }));
  }
};

RunComparison compare_runs(CompareOptions const& o) {
  RunComparison c;
  for (auto const& file : o.files) c.files.push_back(sim::read_result(file));
  std::vector<std::string> known;
  for (auto const& file : c.files)
    for (auto const& kpi : file.kpis) known.push_back(kpi.name);
  auto const only = sim::parse_figures(o.only, known);
  c.figures = sim::compare_figures(c.files, sim::parse_tolerance(o.tolerance, known), only);
  c.scenario = compare_scenarios(c.files);
  return c;
}

// ------------------------------------------------------------------------------------------------ as text

char letter(std::size_t f) {
  return f < 26 ? static_cast<char>('A' + f) : '?';
}

std::string value_text(std::optional<double> const& v) {
  if (!v) return "-";
  return std::isnan(*v) ? "no value" : fmt::format("{:.7g}", *v);
}

std::string difference_text(std::optional<double> const& a, std::optional<double> const& b) {
  if (!a || !b || std::isnan(*a) || std::isnan(*b)) return "";
  return *a == *b ? "0" : fmt::format("{:+.4g}", *b - *a);
}

/// Of the first; of a temperature in degC that would mean nothing.
std::string percent_text(std::string const& units, std::optional<double> const& a, std::optional<double> const& b) {
  if (units == "degC" || !a || !b || *a == 0 || !std::isfinite((*b - *a) / *a)) return "";
  double const percent = 100 * (*b - *a) / std::abs(*a);
  if (percent == 0) return "0 %";
  return std::abs(percent) < 0.01 ? fmt::format("{:+.1e} %", percent) : fmt::format("{:+.2f} %", percent);
}

void print_files(RunComparison const& c, bool colour) {
  TextTable table("lllll");
  for (std::size_t f = 0; f < c.files.size(); ++f) {
    auto const& file = c.files[f];
    table.row({std::string(1, letter(f)), file.path.string(), file.title, "program " + file.code_version,
               file.complete ? "" : "not complete: " + file.status});
  }
  fmt::print("{}", table.text(colour));
}

void print_scenarios(RunComparison const& c, bool all, bool colour) {
  if (c.scenario.empty()) {
    fmt::print("\nThe scenarios are the same.\n");
    return;
  }
  fmt::print("\n{}\n", bold("What differs in the scenarios", colour));
  TextTable table(std::string(1 + c.files.size(), 'l'));
  std::vector<std::string> head{""};
  for (std::size_t f = 0; f < c.files.size(); ++f) head.emplace_back(1, letter(f));
  table.row(head, TextTable::Look::dim);
  auto const shown = all ? c.scenario.size() : std::min(c.scenario.size(), most_scenario_rows);
  for (std::size_t i = 0; i < shown; ++i) {
    auto const& row = c.scenario[i];
    std::vector<std::string> cells{row.path};
    for (auto const& v : row.values) cells.push_back(v ? (all ? *v : shortened(*v, longest_value)) : "-");
    table.row(std::move(cells));
  }
  fmt::print("{}", table.text(colour));
  if (shown < c.scenario.size()) fmt::print("  and {} more (--all)\n", c.scenario.size() - shown);
}

void print_figures(RunComparison const& c, CompareOptions const& o, bool colour) {
  std::string alignment = "lr";
  std::vector<std::string> head{"", "A"};
  for (std::size_t f = 1; f < c.files.size(); ++f) {
    alignment += "rrr";
    head.insert(head.end(), {std::string(1, letter(f)), fmt::format("{} - A", letter(f)), "%"});
  }
  TextTable table(alignment + "ll");
  table.row(head, TextTable::Look::dim);
  std::size_t equal = 0, shown = 0;
  for (auto const& figure : c.figures) {
    if (figure.equal()) ++equal;
    if (figure.equal() && !o.all) continue;
    ++shown;
    auto const& first = figure.values.front();
    std::vector<std::string> cells{figure.name, value_text(first)};
    for (std::size_t f = 1; f < c.files.size(); ++f)
      cells.insert(cells.end(), {value_text(figure.values[f]), difference_text(first, figure.values[f]),
                                 percent_text(figure.units, first, figure.values[f])});
    cells.push_back(figure.units == "1" ? "" : figure.units);
    cells.push_back(figure.long_name);
    bool const marked =
        !o.tolerance.empty() && std::find(figure.beyond.begin(), figure.beyond.end(), true) != figure.beyond.end();
    if (marked) cells.front() += " *";
    table.row(std::move(cells), marked           ? TextTable::Look::bold
                                : figure.equal() ? TextTable::Look::dim
                                                 : TextTable::Look::plain);
  }
  fmt::print("\n{}\n", bold("Key figures", colour));
  if (shown > 0) fmt::print("{}", table.text(colour));
  if (equal > 0 && !o.all)
    fmt::print("  {} {} equal (--all shows them)\n", shown > 0 ? fmt::format("{} more", equal) : fmt::format("all {}", equal),
               equal == 1 ? "is" : "are");
}

/// What the bits say of a file and the first.
std::string bits_text(RunComparison const& c, std::size_t f) {
  auto const &file = c.files[f], &first = c.files[0];
  if (c.same_bits(f)) return fmt::format("{} and A are equal bit for bit, series and tables too.\n", letter(f));
  auto const other = [&](ScenarioRow const& row) { return row.values[f] != row.values[0]; };
  if (std::any_of(c.scenario.begin(), c.scenario.end(), other)) return "";
  auto const why = file.complete != first.complete ? "one of them was stopped early"
                   : file.code_version != first.code_version
                       ? fmt::format("programs {} and {} made them", first.code_version, file.code_version)
                       : "a data file that it names, or the build of the program, differs";
  return fmt::format("{} and A come from one scenario and are not equal bit for bit: {}.\n", letter(f), why);
}

void print_verdict(RunComparison const& c, bool judged) {
  std::string text;
  for (std::size_t f = 1; f < c.files.size(); ++f) text += bits_text(c, f);
  auto const n = c.beyond();
  if (judged && n > 0)
    text += fmt::format("{} key figure{} beyond the tolerance (*).\n", n, n == 1 ? " lies" : "s lie");
  else if (judged)
    text += "All key figures are within the tolerance.\n";
  if (!text.empty()) fmt::print("\n{}", text);
}

// ------------------------------------------------------------------------------------------------ as JSON

Json to_json(RunComparison const& c, bool judged) {
  Json json{{"kind", "runs"}, {"files", Json::array()}, {"scenario", Json::array()}, {"figures", Json::array()}};
  for (std::size_t f = 0; f < c.files.size(); ++f) {
    auto const& file = c.files[f];
    json["files"].push_back({{"path", file.path.string()},
                             {"title", file.title},
                             {"status", file.status},
                             {"complete", file.complete},
                             {"code_version", file.code_version},
                             {"content_hash", file.content_hash},
                             {"same_bits", c.same_bits(f)}});
  }
  for (auto const& row : c.scenario) {
    Json values = Json::array();
    for (auto const& v : row.values) values.push_back(v ? Json(*v) : Json());
    json["scenario"].push_back({{"path", row.path}, {"values", values}});
  }
  for (auto const& figure : c.figures) {
    Json entry{{"name", figure.name}, {"units", figure.units}, {"long_name", figure.long_name}, {"equal", figure.equal()}};
    Json values = Json::array(), has = Json::array(), differences = Json::array();
    for (auto const& v : figure.values) {
      values.push_back(v ? Json(*v) : Json());
      has.push_back(v.has_value());
      differences.push_back(v && figure.values[0] ? Json(*v - *figure.values[0]) : Json());
    }
    entry["values"] = values;  // null: no value, or no such figure where `has` is false
    entry["has"] = has;
    entry["differences"] = differences;
    if (judged) entry["beyond"] = figure.beyond;
    json["figures"].push_back(entry);
  }
  if (judged) json["within_tolerance"] = c.beyond() == 0;
  return json;
}

}  // namespace

int compare_command(CompareOptions const& o) {
  auto const c = compare_runs(o);
  bool const judged = !o.tolerance.empty();
  if (o.json) {
    std::cout << to_json(c, judged).dump(2) << '\n';
  } else {
    bool const colour = colour_on(1);
    print_files(c, colour);
    print_scenarios(c, o.all, colour);
    print_figures(c, o, colour);
    print_verdict(c, judged);
  }
  return judged && c.beyond() > 0 ? 1 : 0;
}

}  // namespace ondol::app
