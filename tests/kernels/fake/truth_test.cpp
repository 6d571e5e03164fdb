#include "kernels/fake/truth.hpp"

#include <gmock/gmock.h>

#include "tests/kernels/simulated.hpp"

namespace ondol::meter::fake {
namespace {

std::string complaint(std::string const& text) {
  try {
    read_truth(text);
  } catch (std::runtime_error const& e) {
    return e.what();
  }
  return "accepted";
}

TEST(Truth, TheShippedOneIsWhole) {
  Truth const t = read_truth(text_of(shipped_truth));
  EXPECT_EQ(t.product, "Simulated H200");
  EXPECT_EQ(t.idle_w, 76);
  EXPECT_EQ(t.data_pj[Channel::hbm_read], 24);
  EXPECT_EQ(t.counter, fake::Counter::integral);
  EXPECT_TRUE(t.faults.empty());
}

TEST(Truth, FaultsHaveSpanAndValue) {
  auto const faults = read_faults("mig; other_process 60 90;lowered_limit 0 inf 500");
  ASSERT_EQ(faults.size(), 3u);
  EXPECT_EQ(faults[0].kind, FaultKind::mig);
  EXPECT_EQ(faults[1].from_s, 60);
  EXPECT_EQ(faults[1].to_s, 90);
  EXPECT_EQ(faults[2].value, 500);
  EXPECT_TRUE(read_faults("").empty());
}

TEST(Truth, WhatIsWrongIsSaidWithItsLine) {
  std::string const good = text_of(shipped_truth);
  EXPECT_THAT(complaint(good + "idle_w = 3\n"), testing::HasSubstr("\"idle_w\" stands twice"));
  EXPECT_THAT(complaint(truth_with({{"idle_w", "much"}})), testing::HasSubstr("\"much\" is not a number"));
  EXPECT_THAT(complaint(truth_with({{"counter", "both"}})), testing::HasSubstr("`integral` or `boxcar`"));
  EXPECT_THAT(complaint("idle = 3\n"), "line 1: unknown key \"idle\"");
  EXPECT_THAT(complaint("\n\nidle_w\n"), "line 3: expected `key = value`");
  for (std::string const line : {"gain = 1\n", "data.l2 = 14\n", "product = Simulated H200\n", "counter = integral\n"}) {
    std::string shorter = good;
    shorter.erase(shorter.find("\n" + line), line.size());
    EXPECT_EQ(complaint(shorter), "line 1: \"" + line.substr(0, line.find(' ')) + "\" is missing");
  }
  EXPECT_THAT(complaint(good + "fault = flood\n"), testing::HasSubstr("unknown fault \"flood\""));
  EXPECT_EQ(complaint(good + "fault = mig\nfault = thermal 3 4\n"), "accepted");
}

}  // namespace
}  // namespace ondol::meter::fake
