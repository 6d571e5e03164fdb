// Times of collectives by the simulator's closed form and catalogue, one a line, for page.py:
//   predict < rows > times
// rows: ACCELERATOR SCALEOUT|- OP ranks ranks_of_a_domain bytes
// times: seconds algorithm

#include <cstdio>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "scenarios/schema/read.hpp"
#include "sim/engine/interconnect.hpp"
#include "workloads/collectives/collective.hpp"

int main() {
  using namespace ondol;
  try {
    schema::Provenance origin;
    auto catalogue = schema::read_catalogue(schema::catalogue_folder(), origin);
    for (std::string line; std::getline(std::cin, line);) {
      std::istringstream in(line);
      std::string op;
      schema::NodeSpec node;
      workloads::Group group;
      double bytes = 0;
      in >> node.accelerator >> node.scaleout >> op >> group.ranks >> group.per_domain >> bytes;
      if (!in) throw std::runtime_error("cannot read \"" + line + "\"");
      if (node.scaleout == "-") node.scaleout.clear();
      node.accelerators = group.per_domain;
      catalogue.node["asked"] = node;
      schema::RackSpec rack;
      rack.node = "asked";
      auto const t =
          workloads::collective_time(sim::interconnect(catalogue, rack), workloads::op_named(op).value(), bytes, group);
      std::printf("%.9g %s\n", t.time_s, std::string(to_string(t.algorithm)).c_str());
    }
  } catch (std::exception const& error) {
    std::fprintf(stderr, "predict: %s\n", error.what());
    return 1;
  }
  return 0;
}
