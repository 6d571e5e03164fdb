#pragma once
/// What the loss of any one unit leaves to spare, at ratings and without a run: by how much all loads together, each in
/// proportion, could grow and still be fed, and their heat taken, with that unit out of service.  Below zero: by how much they
/// would have to shrink.  Maximum flows, so whatever way the load may take it takes; before conversion losses, as `analyse`.
///
/// Units are those of power banks, and CRAHs, CDUs, chillers, towers, dry coolers and, where their number is declared, pumps.
/// The grid and what stands once (a loop, a room) are none.

#include <string>

#include "scenarios/schema/spec.hpp"
#include "topology/build/facility.hpp"

namespace ondol::topology {

struct Headroom {
  double spare_w = 0.0;
  std::string lost;  ///< the unit whose loss leaves least; empty: with all in service no more can be carried
};

struct NMinusOne {
  Headroom power, cooling;
  Headroom const& least() const { return power.spare_w <= cooling.spare_w ? power : cooling; }
};

/// Throws InputError as `power_tree` does.
NMinusOne n_minus_1(schema::Scenario const& scenario, Facility const& facility);

}  // namespace ondol::topology
