#include "sim/app/sweep_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/app/terminal.hpp"
#include "sim/sweep/index_of.hpp"

namespace ondol::app {

namespace {

using Json = nlohmann::ordered_json;
using Status = sim::Outcome::Status;

constexpr std::size_t most_rows = 30;
constexpr std::size_t most_columns = 6;
constexpr std::size_t most_failures = 10;  // told one by one

std::string with_units(sim::Kpi const& k) {
  return k.units.empty() || k.units == "1" ? k.name : k.name + " [" + k.units + "]";
}

struct Spread {
  double least, middle, most;
  std::size_t known;
};

Spread spread_of(std::vector<double> values) {
  std::erase_if(values, [](double v) { return std::isnan(v); });
  auto const n = values.size();
  if (n == 0) {
    constexpr double none = std::numeric_limits<double>::quiet_NaN();
    return {none, none, none, 0};
  }
  std::sort(values.begin(), values.end());
  return {values.front(), n % 2 == 1 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]), values.back(), n};
}

void print_rows(SweepResult const& r, std::vector<sim::Response> const& responses, bool colour) {
  std::size_t label_width = 4;
  for (auto const& q : r.requests) label_width = std::max(label_width, q.label.size());
  std::string head = fmt::format("  {:<{}}", "run", label_width);
  std::vector<std::size_t> widths;
  for (auto const& response : responses) {
    widths.push_back(std::max<std::size_t>(10, with_units(response.of).size()));
    head += fmt::format("  {:>{}}", with_units(response.of), widths.back());
  }
  fmt::print("{}\n", bold(head, colour));
  for (std::size_t run = 0; run < r.requests.size(); ++run) {
    std::string line = fmt::format("  {:<{}}", r.requests[run].label, label_width);
    bool const complete = r.report.outcomes[run].status == Status::complete;
    for (std::size_t k = 0; k < responses.size(); ++k)
      line += fmt::format("  {:>{}}", complete ? figure_text(responses[k].values[run]) : "failed", widths[k]);
    fmt::print("{}\n", line);
  }
}

void print_spreads(std::vector<sim::Response> const& responses, bool colour) {
  fmt::print("{}\n", bold(fmt::format("  {:<52} {:>13} {:>13} {:>13}", "over all runs", "least", "middle", "largest"), colour));
  std::size_t constant = 0;
  for (auto const& response : responses) {
    auto const s = spread_of(response.values);
    if (s.least == s.most && responses.size() > most_columns) {
      ++constant;
      continue;
    }
    fmt::print("  {:<52} {:>13} {:>13} {:>13} {}\n", response.of.long_name.empty() ? response.of.name : response.of.long_name,
               figure_text(s.least), figure_text(s.middle), figure_text(s.most),
               response.of.units == "1" ? "" : response.of.units);
  }
  if (constant > 0)
    fmt::print("{}\n", dim(fmt::format("  and {} key figures that are the same in all runs", constant), colour));
}

void print_failures(SweepResult const& r, bool colour) {
  std::map<std::string, std::vector<std::size_t>> by_reason;
  for (std::size_t run = 0; run < r.requests.size(); ++run)
    if (auto const& o = r.report.outcomes[run]; o.status != Status::complete) by_reason[o.error].push_back(run);
  std::size_t told = 0;
  for (auto const& [reason, runs] : by_reason) {
    if (++told > most_failures) {
      std::cerr << "and " << by_reason.size() - most_failures << " other reasons\n";
      break;
    }
    auto const& first = r.requests[runs.front()];
    std::cerr << bold(runs.size() == 1 ? "failed: " + first.label
                                       : fmt::format("failed: {} runs, first {}", runs.size(), first.label),
                      colour)
              << "\n  " << reason << "\n  log: " << r.store.log(first.key).string() << '\n';
  }
}

}  // namespace

void print_sweep(SweepResult const& r, bool colour) {
  auto const responses = sim::responses_of(r.sweep, r.report.outcomes);
  fmt::print("{}\n", bold(r.sweep.name, colour));
  if (!responses.empty()) {
    if (r.requests.size() < most_rows && responses.size() <= most_columns)
      print_rows(r, responses, colour);
    else
      print_spreads(responses, colour);
  }
  std::string counts = fmt::format("{} run{}", r.requests.size(), r.requests.size() == 1 ? "" : "s");
  auto const distinct = r.report.ran + r.report.reused + r.report.failed;
  if (distinct < r.requests.size()) counts += fmt::format(", {} of them distinct", distinct);
  counts += fmt::format(": {} ran in {}", r.report.ran, duration_text(r.wall_s));
  if (r.report.reused > 0) counts += fmt::format(", {} were there from before", r.report.reused);
  if (r.report.failed > 0) counts += fmt::format(", {} failed", r.report.failed);
  if (r.has_index) counts += fmt::format("; index in {}", r.store.index().string());
  fmt::print("{}\n", dim(counts, colour));
  std::fflush(stdout);
  print_failures(r, colour_on(2));
}

std::string sweep_to_json(SweepResult const& r) {
  auto const number = [](double v) { return std::isfinite(v) ? Json(v) : Json(nullptr); };
  Json json{{"sweep", r.sweep.name},
            {"folder", r.store.folder().string()},
            {"index", r.has_index ? Json(r.store.index().string()) : Json(nullptr)},
            {"wall_s", r.wall_s},
            {"ran", r.report.ran},
            {"reused", r.report.reused},
            {"failed", r.report.failed},
            {"skipped", r.plan.skipped},
            {"responses", Json::object()},
            {"runs", Json::array()}};
  auto const responses = sim::responses_of(r.sweep, r.report.outcomes);
  for (auto const& response : responses) {
    auto const s = spread_of(response.values);
    json["responses"][response.of.name] = {{"units", response.of.units}, {"long_name", response.of.long_name},
                                           {"least", number(s.least)},   {"middle", number(s.middle)},
                                           {"largest", number(s.most)},  {"known", s.known}};
  }
  for (std::size_t run = 0; run < r.requests.size(); ++run) {
    auto const& o = r.report.outcomes[run];
    Json entry{{"label", r.requests[run].label},
               {"run", r.requests[run].key},
               {"status", o.status == Status::complete ? "complete" : "failed"}};
    if (!o.error.empty()) entry["error"] = o.error;
    if (o.status == Status::complete)
      for (auto const& response : responses) entry["kpis"][response.of.name] = number(response.values[run]);
    json["runs"].push_back(std::move(entry));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ondol::app
