#include "sim/app/sweep_estimate.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "sim/app/terminal.hpp"
#include "sim/engine/heat_loads.hpp"
#include "sim/engine/run.hpp"
#include "sim/sweep/workers.hpp"
#include "topology/build/facility.hpp"

namespace ondol::app {

namespace {

namespace fs = std::filesystem;
using Wall = std::chrono::steady_clock;

constexpr double pilot_s = 2;  // long enough to get over the start, short enough to wait for

double seconds_since(Wall::time_point then) {
  return std::chrono::duration<double>(Wall::now() - then).count();
}

double size_of(fs::path const& path) {
  std::error_code none;
  auto const size = fs::file_size(path, none);
  return none ? 0 : static_cast<double>(size);
}

/// In a process of its own: simulates the beginning of a run and says what that took.
void fly(SweepRuns const& runs, sim::RunRequest const& request, fs::path const& file, sim::Say const& say) {
  auto const begun = Wall::now();
  auto scenario = runs.read(request.sets);
  sim::rate_heat_loads(scenario);
  auto const facility = topology::build_facility(scenario);
  double const start_s = seconds_since(begun);
  std::atomic<int> stop{0};
  double simulated_s = 0;
  sim::RunOptions options;
  if (runs.keeps_results()) options.output = file;
  options.force = true;
  options.stop = &stop;
  options.code_version = ONDOL_VERSION;
  options.on_progress = [&](sim::Progress const& p) {
    simulated_s = p.simulated_s;
    if (seconds_since(begun) > pilot_s) stop = 1;
  };
  auto const result = sim::run(scenario, facility, options);
  double const duration_s = scenario.simulation.duration.v;
  if (result.status == "complete") simulated_s = duration_s;
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  double const scale = simulated_s > 0 ? duration_s / simulated_s : 1;
  nlohmann::json json{{"run_s", start_s + result.wall_s * scale},
                      {"peak_bytes", 1024.0 * static_cast<double>(usage.ru_maxrss)},
                      {"file_bytes", runs.keeps_results() ? size_of(file) * scale : 0},
                      {"how", scale > 1 ? fmt::format("from the first {} of {} of {}", duration_text(simulated_s),
                                                      duration_text(duration_s), request.label)
                                        : "from the run " + request.label}};
  say(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace

std::optional<SweepEstimate> estimate_sweep(SweepRuns const& runs, std::vector<sim::RunRequest> const& requests,
                                            sim::RunStore const& store, std::atomic<int> const* stop) {
  SweepEstimate e;
  std::set<std::string> seen;
  for (auto const& r : requests) {
    if (!seen.insert(r.key).second) continue;
    auto const known = store.load(r.key);
    if (!known || known->status != sim::Outcome::Status::complete) {
      ++e.left;
      continue;
    }
    ++e.done;
    e.run_s += known->wall_s;
    e.peak_bytes = std::max(e.peak_bytes, known->peak_bytes);
    if (runs.keeps_results()) e.file_bytes += size_of(store.results(r.key));
  }
  if (e.done > 0) {
    e.run_s /= static_cast<double>(e.done);
    e.file_bytes /= static_cast<double>(e.done);
    e.how = fmt::format("from {} run{} that ended", e.done, e.done == 1 ? "" : "s");
    return e;
  }
  auto const file = fs::temp_directory_path() / fmt::format("ondol-pilot-{}.h5", ::getpid());
  bool const flown = sim::run_workers(
      1, [&](int, sim::Say const& say) { fly(runs, requests.front(), file, say); },
      [&](int, std::string const& line) {
        auto const json = nlohmann::json::parse(line);
        json.at("run_s").get_to(e.run_s);
        json.at("peak_bytes").get_to(e.peak_bytes);
        json.at("file_bytes").get_to(e.file_bytes);
        json.at("how").get_to(e.how);
      },
      stop);
  std::error_code ignored;
  fs::remove(file, ignored);
  fs::remove(fs::path(file) += ".partial", ignored);
  if (!flown) return std::nullopt;
  return e;
}

}  // namespace ondol::app
