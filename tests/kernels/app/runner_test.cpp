#include "kernels/app/runner.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <set>

#include "kernels/activity/suite.hpp"
#include "tests/kernels/simulated.hpp"

namespace ondol::meter {
namespace {

/// The simulated bench, but some kernels fail.
class Failing : public Bench {
 public:
  Failing(Bench& sound, std::set<std::string> broken) : sound_(sound), broken_(std::move(broken)) {}
  DeviceShape shape() const override { return sound_.shape(); }
  std::vector<KernelInfo> kernels() const override { return sound_.kernels(); }
  std::string refusal(LoadSpec const& load) const override { return sound_.refusal(load); }
  void hold() override { sound_.hold(); }
  void drop() override { sound_.drop(); }
  void start(LoadSpec const& load, double at_most_s) override {
    at_most = at_most_s;
    if (broken_.contains(load.kernel) || broken_.contains("all")) throw std::runtime_error("an illegal access");
    sound_.start(load, at_most_s);
  }
  void stop() override {
    sound_.stop();
    if (broken_.contains("stop")) throw std::runtime_error("launch failed");
  }
  Done between(double t0, double t1) const override { return sound_.between(t0, t1); }
  std::vector<ClockPoint> clock_trace() const override { return sound_.clock_trace(); }
  std::string check(LoadSpec const& load) override { return sound_.check(load); }
  double at_most = 0;

 private:
  Bench& sound_;
  std::set<std::string> broken_;
};

class RunnerTest : public testing::Test {
 protected:
  ~RunnerTest() override { std::filesystem::remove_all(folder); }
  Ended run(std::set<std::string> const& broken) {
    Simulated card;
    nvml::Library const library(fake_library);
    nvml::Device const device(library, 0);
    Failing bench(card.bench(), broken);
    Campaign campaign(folder);
    Runner runner({library, device, card.clock(), bench, campaign, {}}, {570, 1, false}, [] { return false; });
    Ended const ended = runner.run(make_plan(PlanName::quick, bench.kernels(), 1, false));
    failed = runner.failed();
    at_most = bench.at_most;
    return ended;
  }
  std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / ("runner-" + std::to_string(getpid()));
  int failed = 0;
  double at_most = 0;
};

TEST_F(RunnerTest, AKernelThatFailsCostsOnlyItself) {
  EXPECT_EQ(run({"fma_fp64"}), Ended::done);
  EXPECT_EQ(failed, 1);
  EXPECT_THAT(text_of(folder / "log.txt"), testing::HasSubstr("failed: fma_fp64 random_bits: an illegal access"));
  std::set<std::string> measured;
  for (Window const& w : read_windows(folder / "windows.csv")) measured.insert(w.kernel);
  EXPECT_FALSE(measured.contains("fma_fp64"));
  EXPECT_TRUE(measured.contains("gemv_batch1"));
}

TEST_F(RunnerTest, AnErrorThatSticksEndsTheRun) {
  EXPECT_EQ(run({"all"}), Ended::broken);
  EXPECT_EQ(failed, 8);
  EXPECT_EQ(read_windows(folder / "windows.csv").size(), 2u);  // the idle ones
}

/// All matrix products of the library in a row.
TEST_F(RunnerTest, ALibraryThatDoesNotWorkIsNoLostDevice) {
  std::set<std::string> products;
  for (KernelInfo const& k : suite)
    if (k.id.starts_with("gemm_")) products.insert(std::string(k.id));
  Simulated card;
  int row = 0, longest = 0;
  for (Step const& s : make_plan(PlanName::full, card.bench().kernels(), 1, false)) {
    row = s.what == Do::load && products.contains(s.load.kernel) ? row + 1 : 0;
    longest = std::max(longest, row);
  }
  EXPECT_EQ(longest, 6);
  EXPECT_EQ(run(products), Ended::done);
}

TEST_F(RunnerTest, WindowsOfALoadThatDiedAreNotWritten) {
  EXPECT_EQ(run({"stop"}), Ended::broken);
  EXPECT_EQ(read_windows(folder / "windows.csv").size(), 2u);
}

TEST_F(RunnerTest, EveryLoadHasItsBound) {
  run({});
  EXPECT_GT(at_most, 3);
  EXPECT_LT(at_most, 15);
}

}  // namespace
}  // namespace ondol::meter
