#pragma once
/// One of the catalogues that the stated uncertainties hold possible: `simulation.catalogue_draw` = n.
///
/// Every number of an entry with a relative standard uncertainty u is drawn anew, by a standard normal z of its own:
///
///   x' = x exp(s z - s^2 / 2),  s^2 = ln(1 + u^2)      mean x, standard deviation u x, never negative
///   a share nearer to its upper bound b than to its lower one: the same of b - x, standard deviation min(u x, b - x)
///   a loss curve: u is of the loss, and one factor f is of the whole curve: 1/e' - 1 = f (1/e - 1) of an efficiency e
///   an absolute temperature: x' = x + u |x in degC| z
///
/// z is the first of its stream "catalogue/KIND.ENTRY.KEY/n" of the scenario's seed that leaves everything within its range.
/// ENTRY is the one that the value was written in, so that entries which extend it keep equal what is equal.  Names, counts and
/// nameplates do not move; energies of calibrations move by simulation.calibration_draw [sim/power/calibration.hpp].
/// Page: docs/models/ensembles.md

#include "scenarios/schema/catalogue.hpp"
#include "scenarios/schema/spec.hpp"

namespace ondol::schema {

/// Draws the values of the scenario's catalogue and says so in `scenario.origin`.  Values that a dump wrote as drawn stay; it
/// is a fault when that was another draw.
void draw_catalogue(Scenario& scenario, CatalogueTrees const& trees, Decoder const& decoder, Faults& faults);

}  // namespace ondol::schema
