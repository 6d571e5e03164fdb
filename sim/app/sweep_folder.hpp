#pragma once
/// What commands that fill a folder with runs (`sweep`, `size`) ask of it, and of the machine.

#include <string>

#include "sim/sweep/outcome.hpp"

namespace ondol::app {

/// Processors that this process may use.
int processors();

/// Throws InputError when something lies in the folder.
void refuse_used(sim::RunStore const& store);

/// Removes what an earlier sweep or sizing left; nothing else that lies there.
void begin_anew(sim::RunStore const& store);

}  // namespace ondol::app
