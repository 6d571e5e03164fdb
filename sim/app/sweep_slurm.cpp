#include "sim/app/sweep_slurm.hpp"

#include <fmt/format.h>

#include <iostream>

#include "scenarios/base/error.hpp"
#include "sim/app/sweep_runs.hpp"
#include "sim/sweep/slurm.hpp"

namespace ondol::app {

namespace {

namespace fs = std::filesystem;

/// This program again.  The sweep file is named as the user did: its text is part of what a run is.
std::vector<std::string> worker(SweepOptions const& o, sim::RunStore const& store) {
  std::vector<std::string> words{fs::read_symlink("/proc/self/exe").string(), "sweep", o.file, "-o", store.folder().string()};
  for (auto const& set : o.set) words.insert(words.end(), {"--set", set});
  if (!o.memory.empty()) words.insert(words.end(), {"--memory", o.memory});
  return words;
}

}  // namespace

void check_engine(SweepOptions const& o) {
  auto const& s = o.slurm;
  if (o.engine == "slurm") {
    if (!o.part.empty()) throw InputError("--part is for machines that share no queue; with --engine slurm leave it out");
    for (auto const& option : s.options)
      if (!option.starts_with('-'))
        throw InputError("--slurm-option " + option + ": an option of sbatch begins with a dash: --slurm-option=--" + option);
    return;
  }
  std::vector<std::pair<bool, char const*>> const given{
      {!s.partition.empty(), "--partition"},  {!s.time_limit.empty(), "--time"},
      {!s.options.empty(), "--slurm-option"}, {s.chunk > 1, "--chunk"},
      {s.most_at_once > 0, "--max-jobs"},     {o.detach, "--detach"}};
  for (auto const& [there, name] : given)
    if (there) throw InputError(std::string(name) + " is for Slurm: add --engine slurm");
}

void refuse_living(sim::RunStore const& store) {
  for (auto const& array : sim::living_arrays(store))
    throw InputError(
        fmt::format("Slurm job {} of an earlier sweep into {} has not ended; wait for it by --resume, or end it by "
                    "scancel {}",
                    array.job, store.folder().string(), array.job));
}

std::optional<sim::RunnerReport> run_on_slurm(schema::SweepSpec const& sweep, SweepOptions const& o,
                                              std::vector<sim::RunRequest> const& requests, sim::RunStore const& here,
                                              sim::RunnerOptions const& runner) {
  sim::RunStore const store(fs::canonical(here.folder()));  // nodes have other ideas of where they are
  // One lock is against a runner here, and shared with the tasks; the other against a second submitter.
  sim::StoreLock const shared(store, sim::StoreLock::Kind::shared);
  sim::RunStore const submissions(store.folder() / "slurm");
  fs::create_directories(submissions.folder());
  sim::StoreLock const alone(submissions, sim::StoreLock::Kind::alone);
  auto slurm = o.slurm;
  slurm.title = sweep.name;
  slurm.worker = worker(o, store);
  auto arrays = sim::submit_to_slurm(requests, store, runner, slurm);
  for (auto const& array : arrays)
    fmt::print(stderr, "Slurm job {}: {} task{}, in {}\n", array.job, array.tasks, array.tasks == 1 ? "" : "s",
               array.folder.string());
  if (!o.detach) return sim::wait_for_slurm(requests, store, runner, std::move(arrays));
  for (auto const& array : arrays) fmt::print("{}\n", array.job);
  std::cerr << "ondol: submitted; collect with --resume\n";
  return std::nullopt;
}

int run_list(schema::SweepSpec const& sweep, SweepOptions const& o, sim::RunStore const& store, sim::RunnerOptions runner) {
  SweepRuns const runs(sweep.base, sweep.keep);
  runner.needs_results = runs.keeps_results();
  auto const requests = sim::read_runs(o.runs);
  store.create();
  sim::StoreLock const lock(store, sim::StoreLock::Kind::shared);
  auto const report = sim::run_all(requests, store, runner, runs.body());
  if (report.stopped) return 128 + o.stop->load();
  for (std::size_t i = 0; i < requests.size(); ++i)
    if (report.outcomes[i].status == sim::Outcome::Status::failed)
      std::cerr << requests[i].label << ": " << report.outcomes[i].error << '\n';
  std::cerr << report.ran << " runs done, " << report.reused << " from before, " << report.failed << " failed\n";
  return report.failed > 0 ? 3 : 0;
}

}  // namespace ondol::app
