#pragma once
/// Catalogue entries of whatever file names them.

#include "scenarios/schema/catalogue.hpp"
#include "scenarios/schema/decode.hpp"

namespace ondol::schema {

/// Decodes the named entry into `scenario`; false when there is none.
bool decode_entry(std::string const& kind, std::string const& id, CatalogueTrees& trees, Decoder& decoder, Scenario& scenario);

/// Decodes what `decoder` met the names of, and what that names; reads and checks what the file declares but nothing names.
void decode_catalogue(CatalogueTrees& trees, Decoder& decoder, Scenario& scenario, Sources const& sources, Faults& faults);

}  // namespace ondol::schema
