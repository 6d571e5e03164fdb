#include "sim/sweep/slurm.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <system_error>

#include "sim/sweep/slurm_queue.hpp"

namespace ondol::sim {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

// Slurm is asked twice a second at first and every 10 s in the end: its controller serves a whole cluster.
constexpr double soonest_s = 0.5, latest_s = 10, share_of_wait = 0.05;
constexpr double look_s = 0.2;  // at the stop flag
// A network file system may show a file of another node only after a while (Linux NFS: acdirmax, 60 s).
constexpr double until_seen_s = 60, until_seen_of_failed_s = 2;
constexpr double until_cancelled_s = 10;
// Beside the address space of a run: the process that watches it.
constexpr std::uint64_t watcher_bytes = std::uint64_t{64} << 20;

double seconds_since(Clock::time_point then) {
  return std::chrono::duration<double>(Clock::now() - then).count();
}

bool complete(std::optional<Outcome> const& outcome, RunStore const& store, RunnerOptions const& runner) {
  return outcome && outcome->status == Outcome::Status::complete &&
         (!runner.needs_results || fs::exists(store.results(outcome->key)));
}

/// Text as one word of sh.
std::string word(std::string const& text) {
  std::string quoted = "'";
  for (char const c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// Text in which sbatch finds no % patterns.
std::string literal(std::string const& text) {
  std::string doubled;
  for (char const c : text) doubled += c == '%' ? std::string("%%") : std::string(1, c);
  return doubled;
}

void write_script(SlurmArray const& array, SlurmOptions const& slurm, std::vector<std::string> const& options) {
  std::ofstream file(array.script());
  file << "#!/bin/sh\n# A task of a job array runs those runs of a sweep that its list names.  It was submitted by\n#   sbatch";
  for (auto const& option : options) file << ' ' << word(option);
  file << ' ' << word(array.script().string()) << "\nexec";
  for (auto const& w : slurm.worker) file << ' ' << word(w);
  file << " -j \"${SLURM_CPUS_PER_TASK:-1}\" --runs " << word((array.folder / "runs-").string())
       << "\"$SLURM_ARRAY_TASK_ID\".json\n";
  file.close();
  if (!file) throw std::runtime_error("cannot write " + array.script().string());
}

/// What the user asks for stands first: what keeps the array together wins.
std::vector<std::string> sbatch_options(SlurmArray const& array, RunnerOptions const& runner, SlurmOptions const& slurm) {
  std::vector<std::string> options;
  if (!slurm.partition.empty()) options.push_back("--partition=" + slurm.partition);
  if (!slurm.time_limit.empty()) options.push_back("--time=" + slurm.time_limit);
  if (runner.memory_bytes)
    options.push_back("--mem-per-cpu=" + std::to_string(((*runner.memory_bytes + watcher_bytes) >> 20) + 1) + "M");
  options.insert(options.end(), slurm.options.begin(), slurm.options.end());
  options.push_back("--job-name=" + array.name);
  options.push_back("--array=0-" + std::to_string(array.tasks - 1) +
                    (slurm.most_at_once > 0 ? "%" + std::to_string(slurm.most_at_once) : ""));
  options.push_back("--output=" + literal(array.folder.string()) + "/task-%a.log");
  options.push_back("--open-mode=append");
  options.push_back("--chdir=" + fs::current_path().string());
  return options;
}

/// A new array of these runs; its folder is gone again when it was not submitted.
SlurmArray submit_array(std::vector<RunRequest> const& runs, RunStore const& store, RunnerOptions const& runner,
                        SlurmOptions const& slurm) {
  auto const most = most_tasks();
  auto const chunk = std::max<std::size_t>({1, slurm.chunk, (runs.size() + most - 1) / most});
  auto array = new_array(store, slurm.title);
  array.tasks = static_cast<std::uint32_t>((runs.size() + chunk - 1) / chunk);
  try {
    for (std::uint32_t task = 0; task < array.tasks; ++task) {
      auto const first = runs.begin() + static_cast<std::ptrdiff_t>(task * chunk);
      auto const count = std::min<std::size_t>(chunk, static_cast<std::size_t>(runs.end() - first));
      write_runs(array.runs(task), {first, first + static_cast<std::ptrdiff_t>(count)});
    }
    auto const options = sbatch_options(array, runner, slurm);
    write_script(array, slurm, options);
    array.save();
    array.job = submit(options, array.script().string());
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(array.folder, ignored);
    throw;
  }
  array.save();
  return array;
}

std::string last_line(fs::path const& path) {
  std::ifstream file(path);
  std::string last;
  for (std::string line; std::getline(file, line);)
    if (!line.empty()) last = line;
  return last;
}

std::string why_it_ended(SlurmArray const& array, std::uint32_t index, std::optional<SlurmTask> const& task) {
  auto text = "its task " + std::to_string(index) + " of Slurm job " + std::to_string(array.job);
  if (task) {
    text += " ended as " + task->state;
    if (!task->reason.empty() && task->reason != "None") text += " (" + task->reason + ")";
    if (!task->nodes.empty()) text += " on " + task->nodes;
  } else {
    text += " is no longer known to Slurm";
  }
  text += " and left no outcome of it";
  auto const said = last_line(array.log(index));
  return said.empty() ? text : text + "; it said last: " + said;
}

class Waiting {
 public:
  Waiting(std::vector<RunRequest> const& requests, RunStore const& store, RunnerOptions const& runner,
          std::vector<SlurmArray> arrays)
      : requests_(requests), store_(store), runner_(runner), arrays_(std::move(arrays)) {
    for (auto const& r : requests_) label_.try_emplace(r.key, r.label);
    progress_.total = label_.size();
    for (auto const& array : arrays_) {
      jobs_.push_back(array.job);
      for (std::uint32_t i = 0; i < array.tasks; ++i) {
        Task task{&array, i, {}, {}, {}, {}};
        for (auto const& run : read_runs(array.runs(i)))
          if (label_.contains(run.key))
            task.missing.insert(run.key);  // not what a sweep file, edited since, no longer asks for
        tasks_.push_back(std::move(task));
      }
    }
    std::set<std::string> expected;
    for (auto const& task : tasks_) expected.insert(task.missing.begin(), task.missing.end());
    for (auto const& [key, label] : label_)
      if (auto known = store_.load(key); complete(known, store_, runner_)) {
        outcomes_[key] = std::move(*known);
        if (!expected.contains(key)) ++progress_.reused;  // else an array has been quick
        ++progress_.done;
      } else if (!expected.contains(key)) {
        conclude(key, failed(key, "not run: no array of Slurm was asked for it"));
      }
    for (auto& task : tasks_) std::erase_if(task.missing, [&](auto const& key) { return outcomes_.contains(key); });
    std::erase_if(tasks_, [](Task const& task) { return task.missing.empty(); });
  }

  RunnerReport go() {
    while (!tasks_.empty()) {
      ask();
      tell();
      if (tasks_.empty()) break;
      if (!cancelled_ && halted()) {
        cancel(jobs_);
        cancelled_ = Clock::now();
      }
      if (cancelled_ && seconds_since(*cancelled_) > until_cancelled_s) break;
      auto const pause = cancelled_ ? soonest_s : std::clamp(share_of_wait * seconds_since(begun_), soonest_s, latest_s);
      for (auto const from = Clock::now(); seconds_since(from) < pause && (cancelled_ || !halted());) {
        ::poll(nullptr, 0, static_cast<int>(1000 * look_s));
        tell();
      }
    }
    return report();
  }

 private:
  struct Task {
    SlurmArray const* array;
    std::uint32_t index;
    std::set<std::string> missing;                    ///< keys of runs without an outcome
    std::optional<SlurmTask> known;                   ///< as Slurm told last
    std::optional<Clock::time_point> running, ended;  ///< since when, as seen from here
  };

  bool stopped() const { return runner_.stop && runner_.stop->load() != 0; }
  bool halted() const { return stopped() || (runner_.fail_fast && progress_.failed > 0); }

  Outcome failed(std::string const& key, std::string error) const {
    Outcome outcome;
    outcome.key = key;
    outcome.status = Outcome::Status::failed;
    outcome.error = std::move(error);
    return outcome;
  }

  void conclude(std::string const& key, Outcome outcome) {
    ++(outcome.status == Outcome::Status::complete ? progress_.done : progress_.failed);
    outcomes_[key] = std::move(outcome);
  }

  void ask() {
    auto const listed = tasks_of(jobs_);
    answers_ = listed.has_value();
    if (!answers_) return;  // a controller may be away for minutes, its jobs go on
    std::map<std::pair<std::uint64_t, std::optional<std::uint32_t>>, SlurmTask> by_number;
    for (auto const& task : *listed) by_number.insert_or_assign({task.job, task.index}, task);
    // A network file system looks again at a folder that is opened.
    if (int const folder = ::open((store_.folder() / "runs").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0)
      ::close(folder);
    for (auto& task : tasks_) {
      auto found = by_number.find({task.array->job, task.index});
      if (found == by_number.end()) found = by_number.find({task.array->job, std::nullopt});
      bool const there = found != by_number.end() && found->second.name == task.array->name;
      if (there)
        task.known = found->second;
      else
        task.known.reset();
      follow(task);
    }
    std::erase_if(tasks_, [](Task const& task) { return task.ended && task.missing.empty(); });
  }

  void follow(Task& task) {
    auto const phase = task.known ? task.known->phase : SlurmTask::Phase::ended;
    if (phase == SlurmTask::Phase::waiting) {
      task.running.reset();  // it may have been put back into the queue
      task.ended.reset();
      return;
    }
    if (phase == SlurmTask::Phase::running && !task.running) task.running = Clock::now();
    if (phase == SlurmTask::Phase::running)
      task.ended.reset();
    else if (!task.ended)
      task.ended = Clock::now();
    std::erase_if(task.missing, [&](std::string const& key) {
      auto outcome = store_.load(key);
      if (!outcome || (outcome->status == Outcome::Status::complete && !complete(outcome, store_, runner_))) return false;
      conclude(key, std::move(*outcome));
      return true;
    });
    if (!task.ended) return;
    if (cancelled_) {  // by us: what is missing was not run
      task.missing.clear();
      return;
    }
    bool const should_be_there = !task.known || task.known->state == "COMPLETED";
    if (seconds_since(*task.ended) < (should_be_there ? until_seen_s : until_seen_of_failed_s)) return;
    for (auto const& key : task.missing) conclude(key, failed(key, why_it_ended(*task.array, task.index, task.known)));
    task.missing.clear();
  }

  void tell() {
    if (!runner_.on_progress) return;
    progress_.active.clear();
    std::map<std::string, std::size_t> waiting;
    for (auto const& task : tasks_) {
      if (task.known && task.known->phase == SlurmTask::Phase::waiting) ++waiting[task.known->reason];
      if (!task.running || task.ended || !task.known || task.missing.empty()) continue;
      auto label = label_.at(*task.missing.begin());
      if (task.missing.size() > 1) label += " and " + std::to_string(task.missing.size() - 1) + " more";
      progress_.active.push_back({label + " on " + task.known->nodes, seconds_since(*task.running)});
    }
    progress_.note = answers_ ? "" : "Slurm does not answer now";
    for (auto const& [reason, count] : waiting)
      progress_.note += (progress_.note.empty() ? "" : ", ") + std::to_string(count) + " in the queue" +
                        (reason.empty() || reason == "None" ? "" : " (" + reason + ")");
    progress_.wall_s = seconds_since(begun_);
    auto const ended = progress_.done + progress_.failed - progress_.reused;
    auto const left = progress_.total - progress_.done - progress_.failed;
    progress_.left_s = ended > 0 ? progress_.wall_s * static_cast<double>(left) / static_cast<double>(ended)
                                 : std::numeric_limits<double>::quiet_NaN();
    runner_.on_progress(progress_);
  }

  RunnerReport report() const {
    RunnerReport report;
    report.reused = progress_.reused;
    report.ran = progress_.done - progress_.reused;
    report.failed = progress_.failed;
    report.stopped = stopped() && progress_.done + progress_.failed < progress_.total;
    for (auto const& r : requests_) {
      auto const known = outcomes_.find(r.key);
      report.outcomes.push_back(known != outcomes_.end() ? known->second
                                                         : failed(r.key, "not run: the sweep was ended before"));
    }
    return report;
  }

  std::vector<RunRequest> const& requests_;
  RunStore const& store_;
  RunnerOptions const& runner_;
  std::vector<SlurmArray> arrays_;
  std::vector<std::uint64_t> jobs_;
  std::vector<Task> tasks_;  ///< not yet over
  std::map<std::string, std::string> label_;
  std::map<std::string, Outcome> outcomes_;
  RunnerProgress progress_;
  bool answers_ = true;
  std::optional<Clock::time_point> cancelled_;
  Clock::time_point begun_ = Clock::now();
};

}  // namespace

std::vector<SlurmArray> living_arrays(RunStore const& store) {
  std::vector<SlurmArray> living;
  for (auto& array : arrays_of(store)) {
    if (array.ended) continue;
    auto const tasks = array.job > 0 ? tasks_of({array.job}) : tasks_named(array.name);
    if (!tasks) throw std::runtime_error("Slurm does not say what became of job " + array.name + "; try again later");
    for (auto const& task : *tasks)
      if (task.name == array.name) array.job = task.job;
    array.ended = std::ranges::none_of(
        *tasks, [&](SlurmTask const& t) { return t.name == array.name && t.phase != SlurmTask::Phase::ended; });
    array.save();
    if (!array.ended) living.push_back(array);
  }
  return living;
}

std::vector<SlurmArray> submit_to_slurm(std::vector<RunRequest> const& requests, RunStore const& store,
                                        RunnerOptions const& runner, SlurmOptions const& slurm) {
  auto arrays = living_arrays(store);
  std::set<std::string> taken;
  for (auto const& array : arrays)
    for (std::uint32_t task = 0; task < array.tasks; ++task)
      for (auto const& run : read_runs(array.runs(task))) taken.insert(run.key);
  std::vector<RunRequest> missing;
  for (auto const& request : requests) {
    if (!taken.insert(request.key).second) continue;
    auto const known = store.load(request.key);
    if (complete(known, store, runner)) continue;
    // What an earlier try left is not the outcome of this one.
    std::error_code ignored;
    fs::remove(store.outcome(request.key), ignored);
    missing.push_back(request);
  }
  if (!missing.empty()) arrays.push_back(submit_array(missing, store, runner, slurm));
  return arrays;
}

RunnerReport wait_for_slurm(std::vector<RunRequest> const& requests, RunStore const& store, RunnerOptions const& runner,
                            std::vector<SlurmArray> arrays) {
  return Waiting(requests, store, runner, std::move(arrays)).go();
}

}  // namespace ondol::sim
