#pragma once

#include <string>

#include "kernels/activity/load.hpp"

namespace ondol::meter {

/// What is here beside the device itself.
struct Surroundings {
  int devices = 1;
  bool nccl = false;  ///< found when the bench was built
};

/// Empty, or in one line why a device of this shape cannot run the load.  Needs no device.
std::string why_not(LoadSpec const&, DeviceShape const&, Surroundings const&);

}  // namespace ondol::meter
