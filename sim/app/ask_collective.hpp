#pragma once
/// `ondol ask collective`: what one collective operation takes among accelerators of a scenario.

#include <optional>
#include <string>
#include <vector>

namespace ondol::app {

struct CollectiveCommand {
  std::string scenario, op, bytes, ranks;
  std::optional<std::string> pool, fabric, per_domain;
  std::string placement = "packed", rung = "closed";
  std::vector<std::string> set;
  bool json = false;
};

int ask_collective_command(CollectiveCommand const&);

}  // namespace ondol::app
