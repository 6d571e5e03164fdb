#include "kernels/meter/sampler.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/meter/instrument.hpp"

namespace ondol::meter {
namespace {

Sample at(double t_s, std::optional<double> w, std::uint64_t bits = 0) {
  Sample s;
  s.t_s = t_s;
  s.power_instant_w = w;
  s.reasons = bits;
  return s;
}

TEST(Integral, IsTrapezoidsWithConstantEnds) {
  std::vector<Sample> const samples{at(0, 1000), at(1, 10), at(2, 20), at(3, std::nullopt), at(4, 40), at(9, 1000)};
  // 10 from 0.5 to 1, then 15, then 60 over two seconds, then 40 to 5
  auto const sum = integral(samples, &Sample::power_instant_w, 0.5, 5);
  ASSERT_TRUE(sum);
  EXPECT_DOUBLE_EQ(sum->energy_j, 5 + 15 + 60 + 40);
  EXPECT_EQ(sum->readings, 3);
  EXPECT_NEAR(sum->power_deviation_w, 15.2753, 1e-4);
  EXPECT_FALSE(integral(samples, &Sample::power_instant_w, 5, 8));
}

TEST(Mean, FallsBackToTheSampleBefore) {
  std::vector<Sample> const samples{at(0, 1), at(1, 3), at(2, 5)};
  EXPECT_EQ(mean(samples, &Sample::power_instant_w, 0.5, 2.5), 4);
  EXPECT_EQ(mean(samples, &Sample::power_instant_w, 1.2, 1.4), 3);
  EXPECT_EQ(mean(samples, &Sample::temperature_c, 0, 3), std::nullopt);
}

TEST(Reasons, AreJoined) {
  std::vector<Sample> const samples{at(0, 1, 1), at(1, 1, 4), at(2, 1, 32)};
  EXPECT_EQ(reasons(samples, 0.5, 3), 36u);
}

TEST(Sampler, DropsRepeatsOfOneReading) {
  Instrument i;
  double const t0 = i.card.clock().now_s();
  std::size_t const before = i.sampler.samples().size();
  i.sampler.watch_until(t0 + 10, [] { return false; });
  EXPECT_NEAR(static_cast<double>(i.sampler.samples().size() - before), 100, 2);  // the sensor publishes ten times a second
}

TEST(Sampler, KeepsAllWhereNothingIsDated) {
  Instrument i("no_instant;no_memory_power;no_average");
  std::size_t const before = i.sampler.samples().size();
  i.sampler.watch_until(i.card.clock().now_s() + 2, [] { return false; });
  EXPECT_NEAR(static_cast<double>(i.sampler.samples().size() - before), 100, 2);
}

TEST(Sampler, RemembersAReasonBetweenKeptSamples) {
  Instrument i("thermal 5.03 5.05");  // shorter than the sensor's period
  i.card.bench().start({"spin"}, 100);
  i.sampler.watch_until(8, [] { return false; });
  EXPECT_EQ(reasons(i.sampler.samples(), 4, 8) & 0x20, 0x20u);
}

}  // namespace
}  // namespace ondol::meter
