#include "sim/app/first_moments.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/engine/heat_loads.hpp"
#include "sim/engine/run.hpp"
#include "sim/sweep/index_of.hpp"
#include "sim/sweep/workers.hpp"
#include "topology/build/facility.hpp"

namespace ondol::app {

std::optional<std::vector<sim::Kpi>> first_key_figures(std::vector<std::vector<schema::Override>> const& runs_sets,
                                                       SweepRuns const& runs, std::atomic<int> const* stop) {
  auto const first_moments = [&](int worker, sim::Say const& say) {
    auto scenario = runs.read(runs_sets[static_cast<std::size_t>(worker)]);
    sim::rate_heat_loads(scenario);
    std::atomic<int> enough{0};
    sim::RunOptions options;
    options.rehearsed = true;
    if (scenario.phase_window.empty()) options.stop = &enough;
    options.on_progress = [&](sim::Progress const&) { enough = 1; };
    for (auto const& k : sim::run(scenario, topology::build_facility(scenario), options).kpis)
      say(nlohmann::json{k.name, k.units, k.long_name}.dump());
  };
  std::vector<sim::Kpi> known;
  bool const ended = sim::run_workers(
      static_cast<int>(runs_sets.size()), first_moments,
      [&](int, std::string const& line) {
        auto const k = nlohmann::json::parse(line);
        auto const name = k[0].get<std::string>();
        if (std::none_of(known.begin(), known.end(), [&](sim::Kpi const& other) { return other.name == name; }))
          known.push_back({name, 0, k[1].get<std::string>(), k[2].get<std::string>()});
      },
      stop);
  return ended ? std::optional(std::move(known)) : std::nullopt;
}

bool check_responses(schema::SweepSpec const& sweep, std::vector<sim::RunRequest> const& requests, SweepRuns const& runs,
                     std::atomic<int> const* stop) {
  if (requests.empty()) return true;
  std::vector<std::vector<schema::Override>> looked_at{requests.front().sets};
  if (requests.back().key != requests.front().key) looked_at.push_back(requests.back().sets);
  for (auto const& sets : looked_at)
    if (!runs.read(sets).phase_window.empty()) return true;
  auto const known = first_key_figures(looked_at, runs, stop);
  if (!known) return false;
  sim::refuse_misspelt(sweep, *known);
  return true;
}

}  // namespace ondol::app
