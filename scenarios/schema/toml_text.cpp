#include "scenarios/schema/toml_text.hpp"

#include <algorithm>

namespace ondol::schema {

std::string toml_text(std::string const& s) {
  std::string out = "\"";
  for (char const c : s) switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += c;
    }
  return out + "\"";
}

std::string key_text(std::string const& key) {
  bool const bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return bare ? key : toml_text(key);
}

}  // namespace ondol::schema
