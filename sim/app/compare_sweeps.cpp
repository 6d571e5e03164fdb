#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "sim/app/compare.hpp"
#include "sim/app/compare_text.hpp"
#include "sim/app/terminal.hpp"
#include "sim/app/text_table.hpp"
#include "sim/sweep/index_comparison.hpp"

namespace ondol::app {

namespace {

using Json = nlohmann::ordered_json;

/// At most this many stretches that one sweep lacks are named.
constexpr std::size_t most_named = 8;

std::string list(std::vector<std::string> const& names) {
  std::string out;
  for (std::size_t i = 0; i < std::min(names.size(), most_named); ++i) out += (i ? "; " : "") + names[i];
  return out + (names.size() > most_named ? fmt::format("; and {} more", names.size() - most_named) : "");
}

/// Where both are, and where they lie furthest apart; a figure that only one has has no such place.
std::vector<std::string> cells_of(sim::ComparedVariable const& v, std::size_t places) {
  if (!v.in_first || !v.in_other)
    return {v.name,     v.in_first ? "only in the first" : "only in the other", "", "", "", "", "", shown_units(v.units),
            v.long_name};
  return {v.name,
          fmt::format("{} of {}", v.different, places),
          value_text(v.first),
          value_text(v.other),
          difference_text(v.first, v.other),
          percent_text(v.units, v.first, v.other),
          v.where,
          shown_units(v.units),
          v.long_name};
}

void print(sim::IndexComparison const& c, std::size_t file, CompareOptions const& o, bool colour) {
  auto const other = letter(file);
  fmt::print("\n{}\n", bold(fmt::format("Key figures of {} against A", other), colour));
  fmt::print("  {} place{} in both, with the same run at {} of them\n", c.places, c.places == 1 ? " is" : "s are", c.same_runs);
  if (!c.only_first.empty()) fmt::print("  only in A: {}\n", list(c.only_first));
  if (!c.only_other.empty()) fmt::print("  only in {}: {}\n", other, list(c.only_other));
  if (c.status_differs > 0)
    fmt::print("  {} run{} in another way, the first at {}\n", c.status_differs, c.status_differs == 1 ? " ended" : "s ended",
               c.status_where);

  TextTable table("lrrrrrlll");
  table.row({"", "differs at", "A", other, "furthest", "%", "where", "", ""}, TextTable::Look::dim);
  std::size_t equal = 0, shown = 0;
  for (auto const& v : c.variables) {
    if (v.different == 0) ++equal;
    if (v.different == 0 && !o.all) continue;
    ++shown;
    auto cells = v.different == 0 ? std::vector<std::string>{v.name, "", "", "", "", "", "", shown_units(v.units), v.long_name}
                                  : cells_of(v, c.places);
    bool const marked = !o.tolerance.empty() && v.beyond > 0;
    if (marked) cells.front() += " *";
    table.row(std::move(cells), marked             ? TextTable::Look::bold
                                : v.different == 0 ? TextTable::Look::dim
                                                   : TextTable::Look::plain);
  }
  if (shown > 0) fmt::print("{}", table.text(colour));
  if (equal > 0 && !o.all)
    fmt::print("  {} {} equal everywhere (--all shows them)\n",
               shown > 0 ? fmt::format("{} more", equal) : fmt::format("all {}", equal), equal == 1 ? "is" : "are");
}

Json to_json(sim::IndexComparison const& c, std::string const& file, bool judged) {
  Json json{{"path", file},
            {"places", c.places},
            {"same_runs", c.same_runs},
            {"only_in_first", c.only_first},
            {"only_in_other", c.only_other},
            {"status_differs", c.status_differs},
            {"figures", Json::array()}};
  for (auto const& v : c.variables) {
    Json entry{{"name", v.name},         {"units", v.units},   {"long_name", v.long_name}, {"in_first", v.in_first},
               {"in_other", v.in_other}, {"values", v.values}, {"different", v.different}};
    if (judged) entry["beyond"] = v.beyond;
    if (!v.where.empty()) entry["furthest"] = {{"where", v.where}, {"first", v.first}, {"other", v.other}};
    json["figures"].push_back(entry);
  }
  return json;
}

/// KEY and VALUE of what --set gave to a sweep; the last of a key counts.
std::map<std::string, std::string> sets_of(sim::SweepIndex const& index) {
  std::map<std::string, std::string> sets;
  auto const found = index.attributes.find("set");
  if (found == index.attributes.end()) return sets;
  std::istringstream lines(found->second);
  for (std::string line; std::getline(lines, line);)
    if (auto const equals = line.find('='); equals != std::string::npos) sets[line.substr(0, equals)] = line.substr(equals + 1);
  return sets;
}

std::vector<TextRow> differing_sets(std::vector<sim::SweepIndex> const& indices) {
  std::vector<TextRow> rows;
  std::map<std::string, std::vector<std::optional<std::string>>> by_key;
  for (std::size_t f = 0; f < indices.size(); ++f)
    for (auto const& [key, value] : sets_of(indices[f])) {
      auto& values = by_key[key];
      values.resize(indices.size());
      values[f] = value;
    }
  for (auto const& [key, values] : by_key)
    if (std::any_of(values.begin(), values.end(), [&](auto const& v) { return v != values.front(); }))
      rows.push_back({"--set " + key, values});
  return rows;
}

}  // namespace

int compare_sweeps(CompareOptions const& o) {
  std::vector<sim::SweepIndex> indices;
  std::vector<std::string> known, names, texts;
  for (auto const& file : o.files) {
    indices.push_back(sim::read_sweep_index(file));
    for (auto& name : sim::figure_names(indices.back())) known.push_back(std::move(name));
    names.push_back("sweep_toml of " + file);
    texts.push_back(indices.back().sweep_toml);
  }
  auto const only = sim::parse_figures(o.only, known);
  auto const tolerance = sim::parse_tolerance(o.tolerance, known);
  bool const judged = !o.tolerance.empty();
  std::vector<sim::IndexComparison> found;
  for (std::size_t f = 1; f < indices.size(); ++f)
    found.push_back(sim::compare_indices(indices[0], indices[f], tolerance, only, o.files[0], o.files[f]));
  auto rows = differing_sets(indices);
  for (auto& row : differing_values(texts, names)) rows.push_back(std::move(row));
  std::size_t beyond = 0;
  for (auto const& c : found) beyond += c.beyond();

  if (o.json) {
    Json json{{"kind", "sweeps"}, {"first", o.files[0]}, {"sweep_file", values_json(rows)}, {"others", Json::array()}};
    for (std::size_t i = 0; i < found.size(); ++i) json["others"].push_back(to_json(found[i], o.files[i + 1], judged));
    if (judged) json["within_tolerance"] = beyond == 0;
    std::cout << json.dump(2) << '\n';
  } else {
    bool const colour = colour_on(1);
    TextTable files("lll");
    for (std::size_t f = 0; f < indices.size(); ++f) files.row({letter(f), o.files[f], indices[f].attributes["title"]});
    fmt::print("{}", files.text(colour));
    print_values("sweep files", rows, indices.size(), o.all, colour);
    for (std::size_t i = 0; i < found.size(); ++i) print(found[i], i + 1, o, colour);
    if (judged)
      fmt::print("\n{}", beyond == 0
                             ? "Everything is within the tolerance.\n"
                             : "Something lies beyond the tolerance: figures with *, runs that ended in another way, or "
                               "places that only one has.\n");
  }
  return judged && beyond > 0 ? 1 : 0;
}

}  // namespace ondol::app
