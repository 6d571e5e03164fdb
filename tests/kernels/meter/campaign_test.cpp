#include "kernels/meter/campaign.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include "kernels/meter/json.hpp"
#include "tests/kernels/simulated.hpp"

namespace ondol::meter {
namespace {

class CampaignTest : public testing::Test {
 protected:
  ~CampaignTest() override { std::filesystem::remove_all(folder); }
  std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / ("campaign-" + std::to_string(getpid()));
};

TEST_F(CampaignTest, IsOnDiskAfterEveryWindow) {
  Campaign campaign(folder);
  EXPECT_TRUE(read_windows(folder / "windows.csv").empty());
  Window w;
  w.kernel = "spin";
  w.t1_s = 1;
  Sample s;
  s.t_s = 0.5;
  s.power_instant_w = 100;
  s.reasons = 0x5;
  campaign.add(s);
  campaign.add(w);
  campaign.add(w);
  auto const windows = read_windows(folder / "windows.csv");  // while the writer is open
  ASSERT_EQ(windows.size(), 2u);
  EXPECT_EQ(windows[1].number, 1);
  EXPECT_THAT(text_of(folder / "samples.csv"), testing::EndsWith("\n0.500000,100,,,,,,,0x5,\n"));
  campaign.add(std::vector<ClockPoint>{{1, 1.98e9}});
  EXPECT_EQ(text_of(folder / "clocktrace.csv"), "t_s,sm_clock_hz\n1.000000,1.98e+09\n");
}

TEST_F(CampaignTest, NeverWritesOverAnother) {
  { Campaign const first(folder); }
  EXPECT_THROW(Campaign{folder}, std::runtime_error);
}

TEST(Json, KeepsOrderAndEscapes) {
  Json j;
  j.text("b", "say \"so\"\n").number("a", 0.1).number("none", 1.0 / 0.0).truth("t", true).null("n");
  j.list("l", {Json().number("x", 1), Json().number("x", 2)});
  EXPECT_EQ(j.line(),
            "{\"b\": \"say \\\"so\\\" \", \"a\": 0.1, \"none\": null, \"t\": true, \"n\": null, \"l\": [\n    {\"x\": 1},\n    "
            "{\"x\": 2}]}");
}

}  // namespace
}  // namespace ondol::meter
