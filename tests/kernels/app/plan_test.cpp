#include "kernels/app/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "kernels/activity/suite.hpp"

namespace ondol::meter {
namespace {

std::vector<Step> plan(PlanName name, bool reverse = false) {
  return make_plan(name, suite, 1, reverse);
}

double seconds(std::vector<Step> const& steps) {
  double sum = 0;
  for (Step const& s : steps) sum += expected_s(s, s.request.window_s) + 0.4;  // to start a load on a real card
  return sum;
}

TEST(Plan, FitsItsTime) {
  std::vector<KernelInfo> one_device(suite.begin(), suite.end());
  std::erase_if(one_device, [](KernelInfo const& k) { return k.id == "peer_copy" || k.id == "nccl_all_reduce"; });
  double const full_s = seconds(make_plan(PlanName::full, one_device, 1, false));
  EXPECT_LT(full_s, 550);
  EXPECT_GT(full_s, 450);
  EXPECT_LT(seconds(plan(PlanName::quick)), 75);
  EXPECT_LT(seconds(plan(PlanName::dynamics)), 400);
  EXPECT_LT(seconds(plan(PlanName::probe)), 40);
}

TEST(Plan, BareIdleComesBeforeAnyContext) {
  for (PlanName name : {PlanName::full, PlanName::quick, PlanName::probe}) EXPECT_EQ(plan(name).front().what, Do::idle_bare);
}

/// Control and data energies part only where both operands were seen; six kernels only repeat channels of others.
TEST(Plan, EveryChannelRunsWithRandomBitsAndZeros) {
  std::set<std::string_view> const repeating{"special_rcp", "integer_logic", "hbm_copy",
                                             "hbm_triad",   "hbm_sector",    "device_to_host"};
  std::set<std::pair<std::string, Fill>> seen;
  for (Step const& s : plan(PlanName::full))
    if (s.what == Do::load) seen.insert({s.load.kernel, s.load.fill});
  for (KernelInfo const& k : suite) {
    EXPECT_TRUE(seen.contains({std::string(k.id), Fill::random_bits})) << k.id;
    if (k.role == Role::fit && k.filled && !repeating.contains(k.id)) {
      EXPECT_TRUE(seen.contains({std::string(k.id), Fill::zeros})) << k.id;
    }
  }
}

TEST(Plan, HeldOutKernelsAreNeverFitted) {
  for (PlanName name : {PlanName::full, PlanName::quick, PlanName::dynamics})
    for (Step const& s : plan(name))
      if (auto const k = kernel_named(s.load.kernel); k && k->role == Role::held_out) {
        EXPECT_EQ(s.role, Role::held_out) << s.name;
      }
}

TEST(Plan, TheSameReferencesRunColdAndHot) {
  std::map<std::string, int> references;
  for (Step const& s : plan(PlanName::full))
    if (s.role == Role::temperature) ++references[s.name];
  EXPECT_EQ(references["spin"], 2);
  EXPECT_EQ(references["fma_fp32 random_bits on 50 %"], 2);
  EXPECT_EQ(references["hbm_read random_bits"], 2);
}

TEST(Plan, ReverseTurnsTheFitOrderRoundAndNothingElse) {
  auto const names = [](std::vector<Step> const& steps) {
    std::vector<std::string> all;
    for (Step const& s : steps) all.push_back(s.name);
    return all;
  };
  auto const there = names(plan(PlanName::full)), back = names(plan(PlanName::full, true));
  EXPECT_NE(there, back);
  EXPECT_EQ(std::multiset<std::string>(there.begin(), there.end()), std::multiset<std::string>(back.begin(), back.end()));
  auto const before = [](std::vector<std::string> const& all, char const* a, char const* b) {
    return std::find(all.begin(), all.end(), a) < std::find(all.begin(), all.end(), b);
  };
  EXPECT_TRUE(before(there, "special_ex2 random_bits", "hbm_triad random_bits"));
  EXPECT_TRUE(before(back, "hbm_triad random_bits", "special_ex2 random_bits"));
}

TEST(Plan, LeavesOutWhatTheBenchDoesNotOffer) {
  std::vector<KernelInfo> const few{*kernel_named("spin"), *kernel_named("fma_fp32")};
  for (Step const& s : make_plan(PlanName::full, few, 1, false))
    if (s.what == Do::load) {
      EXPECT_TRUE(s.load.kernel == "spin" || s.load.kernel == "fma_fp32") << s.name;
    }
}

TEST(Plan, ScalesAllTimes) {
  Step const s = scaled(plan(PlanName::full).front(), 0.1);
  EXPECT_DOUBLE_EQ(s.request.settle_s, 0.05);
  EXPECT_DOUBLE_EQ(s.request.window_s, 0.3);
}

TEST(Plan, NamesReadBack) {
  for (PlanName p : {PlanName::quick, PlanName::full, PlanName::dynamics, PlanName::probe}) EXPECT_EQ(plan_named(name(p)), p);
  EXPECT_FALSE(plan_named("slow"));
}

}  // namespace
}  // namespace ondol::meter
