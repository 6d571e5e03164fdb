/// The demand of the shipped examples: every table can be met, and training runs at credible rates.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "scenarios/schema/catalogue.hpp"
#include "scenarios/schema/read.hpp"
#include "sim/engine/rack_class.hpp"
#include "workloads/traces/demand.hpp"
#include "workloads/training/stack.hpp"
#include "workloads/training/step_model.hpp"

namespace ondol::workloads {
namespace {

std::vector<PoolSupply> supplies(schema::Scenario const& s) {
  std::vector<PoolSupply> pools;
  for (auto const& group : s.racks) {
    auto at = std::find_if(pools.begin(), pools.end(), [&](PoolSupply const& p) { return p.name == group.pool; });
    if (at == pools.end()) {
      pools.push_back(sim::pool_supply(s, group.rack));
      at = pools.end() - 1;
      at->name = group.pool;
    }
    at->nodes += group.count * s.catalogue.rack.at(group.rack).nodes;
  }
  return pools;
}

TEST(ExampleDemand, EveryTableOfEveryExampleCanBeMet) {
  int seen = 0;
  for (auto const& entry :
       std::filesystem::directory_iterator(std::filesystem::path(ONDOL_SOURCE_DIR) / "scenarios/examples")) {
    if (entry.path().extension() != ".toml") continue;
    SCOPED_TRACE(entry.path().string());
    ++seen;
    auto const scenario = schema::read_scenario(entry.path());
    auto const pools = supplies(scenario);
    std::vector<Fault> warnings;
    auto const jobs = demand(scenario, pools, &warnings);
    EXPECT_TRUE(warnings.empty());
    EXPECT_EQ(jobs.empty(), entry.path().stem() == "frontier_idle" || scenario.racks.empty());
    EXPECT_TRUE(std::is_sorted(jobs.begin(), jobs.end(), [](auto const& a, auto const& b) { return a.submit_s < b.submit_s; }));
    std::printf("%s: %zu jobs\n", entry.path().filename().c_str(), jobs.size());
    // What is declared from the start holds its accelerators together, so it must fit its pool together.
    std::vector<int> reserved(pools.size(), 0);
    for (auto const& j : jobs) {
      ASSERT_LE(j.accelerators, pools[j.pool].accelerators());
      if (j.reserved && j.work_s == open_ended) reserved[j.pool] += j.accelerators;
    }
    for (std::size_t p = 0; p < pools.size(); ++p) EXPECT_LE(reserved[p], pools[p].accelerators()) << pools[p].name;
    for (auto const& t : scenario.training) {
      auto const& pool = *std::find_if(pools.begin(), pools.end(), [&](PoolSupply const& p) { return p.name == t.pool; });
      auto const step = training_step(t, scenario.catalogue.model.at(t.model), pool, stack_of(t, scenario.catalogue));
      std::printf("  %s: step %.3f s, MFU %.3f, %.0f tokens/s, %.1f GB, exposed %.3f, bubble %.3f\n", t.name.c_str(),
                  step.step_s, step.mfu, step.tokens_per_s, step.memory.total() / 1e9, step.exposed_comm_s / step.step_s,
                  step.bubble_s / step.step_s);
      // Below the published utilisations (0.25 of a narrow, 0.55 of a wide peak) a split is poor, above them impossible.
      EXPECT_GT(step.mfu, 0.2) << t.name;
      EXPECT_LT(step.mfu, 0.6) << t.name;
    }
  }
  EXPECT_GE(seen, 5);
}

}  // namespace
}  // namespace ondol::workloads
