#pragma once
/// The machine's steady clock, from 0 at its construction.

#include <chrono>
#include <thread>

#include "kernels/activity/clock.hpp"

namespace ondol::meter {

class SteadyClock : public Clock {
 public:
  double now_s() const override { return std::chrono::duration<double>(std::chrono::steady_clock::now() - zero_).count(); }
  void sleep_until(double t_s) override {
    std::this_thread::sleep_until(
        zero_ + std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(t_s)));
  }

 private:
  std::chrono::steady_clock::time_point zero_ = std::chrono::steady_clock::now();
};

}  // namespace ondol::meter
