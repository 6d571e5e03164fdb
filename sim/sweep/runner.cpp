#include "sim/sweep/runner.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <limits>
#include <map>
#include <new>
#include <stdexcept>

#include "scenarios/base/error.hpp"

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
/// Where the child says why it failed.  Its end closes with the child, however that ends: this wakes the parent.
void say_reason(std::string const& text) {
  auto const size = std::min(text.size(), most_reason);
  [[maybe_unused]] auto const written = ::write(reason_descriptor, text.data(), size);
}

void limit_memory(std::uint64_t bytes) {
  rlimit limit{};
  ::getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = std::min<rlim_t>(bytes, limit.rlim_max);
  ::setrlimit(RLIMIT_AS, &limit);
}

/// Room to say what happened.
void lift_memory_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = limit.rlim_max;
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

[[noreturn]] void be_child(RunRequest const& request, RunStore const& store, RunnerOptions const& options, RunBody const& body,
                           int pipe_end, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(3);  // it died before it could be watched
  ::setpgid(0, 0);                        // Ctrl-C is for the parent, which ends its children
  for (int const signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
  ::dup2(pipe_end, reason_descriptor);
  ::close_range(reason_descriptor + 1, ~0U, 0);  // the lock and the pipes of others among them
  int code = 3;
  try {
    open_log(store.log(request.key));
    auto const known = store.load(request.key);
    if (known && known->status == Outcome::Status::complete &&
        !(options.needs_results && !fs::exists(store.results(request.key))))
      ::_exit(0);
    if (options.memory_bytes) limit_memory(*options.memory_bytes);
    code = body(request, store);
  } catch (std::bad_alloc const&) {
    lift_memory_limit();
    auto const why = options.memory_bytes
                         ? "out of memory: it needs more than the " + std::to_string(*options.memory_bytes >> 20) +
                               " MiB of address space that each run may have"
                         : std::string("out of memory");
    std::cerr << why << '\n';
    say_reason(why);
  } catch (std::exception const& e) {
    lift_memory_limit();
    std::cerr << e.what() << '\n';
    say_reason(e.what());
  } catch (...) {
    say_reason("an exception without a name");
  }
  std::cout.flush();
  std::cerr.flush();
  std::fflush(nullptr);
  ::_exit(code);  // without the parent's destructors and handlers
}

// ---------------------------------------------------------------------------------------------------- the parent
struct Child {
  pid_t pid = 0;
  int pipe = -1;
  std::size_t run = 0;  ///< among the distinct ones
  Wall::time_point since;
  std::string reason;
};

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) {
    int const signal = WTERMSIG(status);
    std::string text = "ended by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
    if (signal == SIGKILL) text += "; the system may have run out of memory";
    return text;
  }
  return "ended with exit code " + std::to_string(WEXITSTATUS(status)) + " and without an outcome";
}

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
      while (!halted() && next_ < first_.size() && children_.size() < static_cast<std::size_t>(std::max(1, options_.jobs)))
        if (!start_next()) break;
      tell();
      if (children_.empty()) break;
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
      if (!known || known->status != Outcome::Status::complete) continue;
      if (options_.needs_results && !fs::exists(store_.results(key))) continue;
      outcomes_[run] = std::move(known);
      ++progress_.reused;
      ++progress_.done;
    }
  }

  /// False when the system has no process left for it now.
  bool start_next() {
    while (next_ < first_.size() && outcomes_[next_]) ++next_;
    if (next_ == first_.size()) return false;
    auto const run = next_;
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return cannot_start("pipe");
    std::cout.flush();
    std::cerr.flush();
    std::fflush(nullptr);  // or the child would say it again
    pid_t const parent = ::getpid();
    pid_t const pid = ::fork();
    if (pid < 0) {
      ::close(ends[0]);
      ::close(ends[1]);
      return cannot_start("fork");
    }
    if (pid == 0) be_child(request(run), store_, options_, body_, ends[1], parent);
    ::close(ends[1]);
    ++next_;
    children_.push_back({pid, ends[0], run, Wall::now(), {}});
    return true;
  }

  bool cannot_start(char const* what) const {
    if (!children_.empty()) return false;
    throw std::runtime_error(std::string("cannot start a run: ") + what + ": " + std::strerror(errno));
  }

  void wait_for_some() {
    std::vector<pollfd> watched;
    for (auto const& c : children_) watched.push_back({c.pipe, POLLIN, 0});
    if (::poll(watched.data(), watched.size(), look_ms) <= 0) return;  // or a signal came
    for (std::size_t i = watched.size(); i-- > 0;) {
      if (watched[i].revents == 0) continue;
      auto& child = children_[i];
      std::array<char, most_reason> text{};
      auto const n = ::read(child.pipe, text.data(), text.size());
      if (n > 0) child.reason.append(text.data(), static_cast<std::size_t>(n));
      if (n > 0 || (n < 0 && errno == EINTR)) continue;
      int const status = reap(child);
      auto const ended = std::move(child);
      children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(i));
      conclude(ended, status);
    }
  }

  static int reap(Child const& child) {
    ::close(child.pipe);
    int status = 0;
    while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
  }

  void conclude(Child const& child, int status) {
    auto const& key = request(child.run).key;
    // A signal to all processes, as batch systems send it, may end the child before the parent has seen its own.
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGTERM || WTERMSIG(status) == SIGINT) && options_.stop)
      for (int i = 0; i < 20 && !stopped(); ++i) ::poll(nullptr, 0, 10);
    store_.clean(key);
    if (stopped() && WIFSIGNALED(status)) return;
    auto outcome = store_.load(key);
    bool const good = outcome && outcome->status == Outcome::Status::complete && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (good) {
      outcomes_[child.run] = std::move(outcome);
      ++progress_.done;
      ++ran_;
      return;
    }
    Outcome failed;
    failed.key = key;
    failed.status = Outcome::Status::failed;
    failed.error = child.reason.empty() ? how_it_ended(status) : child.reason;
    failed.wall_s = seconds_since(child.since);
    try {
      store_.save(failed);
    } catch (std::exception const&) {  // the disk may be full: it is told from memory, and run again by a resume
    }
    outcomes_[child.run] = std::move(failed);
    ++progress_.failed;
  }

  void end_children() {
    for (auto const& c : children_) ::kill(c.pid, SIGKILL);
    for (auto const& c : children_) {
      reap(c);
      store_.clean(request(c.run).key);
    }
    children_.clear();
  }

  void tell() {
    if (!options_.on_progress) return;
    progress_.active.clear();
    for (auto const& c : children_) progress_.active.push_back({request(c.run).label, seconds_since(c.since)});
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
  std::vector<Child> children_;
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
