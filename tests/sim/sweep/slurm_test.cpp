// What a real cluster shows only rarely: the commands of Slurm are scripts here, whose answers the test writes.
// tests/cli/test_sweep_slurm.py asks the real ones.
#include "sim/sweep/slurm.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "scenarios/base/error.hpp"

namespace ondol::sim {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string text_of(fs::path const& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Slurm : public testing::Test {
 protected:
  Slurm() {
    store_.create();
    fs::create_directories(bin_);
    script("scontrol", "echo 'MaxArraySize            = '$(cat most)");
    script("sbatch", "printf '%s\\n' \"$@\" > asked; cat refusal >&2 && exit 1; echo 42");
    script("squeue",
           "echo . >> looks; [ ! -e away ] || { echo 'slurm_load_jobs error: Unable to contact slurm controller' >&2; exit 1; "
           "}; cat queue");
    script("scancel", "printf '%s\\n' \"$@\" > cancelled");
    write("most", "1001");
    write("queue", "");
    ::setenv("PATH", (bin_.string() + ":" + path_).c_str(), 1);
    slurm_.title = "test";
    slurm_.worker = {"/bin/ondol", "sweep", "it's.toml"};
  }
  ~Slurm() override {
    ::setenv("PATH", path_.c_str(), 1);
    fs::remove_all(folder_);
  }

  void script(std::string const& name, std::string const& body) {
    auto const file = bin_ / name;
    std::ofstream(file) << "#!/bin/sh\ncd '" << bin_.string() << "' || exit 9\n" << body << '\n';
    fs::permissions(file, fs::perms::owner_all);
  }
  void write(std::string const& name, std::string const& text) { std::ofstream(bin_ / name) << text; }

  /// What squeue says from now on: states by task of the array that was submitted.
  void queue(std::vector<std::string> const& states) {
    std::string text;
    for (std::size_t i = 0; i < states.size(); ++i)
      text += arrays_of(store_).back().name + "|42|" + std::to_string(i) + "|" + states[i] + "\n";
    write("queue", text);
  }

  void finish(std::string const& key, std::string const& error = "") const {
    Outcome outcome;
    outcome.key = key;
    outcome.status = error.empty() ? Outcome::Status::complete : Outcome::Status::failed;
    outcome.error = error;
    store_.save(outcome);
  }

  static std::vector<RunRequest> runs(std::vector<std::string> const& keys) {
    std::vector<RunRequest> runs;
    for (auto const& key : keys) runs.push_back({key, "run " + key, {}});
    return runs;
  }
  static std::vector<std::string> keys(fs::path const& list) {
    std::vector<std::string> keys;
    for (auto const& run : read_runs(list)) keys.push_back(run.key);
    return keys;
  }

  /// Submits and waits; `at_look` is called at each look at the queue, counted from 0.
  RunnerReport sweep(std::vector<RunRequest> const& requests, std::function<void(int)> at_look) {
    auto arrays = submit_to_slurm(requests, store_, runner_, slurm_);
    at_look(0);
    int looks = 0;
    runner_.on_progress = [&, seen = text_of(bin_ / "looks").size()](RunnerProgress const& p) mutable {
      notes_.insert(p.note);
      auto const now = text_of(bin_ / "looks").size();
      if (now == seen) return;
      seen = now;
      at_look(++looks);
    };
    return wait_for_slurm(requests, store_, runner_, std::move(arrays));
  }

  fs::path const folder_ = fs::temp_directory_path() / ("ondol_slurm_" + std::to_string(::getpid()));
  fs::path const bin_ = folder_ / "bin";
  std::string const path_ = std::getenv("PATH");
  RunStore const store_{folder_ / "sweep"};
  RunnerOptions runner_;
  SlurmOptions slurm_;
  std::set<std::string> notes_;
};

TEST_F(Slurm, IsAskedForOneArrayOfWhatIsMissing) {
  finish("b");
  finish("c", "it broke");
  slurm_.chunk = 2;
  slurm_.most_at_once = 5;
  slurm_.partition = "cpu";
  slurm_.time_limit = "01:00:00";
  slurm_.options = {"--account=x", "--job-name=mine"};
  runner_.memory_bytes = std::uint64_t{1} << 30;
  auto const arrays = submit_to_slurm(runs({"a", "b", "c", "a", "d"}), store_, runner_, slurm_);
  ASSERT_EQ(arrays.size(), 1U);
  EXPECT_EQ(arrays[0].job, 42U);
  EXPECT_THAT(keys(arrays[0].runs(0)), ElementsAre("a", "c"));
  EXPECT_THAT(keys(arrays[0].runs(1)), ElementsAre("d"));
  EXPECT_FALSE(store_.load("c")) << "the failure of an earlier try is not the outcome of this one";
  auto const asked = text_of(bin_ / "asked");
  EXPECT_THAT(asked, AllOf(HasSubstr("--partition=cpu\n"), HasSubstr("--time=01:00:00\n"), HasSubstr("--account=x\n"),
                           HasSubstr("--array=0-1%5\n"), HasSubstr("--mem-per-cpu=1089M\n")));
  EXPECT_GT(asked.find("--job-name=ondol-test-"), asked.find("--job-name=mine")) << "the last one wins";
  EXPECT_THAT(text_of(arrays[0].script()), HasSubstr("exec '/bin/ondol' 'sweep' 'it'\\''s.toml' -j "));
}

TEST_F(Slurm, IsNotAskedForMoreTasksThanItAllows) {
  write("most", "2");
  auto const arrays = submit_to_slurm(runs({"a", "b", "c", "d", "e"}), store_, runner_, slurm_);
  EXPECT_EQ(arrays[0].tasks, 2U);
  EXPECT_THAT(keys(arrays[0].runs(0)), ElementsAre("a", "b", "c"));
  EXPECT_THAT(keys(arrays[0].runs(1)), ElementsAre("d", "e"));
}

TEST_F(Slurm, IsQuotedWhenItRefuses) {
  write("refusal", "sbatch: error: invalid partition specified: nope\n");
  try {
    submit_to_slurm(runs({"a"}), store_, runner_, slurm_);
    FAIL() << "it was refused";
  } catch (InputError const& e) {
    EXPECT_THAT(e.what(), HasSubstr("invalid partition specified: nope"));
  }
  EXPECT_TRUE(fs::is_empty(store_.folder() / "slurm"));
}

TEST_F(Slurm, ThatIsNotInstalledIsTheInput) {
  fs::remove(bin_ / "scontrol");
  ::setenv("PATH", bin_.c_str(), 1);
  EXPECT_THROW(submit_to_slurm(runs({"a"}), store_, runner_, slurm_), InputError);
}

TEST_F(Slurm, MayBeAwayForAWhile) {
  auto const report = sweep(runs({"a"}), [&](int look) {
    queue({"RUNNING|None|n1"});
    if (look == 0) write("away", "");
    if (look == 1) fs::remove(bin_ / "away");
    if (look == 2) finish("a"), queue({"COMPLETED|None|n1"});
  });
  EXPECT_EQ(report.ran, 1U);
  EXPECT_EQ(report.failed, 0U);
  EXPECT_THAT(notes_, testing::Contains("Slurm does not answer now"));
}

TEST_F(Slurm, MayPutATaskBackIntoTheQueue) {
  auto const report = sweep(runs({"a", "b"}), [&](int look) {
    if (look == 0) queue({"RUNNING|None|n1", "NODE_FAIL|None|n2"});
    if (look == 1) queue({"PENDING|BeginTime|", "PENDING|BeginTime|"});
    if (look == 2) finish("a"), finish("b"), queue({"COMPLETED|None|n1", "COMPLETED|None|n1"});
  });
  EXPECT_EQ(report.ran, 2U);
  EXPECT_EQ(report.failed, 0U);
  EXPECT_THAT(notes_, testing::Contains("2 in the queue (BeginTime)"));
}

TEST_F(Slurm, GivesTheReasonOfWhatItEnded) {
  slurm_.chunk = 2;
  auto const report = sweep(runs({"a", "b", "c"}), [&](int look) {
    if (look != 0) return;
    finish("a");
    finish("c", "it broke");
    std::ofstream(arrays_of(store_).back().log(0)) << "one\nslurmstepd: error: DUE TO TIME LIMIT ***\n\n";
    queue({"TIMEOUT|TimeLimit|n1", "FAILED|NonZeroExitCode|n1"});
  });
  EXPECT_EQ(report.ran, 1U);
  EXPECT_EQ(report.failed, 2U);
  EXPECT_EQ(report.outcomes[0].status, Outcome::Status::complete);
  EXPECT_EQ(
      report.outcomes[1].error,
      "its task 0 of Slurm job 42 ended as TIMEOUT (TimeLimit) on n1 and left no outcome of it; it said last: slurmstepd: "
      "error: DUE TO TIME LIMIT ***");
  EXPECT_EQ(report.outcomes[2].error, "it broke") << "what the run itself says comes first";
}

TEST_F(Slurm, IsNotAskedAgainForWhatALivingArrayRuns) {
  auto first = submit_to_slurm(runs({"a", "b"}), store_, runner_, slurm_);
  first[0].job = 0;  // killed before it could write the number down
  first[0].save();
  queue({"RUNNING|None|n1", "PENDING|Resources|"});
  fs::remove(bin_ / "asked");
  auto const arrays = submit_to_slurm(runs({"a", "b"}), store_, runner_, slurm_);
  EXPECT_FALSE(fs::exists(bin_ / "asked"));
  ASSERT_EQ(arrays.size(), 1U);
  EXPECT_EQ(arrays[0].job, 42U) << "found by its name";

  auto const more = submit_to_slurm(runs({"a", "b", "c"}), store_, runner_, slurm_);
  ASSERT_EQ(more.size(), 2U);
  EXPECT_THAT(keys(more[1].runs(0)), ElementsAre("c"));
}

TEST_F(Slurm, RunsAgainWhatAnEndedArrayLeft) {
  auto const first = submit_to_slurm(runs({"a", "b"}), store_, runner_, slurm_);
  finish("a");
  queue({"COMPLETED|None|n1", "CANCELLED|None|"});
  auto const arrays = submit_to_slurm(runs({"a", "b"}), store_, runner_, slurm_);
  ASSERT_EQ(arrays.size(), 1U);
  EXPECT_NE(arrays[0].name, first[0].name);
  EXPECT_THAT(keys(arrays[0].runs(0)), ElementsAre("b"));
}

TEST_F(Slurm, SpeaksOnceOfAllThatWereCancelledInTheQueue) {
  auto const report = sweep(runs({"a", "b", "c"}), [&](int look) {
    if (look != 0) return;
    finish("a");
    auto const name = arrays_of(store_).back().name;
    write("queue", name + "|42|N/A|CANCELLED|None|\n" + name + "|42|0|COMPLETED|None|n1\n");
  });
  EXPECT_EQ(report.ran, 1U);
  EXPECT_THAT(report.outcomes[2].error, HasSubstr("task 2 of Slurm job 42 ended as CANCELLED"));
}

TEST_F(Slurm, LeavesJobsOfOthersWithTheSameNumberAlone) {
  submit_to_slurm(runs({"a"}), store_, runner_, slurm_);
  write("queue", "someone|42|0|RUNNING|None|n1\n");
  EXPECT_EQ(submit_to_slurm(runs({"a"}), store_, runner_, slurm_)[0].folder.filename(), "2");
}

TEST_F(Slurm, CancelsTheRestAtTheFirstFailureWhenAsked) {
  runner_.fail_fast = true;
  auto const report = sweep(runs({"a", "b"}), [&](int look) {
    if (look == 0) queue({"FAILED|None|n1", "PENDING|Resources|"}), finish("a", "it broke");
    if (fs::exists(bin_ / "cancelled")) queue({"FAILED|None|n1", "CANCELLED|None|"});
  });
  EXPECT_THAT(text_of(bin_ / "cancelled"), HasSubstr("42\n"));
  EXPECT_EQ(report.failed, 1U);
  EXPECT_EQ(report.outcomes[0].error, "it broke");
  EXPECT_THAT(report.outcomes[1].error, HasSubstr("not run"));
  EXPECT_FALSE(report.stopped);
}

TEST_F(Slurm, CancelsAllWhenItIsStopped) {
  std::atomic<int> stop{0};
  runner_.stop = &stop;
  auto const report = sweep(runs({"a"}), [&](int look) {
    queue({fs::exists(bin_ / "cancelled") ? "CANCELLED|None|n1" : "RUNNING|None|n1"});
    if (look == 1) stop = 2;
  });
  EXPECT_TRUE(report.stopped);
  EXPECT_TRUE(fs::exists(bin_ / "cancelled"));
  EXPECT_THAT(report.outcomes[0].error, HasSubstr("not run"));
}

}  // namespace
}  // namespace ondol::sim
