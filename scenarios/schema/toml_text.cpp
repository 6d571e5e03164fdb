#include "scenarios/schema/toml_text.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "scenarios/schema/quantity_text.hpp"

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

std::string toml_text(Value const& v) {
  switch (v.kind) {
    case Value::Kind::boolean:
      return v.boolean ? "true" : "false";
    case Value::Kind::integer:
      return std::to_string(v.integer);
    case Value::Kind::real:
      return number_text(v.real);
    case Value::Kind::text:
      return toml_text(v.text);
    case Value::Kind::time: {
      using namespace std::chrono;
      sys_seconds const when{seconds{v.time.seconds}};
      auto const day = floor<days>(when);
      year_month_day const date{day};
      hh_mm_ss const time{when - day};
      char text[64];
      std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d%s", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                    static_cast<int>(time.seconds().count()), v.time.has_offset ? "Z" : "");
      return text;
    }
    case Value::Kind::array: {
      std::string out = "[";
      for (auto const& item : v.items) out += (out.size() > 1 ? ", " : "") + toml_text(item);
      return out + "]";
    }
    case Value::Kind::table: {
      std::string out = "{";
      for (auto const& e : v.entries) out += (out.size() > 1 ? ", " : " ") + key_text(e.key) + " = " + toml_text(e.value);
      return out + " }";
    }
  }
  return {};
}

}  // namespace ondol::schema
