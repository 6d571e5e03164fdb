#include "sim/app/size_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "sim/app/terminal.hpp"

namespace ondol::app {

namespace {

using Json = nlohmann::ordered_json;

std::string units_text(std::string const& units) {
  return units.empty() || units == "1" ? "" : " " + units;
}

std::string value_text(double v) {
  return std::isnan(v) ? "none" : fmt::format("{:.5g}", v);
}

bool kept(SizePoint const& p) {
  return p.finding.judgement().kept();
}

/// "peak_power is 1.826 MW, 0.026 MW beyond its limit (one out: a unit of ups)".
std::string state_of(SizeAnswer const& a, SizePoint const& p, std::size_t limit) {
  auto const& l = a.limits[limit];
  auto const& f = p.finding.limits[limit];
  std::string out = l.of + (std::isnan(f.value) ? " has no value" : " is " + value_text(f.value) + units_text(l.units));
  if (!std::isnan(f.margin))
    out += fmt::format(", {:.3g}{} {}", std::abs(f.margin), units_text(l.units),
                       f.margin >= 0 ? "within its limit" : "beyond its limit");
  std::string in;
  if (a.cases.size() > 1 && f.in_case > 0) in = a.cases[f.in_case].name;
  if (!f.note.empty()) in += (in.empty() ? "" : "; ") + f.note;
  return in.empty() ? out : out + " (" + in + ")";
}

std::string broken_at(SizeAnswer const& a, SizePoint const& p) {
  if (!p.finding.failed.empty()) return "the run fails: " + p.finding.failed;
  std::string out;
  for (std::size_t i = 0; i < a.limits.size(); ++i)
    if (!(p.finding.limits[i].margin >= 0)) out += (out.empty() ? "" : "; ") + state_of(a, p, i);
  return out;
}

std::string label(SizeAnswer const& a, std::size_t trial) {
  return a.points[trial]->at.label;
}

std::string range_text(SizeAnswer const& a) {
  auto const& d = *a.spec.axis.distribution;
  return schema::value_at(a.spec.axis, d.from).label + " to " + schema::value_at(a.spec.axis, d.to).label;
}

char const* aim_text(SizeAnswer const& a) {
  return a.spec.aim == schema::SizeSpec::Aim::largest ? "largest" : "smallest";
}

void print_table(SizeAnswer const& a, bool colour) {
  std::size_t width = a.spec.axis.name.size();
  for (auto const* p : a.points) width = std::max(width, p->at.label.size());
  std::string head = fmt::format("    {:<{}}  {:<6}", a.spec.axis.name, width, "");
  std::vector<std::size_t> widths;
  for (auto const& l : a.limits) {
    widths.push_back(std::max<std::size_t>(20, l.text().size()));
    head += fmt::format("  {:>{}}", l.text(), widths.back());
  }
  fmt::print("{}\n", bold(head, colour));
  for (std::size_t i = 0; i < a.points.size(); ++i) {
    auto const& p = *a.points[i];
    std::string line = fmt::format("  {} {:<{}}  {:<6}", a.found.answer == i ? '*' : ' ', p.at.label, width,
                                   !p.finding.failed.empty() ? "failed"
                                   : kept(p)                 ? "kept"
                                                             : "broken");
    for (std::size_t l = 0; l < p.finding.limits.size(); ++l)
      line += fmt::format("  {:>{}}",
                          fmt::format("{} ({:+.3g})", value_text(p.finding.limits[l].value), p.finding.limits[l].margin),
                          widths[l]);
    fmt::print("{}\n", a.found.answer == i ? bold(line, colour) : line);
  }
}

void print_members(SizeAnswer const& a, SizePoint const& p) {
  if (p.finding.members > 1)
    fmt::print("  {} of {} members keep all limits there ({:g} % are asked for); told is member {}, which decides\n",
               p.finding.kept, p.finding.members, 100 * a.spec.share, p.finding.member + 1);
}

std::vector<std::string> kept_beyond(SizeAnswer const& a) {
  std::vector<std::string> out;
  for (auto i : a.found.kept_beyond) out.push_back(label(a, i));
  return out;
}

}  // namespace

void print_size(SizeAnswer const& a, bool colour) {
  auto const& found = a.found;
  fmt::print("{}\n", bold(a.spec.name, colour));
  print_table(a, colour);
  if (found.answer) {
    auto const& at = *a.points[*found.answer];
    fmt::print("{}\n", bold(fmt::format("{} = {}: the {} from {} that keeps all limits{}", a.spec.axis.name, at.at.label,
                                        aim_text(a), range_text(a), found.kept_beyond.empty() ? "" : " before one breaks them"),
                            colour));
    if (!found.beyond) {
      fmt::print("  the range ends there; no limit binds\n");
      for (std::size_t i = 0; i < a.limits.size(); ++i) fmt::print("  {}\n", state_of(a, at, i));
    } else {
      if (found.binding) fmt::print("  binding: {}: {}\n", a.limits[*found.binding].text(), state_of(a, at, *found.binding));
      fmt::print("  at {}: {}\n", label(a, *found.beyond), broken_at(a, *a.points[*found.beyond]));
    }
    print_members(a, at);
  } else {
    auto const& easy = *a.points[found.easy];
    fmt::print("{}\n",
               bold(found.kept_beyond.empty()
                        ? fmt::format("No {} from {} keeps all limits", a.spec.axis.name, range_text(a))
                        : fmt::format("No answer: of {} from {} some keep all limits, but not where it should be easiest",
                                      a.spec.axis.name, range_text(a)),
                    colour));
    fmt::print("  at {}, where it {} easiest: {}\n", easy.at.label, found.kept_beyond.empty() ? "is" : "should be",
               broken_at(a, easy));
    print_members(a, easy);
  }
  fmt::print("{}\n", dim(fmt::format("{} points: {} runs in {}{}{}", a.points.size(), a.ran, duration_text(a.wall_s),
                                     a.reused > 0 ? fmt::format(", {} were there from before", a.reused) : "",
                                     a.index.empty() ? "" : "; index in " + a.index),
                         colour));
  std::fflush(stdout);
  if (!found.kept_beyond.empty()) {
    std::string list;
    for (auto const& l : kept_beyond(a)) list += (list.empty() ? "" : ", ") + l;
    Fault warning;
    warning.severity = Severity::warning;
    warning.file = a.spec.file;
    warning.message = fmt::format(
        "the limits are not monotone in {}: broken at {}, and kept again at {}. {}", a.spec.axis.name, label(a, *found.beyond),
        list,
        found.answer ? "All values that were tried up to the answer keep them; look at the others, or narrow the range"
                     : "Narrow the range to where they are kept");
    std::cerr << format(warning, colour_on(2)) << '\n';
  }
}

std::string size_to_json(SizeAnswer const& a) {
  auto const number = [](double v) { return std::isfinite(v) ? Json(v) : Json(nullptr); };
  auto const& found = a.found;
  auto const& range = *a.spec.axis.distribution;
  auto const value_of = [&](std::size_t trial) {
    return Json{{"value", a.found.trials[trial].value}, {"label", label(a, trial)}};
  };
  auto const finding = [&](SizePoint const& p, std::size_t limit) {
    auto const& l = a.limits[limit];
    auto const& f = p.finding.limits[limit];
    Json out{{"limit", l.text()}, {"of", l.of}, {"units", l.units}, {"value", number(f.value)}, {"margin", number(f.margin)}};
    if (a.cases.size() > 1) out["case"] = a.cases[f.in_case].name;
    if (!f.note.empty()) out["note"] = f.note;
    return out;
  };
  Json json{{"sizing", a.spec.name},
            {"axis", a.spec.axis.name},
            {"key", a.spec.axis.key},
            {"units", a.spec.axis.units},
            {"from", range.from},
            {"to", range.to},
            {"resolution", a.spec.resolution},
            {"aim", aim_text(a)},
            {"answer", found.answer ? value_of(*found.answer) : Json(nullptr)},
            {"beyond", found.beyond ? value_of(*found.beyond) : Json(nullptr)},
            {"binding", Json(nullptr)},
            {"ends_at", !found.answer                                     ? "nothing kept"
                        : !found.beyond                                   ? "range"
                        : a.points[*found.beyond]->finding.failed.empty() ? "limit"
                                                                          : "failed run"},
            {"monotone", found.kept_beyond.empty()},
            {"kept_beyond", Json::array()}};
  for (auto i : found.kept_beyond) json["kept_beyond"].push_back(value_of(i));
  if (found.binding) json["binding"] = finding(*a.points[found.answer ? *found.answer : found.easy], *found.binding);
  json["points"] = Json::array();
  for (std::size_t i = 0; i < a.points.size(); ++i) {
    auto const& p = *a.points[i];
    Json point = value_of(i);
    point["kept"] = kept(p);
    if (!p.finding.failed.empty()) point["failed"] = p.finding.failed;
    if (p.finding.members > 1) {
      point["members"] = p.finding.members;
      point["members_kept"] = p.finding.kept;
      point["deciding_member"] = p.finding.member + 1;
    }
    point["limits"] = Json::array();
    for (std::size_t l = 0; l < p.finding.limits.size(); ++l) point["limits"].push_back(finding(p, l));
    point["runs"] = Json::array();
    for (auto const& r : p.requests) point["runs"].push_back(r.key);
    json["points"].push_back(std::move(point));
  }
  json["ran"] = a.ran;
  json["reused"] = a.reused;
  json["wall_s"] = a.wall_s;
  json["folder"] = a.folder;
  json["index"] = a.index.empty() ? Json(nullptr) : Json(a.index);
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ondol::app
