#pragma once
/// The clock that meter and bench share: the machine's steady clock, or the virtual one of a simulated device.

namespace ondol::meter {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual double now_s() const = 0;
  /// Returns once now_s() >= t_s; at once when that is past.
  virtual void sleep_until(double t_s) = 0;
  void sleep_for(double s) { sleep_until(now_s() + s); }
};

}  // namespace ondol::meter
