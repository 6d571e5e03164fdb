/// Goes when reading of sweep files comes: simplest forms of what it brings.

#include "scenarios/schema/sweep_spec.hpp"

namespace ondol::schema {

bool skipped(SweepSpec const& sweep, std::vector<AxisValue const*> const&) {
  throw InputError({sweep.skip.front().written});
}

}  // namespace ondol::schema
