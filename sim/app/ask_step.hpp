#pragma once
/// `ondol ask step`: what training steps take, on the racks that a step file or a scenario names.

#include <optional>
#include <string>
#include <vector>

namespace ondol::app {

struct StepQuestion {
  std::string file;
  std::optional<std::string> job;
  std::vector<std::string> set;
  bool json = false, search = false;
};

int ask_step_command(StepQuestion const&);

}  // namespace ondol::app
