// Jobs that start and stop on a rail-optimised fabric of 2,048 nodes with an oversubscription of two: how many times a second
// the shares of those who meet are solved for.  Target: > 1,000 a second.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "sim/network/contention.hpp"
#include "topology/build/fabrics/fabric_routes.hpp"

namespace ondol {
namespace {

constexpr std::uint32_t nodes = 2048, gpus = 8;

topology::FabricShape shape() {
  topology::FabricShape f;
  f.kind = topology::FabricShape::Kind::rail_fat_tree;
  f.nodes = {{.nodes = nodes, .accelerators = gpus, .nics = gpus, .domain = gpus, .scaleup_bytes_per_s = 450e9}};
  f.levels = 3;
  f.unit_nodes = 32;
  f.oversubscription = 2;
  return f;
}

std::shared_ptr<workloads::Iteration const> job(std::uint32_t job_nodes, double exchange_s) {
  auto it = std::make_shared<workloads::Iteration>();
  it->phases.push_back({.kind = workloads::PhaseKind::forward, .duration_s = 1, .clock_share = 1, .work = {}});
  it->phases.push_back({.kind = workloads::PhaseKind::data, .duration_s = exchange_s, .fabric_share = 1, .work = {}});
  it->rank_bytes_per_s = 50e9;
  it->traffic.push_back({.pattern = workloads::Traffic::Pattern::ring,
                         .members = static_cast<int>(job_nodes),
                         .stride = static_cast<int>(gpus),
                         .bytes = 50e9 * exchange_s,
                         .time_s = exchange_s});
  return it;
}

/// One job stops and another starts in its place, on nodes that lie in rows of `row` all over the fabric.
void start_and_stop(benchmark::State& state) {
  auto const routes = topology::make_routes(shape());
  auto const job_nodes = static_cast<std::uint32_t>(state.range(0)), row = static_cast<std::uint32_t>(state.range(1));
  std::uint32_t const jobs = nodes / job_nodes;
  std::mt19937 draw(1);
  std::vector<std::uint32_t> rows(nodes / row);
  std::iota(rows.begin(), rows.end(), 0u);
  std::shuffle(rows.begin(), rows.end(), draw);
  std::vector<std::vector<std::uint32_t>> at(jobs);
  for (std::uint32_t j = 0; j < jobs; ++j)
    for (std::uint32_t n = 0; n < job_nodes; ++n)
      for (std::uint32_t g = 0; g < gpus; ++g) at[j].push_back((rows[(j * job_nodes + n) / row] * row + n % row) * gpus + g);
  std::vector<std::shared_ptr<workloads::Iteration const>> kinds;
  for (int i = 0; i < 16; ++i) kinds.push_back(job(job_nodes, 0.05 * (i + 1)));

  sim::Contention contention(*routes);
  for (std::uint32_t j = 0; j < jobs; ++j) contention.start(j, at[j], kinds[draw() % kinds.size()]);
  contention.resolve();
  std::size_t solves = 0, looked_at = 0;
  for (auto _ : state) {
    auto const j = static_cast<std::uint32_t>(draw() % jobs);
    contention.stop(j);
    benchmark::DoNotOptimize(contention.resolve());
    looked_at += contention.last_looked_at();
    contention.start(j, at[j], kinds[draw() % kinds.size()]);
    benchmark::DoNotOptimize(contention.resolve());
    looked_at += contention.last_looked_at();
    solves += 2;
  }
  state.counters["solves"] = benchmark::Counter(static_cast<double>(solves), benchmark::Counter::kIsRate);
  state.counters["jobs_looked_at"] = static_cast<double>(looked_at) / static_cast<double>(solves);
  double worst = 1;
  for (std::uint32_t j = 0; j < jobs; ++j) worst = std::min(worst, contention.share(j).network);
  state.counters["least_share"] = worst;
}
BENCHMARK(start_and_stop)
    ->ArgNames({"nodes", "row"})
    ->Args({2, 2})
    ->Args({2, 1})
    ->Args({8, 4})
    ->Args({32, 8})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace ondol
