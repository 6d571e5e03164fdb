#include "sim/compute/roofline.hpp"

namespace ondol::sim {

double clock_for_speed(double relative_speed, double share) {
  return share > 0 ? share / (1.0 / relative_speed - (1.0 - share)) : 0.0;
}

}  // namespace ondol::sim
