#pragma once
/// An index that tests write: two set points, three climates, two members; one run skipped, one failed.

#include <cmath>
#include <limits>

#include "sim/record/sweep_index.hpp"

namespace ondol::sim {

inline SweepIndex example_index() {
  double const nan = std::numeric_limits<double>::quiet_NaN();
  SweepIndex x;
  x.dimensions = {{"supply", "cooling set point", 2}, {"climate", "year of weather", 3}, {"member", "", 2}};
  x.coordinates = {
      {"supply", "cooling set point", "degC", {0}, std::vector<double>{18, 24.5}},
      {"climate", "year of weather", "", {1}, std::vector<std::string>{"seoul_2022", "싱가포르", ""}},
      {"wet_bulb", "mean wet bulb", "degC", {1}, std::vector<double>{9.5, 25, nan}},
      {"stream", "number of the seed", "1", {2}, std::vector<std::int64_t>{7, std::int64_t{1} << 60}},
  };
  std::vector<double> pue;
  std::vector<std::string> key, status;
  for (int s = 0; s < 2; ++s)
    for (int c = 0; c < 3; ++c)
      for (int m = 0; m < 2; ++m) {
        int const i = (s * 3 + c) * 2 + m;
        pue.push_back(i == 4 || i == 7 ? nan : 1 + 0.1 * s + 0.01 * c + 0.001 * m);
        status.push_back(i == 4 ? "skipped" : i == 7 ? "failed" : "complete");
        key.push_back(i == 4 ? "" : "key" + std::to_string(i));
        x.links.push_back(i == 4 || i == 7 ? "" : "runs/key" + std::to_string(i) + ".h5");
      }
  x.variables = {
      {"pue", "power usage effectiveness", "1", {}, pue},
      {"status", "of the run", "", {}, status},
      {"run", "key of the run", "", {}, key},
      {"runs_of_climate", "runs of a climate", "1", {1}, std::vector<std::int64_t>{4, 4, 3}},
  };
  x.attributes = {{"title", "set point by climate"}, {"design", "grid"}, {"base", "../examples/one_hall.toml"}};
  x.sweep_toml = "name = \"set point by climate\"\n";
  return x;
}

}  // namespace ondol::sim
