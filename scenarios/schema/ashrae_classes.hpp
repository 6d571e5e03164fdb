#pragma once
/// Temperature classes of ASHRAE TC 9.9: air at the inlets of equipment, water from the facility, coolant to the racks [degC].
/// Air: dry-bulb ranges only, their limits of humidity are not checked.  Water and coolant: highest supply; lowest 2 degC for
/// water.  [ashrae2021tc99; S classes: its 2024 addition]

#include <array>
#include <limits>
#include <optional>
#include <string_view>

namespace ondol::schema {

struct AirClass {
  std::string_view name;
  double recommended_low_c, recommended_high_c, allowable_low_c, allowable_high_c;
};
inline constexpr std::array<AirClass, 5> air_classes{
    {{"A1", 18, 27, 15, 32}, {"A2", 18, 27, 10, 35}, {"A3", 18, 27, 5, 40}, {"A4", 18, 27, 5, 45}, {"H1", 18, 22, 15, 25}}};

struct LiquidClass {
  std::string_view name;
  double lowest_c, highest_c;
};
inline constexpr double no_limit_c = std::numeric_limits<double>::infinity();
inline constexpr std::array<LiquidClass, 10> liquid_classes{{{"W17", 2, 17},
                                                             {"W27", 2, 27},
                                                             {"W32", 2, 32},
                                                             {"W40", 2, 40},
                                                             {"W45", 2, 45},
                                                             {"W+", 2, no_limit_c},
                                                             {"S30", -no_limit_c, 30},
                                                             {"S40", -no_limit_c, 40},
                                                             {"S45", -no_limit_c, 45},
                                                             {"S50", -no_limit_c, 50}}};

/// None for the empty name, which asks for no check, and for one that is not a class.
constexpr std::optional<AirClass> air_class(std::string_view name) {
  for (auto const& c : air_classes)
    if (c.name == name) return c;
  return std::nullopt;
}
constexpr std::optional<LiquidClass> liquid_class(std::string_view name) {
  for (auto const& c : liquid_classes)
    if (c.name == name) return c;
  return std::nullopt;
}

}  // namespace ondol::schema
