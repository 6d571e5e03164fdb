// Needs the CUDA toolkit, no GPU.
#include <gtest/gtest.h>

#include "kernels/activity/suite.hpp"
#include "kernels/bench/operation.hpp"

namespace ondol::meter {
namespace {

TEST(Table, EveryKernelOfTheSuiteIsOffered) {
  for (KernelInfo const& k : suite) EXPECT_NE(operation_named(k.id), nullptr) << k.id;
  EXPECT_EQ(operation_named("gemm"), nullptr);
}

TEST(Table, AShareOfTheMultiprocessorsIsRounded) {
  Setting s{};
  s.shape.multiprocessors = 132;
  for (auto const& [share, used] : {std::pair{1.0, 132}, {0.25, 33}, {0.5, 66}, {0.001, 1}}) {
    s.load.sm_share = share;
    EXPECT_EQ(multiprocessors_used(s), used);
  }
}

}  // namespace
}  // namespace ondol::meter
