#pragma once
/// Strict reading of TOML tables: every key is taken once by name, what is left over is an error with its place.  Only for the
/// .cpp files of this room: toml++ stays inside.

#include <toml++/toml.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace ondol::meter::fit {

[[noreturn]] void fault(std::string const& file, toml::source_region const& where, std::string const& problem);
toml::table parse_toml(std::string_view text, std::string const& file);

class Keys {
 public:
  Keys(toml::table const& table, std::string file, std::string what)
      : table_(table), file_(std::move(file)), what_(std::move(what)) {}

  toml::node const* find(std::string_view key);
  toml::node const& need(std::string_view key);
  toml::table const* table(std::string_view key);
  std::string text(std::string_view key, std::optional<std::string> otherwise = std::nullopt);
  /// A bare number, or a text with `unit` where one is named.
  double number(std::string_view key, std::string_view unit = "");
  std::optional<double> number_if(std::string_view key, std::string_view unit = "");
  /// Call last: a key that nobody asked for is a fault.
  void finish() const;
  [[noreturn]] void fault_at(std::string_view key, std::string const& problem) const;

  toml::table const& raw() const { return table_; }
  std::string const& file() const { return file_; }

 private:
  toml::table const& table_;
  std::string file_, what_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace ondol::meter::fit
