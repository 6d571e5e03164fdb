/// One collective by rates over a rail-optimised fat tree of three levels, from nothing: fabric, routes, flows, share.
///
///   build/bench/collective_at_scale [OP] [GPUS] [static|ecmp|adaptive]        all-reduce 16384 static
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "scenarios/base/error.hpp"
#include "sim/network/collective_rates.hpp"
#include "tests/sim/network/fabrics.hpp"

namespace {

void answer(std::string const& op_name, std::uint32_t gpus, std::string const& routing) {
  using namespace ondol;
  using Routing = sim::testing::Routing;
  auto const op = workloads::op_named(op_name);
  if (!op) throw InputError("no operation \"" + op_name + "\"");
  auto fabric = sim::testing::shape(sim::testing::Kind::rail_fat_tree, gpus / 8,
                                    routing == "ecmp"       ? Routing::ecmp
                                    : routing == "adaptive" ? Routing::adaptive
                                                            : Routing::fixed);
  fabric.levels = 3;
  fabric.unit_nodes = 32;
  auto const routes = topology::make_routes(fabric);
  auto links = sim::testing::links();
  links.scaleup.nvls_ranks = 4;
  sim::CollectiveRates rates(*routes);
  auto const t = rates.time(links, *op, 1 << 30, sim::testing::ranks(gpus / 8 * 8));
  std::printf("%s of 1 GiB over %u GPUs, %s: %s, share %.4f, %.6f s\n", op_name.c_str(), gpus, routing.c_str(),
              std::string(to_string(t.alone.algorithm)).c_str(), t.share, t.time_s);
  for (auto const& busy : t.busiest) std::printf("  %.3f %s\n", busy.share, routes->links()[busy.link].name.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    answer(argc > 1 ? argv[1] : "all-reduce", argc > 2 ? static_cast<std::uint32_t>(std::atoi(argv[2])) : 16384,
           argc > 3 ? argv[3] : "static");
  } catch (std::exception const& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 2;
  }
}
