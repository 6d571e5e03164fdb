#include "sim/sweep/runner.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>

namespace ondol::sim {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using testing::HasSubstr;

class RunnerTest : public testing::Test {
 protected:
  RunnerTest() { store.create(); }
  ~RunnerTest() override { fs::remove_all(store.folder()); }

  static std::vector<RunRequest> requests(std::vector<std::string> const& keys) {
    std::vector<RunRequest> out;
    for (auto const& k : keys) out.push_back({k, "run " + k, {}});
    return out;
  }
  static int save(RunRequest const& r, RunStore const& store) {
    Outcome o;
    o.key = r.key;
    o.kpis = {{"length", static_cast<double>(r.key.size()), "1", "Length"}};
    store.save(o);
    return 0;
  }
  std::string log(std::string const& key) const {
    std::ifstream file(store.log(key));
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// One line of `note` for each run that was really begun.
  void note(std::string const& key) const { std::ofstream(store.folder() / "begun", std::ios::app) << key << '\n'; }
  int begun() const {
    std::ifstream file(store.folder() / "begun");
    return static_cast<int>(std::count(std::istreambuf_iterator<char>(file), {}, '\n'));
  }

  RunStore const store{fs::path(testing::TempDir()) / ("runner-" + std::to_string(::getpid()))};
};

TEST_F(RunnerTest, runs_equal_keys_once_and_answers_in_order) {
  auto const report = run_all(requests({"a", "bb", "a", "ccc", "bb"}), store, {.jobs = 2}, [&](auto const& r, auto const& s) {
    note(r.key);
    return save(r, s);
  });
  EXPECT_EQ(begun(), 3);
  EXPECT_EQ(report.ran, 3U);
  ASSERT_EQ(report.outcomes.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(report.outcomes[i].kpis[0].value, (std::vector{1., 2., 1., 3., 2.})[i]);
}

TEST_F(RunnerTest, runs_only_what_the_store_does_not_hold) {
  RunBody const body = [&](auto const& r, auto const& s) {
    note(r.key);
    return save(r, s);
  };
  run_all(requests({"a", "bb"}), store, {}, body);
  auto const report = run_all(requests({"a", "bb", "ccc"}), store, {}, body);
  EXPECT_EQ(begun(), 3);
  EXPECT_EQ(report.reused, 2U);
  EXPECT_EQ(report.ran, 1U);
  // A file that is wanted and gone is made again.
  auto const again = run_all(requests({"a"}), store, {.needs_results = true}, body);
  EXPECT_EQ(again.ran, 1U);
}

TEST_F(RunnerTest, a_failed_run_takes_none_with_it_and_says_why) {
  auto const report = run_all(requests({"good", "throws", "crashes", "leaves", "exits", "fine"}), store, {.jobs = 3},
                              [](auto const& r, auto const& s) -> int {
                                std::cerr << "this is " << r.key << '\n';
                                if (r.key == "throws") throw std::runtime_error("the pump is on fire");
                                if (r.key == "crashes") ::raise(SIGSEGV);
                                if (r.key == "leaves") return 0;
                                if (r.key == "exits") return 7;
                                return save(r, s);
                              });
  EXPECT_EQ(report.ran, 2U);
  EXPECT_EQ(report.failed, 4U);
  EXPECT_EQ(report.outcomes[0].status, Outcome::Status::complete);
  EXPECT_EQ(report.outcomes[5].status, Outcome::Status::complete);
  EXPECT_EQ(report.outcomes[1].error, "the pump is on fire");
  EXPECT_THAT(report.outcomes[2].error, HasSubstr("signal 11"));
  EXPECT_THAT(report.outcomes[3].error, HasSubstr("without an answer"));
  EXPECT_THAT(report.outcomes[4].error, HasSubstr("exit code 7"));
  EXPECT_THAT(log("crashes"), HasSubstr("this is crashes"));
  EXPECT_THAT(log("throws"), HasSubstr("the pump is on fire"));
  EXPECT_EQ(store.load("throws")->error, "the pump is on fire");
  // Failed ones are run again.
  EXPECT_EQ(run_all(requests({"good", "throws"}), store, {}, save).ran, 1U);
}

TEST_F(RunnerTest, a_run_that_wants_too_much_memory_is_that_runs_failure) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "the address sanitizer maps terabytes";
#endif
  auto const report =
      run_all(requests({"big", "small"}), store, {.jobs = 1, .memory_bytes = 1ULL << 30}, [](auto const& r, auto const& s) {
        if (r.key == "big") {
          std::vector<std::vector<char>> hoard;
          while (true) hoard.emplace_back(64u << 20, 'x');
        }
        return save(r, s);
      });
  EXPECT_EQ(report.outcomes[1].status, Outcome::Status::complete);
  EXPECT_EQ(report.outcomes[0].status, Outcome::Status::failed);
  EXPECT_THAT(report.outcomes[0].error, HasSubstr("out of memory"));
  EXPECT_THAT(report.outcomes[0].error, HasSubstr("1074 MB"));
}

TEST_F(RunnerTest, keeps_so_many_at_work_and_no_more) {
  std::size_t most = 0;
  RunnerOptions options{.jobs = 3};
  options.on_progress = [&](RunnerProgress const& p) { most = std::max(most, p.active.size()); };
  run_all(requests({"a", "b", "c", "d", "e", "f", "g"}), store, options, [](auto const& r, auto const& s) {
    std::this_thread::sleep_for(milliseconds(50));
    return save(r, s);
  });
  EXPECT_EQ(most, 3U);
}

TEST_F(RunnerTest, the_first_failure_ends_all_where_that_is_asked) {
  auto const report =
      run_all(requests({"bad", "slow", "later"}), store, {.jobs = 2, .fail_fast = true}, [](auto const& r, auto const& s) {
        if (r.key == "bad") throw std::runtime_error("no");
        std::this_thread::sleep_for(std::chrono::seconds(60));
        return save(r, s);
      });
  EXPECT_EQ(report.failed, 1U);
  EXPECT_FALSE(report.stopped);
  EXPECT_THAT(report.outcomes[1].error, HasSubstr("not run"));
  EXPECT_THAT(report.outcomes[2].error, HasSubstr("not run"));
  EXPECT_FALSE(store.load("slow"));
}

TEST_F(RunnerTest, a_stop_ends_children_and_leaves_nothing_half_written) {
  std::atomic<int> stop{0};
  RunnerOptions options{.jobs = 2, .stop = &stop};
  options.on_progress = [&](RunnerProgress const& p) {
    if (!p.active.empty() && p.active.front().since_s > 0.2) stop = SIGINT;
  };
  auto const report = run_all(requests({"a", "b", "c"}), store, options, [](auto const& r, auto const& s) -> int {
    std::ofstream(s.results(r.key).string() + ".partial") << "half";
    std::this_thread::sleep_for(std::chrono::seconds(60));
    return 0;
  });
  EXPECT_TRUE(report.stopped);
  EXPECT_EQ(report.failed, 0U);
  EXPECT_TRUE(fs::is_empty(store.folder() / "runs"));
}

TEST_F(RunnerTest, children_die_with_a_runner_that_is_killed) {
  pid_t const runner = ::fork();
  if (runner == 0) {
    run_all(requests({"a", "b"}), store, {.jobs = 2}, [](auto const& r, auto const& s) {
      std::ofstream(s.folder() / ("pid-" + r.key)) << ::getpid() << std::endl;
      std::this_thread::sleep_for(std::chrono::seconds(60));
      return 0;
    });
    ::_exit(0);
  }
  auto const pid_of = [&](std::string const& key) {
    pid_t pid = 0;
    for (int i = 0; i < 500 && !(std::ifstream(store.folder() / ("pid-" + key)) >> pid); ++i)
      std::this_thread::sleep_for(milliseconds(10));
    return pid;
  };
  pid_t const a = pid_of("a"), b = pid_of("b");
  ASSERT_GT(a, 0);
  ASSERT_GT(b, 0);
  ::kill(runner, SIGKILL);
  int status = 0;
  ::waitpid(runner, &status, 0);
  auto const gone = [](pid_t pid) {  // or a zombie, where no one collects orphans
    std::string number, name, state;
    std::ifstream(fs::path("/proc") / std::to_string(pid) / "stat") >> number >> name >> state;
    return state.empty() || state == "Z";
  };
  for (int i = 0; i < 500 && !(gone(a) && gone(b)); ++i) std::this_thread::sleep_for(milliseconds(10));
  EXPECT_TRUE(gone(a));
  EXPECT_TRUE(gone(b));
}

TEST_F(RunnerTest, two_runners_of_parts_never_do_a_run_at_once) {
  RunBody const body = [&](auto const& r, auto const& s) {
    note(r.key);
    std::this_thread::sleep_for(milliseconds(100));
    return save(r, s);
  };
  pid_t const other = ::fork();
  if (other == 0) {
    run_all(requests({"a", "b", "c"}), store, {.jobs = 3}, body);
    ::_exit(0);
  }
  auto const report = run_all(requests({"a", "b", "c"}), store, {.jobs = 3}, body);
  int status = 0;
  ::waitpid(other, &status, 0);
  EXPECT_EQ(report.failed, 0U);
  EXPECT_EQ(begun(), 3);
}

}  // namespace
}  // namespace ondol::sim
