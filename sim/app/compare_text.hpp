#pragma once
/// What comparisons of runs and of sweeps say alike.

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace ondol::app {

std::string letter(std::size_t file);  ///< A, B ...

/// "1.0712", "no value", or "-" for a figure that is not there.
std::string value_text(std::optional<double> const& value);
std::string difference_text(std::optional<double> const& first, std::optional<double> const& other);
/// Of the first; of a temperature in degC that would mean nothing.
std::string percent_text(std::string const& units, std::optional<double> const& first, std::optional<double> const& other);
std::string shown_units(std::string const& units);  ///< nothing for a ratio or a count

/// A value of scenarios or sweep files that is not the same in all.
struct TextRow {
  std::string path;
  std::vector<std::optional<std::string>> values;  ///< by file; nothing: not there
};
/// Of TOML texts, against the first.  Throws InputError for one that is no TOML, with its name.
std::vector<TextRow> differing_values(std::vector<std::string> const& texts, std::vector<std::string> const& names);
/// `all`: none is left out or shortened.
void print_values(std::string const& of_what, std::vector<TextRow> const& rows, std::size_t files, bool all, bool colour);
nlohmann::ordered_json values_json(std::vector<TextRow> const& rows);

}  // namespace ondol::app
