#pragma once
/// The steady state that a run begins in: f(T) = 0 of all cells under ideal control.
///
/// Newton's method in the pseudo-transient form (1/t - J) dT = f, t from minutes towards infinity as f falls [kelley1998]: it
/// goes where time would, and once near, at Newton's speed.  J by differences.  Where control switches back and forth and
/// Newton cannot settle, time itself decides: the system runs until nothing moves.  Actuators are then put where ideal control
/// has them.

#include "sim/thermal/cooling_network.hpp"

namespace ondol::sim {

/// Leaves the network's cells in the steady state; false when there is none below 400 K, and then at the set points.
bool find_steady(CoolingNetwork& network);

}  // namespace ondol::sim
