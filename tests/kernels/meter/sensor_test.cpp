/// The simulated sensor against a real one.
///
/// An A100's POWER_INSTANT under a square wave of 104.4 ms, a little longer than the sensor's period, so that the 25-ms window
/// slides over the wave: 68 readings in 6.9 s, one each 101.3 ms, between 62 and 181 W.  Shares of them within 10 and 20 % of
/// the amplitude from either level, mean of both sides; data of [yang2024parttime], github.com/JimZeyuYang/GPU_Power_Benchmark,
/// commit 4b5c944, plotting/data/5050/A100 (MIT).
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "kernels/meter/nvml.hpp"
#include "tests/kernels/simulated.hpp"

namespace ondol::meter {
namespace {

constexpr double measured_within_10 = 0.257, measured_within_20 = 0.346;
/// Half of the difference between the two sides of the measured wave, and the part of its edges that is no step.
constexpr double tolerance = 0.06;

TEST(SensorValidation, SlidesOverASquareWaveAsAnA100Does) {
  Simulated s("", {{"leakage_w_per_k", "0"}, {"instant_period_s", "0.1013"}, {"instant_noise_w", "0"}, {"after_work_w", "0"}});
  nvml::Library const library(fake_library);
  nvml::Device const device(library, 0);
  LoadSpec wave{"fma_fp32", Fill::zeros};
  wave.period_s = 0.1044;
  s.bench().start(wave, 1000);
  s.clock().sleep_for(1);
  std::vector<double> readings;
  std::array<nvml::Field, 1> f{{{nvml::field_power_instant, nvml::scope_gpu, {}, 0}}};
  for (std::int64_t seen = 0; readings.size() < 680; s.clock().sleep_for(0.01)) {
    device.read(f);
    if (f[0].timestamp_us == seen) continue;
    seen = f[0].timestamp_us;
    readings.push_back(1e-3 * f[0].answer.value);
  }
  auto const [low, high] = std::minmax_element(readings.begin(), readings.end());
  auto const share = [&](double within) {
    double count = 0;
    double const reach = within * (*high - *low);
    for (double w : readings) count += w > *high - reach || w < *low + reach ? 1 : 0;
    return count / static_cast<double>(readings.size()) / 2;
  };
  EXPECT_NEAR(share(0.1), measured_within_10, tolerance);
  EXPECT_NEAR(share(0.2), measured_within_20, tolerance);
}

}  // namespace
}  // namespace ondol::meter
