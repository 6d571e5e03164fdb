#pragma once
/// What can only be wrong between values: names that lead nowhere, wiring that cannot be, jobs larger than their pool.

#include "scenarios/schema/decode.hpp"

namespace ondol::schema {

/// Faults of the names that the decoder met, except those of catalogue kinds.
void check_names(Scenario const& scenario, Decoder const& decoder, Faults& faults);

/// Faults and warnings of the whole, once every entry is decoded.
void check_scenario(Scenario const& scenario, Decoder const& decoder, Faults& faults);

/// Faults of one catalogue entry, or of all (`path` such as "node.vendor/id").
void check_catalogue(Scenario const& holder, Decoder const& decoder, Faults& faults);

/// Offset of "+09:00" from UTC in seconds, or nothing.
std::optional<std::int64_t> parse_time_zone(std::string_view text);

}  // namespace ondol::schema
