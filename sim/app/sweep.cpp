#include "sim/app/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <optional>

#include "scenarios/base/error.hpp"
#include "scenarios/schema/read.hpp"
#include "scenarios/schema/sweep_spec.hpp"
#include "sim/app/first_moments.hpp"
#include "sim/app/sweep_estimate.hpp"
#include "sim/app/sweep_folder.hpp"
#include "sim/app/sweep_list.hpp"
#include "sim/app/sweep_progress.hpp"
#include "sim/app/sweep_report.hpp"
#include "sim/app/sweep_runs.hpp"
#include "sim/app/sweep_slurm.hpp"
#include "sim/app/terminal.hpp"
#include "sim/record/sweep_index.hpp"
#include "sim/sweep/index_of.hpp"
#include "sim/sweep/plan.hpp"

namespace ondol::app {

namespace {

namespace fs = std::filesystem;

/// "2 GiB", "512M", "4e9" -> bytes.
std::uint64_t memory_bytes(std::string const& text) {
  double value = 0;
  char unit[8] = "";
  static std::pair<char const*, double> const units[] = {
      {"", 1},         {"B", 1},    {"K", 1024.0}, {"M", 0x1p20}, {"G", 0x1p30}, {"KiB", 1024.0}, {"MiB", 0x1p20},
      {"GiB", 0x1p30}, {"kB", 1e3}, {"MB", 1e6},   {"GB", 1e9},   {"TB", 1e12},  {"TiB", 0x1p40}, {"T", 0x1p40}};
  char rest = 0;
  int const got = std::sscanf(text.c_str(), "%lf %7[A-Za-z] %c", &value, unit, &rest);
  if (got == 1 || got == 2)
    for (auto const& [name, size] : units)
      if (name == std::string(unit) && value * size >= 1 && value * size < 0x1p62)
        return static_cast<std::uint64_t>(value * size);
  throw InputError("--memory " + text + ": write a size such as 2GiB or 800MB");
}

struct Part {
  std::size_t number = 1, of = 1;
};

Part part(std::string const& text) {
  Part p;
  char rest = 0;
  if (text.empty()) return p;
  if (std::sscanf(text.c_str(), "%zu/%zu%c", &p.number, &p.of, &rest) != 2 || p.number < 1 || p.number > p.of)
    throw InputError("--part " + text + ": write I/K, for example 3/16 for the third of 16 parts");
  return p;
}

std::string counted(std::size_t n, char const* noun) {
  return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s");
}

}  // namespace

int sweep_command(SweepOptions const& o) {
  auto const begun = std::chrono::steady_clock::now();
  auto const wall_s = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count(); };
  int const jobs = o.jobs > 0 ? o.jobs : processors();
  auto const mine = part(o.part);
  auto const memory = o.memory.empty() ? std::nullopt : std::optional(memory_bytes(o.memory));
  bool const whole = o.part.empty();
  bool const on_slurm = o.engine == "slurm";
  check_engine(o);

  auto const sweep = schema::read_sweep(o.file, o.set);
  auto plan = sim::plan(sweep);
  if (!whole) {  // by number, not by what is left to do, so that parts that begin at different times never overlap
    std::vector<sim::PlannedRun> kept;
    for (std::size_t i = mine.number - 1; i < plan.runs.size(); i += mine.of) kept.push_back(std::move(plan.runs[i]));
    plan.runs = std::move(kept);
  }
  sim::RunStore const store(o.output.empty() ? fs::path(o.file).stem().concat(".sweep") : fs::path(o.output));
  sim::RunnerOptions options{.jobs = jobs, .fail_fast = o.fail_fast, .stop = o.stop};
  options.memory_bytes = memory;
  if (!o.runs.empty()) return run_list(sweep, o, store, options);
  if (!o.resume && !o.force && !o.list && whole) refuse_used(store);

  SweepProgress progress(sweep.name);
  SweepRuns const runs(sweep.base, sweep.keep);
  std::vector<WantedRun> wanted;
  for (auto const& run : plan.runs) wanted.push_back({run.label, run.sets});
  CheckOptions check{.jobs = jobs, .stop = o.stop};
  check.on_progress = [&](std::size_t done) { progress.checked(done, wanted.size()); };
  if (o.resume || o.list || !whole) check.store = &store;
  auto const checked = runs.check(wanted, check);
  progress.clear();
  for (auto const& warning : checked.warnings) std::cerr << format(warning, colour_on(2)) << '\n';
  if (checked.stopped || !check_responses(sweep, checked.requests, runs, o.stop)) {
    std::cerr << "ondol: interrupted; nothing has been run yet\n";
    return 128 + o.stop->load();
  }

  if (o.list) {
    auto const estimate = estimate_sweep(runs, checked.requests, store, o.stop);
    if (!estimate) return 128 + o.stop->load();
    if (o.json)
      std::cout << list_to_json(sweep, plan, checked.requests, *estimate, jobs) << '\n';
    else
      print_list(sweep, plan, checked.requests, *estimate, jobs, colour_on(1));
    return 0;
  }

  store.create();
  bool const alone = whole && (!on_slurm || o.force);  // tasks of an earlier array may be at work, and go on
  std::optional<sim::StoreLock> lock(std::in_place, store, alone ? sim::StoreLock::Kind::alone : sim::StoreLock::Kind::shared);
  if (o.force && !o.resume && whole) {
    if (on_slurm) refuse_living(store);
    begin_anew(store);
  }

  options.needs_results = runs.keeps_results();
  options.on_progress = [&](sim::RunnerProgress const& p) { progress.show(p); };
  sim::RunnerReport report;
  if (on_slurm) {
    lock.reset();
    auto const ended = run_on_slurm(sweep, o, checked.requests, store, options);
    if (!ended) return 0;
    report = *ended;
  } else {
    report = sim::run_all(checked.requests, store, options, runs.body());
  }
  progress.clear();
  if (report.stopped) {
    std::cerr << "ondol: interrupted; " << counted(report.ran + report.reused, "run") << " done and kept in "
              << store.folder().string() << "; go on with --resume\n";
    return 128 + o.stop->load();
  }

  bool const all_ended = std::none_of(report.outcomes.begin(), report.outcomes.end(),
                                      [](auto const& outcome) { return outcome.error.starts_with("not run"); });
  bool const indexed = whole && !o.no_index && all_ended;
  if (indexed) sim::write_sweep_index(store.index(), sim::index_of(sweep, plan, checked.requests, report.outcomes, store));
  SweepResult const result{sweep, plan, checked.requests, report, store, indexed, wall_s()};
  if (o.json)
    std::cout << sweep_to_json(result) << '\n';
  else
    print_sweep(result, colour_on(1));
  return report.failed > 0 ? 3 : 0;
}

}  // namespace ondol::app
