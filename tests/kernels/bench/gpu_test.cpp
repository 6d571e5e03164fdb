// Every kernel of the suite with every fill against its CPU reference, and the bench under load.  Needs a GPU: label gpu.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "kernels/activity/suite.hpp"
#include "kernels/bench/cuda_bench.hpp"

namespace ondol::meter {
namespace {

class SteadyClock : public Clock {
 public:
  double now_s() const override { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }
  void sleep_until(double t_s) override {
    std::this_thread::sleep_until(
        begin_ + std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(t_s)));
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

class OnGpu : public ::testing::Test {
 protected:
  void SetUp() override {
    try {
      bench_ = make_cuda_bench(0, clock_);
    } catch (std::runtime_error const& e) {
      GTEST_SKIP() << e.what();
    }
  }
  LoadSpec load(std::string_view kernel) const {
    LoadSpec spec;
    spec.kernel = kernel;
    return spec;
  }
  SteadyClock clock_;
  std::unique_ptr<Bench> bench_;
};

class Suite : public OnGpu, public ::testing::WithParamInterface<KernelInfo> {};

TEST_P(Suite, AgreesWithItsReference) {
  LoadSpec spec = load(GetParam().id);
  if (std::string const why = bench_->refusal(spec); !why.empty()) GTEST_SKIP() << why;
  for (Fill fill : {Fill::zeros, Fill::constant, Fill::random_bits, Fill::normal, Fill::sparse50, Fill::sparse90}) {
    spec.fill = fill;
    EXPECT_EQ(bench_->check(spec), "") << name(fill);
    if (!GetParam().filled) break;
  }
}

TEST_P(Suite, KeepsTheDeviceBusyAndStops) {
  LoadSpec const spec = load(GetParam().id);
  if (std::string const why = bench_->refusal(spec); !why.empty()) GTEST_SKIP() << why;
  bench_->start(spec, 30);
  double const begin = clock_.now_s() + 0.1;
  clock_.sleep_until(begin + 0.4);
  bench_->stop();
  Done const done = bench_->between(begin, begin + 0.3);
  EXPECT_GT(done.launches, 0);
  EXPECT_GT(done.sm_clock_hz, 1e8);
  EXPECT_LT(done.sm_clock_hz, 1.1 * bench_->shape().clock_hz);
  Done const before = bench_->between(begin, begin + 0.15), after = bench_->between(begin + 0.15, begin + 0.3);
  EXPECT_NEAR(before.launches + after.launches, done.launches, 1e-6 * done.launches);
  RecordProperty("launches_per_s", std::to_string(done.launches / 0.3));
}

INSTANTIATE_TEST_SUITE_P(Kernels, Suite, ::testing::ValuesIn(suite),
                         [](auto const& test) { return std::string(test.param.id); });

TEST_F(OnGpu, EndsByItself) {
  bench_->start(load("spin"), 0.5);
  clock_.sleep_for(1.0);
  Done const late = bench_->between(clock_.now_s() - 0.2, clock_.now_s());
  EXPECT_EQ(late.launches, 0);
  bench_->stop();
}

TEST_F(OnGpu, ASquareWaveIsBusyHalfOfTheTime) {
  LoadSpec spec = load("spin");
  spec.period_s = 0.1;
  bench_->start(spec, 10);
  double const begin = clock_.now_s();
  clock_.sleep_for(1.2);
  bench_->stop();
  EXPECT_NEAR(bench_->between(begin + 0.1, begin + 1.1).awake, 0.5, 0.03);
}

TEST_F(OnGpu, AQuarterOfTheMultiprocessors) {
  LoadSpec spec = load("fma_fp32");
  spec.sm_share = 0.25;
  bench_->start(spec, 10);
  double const begin = clock_.now_s();
  clock_.sleep_for(0.3);
  bench_->stop();
  EXPECT_NEAR(bench_->between(begin + 0.05, begin + 0.25).awake, 0.25, 0.02);
}

TEST_F(OnGpu, ComesBackAfterDropping) {
  bench_->hold();
  bench_->drop();
  EXPECT_EQ(bench_->check(load("fma_fp32")), "");
  bench_->drop();
}

}  // namespace
}  // namespace ondol::meter
