#include "sim/power/voltage_tolerance.hpp"

#include <limits>
#include <stdexcept>

namespace ondol::sim {
namespace {

constexpr double for_ever_s = std::numeric_limits<double>::infinity();

void require(bool holds, char const* what) {
  if (!holds) throw std::invalid_argument(what);
}

}  // namespace

void check(VoltageTolerance const& t) {
  double voltage = -1, seconds = 0;
  for (auto const& step : t.steps) {
    require(step.voltage >= 0 && step.voltage > voltage, "voltage tolerance: voltages must rise from 0");
    require(step.seconds > seconds, "voltage tolerance: times must be positive and rise with the voltage");
    voltage = step.voltage;
    seconds = step.seconds;
  }
  require(seconds == for_ever_s && voltage <= 1, "voltage tolerance: nominal voltage must be borne for ever");
}

double VoltageTolerance::allowed_s(double voltage) const {
  double seconds = 0;
  for (Step const& step : steps)
    if (voltage >= step.voltage) seconds = step.seconds;
  return seconds;
}

VoltageTolerance itic() {
  return {{{0, 0.02}, {0.7, 0.5}, {0.8, 10}, {0.9, for_ever_s}}};
}

VoltageTolerance semi_f47() {
  return {{{0, 0.0167}, {0.5, 0.2}, {0.7, 0.5}, {0.8, 1}, {0.9, for_ever_s}}};
}

}  // namespace ondol::sim
