// Frontier as its published digital twin describes it [brewer2024exadigit]: 74 cabinets of 8 chassis, a chassis with 16 nodes,
// 4 switches of 250 W and 4 rectifiers that share the load; each node behind its own 48 V converter; 25 coolant units.
//
// The published losses follow another convention than the published power: power leaves out the cabinet that does not exist
// (position 41 of 75), losses keep the rectifiers of that position, loaded by its switches alone.  Both are computed here.

#include <gtest/gtest.h>

#include "sim/power/loss_curve.hpp"
#include "sim/power/power_tree_solver.hpp"

namespace ondol::sim {
namespace {

constexpr int cabinets = 74, positions = 75, chassis = 8, rectifiers = 4, nodes = 16, switches = 4, coolant_units = 25;
constexpr double switch_w = 250, coolant_unit_w = 8473.47;

struct Machine {
  double power_w, loss_w;         // what exists
  double missing_cabinet_loss_w;  // rectifiers of the empty position at the load of its switches
};

Machine machine(double node_w) {
  auto const converter = LossCurve::affine(Watts{13}, 0.98), rectifier = LossCurve::affine(Watts{17}, 0.96);
  // One quarter of a chassis: 4 nodes (0..3), one switch on the rectifier (4).
  PowerTreeSolver quarter({.first = {0, 1, 2, 3, 4}, .count = {1, 1, 1, 1, 0}, .feeders = {4, 4, 4, 4}},
                          {converter, converter, converter, converter, rectifier});
  quarter.solve(std::vector<double>{node_w, node_w, node_w, node_w, switch_w * switches / rectifiers});
  double loss_w = 0;
  for (double l : quarter.loss_w()) loss_w += l;
  int const quarters = cabinets * chassis * rectifiers;
  static_assert(nodes == 4 * rectifiers);
  return {quarters * quarter.utility_w() + coolant_units * coolant_unit_w, quarters * loss_w,
          (positions - cabinets) * chassis * rectifiers * rectifier.loss_w(switch_w * switches / rectifiers)};
}

constexpr double cpu_idle = 90, cpu_max = 280, gpu_idle = 88, gpu_max = 560, other = 74.26 + 4 * 20 + 30;

TEST(FrontierChain, IdleAndPeakPower) {
  EXPECT_NEAR(machine(cpu_idle + 4 * gpu_idle + other).power_w / 1e6, 7.3065, 5e-5);
  EXPECT_NEAR(machine(cpu_max + 4 * gpu_max + other).power_w / 1e6, 28.2279, 5e-5);
}

TEST(FrontierChain, LossesOfWhatExists) {
  EXPECT_NEAR(machine(cpu_idle + 4 * gpu_idle + other).loss_w / 1e6, 0.57075, 5e-6);
  EXPECT_NEAR(machine(cpu_max + 4 * gpu_max + other).loss_w / 1e6, 1.80930, 5e-6);
}

TEST(FrontierChain, PublishedLossesCountTheMissingCabinet) {
  for (auto const& [node_w, published_mw] :
       {std::pair{cpu_idle + 4 * gpu_idle + other, 0.5717}, std::pair{cpu_max + 4 * gpu_max + other, 1.8102}}) {
    Machine const m = machine(node_w);
    EXPECT_NEAR(m.missing_cabinet_loss_w, 900, 1e-9) << "32 rectifiers x ((250 + 17)/0.96 - 250) W";
    EXPECT_NEAR((m.loss_w + m.missing_cabinet_loss_w) / 1e6, published_mw, 5e-5);
  }
}

}  // namespace
}  // namespace ondol::sim
