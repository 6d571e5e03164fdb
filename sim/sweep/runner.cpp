#include "sim/sweep/runner.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <iostream>
#include <limits>
#include <map>
#include <new>
#include <stdexcept>
#include <system_error>

#include "sim/sweep/child_process.hpp"

namespace ondol::sim {

namespace {

using Wall = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr int look_ms = 200;          // at the stop flag and the clock, when nothing else happens
constexpr int reason_descriptor = 3;  // of the child: its end of the pipe
constexpr std::size_t most_reason = 4096;

double seconds_since(Wall::time_point then) {
  return std::chrono::duration<double>(Wall::now() - then).count();
}

// ---------------------------------------------------------------------------------------------------- the child
void limit_memory(std::uint64_t bytes) {
  rlimit limit{};
  ::getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = std::min<rlim_t>(bytes, limit.rlim_max);
  ::setrlimit(RLIMIT_AS, &limit);
}

/// stdout and stderr into the log, which only one process at a time may write: runners of parts may meet at a run that both
/// hold.
void open_log(fs::path const& path) {
  int const log = ::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0666);
  if (log < 0) throw std::runtime_error("cannot write " + path.string() + ": " + std::strerror(errno));
  ::flock(log, LOCK_EX);
  if (::ftruncate(log, 0) != 0) throw std::runtime_error("cannot write " + path.string() + ": " + std::strerror(errno));
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::close(log);
}

bool complete(RunStore const& store, std::string const& key, std::optional<Outcome> const& known, bool needs_results) {
  return known && known->status == Outcome::Status::complete && !(needs_results && !fs::exists(store.results(key)));
}

std::string out_of_memory(RunnerOptions const& options) {
  if (!options.memory_bytes) return "out of memory";
  return "out of memory: it needs more than the " + std::to_string((*options.memory_bytes + 500'000) / 1'000'000) +
         " MB of address space that each run may have";
}

/// Ends the child at the first allocation that fails: code that may not throw would end it without a word.
void end_when_memory_is_short(int pipe, RunnerOptions const& options) {
  static int whom = 0;
  static std::string why;
  whom = pipe;
  why = out_of_memory(options);
  std::set_new_handler([] {
    for (int const descriptor : {whom, STDERR_FILENO})
      [[maybe_unused]] auto const written = ::write(descriptor, why.data(), why.size());
    ::_exit(3);
  });
}

int run_child(RunRequest const& request, RunStore const& store, RunnerOptions const& options, RunBody const& body, int pipe) {
  open_log(store.log(request.key));
  if (complete(store, request.key, store.load(request.key), options.needs_results)) return 0;  // by another meanwhile
  end_when_memory_is_short(pipe, options);
  if (options.memory_bytes) limit_memory(*options.memory_bytes);
  try {
    return body(request, store);
  } catch (std::exception const& e) {
    std::cerr << e.what() << std::endl;
    throw;
  }
}

// ---------------------------------------------------------------------------------------------------- the parent
struct RunningRun {
  Child child;
  std::size_t run = 0;  ///< among the distinct ones
  Wall::time_point since;
  std::string reason;
};

class Runner {
 public:
  Runner(std::vector<RunRequest> const& requests, RunStore const& store, RunnerOptions const& options, RunBody const& body)
      : requests_(requests), store_(store), options_(options), body_(body) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      auto const [at, is_new] = run_of_key_.try_emplace(requests[i].key, first_.size());
      if (is_new) first_.push_back(i);
    }
    outcomes_.resize(first_.size());
  }
  ~Runner() { end_children(); }

  RunnerReport go() {
    reuse();
    while (true) {
      while (!halted() && next_ < first_.size() && running_.size() < static_cast<std::size_t>(std::max(1, options_.jobs)))
        if (!start_next()) break;
      tell();
      if (running_.empty()) break;
      wait_for_some();
      if (halted()) end_children();
    }
    return report();
  }

 private:
  RunRequest const& request(std::size_t run) const { return requests_[first_[run]]; }
  bool stopped() const { return options_.stop && options_.stop->load() != 0; }
  bool halted() const { return stopped() || (options_.fail_fast && progress_.failed > 0); }

  void reuse() {
    progress_.total = first_.size();
    for (std::size_t run = 0; run < first_.size(); ++run) {
      auto const& key = request(run).key;
      auto known = store_.load(key);
      if (!complete(store_, key, known, options_.needs_results)) continue;
      outcomes_[run] = std::move(known);
      ++progress_.reused;
      ++progress_.done;
    }
  }

  /// False when the system has no process left for it now.
  bool start_next() {
    while (next_ < first_.size() && outcomes_[next_]) ++next_;
    if (next_ == first_.size()) return false;
    auto const& wanted = request(next_);
    try {
      auto const child = start_child([&](int pipe) { return run_child(wanted, store_, options_, body_, pipe); });
      running_.push_back({child, next_, Wall::now(), {}});
    } catch (std::system_error const& e) {
      if (!running_.empty()) return false;
      throw std::runtime_error(std::string("cannot start a run: ") + e.what());
    }
    ++next_;
    return true;
  }

  void wait_for_some() {
    std::vector<pollfd> watched;
    for (auto const& r : running_) watched.push_back({r.child.pipe, POLLIN, 0});
    if (::poll(watched.data(), watched.size(), look_ms) <= 0) return;  // or a signal came
    for (std::size_t i = watched.size(); i-- > 0;) {
      if (watched[i].revents == 0) continue;
      auto& running = running_[i];
      std::array<char, 4096> text{};
      auto const n = ::read(running.child.pipe, text.data(), text.size());
      if (n > 0) running.reason.append(text.data(), static_cast<std::size_t>(n));
      if (n > 0 || (n < 0 && errno == EINTR)) continue;
      int const status = reap(running.child);
      auto const ended = std::move(running);
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
      conclude(ended, status);
    }
  }

  void conclude(RunningRun const& ended, int status) {
    auto const& key = request(ended.run).key;
    // A signal to all processes, as batch systems send it, may end the child before the parent has seen its own.
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGTERM || WTERMSIG(status) == SIGINT) && options_.stop)
      for (int i = 0; i < 20 && !stopped(); ++i) ::poll(nullptr, 0, 10);
    store_.clean(key);
    if (stopped() && WIFSIGNALED(status)) return;
    auto outcome = store_.load(key);
    bool const good = outcome && outcome->status == Outcome::Status::complete && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (good) {
      outcomes_[ended.run] = std::move(outcome);
      ++progress_.done;
      ++ran_;
      return;
    }
    Outcome failed;
    failed.key = key;
    failed.status = Outcome::Status::failed;
    failed.error = ended.reason.empty() ? how_it_ended(status) : ended.reason;
    if (WIFSIGNALED(status) && options_.memory_bytes) failed.error += "; perhaps " + out_of_memory(options_);
    failed.wall_s = seconds_since(ended.since);
    try {
      store_.save(failed);
    } catch (std::exception const&) {  // the disk may be full: it is told from memory, and run again by a resume
    }
    outcomes_[ended.run] = std::move(failed);
    ++progress_.failed;
  }

  void end_children() {
    for (auto const& r : running_) ::kill(r.child.pid, SIGKILL);  // all at once
    for (auto const& r : running_) {
      reap(r.child);
      store_.clean(request(r.run).key);
    }
    running_.clear();
  }

  void tell() {
    if (!options_.on_progress) return;
    progress_.active.clear();
    for (auto const& r : running_) progress_.active.push_back({request(r.run).label, seconds_since(r.since)});
    progress_.wall_s = seconds_since(begun_);
    auto const ended = progress_.done + progress_.failed - progress_.reused;
    auto const waiting = progress_.total - progress_.done - progress_.failed;
    progress_.left_s = ended > 0 ? progress_.wall_s * static_cast<double>(waiting) / static_cast<double>(ended)
                                 : std::numeric_limits<double>::quiet_NaN();
    options_.on_progress(progress_);
  }

  RunnerReport report() {
    RunnerReport report;
    report.ran = ran_;
    report.reused = progress_.reused;
    report.stopped = stopped() && progress_.done + progress_.failed < progress_.total;
    for (auto const& r : requests_) {
      auto const& outcome = outcomes_[run_of_key_.at(r.key)];
      report.outcomes.push_back(outcome ? *outcome
                                        : Outcome{.key = r.key,
                                                  .status = Outcome::Status::failed,
                                                  .error = "not run: the sweep was ended before",
                                                  .kpis = {},
                                                  .content_hash = {}});
    }
    report.failed = progress_.failed;
    return report;
  }

  std::vector<RunRequest> const& requests_;
  RunStore const& store_;
  RunnerOptions const& options_;
  RunBody const& body_;
  std::map<std::string, std::size_t> run_of_key_;  ///< of distinct ones
  std::vector<std::size_t> first_;                 ///< by distinct run: the first request of its key
  std::vector<std::optional<Outcome>> outcomes_;   ///< by distinct run
  std::vector<RunningRun> running_;
  std::size_t next_ = 0, ran_ = 0;
  RunnerProgress progress_;
  Wall::time_point begun_ = Wall::now();
};

}  // namespace

RunnerReport run_all(std::vector<RunRequest> const& requests, RunStore const& store, RunnerOptions const& options,
                     RunBody const& body) {
  return Runner(requests, store, options, body).go();
}

}  // namespace ondol::sim
