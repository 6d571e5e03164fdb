#pragma once
/// `ondol ask kernel`: what one kernel takes on one accelerator of the catalogue.

#include <optional>
#include <string>

namespace ondol::app {

struct KernelQuestion {
  std::string gpu;
  std::optional<std::string> gemm, attention, activity;  ///< one of them
  std::string dtype = "bf16", fill = "normal";
  std::optional<std::string> limit, temperature;
  bool json = false;
};

int ask_kernel_command(KernelQuestion const&);

}  // namespace ondol::app
