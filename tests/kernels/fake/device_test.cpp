/// The simulated accelerator against its own known truth, by pencil.
#include <gmock/gmock.h>

#include <cmath>

#include "kernels/activity/suite.hpp"
#include "kernels/fake/rates.hpp"
#include "tests/kernels/simulated.hpp"

namespace ondol::meter {
namespace {

/// No leakage, so that powers are sums of constants.
std::map<std::string, std::string> const cold{{"leakage_w_per_k", "0"}};

double steady_power_w(Simulated& s, LoadSpec const& load) {
  s.bench().start(load, 100);
  s.clock().sleep_for(2);
  double const w = s.truth().true_power_w();
  s.bench().stop();
  return w;
}

TEST(FakeDevice, StatesAddUp) {
  Simulated s("", cold);
  EXPECT_DOUBLE_EQ(s.truth().true_power_w(), 76);
  s.bench().hold();
  EXPECT_DOUBLE_EQ(s.truth().true_power_w(), 76 + 41);
  EXPECT_NEAR(steady_power_w(s, {"spin"}), 76 + 41 + 60, 1e-9);
  EXPECT_DOUBLE_EQ(s.truth().true_power_w(), 76 + 41 + 12);  // the clock is still up
  s.clock().sleep_for(5);
  EXPECT_DOUBLE_EQ(s.truth().true_power_w(), 76 + 41);
  s.bench().drop();
  EXPECT_DOUBLE_EQ(s.truth().true_power_w(), 76);
}

TEST(FakeDevice, OperandsDecideTheDataPart) {
  Simulated s("", cold);
  double const rate = fake::launch_of("fma_fp32")->work[Channel::vector_fp32] / 1e-3;
  EXPECT_NEAR(steady_power_w(s, {"fma_fp32", Fill::zeros}), 177 + 3.2e-12 * rate, 1e-6);
  double const a = toggle(Fill::random_bits, Format::fp32);
  EXPECT_NEAR(steady_power_w(s, {"fma_fp32", Fill::random_bits}), 177 + (3.2 + 2.2 * a) * 1e-12 * rate, 1e-6);
}

TEST(FakeDevice, AShareOfMultiprocessorsDoesAShareOfTheWork) {
  Simulated s("", cold);
  double const rate = fake::launch_of("fma_fp32")->work[Channel::vector_fp32] / 1e-3;
  EXPECT_NEAR(steady_power_w(s, {"fma_fp32", Fill::zeros, 0.5}), 117 + 0.5 * (60 + 3.2e-12 * rate), 1e-6);
}

TEST(FakeDevice, TheLimitIsHeldThroughTheClock) {
  Simulated s("", cold);
  double const w = steady_power_w(s, {"gemm_square_bf16"});
  EXPECT_NEAR(w, 0.985 * 700, 0.5);
  double const end_s = s.clock().now_s();
  Done const bf16 = s.bench().between(end_s - 1, end_s);
  EXPECT_LT(bf16.sm_clock_hz, 1.95e9);
  EXPECT_GT(bf16.sm_clock_hz, 1.0e9);
  steady_power_w(s, {"hbm_read"});
  double const later_s = s.clock().now_s();
  EXPECT_GT(std::abs(bf16.sm_clock_hz - s.bench().between(later_s - 1, later_s).sm_clock_hz), 50e6);  // clocks differ by load
}

TEST(FakeDevice, EnergyIsTheIntegralOfPower) {
  Simulated s("", cold);
  s.bench().hold();
  s.clock().sleep_for(1);
  double const e0 = s.truth().true_energy_j();
  s.bench().start({"spin"}, 100);
  s.clock().sleep_for(3);
  EXPECT_NEAR(s.truth().true_energy_j() - e0, 3 * 177, 1e-6);
}

/// Constant power into two nodes: T = inlet + sum R P (1 - exp(-t / tau)), from rest at idle.
TEST(FakeDevice, HeatsAsTwoNodesDo) {
  Simulated s("", cold);
  s.bench().start({"spin"}, 1000);
  for (double t : {1.0, 10.0, 100.0}) {
    s.clock().sleep_until(t);
    double expected = 28;
    for (auto const& [r, tau] : {std::pair{0.02, 1.5}, {0.035, 60.0}}) expected += r * (177 + (76 - 177) * std::exp(-t / tau));
    EXPECT_NEAR(s.truth().true_temperature_c(), expected, 1e-6) << t;
  }
}

TEST(FakeDevice, LeakageFollowsTemperature) {
  Simulated s;
  EXPECT_NEAR(s.truth().true_power_w(), 76 + 0.6 * (s.truth().true_temperature_c() - 45), 1e-9);
}

TEST(FakeBench, WorkIsLaunchesTimesWorkOfOne) {
  Simulated s;
  s.bench().start({"hbm_copy"}, 100);
  s.clock().sleep_for(1);
  double const t = s.clock().now_s();
  Done const all = s.bench().between(t - 0.8, t), first = s.bench().between(t - 0.8, t - 0.3),
             second = s.bench().between(t - 0.3, t);
  EXPECT_NEAR(all.launches, first.launches + second.launches, 1e-6);
  EXPECT_NEAR(all.work[Channel::hbm_read], all.launches * fake::launch_of("hbm_copy")->work[Channel::hbm_read], 1);
  EXPECT_EQ(all.awake, 1);
}

TEST(FakeBench, ASquareWaveIsBusyHalfOfItsPeriod) {
  Simulated s;
  LoadSpec wave{"fma_fp32"};
  wave.period_s = 0.14;
  s.bench().start(wave, 100);
  double const t0 = s.clock().now_s();
  s.clock().sleep_for(1.4);
  EXPECT_NEAR(s.bench().between(t0, t0 + 1.4).awake, 0.5, 1e-6);
  EXPECT_NEAR(s.bench().between(t0, t0 + 0.07).awake, 1, 1e-6);
  EXPECT_NEAR(s.bench().between(t0 + 0.07, t0 + 0.14).awake, 0, 1e-6);
}

TEST(FakeBench, ALoadEndsAtItsBound) {
  Simulated s;
  s.bench().start({"spin"}, 0.5);
  double const t0 = s.clock().now_s();
  s.clock().sleep_for(2);
  EXPECT_NEAR(s.bench().between(t0, t0 + 2).awake, 0.25, 1e-6);
}

TEST(FakeBench, RefusesWhatItCannotRun) {
  Simulated s;
  EXPECT_EQ(s.bench().refusal({"hbm_read"}), "");
  EXPECT_THAT(s.bench().refusal({"peer_copy"}), testing::HasSubstr("second device"));
  EXPECT_THAT(s.bench().refusal({"nothing"}), testing::HasSubstr("no kernel"));
  EXPECT_THAT(s.bench().refusal({"adamw", Fill::zeros, 0.5}), testing::HasSubstr("all multiprocessors"));
  EXPECT_THROW(s.bench().start({"peer_copy"}, 1), std::runtime_error);
}

TEST(FakeBench, OffersEverythingThatNeedsOneDevice) {
  Simulated s;
  EXPECT_EQ(s.bench().kernels().size(), suite.size() - 2);
  Simulated old("", {{"capability", "80"}});
  for (KernelInfo const& k : old.bench().kernels()) EXPECT_LE(k.minimum_capability, 80) << k.id;
}

TEST(FakeClock, OnlySleepingAndReadingMoveIt) {
  Simulated s;
  double const t = s.clock().now_s();
  EXPECT_EQ(s.clock().now_s(), t);
  s.clock().sleep_until(t + 1);
  EXPECT_EQ(s.clock().now_s(), t + 1);
  s.clock().sleep_until(t);
  EXPECT_EQ(s.clock().now_s(), t + 1);
}

}  // namespace
}  // namespace ondol::meter
