/// Die over its coolant after steps of constant power, from two measured exponentials.
/// Input: fast_k_per_w fast_s slow_k_per_w slow_s, then dt_s power_w of each step; output: K after each.

#include <iostream>

#include "sim/thermal/junction.hpp"

int main() {
  using namespace ondol::sim;
  double fast_k_per_w = 0, fast_s = 0, slow_k_per_w = 0, slow_s = 0, dt_s = 0, power_w = 0;
  std::cin >> fast_k_per_w >> fast_s >> slow_k_per_w >> slow_s;
  auto const params = junction_of_response(fast_k_per_w, fast_s, slow_k_per_w, slow_s);
  JunctionState state;
  std::cout.precision(9);
  while (std::cin >> dt_s >> power_w) {
    state = JunctionCoefficients(params, dt_s).with({0.0, 0.0}).advance(state, power_w).end;
    std::cout << state.die_k << "\n";
  }
}
