#include "sim/sweep/slurm_queue.hpp"

#include <gmock/gmock.h>

#include <csignal>

#include "sim/sweep/command.hpp"

namespace ondol::sim {
namespace {

using testing::HasSubstr;
using Phase = SlurmTask::Phase;

TEST(Command, BothStreamsAndTheExitCodeOfAProgramAreHeard) {
  auto const answer = call({"sh", "-c", "echo out; echo err >&2; exit 7"});
  EXPECT_EQ(answer.code, 7);
  EXPECT_EQ(answer.out, "out\n");
  EXPECT_EQ(answer.err, "err\n");
}

TEST(Command, MuchOnBothStreamsHoldsNeitherUp) {
  auto const answer = call({"sh", "-c", "head -c 300000 /dev/zero >&2; head -c 300000 /dev/zero"});
  EXPECT_EQ(answer.code, 0);
  EXPECT_EQ(answer.out.size(), 300000U);
  EXPECT_EQ(answer.err.size(), 300000U);
}

TEST(Command, WordsAreNotSplitAndNothingIsRead) {
  EXPECT_EQ(call({"printf", "%s", "a  b'$HOME"}).out, "a  b'$HOME");
  EXPECT_EQ(call({"cat"}).out, "");
}

TEST(Command, AProgramThatIsNotThereOrDiesIsTold) {
  auto const none = call({"ondol-no-such-program"});
  EXPECT_EQ(none.code, 127);
  EXPECT_THAT(none.err, HasSubstr("ondol-no-such-program"));
  EXPECT_EQ(call({"sh", "-c", "kill -9 $$"}).code, 128 + SIGKILL);
}

TEST(Command, SignalsThatThisProgramIgnoresAreNotIgnoredByIt) {
  auto* const before = std::signal(SIGTERM, SIG_IGN);
  auto const answer = call({"sh", "-c", "kill -TERM $$; echo alive"});
  std::signal(SIGTERM, before);
  EXPECT_EQ(answer.code, 128 + SIGTERM);
}

TEST(SlurmQueue, TasksAreReadWithTheirStateReasonAndNode) {
  auto const tasks = read_squeue(
      "ondol-a|12|0|COMPLETED|None|n1\n"
      "ondol-a|12|1|TIMEOUT|TimeLimit|n1\n"
      "ondol-a|12|2|RUNNING|None|n[2-3]\n"
      "ondol-a|12|3|PENDING|Resources|\n"
      "ondol-a|12|N/A|CANCELLED|JobArrayTaskLimit|\n"
      "slurm_load_jobs error: something\n");
  ASSERT_EQ(tasks.size(), 5U);
  EXPECT_FALSE(tasks[4].index) << "all others";
  EXPECT_EQ(tasks[1].name, "ondol-a");
  EXPECT_EQ(tasks[1].job, 12U);
  EXPECT_EQ(tasks[1].index, 1U);
  EXPECT_EQ(tasks[1].state, "TIMEOUT");
  EXPECT_EQ(tasks[1].reason, "TimeLimit");
  EXPECT_EQ(tasks[2].nodes, "n[2-3]");
  EXPECT_EQ(tasks[3].nodes, "");
  EXPECT_EQ(tasks[0].phase, Phase::ended);
  EXPECT_EQ(tasks[1].phase, Phase::ended);
  EXPECT_EQ(tasks[2].phase, Phase::running);
  EXPECT_EQ(tasks[3].phase, Phase::waiting);
}

TEST(SlurmQueue, OnlyStatesThatNothingFollowsEndATask) {
  auto const phase = [](std::string const& state) { return read_squeue("a|1|0|" + state + "|None|n").at(0).phase; };
  for (auto const* state : {"COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "BOOT_FAIL", "DEADLINE",
                            "OUT_OF_MEMORY", "REVOKED"})
    EXPECT_EQ(phase(state), Phase::ended) << state;
  for (auto const* state : {"RUNNING", "COMPLETING", "SIGNALING", "STAGE_OUT", "RESIZING"})
    EXPECT_EQ(phase(state), Phase::running) << state;
  for (auto const* state :
       {"PENDING", "REQUEUED", "REQUEUE_HOLD", "SPECIAL_EXIT", "CONFIGURING", "SUSPENDED", "STOPPED", "NEWS"})
    EXPECT_EQ(phase(state), Phase::waiting) << state;
}

}  // namespace
}  // namespace ondol::sim
