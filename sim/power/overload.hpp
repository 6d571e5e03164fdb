#pragma once
/// Overload that a converter withstands for a while, with a memory between overloads.  x load over rating, u share used of
/// what is allowed.
///
///   above the continuous load   du/dt = 1 / t(x),  t(x) the seconds of the first step of the table that reaches x
///   below it                    du/dt = -1 / recovery, down to 0;  expired at u = 1
///
/// A steady overload lasts what the table says; parts of two add up.  Steps as the makers' tables have them.    [huawei2019ups]
/// Valid for the table's ambient temperature.  The linear recovery is assumed: no maker prints it.
/// Page: docs/models/ups.md

#include <vector>

namespace ondol::sim {

struct OverloadCurve {
  struct Step {
    double load = 0;  ///< of the rating: up to and with this load
    double seconds = 0;
  };
  double continuous = 1;    ///< carried for ever
  std::vector<Step> steps;  ///< loads rising, seconds falling
  double beyond_s = 0;      ///< above the last step
  double recovery_s = 3600;

  double allowed_s(double load) const;  ///< infinite up to the continuous load
};

/// Throws std::invalid_argument and says what is out of order.
void check(OverloadCurve const& c);

class OverloadMemory {
 public:
  explicit OverloadMemory(OverloadCurve c);

  OverloadCurve const& curve() const { return curve_; }
  double used() const { return used_; }
  bool expired() const { return used_ >= 1; }
  double time_to_expiry_s(double load) const;
  void advance(double duration_s, double load);

 private:
  OverloadCurve curve_;
  double used_ = 0;
};

}  // namespace ondol::sim
