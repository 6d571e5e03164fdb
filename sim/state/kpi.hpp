#pragma once
/// A headline number of a run.

#include <string>

namespace ondol::sim {

struct Kpi {
  std::string name;
  double value = 0;
  std::string units;
  std::string long_name;
};

}  // namespace ondol::sim
