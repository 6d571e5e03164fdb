#pragma once
/// Windows of a board whose coefficients are known, exact up to the noise asked for: truth for the fit without a meter between.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "kernels/activity/window.hpp"
#include "kernels/fit/model.hpp"

namespace ondol::meter::fit::testing {

struct Synthetic {
  Coefficients<double> truth;
  double limit_w = 700, limit_held = 0.985, reference_clock_hz = 1.98e9;
  double noise = 0.003;    ///< relative, of each window, and what uncertainty_j says
  double model_error = 0;  ///< relative, one draw a load, that no window knows of
  double gain = 1;         ///< of the sensor
  bool clocks = true, temperatures = true, memory_scope = true;
  std::uint64_t seed = 1;
  std::vector<std::string> without = {};  ///< kernels to leave out
  bool data_pairs = true;                 ///< zeros beside random bits
};

/// Coefficients that differ from every prior by 10 to 40 %.
Coefficients<double> far_from_priors();
/// States, every fit kernel with random bits and zeros, ladders, hot and cold pairs, held-out kernels; two windows each.
std::vector<Window> windows_of(Synthetic const& s);
/// Writes windows.csv and a meta.json into a folder of the test's own and returns it.
std::filesystem::path campaign_of(Synthetic const& s, std::string const& name);

}  // namespace ondol::meter::fit::testing
