#include "sim/app/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "scenarios/base/error.hpp"
#include "sim/app/compare_text.hpp"
#include "sim/app/terminal.hpp"
#include "sim/app/text_table.hpp"
#include "sim/sweep/comparison.hpp"

namespace ondol::app {

namespace {

using Json = nlohmann::ordered_json;

std::vector<TextRow> compare_scenarios(std::vector<sim::ResultFile> const& files) {
  std::vector<std::string> names, texts;
  for (auto const& file : files) {
    names.push_back("scenario_toml of " + file.path.string());
    texts.push_back(file.scenario_toml);
  }
  return differing_values(texts, names);
}

struct RunComparison {
  std::vector<sim::ResultFile> files;
  std::vector<sim::ComparedFigure> figures;
  std::vector<TextRow> scenario;

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

void print_files(RunComparison const& c, bool colour) {
  TextTable table("lllll");
  for (std::size_t f = 0; f < c.files.size(); ++f) {
    auto const& file = c.files[f];
    table.row({letter(f), file.path.string(), file.title, "program " + file.code_version,
               file.complete ? "" : "not complete: " + file.status});
  }
  fmt::print("{}", table.text(colour));
}

void print_figures(RunComparison const& c, CompareOptions const& o, bool colour) {
  std::string alignment = "lr";
  std::vector<std::string> head{"", "A"};
  for (std::size_t f = 1; f < c.files.size(); ++f) {
    alignment += "rrr";
    head.insert(head.end(), {letter(f), fmt::format("{} - A", letter(f)), "%"});
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
    cells.push_back(shown_units(figure.units));
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
  auto const other = [&](TextRow const& row) { return row.values[f] != row.values[0]; };
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
  Json json{{"kind", "runs"}, {"files", Json::array()}, {"figures", Json::array()}};
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
  json["scenario"] = values_json(c.scenario);
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

/// Runs, or sweeps; a mixture cannot be compared.
sim::FileKind kind_of_all(std::vector<std::string> const& files) {
  auto const first = sim::kind_of(files[0]);
  for (auto const& file : files)
    if (sim::kind_of(file) != first) {
      auto const name = [](sim::FileKind kind) {
        return kind == sim::FileKind::run ? "results of a run" : "the index of a sweep";
      };
      throw InputError(files[0] + " is " + name(first) + " and " + file + " is " + name(sim::kind_of(file)) +
                       "; compare runs with runs, sweeps with sweeps");
    }
  return first;
}

}  // namespace

int compare_command(CompareOptions const& o) {
  if (kind_of_all(o.files) == sim::FileKind::sweep) return compare_sweeps(o);
  auto const c = compare_runs(o);
  bool const judged = !o.tolerance.empty();
  if (o.json) {
    std::cout << to_json(c, judged).dump(2) << '\n';
  } else {
    bool const colour = colour_on(1);
    print_files(c, colour);
    print_values("scenarios", c.scenario, c.files.size(), o.all, colour);
    print_figures(c, o, colour);
    print_verdict(c, judged);
  }
  return judged && c.beyond() > 0 ? 1 : 0;
}

}  // namespace ondol::app
