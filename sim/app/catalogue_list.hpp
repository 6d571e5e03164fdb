#pragma once
/// `ondol catalogue`: every entry that matches, with its headline values, tier and source.

#include <string>

#include "scenarios/schema/spec.hpp"

namespace ondol::app {

/// Prints to standard output; returns the exit code (0, also when nothing matches, which it says).
int list_catalogue(schema::Catalogue const& catalogue, schema::Provenance const& origin, std::string const& query, bool json);

}  // namespace ondol::app
