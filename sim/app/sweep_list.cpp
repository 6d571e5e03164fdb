#include "sim/app/sweep_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/app/terminal.hpp"

namespace ondol::app {

namespace {

using Json = nlohmann::ordered_json;

/// By run: the number of the first one that is the same.
std::vector<std::size_t> firsts(std::vector<sim::RunRequest> const& requests) {
  std::map<std::string, std::size_t> first;
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < requests.size(); ++i) out.push_back(first.try_emplace(requests[i].key, i).first->second);
  return out;
}

struct Total {
  std::size_t distinct;
  double wall_s, bytes, memory;
};

Total total_of(SweepEstimate const& e, int jobs) {
  auto const distinct = e.done + e.left;
  double const rounds = std::ceil(static_cast<double>(e.left) / jobs);
  auto const together =
      static_cast<double>(std::min<std::size_t>(static_cast<std::size_t>(jobs), std::max<std::size_t>(1, e.left)));
  return {distinct, rounds * e.run_s, static_cast<double>(e.left) * e.file_bytes, together * e.peak_bytes};
}

}  // namespace

void print_list(schema::SweepSpec const& sweep, sim::Plan const& plan, std::vector<sim::RunRequest> const& requests,
                SweepEstimate const& e, int jobs, bool colour) {
  fmt::print("{}\n", bold(sweep.name, colour));
  auto const first = firsts(requests);
  for (std::size_t i = 0; i < requests.size(); ++i)
    fmt::print("  {:>5}  {}{}\n", i + 1, requests[i].label,
               first[i] == i ? "" : dim(fmt::format("  (the same as {})", first[i] + 1), colour));

  std::string product;
  for (auto const& d : plan.dimensions) product += fmt::format("{}{} {}", product.empty() ? "" : " x ", d.size, d.name);
  auto const total = total_of(e, jobs);
  std::string counts = fmt::format("{} run{}: {}", requests.size(), requests.size() == 1 ? "" : "s", product);
  if (plan.skipped > 0) counts += fmt::format("; {} left out by rules", plan.skipped);
  if (total.distinct < requests.size()) counts += fmt::format("; {} distinct", total.distinct);
  if (e.done > 0) counts += fmt::format("; {} done before, {} left", e.done, e.left);
  fmt::print("{}\n", counts);
  fmt::print("about {} a run, {} in all with {} at once; {} of memory; {} on disk\n", duration_text(e.run_s),
             duration_text(total.wall_s), jobs, with_prefix(total.memory, "B"),
             total.bytes > 0 ? with_prefix(total.bytes, "B") : "next to nothing");
  fmt::print("{}\n", dim("(" + e.how + ")", colour));
}

std::string list_to_json(schema::SweepSpec const& sweep, sim::Plan const& plan, std::vector<sim::RunRequest> const& requests,
                         SweepEstimate const& e, int jobs) {
  auto const total = total_of(e, jobs);
  Json json{{"sweep", sweep.name},     {"dimensions", Json::object()}, {"runs", Json::array()},
            {"skipped", plan.skipped}, {"distinct", total.distinct},   {"done", e.done}};
  for (auto const& d : plan.dimensions) json["dimensions"][d.name] = d.size;
  auto const first = firsts(requests);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    Json run{{"label", requests[i].label}, {"run", requests[i].key}, {"set", Json::object()}};
    for (auto const& o : requests[i].sets) run["set"][o.key] = o.value;
    if (first[i] != i) run["same_as"] = first[i];
    json["runs"].push_back(std::move(run));
  }
  json["estimate"] = {{"how", e.how},
                      {"run_s", e.run_s},
                      {"jobs", jobs},
                      {"wall_s", total.wall_s},
                      {"memory_bytes", total.memory},
                      {"disk_bytes", total.bytes}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ondol::app
