#include "sim/compute/kernel_times.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <sstream>

namespace ondol::sim {
namespace {

double one_second(Sizes const&) {
  return 1;
}

/// Two knots an axis at 1 and 16; efficiency 1/2 at the low corner, 1/8 at the high one, geometric between.
EfficiencyGrid cube() {
  std::vector<EfficiencyGrid::Knot> knots;
  for (int i = 0; i < 8; ++i) {
    int const ups = (i & 1) + ((i >> 1) & 1) + ((i >> 2) & 1);
    knots.push_back({0.5 * std::pow(0.25, ups / 3.0), 0.1 * ups, ups < 3});
  }
  return {{{{1, 16}, {1, 16}, {1, 16}}}, knots};
}

TEST(EfficiencyGrid, KnotsGiveTheirOwnTime) {
  EXPECT_DOUBLE_EQ(cube().at({1, 1, 1}, one_second).time_s, 2);
  EXPECT_NEAR(cube().at({16, 16, 16}, one_second).time_s, 8, 1e-12);
}

TEST(EfficiencyGrid, BetweenKnotsTimeIsGeometric) {
  // 4 is half of the way from 1 to 16 in logarithms: sqrt(2 x 8) = 4.
  auto const t = cube().at({4, 4, 4}, one_second);
  EXPECT_NEAR(t.time_s, 4, 1e-12);
  EXPECT_NEAR(t.sd, 0.15, 1e-12);
  EXPECT_TRUE(t.in_range);
}

TEST(EfficiencyGrid, RoofsAreThoseOfTheKnots) {
  // Roof = first size: knots 1/(1/2) and 16/(1/2 x 4^(-1/3)), half of the way.
  auto const t = cube().at({4, 1, 1}, [](Sizes const& s) { return s[0]; });
  EXPECT_NEAR(t.time_s, 2 * 4 * std::pow(4.0, 1.0 / 6), 1e-12);
}

TEST(EfficiencyGrid, OutsideTakesTheEdgeAndSaysSo) {
  auto const t = cube().at({0.5, 1, 64}, one_second);
  EXPECT_FALSE(t.in_range);
  EXPECT_NEAR(t.time_s, cube().at({1, 1, 16}, one_second).time_s, 1e-12);
  EXPECT_EQ(cube().edge({0.5, 1, 64}), (Sizes{1, 1, 16}));
}

TEST(EfficiencyGrid, KnotsWithoutMeasurementsAreOutOfRange) {
  EXPECT_FALSE(cube().at({16, 16, 16}, one_second).in_range);  // the only knot that is not covered
  EXPECT_TRUE(cube().at({16, 16, 4}, one_second).in_range);
}

TEST(EfficiencyGrid, RefusesWhatIsNoGrid) {
  EXPECT_THROW(EfficiencyGrid({{{1, 1}, {1, 2}, {1, 2}}}, std::vector<EfficiencyGrid::Knot>(8, {1, 0, true})),
               std::invalid_argument);
  EXPECT_THROW(EfficiencyGrid({{{1, 2}, {1, 2}, {1, 2}}}, std::vector<EfficiencyGrid::Knot>(7, {1, 0, true})),
               std::invalid_argument);
  EXPECT_THROW(EfficiencyGrid({{{1, 2}, {1, 2}, {1, 2}}}, std::vector<EfficiencyGrid::Knot>(8)), std::invalid_argument);
}

char const* const head = "# board b\n# matmul_efficiency 0.8\nkernel,a,b,c,efficiency,sd,covered\n";

TEST(KernelTimes, ReadsGridsByName) {
  std::istringstream text(std::string(head) +
                          "decode/bf16/64,1,1,1,0.5,0.1,1\ndecode/bf16/128,1,1,1,0.25,0.1,1\ngemm/bf16,1,1,1,0.125,0.1,1\n");
  auto const times = read_kernel_times(text, "t.csv");
  EXPECT_EQ(times.board, "b");
  EXPECT_DOUBLE_EQ(times.matmul_efficiency, 0.8);
  ASSERT_NE(times.find("gemm/bf16"), nullptr);
  EXPECT_DOUBLE_EQ(times.find("gemm/bf16")->at({1, 1, 1}, one_second).time_s, 8);
  EXPECT_EQ(times.find("gemm/fp8"), nullptr);
  // Head sizes by ratio: 80 is nearer to 64 than to 128, 100 the other way.
  EXPECT_EQ(times.attention("decode", "bf16", 80), times.find("decode/bf16/64"));
  EXPECT_EQ(times.attention("decode", "bf16", 100), times.find("decode/bf16/128"));
  EXPECT_EQ(times.attention("decode", "fp8", 64), nullptr);
}

TEST(KernelTimes, FaultsNameFileAndLine) {
  auto const fault = [](std::string const& text) {
    std::istringstream in(text);
    try {
      (void)read_kernel_times(in, "t.csv");
    } catch (std::runtime_error const& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_NE(fault(std::string(head) + "gemm/bf16,1,x,1,0.5,0.1,1\n").find("t.csv:4:"), std::string::npos);
  EXPECT_NE(fault(std::string(head) + "gemm/bf16,1,1,0.5,0.1,1\n").find("6 cells"), std::string::npos);
  EXPECT_NE(fault("kernel,a,b,c,efficiency,sd,covered\n").find("names no board"), std::string::npos);
  // Two knots of a cube of four.
  EXPECT_NE(fault(std::string(head) + "gemm/bf16,1,1,1,0.5,0.1,1\ngemm/bf16,2,2,1,0.5,0.1,1\n").find("missing"),
            std::string::npos);
}

TEST(KernelTimes, ShippedGridsAreRead) {
  for (char const* board : {"h200", "gb200"}) {
    std::string const file = ONDOL_SOURCE_DIR "/scenarios/catalogue/kernel_times/" + std::string(board) + ".csv";
    std::ifstream text(file);
    auto const times = read_kernel_times(text, file);
    EXPECT_EQ(times.board, board);
    for (char const* name : {"gemm/bf16", "gemm/fp8", "moe/bf16", "moe/fp8", "decode/bf16/128", "prefill/fp8/64"})
      EXPECT_NE(times.find(name), nullptr) << name;
  }
}

}  // namespace
}  // namespace ondol::sim
