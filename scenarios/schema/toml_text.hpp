#pragma once
/// Keys and values as TOML text on one line.

#include <string>

#include "scenarios/schema/document.hpp"

namespace ondol::schema {

std::string toml_text(std::string const& text);  ///< "in quotes, \"escaped\""
std::string key_text(std::string const& key);    ///< bare where TOML takes it so, else quoted

/// "[1, 2]", "{ floor = 0.8 }", "2026-07-01T00:00:00Z".  Tags that are settled are not written.
std::string toml_text(Value const& value);

}  // namespace ondol::schema
