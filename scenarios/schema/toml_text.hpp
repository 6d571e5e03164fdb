#pragma once
/// Keys and texts as TOML spells them.

#include <string>

namespace ondol::schema {

std::string toml_text(std::string const& text);  ///< "in quotes, \"escaped\""
std::string key_text(std::string const& key);    ///< bare where TOML takes it so, else quoted

}  // namespace ondol::schema
