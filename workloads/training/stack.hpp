#pragma once
/// The training stack that a job names.

#include "scenarios/schema/spec.hpp"

namespace ondol::workloads {

/// The catalogue's entry.  Throws InputError when the catalogue lacks it.
schema::TrainingStackSpec stack_of(schema::TrainingSpec const& job, schema::Catalogue const& catalogue);

}  // namespace ondol::workloads
