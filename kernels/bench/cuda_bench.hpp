#pragma once
/// The suite on a real GPU.

#include <memory>

#include "kernels/activity/clock.hpp"
#include "kernels/activity/load.hpp"

namespace ondol::meter {

/// Of the `device`-th GPU that CUDA sees.  `clock` is the machine's steady clock, and outlives the bench.  Makes no context:
/// that is for hold() and start().  Throws std::runtime_error where CUDA finds no such device.
///
/// How it keeps the device busy: launches are recorded into a graph of about 20 ms, and a thread keeps three graphs submitted,
/// so that one can be late by 40 ms before the device starves.  Each graph begins and ends with a kernel of one thread that
/// writes the device's timer to host memory; questions and answers over the same memory, before and after the load, tie that
/// timer to the meter's clock within a few microseconds.
///
/// A square wave submits one graph at the beginning of each period, as many launches as fill half of it on the free device:
/// edges are within 0.2 ms of the machine's wake-up plus half a launch (about 1 ms for most kernels), and where the clock sinks
/// under load the busy part grows.  What was really done is in between().
std::unique_ptr<Bench> make_cuda_bench(int device, Clock& clock);

}  // namespace ondol::meter
