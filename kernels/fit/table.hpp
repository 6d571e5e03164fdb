#pragma once
/// The small files beside the windows of a campaign: tables of numbers, and a flat JSON object.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace ondol::meter::fit {

/// Columns by name; a field that is empty or no number (0x... is one) becomes NaN.  A last line without its end is left out:
/// the writer was cut off there.  No file gives no columns.
using Table = std::map<std::string, std::vector<double>, std::less<>>;
Table read_table(std::filesystem::path const&);
/// The column, empty where there is none.
std::vector<double> const& column(Table const&, std::string_view name);

/// Top-level texts and numbers of a JSON object as their text; nested objects and lists are passed over.
std::map<std::string, std::string, std::less<>> flat_json(std::string const& text, std::string const& file);

}  // namespace ondol::meter::fit
