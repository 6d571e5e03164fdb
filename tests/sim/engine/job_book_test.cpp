#include "sim/engine/job_book.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace ondol::sim {
namespace {

workloads::Job job(std::string name, int accelerators, double submit_s, double work_s, bool reserved = false) {
  workloads::Job j;
  j.name = std::move(name);
  j.kind = workloads::JobKind::mix;
  j.pool = 0;
  j.accelerators = accelerators;
  j.submit_s = submit_s;
  j.work_s = work_s;
  j.estimate_s = 2 * work_s;
  j.reserved = reserved;
  return j;
}

/// One pool of four nodes with eight accelerators each.
struct Small {
  topology::Facility facility;
  Calendar calendar;
  std::vector<double> energy = std::vector<double>(4, 0.0);
  JobBook book;

  explicit Small(std::vector<workloads::Job> jobs, schema::SchedulerSpec::Policy policy = schema::SchedulerSpec::Policy::easy)
      : facility(make()), book(std::move(jobs), facility, policy, {8}, {{0, 1, 2, 3}}, calendar) {}

  static topology::Facility make() {
    topology::Facility f;
    f.node_rack.assign(4, 0);
    return f;
  }
};

TEST(JobBook, MovesOneEndWhenTheSpeedChanges) {
  Small s({job("a", 8, 0, 100)});
  EXPECT_EQ(s.calendar.pop().what, Entry::What::job_submit);
  s.book.submit(0);
  ASSERT_EQ(s.book.schedule(0).size(), 1U);
  s.book.set_speed(0, 0.5, 40);  // 60 s of work left, at half speed: ends at 160 s

  Entry const stale = s.calendar.pop();
  EXPECT_DOUBLE_EQ(stale.date_s, 100);
  EXPECT_FALSE(s.book.valid(stale));
  Entry const end = s.calendar.pop();
  EXPECT_DOUBLE_EQ(end.date_s, 160);
  EXPECT_TRUE(s.book.valid(end));
  s.book.end(0, JobPhase::done, 160, s.energy);
  EXPECT_DOUBLE_EQ(s.book.record(0).done_s, 100);
  EXPECT_EQ(s.book.busy(0), 0);
}

TEST(JobBook, GivesAJobTheShareOfNodeEnergyOfItsAccelerators) {
  Small s({job("half", 4, 0, 10), job("other", 2, 0, 10)});
  s.book.submit(0);
  s.book.submit(1);
  ASSERT_EQ(s.book.schedule(0).size(), 2U);
  auto const node = s.book.record(0).holdings.front().node;
  s.energy[node] = 800.0;
  s.book.end(0, JobPhase::done, 10, s.energy);
  EXPECT_DOUBLE_EQ(s.book.record(0).energy_j, 400.0);
}

TEST(JobBook, ReservedWorkGoesBeforeTheQueue) {
  Small s({job("running", 32, 0, 100), job("first", 32, 1, 10), job("national", 32, 2, 10, true)});
  s.book.submit(0);
  (void)s.book.schedule(0);
  s.book.submit(1);
  s.book.submit(2);
  s.book.end(0, JobPhase::done, 100, s.energy);
  EXPECT_EQ(s.book.schedule(100), std::vector<std::uint32_t>{2});
}

/// Both nodes' worth of accelerators of a run that lasts 1,000 s and saves its state every 100 s, readable 20 s later.
workloads::Job training(std::string name) {
  auto j = job(std::move(name), 16, 0, 1000, true);
  j.checkpoint_s = 100;
  j.checkpoint_lag_s = 20;
  j.restart_s = 30;
  return j;
}

TEST(JobBook, AnInterruptedJobKeepsItsLastReadableCheckpoint) {
  Small s({training("a")});
  s.book.submit(0);
  (void)s.book.schedule(0);
  s.book.interrupt(0, 310, s.energy);  // the checkpoint of 300 s is still being written
  auto const& r = s.book.record(0);
  EXPECT_EQ(r.phase, JobPhase::waiting);
  EXPECT_DOUBLE_EQ(r.done_s, 200);
  EXPECT_DOUBLE_EQ(r.lost_s, 110);
  EXPECT_DOUBLE_EQ(r.remaining_s, 800);
  s.book.forget_holdings(0);
  ASSERT_EQ(s.book.schedule(400).size(), 1U);
  EXPECT_DOUBLE_EQ(r.start_s, 0);
  EXPECT_TRUE(s.book.loads(0, 429));
  EXPECT_FALSE(s.book.loads(0, 430));
  s.book.set_speed(0, 0, 400);
  s.book.set_speed(0, 1, 430);
  while (!s.calendar.empty()) {
    auto const entry = s.calendar.pop();
    if (entry.what != Entry::What::job_end || !s.book.valid(entry)) continue;
    EXPECT_DOUBLE_EQ(entry.date_s, 430 + 800);
    s.book.end(0, JobPhase::done, entry.date_s, s.energy);
  }
  EXPECT_EQ(r.phase, JobPhase::done);
  EXPECT_DOUBLE_EQ(r.done_s, 1000);
  EXPECT_EQ(r.interruptions, 1U);
}

TEST(JobBook, WithoutCheckpointsWorkBeginsAnewAndWithoutWorkNothingIsLost) {
  auto held = job("held", 8, 0, 1000);
  held.checkpoint_s = 0;
  Small s({job("batch", 8, 0, 1000), held});
  s.book.submit(0);
  s.book.submit(1);
  ASSERT_EQ(s.book.schedule(0).size(), 2U);
  s.book.interrupt(0, 250, s.energy);
  s.book.interrupt(1, 250, s.energy);
  EXPECT_DOUBLE_EQ(s.book.record(0).remaining_s, 1000);
  EXPECT_DOUBLE_EQ(s.book.record(0).lost_s, 250);
  EXPECT_DOUBLE_EQ(s.book.record(1).remaining_s, 750);
  EXPECT_DOUBLE_EQ(s.book.record(1).lost_s, 0);
}

TEST(JobBook, AnInterruptedJobWaitsBeforeThoseThatNeverRanAndCountsTheEnergyOfAllItsRuns) {
  Small s({job("running", 32, 0, 100), job("queued", 32, 1, 10)});
  s.book.submit(0);
  (void)s.book.schedule(0);
  s.book.note_energy_at_start(0, s.energy);
  s.book.submit(1);
  s.energy.assign(4, 100.0);
  s.book.interrupt(0, 50, s.energy);
  s.book.forget_holdings(0);
  EXPECT_EQ(s.book.schedule(60), std::vector<std::uint32_t>{0});
  s.energy.assign(4, 150.0);
  s.book.note_energy_at_start(0, s.energy);
  s.energy.assign(4, 350.0);
  s.book.end(0, JobPhase::done, 160, s.energy);
  EXPECT_DOUBLE_EQ(s.book.record(0).energy_j, 4 * (100.0 + 200.0));
}

TEST(JobBook, EntriesOfAnEarlierRunAreVoid) {
  Small s({job("service", 8, 0, std::numeric_limits<double>::infinity())});
  s.book.submit(0);
  (void)s.book.schedule(0);
  Entry const hour{.what = Entry::What::profile_change, .subject = 0, .generation = 0};
  EXPECT_TRUE(s.book.valid(hour));
  s.book.interrupt(0, 10, s.energy);
  EXPECT_FALSE(s.book.valid(hour));
  (void)s.book.schedule(20);
  EXPECT_FALSE(s.book.valid(hour));
}

TEST(JobBook, OpenEndedJobsHaveNoEnd) {
  Small s({job("service", 8, 0, std::numeric_limits<double>::infinity())});
  (void)s.calendar.pop();
  s.book.submit(0);
  (void)s.book.schedule(0);
  EXPECT_TRUE(s.calendar.empty());
  s.book.set_speed(0, 0.5, 10);
  EXPECT_TRUE(s.calendar.empty());
  s.book.settle_all(20, s.energy);
  EXPECT_DOUBLE_EQ(s.book.record(0).done_s, 15);
}

TEST(JobBook, StartsNothingOnDarkNodesAndCountsThemNeitherBusyNorFree) {
  Small s({job("whole site", 32, 0, 10), job("three nodes", 24, 0, 10)});
  s.book.set_in_service(2, false);
  s.book.submit(0);
  s.book.submit(1);
  EXPECT_EQ(s.book.schedule(0), std::vector<std::uint32_t>{1});
  EXPECT_EQ(s.book.busy(0), 24);
  EXPECT_EQ(s.book.held(1, 2), 0);
  s.book.end(1, JobPhase::done, 10, s.energy);
  EXPECT_TRUE(s.book.schedule(10).empty());
  s.book.set_in_service(2, true);
  EXPECT_EQ(s.book.schedule(20), std::vector<std::uint32_t>{0});
}

TEST(JobBook, EveryJobIsSomewhere) {
  std::vector<workloads::Job> jobs;
  for (int i = 0; i < 50; ++i) jobs.push_back(job("j" + std::to_string(i), 1 + i % 20, i, 30));
  Small s(std::move(jobs));
  for (std::uint32_t i = 0; i < 50; ++i) s.book.submit(i);
  double now = 0;
  while (true) {
    (void)s.book.schedule(now);
    int held = 0;
    for (auto const j : s.book.running_jobs(0)) held += s.book.jobs()[j].accelerators;
    ASSERT_EQ(held, s.book.busy(0));
    ASSERT_LE(held, 32);
    if (s.book.running(0) == 0) break;
    now += 30;
    auto const running = s.book.running_jobs(0);
    for (auto const j : std::vector<std::uint32_t>(running.begin(), running.end()))
      s.book.end(j, JobPhase::done, now, s.energy);
  }
  EXPECT_EQ(s.book.waiting(0), 0U);
}

}  // namespace
}  // namespace ondol::sim
