#include "workloads/demand/iteration_time.hpp"

#include <gtest/gtest.h>

#include <array>

namespace ondol::workloads {
namespace {

Iteration training() {
  Iteration it;
  it.phases.push_back({.kind = PhaseKind::forward, .duration_s = 1.0, .clock_share = 0.8, .awake = 1, .work = {}});
  it.phases.push_back({.kind = PhaseKind::backward, .duration_s = 2.0, .clock_share = 0.8, .awake = 1, .work = {}});
  it.phases.push_back({.kind = PhaseKind::data, .duration_s = 0.5, .fabric_share = 1.0, .work = {}});
  return it;
}

TEST(IterationTime, IsItsReferenceDurationAtFullClockAndShare) {
  EXPECT_DOUBLE_EQ(iteration_duration_s(training(), {}, 1.0), 3.5);
}

TEST(IterationTime, StretchesEachPhaseByItsOwnClock) {
  std::array<double, 3> const clock{0.5, 0.8, 1.0};
  // 1 (0.8/0.5 + 0.2) + 2 (0.8/0.8 + 0.2) + 0.5
  EXPECT_DOUBLE_EQ(iteration_duration_s(training(), clock, 1.0), 1.8 + 2.4 + 0.5);
}

TEST(IterationTime, StretchesExposedTrafficByTheShareOfTheFabric) {
  EXPECT_DOUBLE_EQ(iteration_duration_s(training(), {}, 0.5), 3.0 + 1.0);
}

TEST(IterationTime, ExposesWhatNoLongerHidesUnderAFullCover) {
  auto it = training();
  it.traffic.push_back({.members = 8, .bytes = 1e9, .time_s = 2.0, .hidden_s = 1.5});
  EXPECT_DOUBLE_EQ(iteration_duration_s(it, {}, 1.0), 3.5);
  // Exposed 0.5 -> 1, hidden 1.5 -> 3 with 1.5 of cover.
  EXPECT_DOUBLE_EQ(iteration_duration_s(it, {}, 0.5), 3.0 + 1.0 + 1.5);
  // Kernels that stretch by 1.8 hide more: 3 - 2.7.
  std::array<double, 3> const slow{0.5, 0.5, 1.0};
  EXPECT_NEAR(iteration_duration_s(it, slow, 0.5), 5.4 + 1.0 + 0.3, 1e-12);
}

TEST(IterationTime, OnlyTheFabricsPartOfHiddenTrafficFollowsItsShare) {
  auto it = training();
  it.traffic.push_back({.members = 8, .bytes = 1e9, .time_s = 2.0, .hidden_s = 1.5, .fabric_share = 0.4});
  // 1.5 (0.4/0.5 + 0.6) = 2.1 under 1.5 of cover.
  EXPECT_NEAR(iteration_duration_s(it, {}, 0.5), 3.0 + 1.0 + 0.6, 1e-12);
}

TEST(IterationTime, LetsWhollyHiddenTrafficGrowToTheLengthOfItsKernels) {
  auto it = training();
  it.traffic.push_back({.members = 8, .bytes = 1e9, .time_s = 1.0, .hidden_s = 1.0});
  EXPECT_DOUBLE_EQ(iteration_duration_s(it, {}, 0.5), 3.0 + 1.0);         // 2 s of traffic under 3 s
  EXPECT_DOUBLE_EQ(iteration_duration_s(it, {}, 0.25), 3.0 + 2.0 + 1.0);  // 4 s under 3 s
}

Iteration of_two_traffics() {
  auto it = training();
  it.traffic.push_back({.members = 8, .bytes = 1e9, .time_s = 0.5});                   // all of the data phase
  it.traffic.push_back({.members = 8, .bytes = 1e9, .time_s = 2.5, .hidden_s = 2.5});  // has half a second of room
  return it;
}

TEST(CommonShare, IsTheSharesOwnWhereAllAreAlike) {
  auto const it = of_two_traffics();
  std::array<double, 2> const half{0.5, 0.5};
  EXPECT_NEAR(common_share(it, half), 0.5, 1e-9);
}

TEST(CommonShare, IsFeltAsMuchAsWhatIsExposed) {
  auto const it = of_two_traffics();
  std::array<double, 2> const exposed{0.5, 1.0}, hidden{1.0, 0.9}, overflowing{1.0, 0.5};
  EXPECT_EQ(common_share(it, hidden), 1);  // 2.78 s still fit under 3 s
  // 0.5 s more by the first: 0.5/s + 2.5/s - 3 = 1.
  EXPECT_NEAR(common_share(it, exposed), 3.0 / 4.0, 1e-8);
  // 2 s more that no longer hide of the second.
  EXPECT_NEAR(mean_duration_s(it, common_share(it, overflowing)), 3.5 + 2.0, 1e-8);
}

TEST(CommonShare, LeavesCheckpointsToTheStorage) {
  auto it = training();
  it.pauses.push_back(
      {.iterations = 10, .phases = {{.kind = PhaseKind::checkpoint, .duration_s = 20, .fabric_share = 1, .work = {}}}});
  it.traffic.push_back({.pattern = Traffic::Pattern::to_storage, .members = 8, .bytes = 1e9, .time_s = 2});
  std::array<double, 1> const half{0.5};
  EXPECT_EQ(common_share(it, half), 1);
  EXPECT_DOUBLE_EQ(mean_duration_s(it, {1, 0.5}), 3.5 + 4);
}

}  // namespace
}  // namespace ondol::workloads
