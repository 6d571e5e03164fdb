#pragma once
/// What differs between two scenarios.

#include <optional>
#include <string>
#include <vector>

namespace ondol::schema {

/// One thing that two scenarios do not share: a value, or a table or element that only one of them has.
struct Difference {
  std::string path;                          ///< as --set addresses it: plant.loop.supply_temperature, racks[0].count
  std::optional<std::string> before, after;  ///< as TOML, tables in one line; nothing: not there
};

/// Of two resolved scenarios as TOML (`scenario_toml` of results), in the order of the first, what it lacks last.  The order of
/// keys does not matter; elements of lists belong together by id or name; "1 kW" is "1000 W"; where values are from is not
/// looked at.  Throws InputError, naming `before_name` or `after_name`, when one is not TOML.
std::vector<Difference> differences(std::string const& before, std::string const& after,
                                    std::string const& before_name = "first scenario",
                                    std::string const& after_name = "second scenario");

}  // namespace ondol::schema
