#pragma once
/// How well a number is known, in words.

#include <string>

#include "scenarios/schema/spec.hpp"

namespace ondol::app {

inline char const* tier_text(schema::Tier tier) {
  switch (tier) {
    case schema::Tier::measured:
      return "measured";
    case schema::Tier::literature:
      return "literature";
    case schema::Tier::datasheet:
      return "datasheet";
    case schema::Tier::assumed:
      return "assumed";
    case schema::Tier::user:
      return "user";
  }
  return "?";
}

/// The one to trust less.
inline std::string weaker_tier(std::string const& a, std::string const& b) {
  for (auto const tier : {schema::Tier::assumed, schema::Tier::datasheet, schema::Tier::literature})
    if (a == tier_text(tier) || b == tier_text(tier)) return tier_text(tier);
  return a;
}

}  // namespace ondol::app
