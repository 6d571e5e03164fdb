#pragma once
/// Paths of keys: plant.chilled.supply_temperature, racks[0].count, racks[*].power_limit, accelerator."nvidia/h200-sxm".idle.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/schema/describe.hpp"

namespace ondol::schema {

struct PathStep {
  std::string key;
  std::optional<std::size_t> index;  ///< [n] after the key
  bool every = false;                ///< [*]: all elements
  std::uint32_t column = 1, width = 1;
};

/// The steps of a path; nothing when it is not one.
std::optional<std::vector<PathStep>> split_path(std::string_view path);

/// What a path of the scenario language leads to, or why it leads nowhere.  Elements of lists may have any id: the base knows
/// them.
struct PathMeaning {
  std::optional<Field> field;  ///< bound to a scenario that is nowhere, until the next call; always applies
  std::string problem;
  std::uint32_t column = 1, width = 1;  ///< of the step at fault
};
PathMeaning meaning_of(std::string_view path);

}  // namespace ondol::schema
