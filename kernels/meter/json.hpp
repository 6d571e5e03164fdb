#pragma once
/// Just enough JSON to write: an object keeps the order in which its members were added.

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace ondol::meter {

class Json {
 public:
  Json& text(std::string_view key, std::string_view value) { return raw(key, quoted(value)); }
  Json& number(std::string_view key, double value) { return raw(key, digits(value)); }
  Json& truth(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  Json& null(std::string_view key) { return raw(key, "null"); }
  Json& object(std::string_view key, Json const& value) { return raw(key, value.line()); }
  Json& list(std::string_view key, std::vector<Json> const& items) {
    std::string all;
    for (Json const& item : items) all += (all.empty() ? "\n    " : ",\n    ") + item.line();
    return raw(key, "[" + all + "]");
  }
  /// Without line breaks, and as a file with one member a line.
  std::string line() const { return "{" + joined(", ") + "}"; }
  std::string file() const { return "{\n  " + joined(",\n  ") + "\n}\n"; }

 private:
  Json& raw(std::string_view key, std::string const& value) {
    members_.push_back(quoted(key) + ": " + value);
    return *this;
  }
  std::string joined(std::string_view between) const {
    std::string all;
    for (std::string const& m : members_) all += (all.empty() ? "" : std::string(between)) + m;
    return all;
  }
  static std::string digits(double value) {
    if (!std::isfinite(value)) return "null";
    char buffer[32];
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
  }
  static std::string quoted(std::string_view text) {
    std::string all = "\"";
    for (char c : text) {
      if (c == '"' || c == '\\') all += '\\';
      all += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
    return all + '"';
  }
  std::vector<std::string> members_;
};

}  // namespace ondol::meter
