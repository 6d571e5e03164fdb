#include "kernels/bench/compare.hpp"

#include <cmath>
#include <sstream>

namespace ondol::meter {

std::string compare(std::vector<double> const& got, std::vector<double> const& expected, std::vector<double> const& scale,
                    double tolerance) {
  std::ostringstream line;
  if (got.size() != expected.size()) {
    line << got.size() << " values where " << expected.size() << " were expected";
    return line.str();
  }
  std::size_t differ = 0, worst = 0;
  double worst_ratio = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    double const allowed = tolerance * (scale.size() == 1 ? scale[0] : scale[i]), off = std::fabs(got[i] - expected[i]);
    if (off <= allowed) continue;  // also false for NaN
    ++differ;
    double const ratio = std::isnan(off) ? INFINITY : off / (allowed > 0 ? allowed : 1);
    if (ratio > worst_ratio) worst_ratio = ratio, worst = i;
  }
  if (differ == 0) return {};
  line.precision(9);
  line << differ << " of " << got.size() << " values differ, worst at " << worst << ": " << got[worst] << " against "
       << expected[worst] << " (tolerance " << tolerance * (scale.size() == 1 ? scale[0] : scale[worst]) << ")";
  return line.str();
}

}  // namespace ondol::meter
