/// The air outside, and what heats halls without racks.

#include <algorithm>

#include "scenarios/schema/check_context.hpp"

namespace ondol::schema {
namespace {

/// Whether the user wrote it.
bool is_written(Context const& c, std::string const& path) {
  auto const at = c.s.origin.find(path);
  return at != c.s.origin.end() && !at->second.is_default;
}

}  // namespace

void check_weather(Context const& c) {
  auto const& w = c.s.site.weather;
  if (!c.good("site.weather")) return;
  int const sources = int(!w.file.empty()) + int(!w.files.empty()) + int(w.design_day.has_value());
  if (sources > 1) c.error("site.weather", "give the weather once: by file, by files, or by a design day");
  if (w.design_day && w.design_day->wet_bulb > w.design_day->dry_bulb)
    c.error("site.weather.design_day.wet_bulb", "the wet bulb is above the dry bulb");
  for (char const* key : {"offset", "repeat"})
    if (w.file.empty() && is_written(c, std::string("site.weather.") + key))
      c.warning(std::string("site.weather.") + key, std::string(key) + " has no effect without file");
  if (w.repeat && w.typical_year && is_written(c, "site.weather.typical_year"))
    c.warning("site.weather.repeat", "a typical year repeats by itself");
}

void check_heat_loads(Context const& c) {
  auto const& s = c.s;
  if (s.racks.empty() && s.heat_load.empty() && c.good("racks") && c.good("heat_load"))
    c.error("", "the scenario needs \"racks\" (groups of equal racks), or a heat_load instead of them");
  for (std::size_t i = 0; i < s.heat_load.size(); ++i) {
    auto const& load = s.heat_load[i];
    auto const at = [i](char const* key) { return list_path("heat_load", i, key); };
    if (!c.good(list_path("heat_load", i))) continue;
    if (load.power && !load.file.empty()) c.error(at("file"), "give the load once: by power, or by file");
    if (!load.power && load.file.empty())
      c.error(list_path("heat_load", i), "heat load " + in_quotes(load.name) + " needs power, or file and columns");
    if (!load.file.empty() && load.columns.empty())
      c.error(at("file"), "heat load " + in_quotes(load.name) + " needs columns: which of the file's are its power");
    if (load.file.empty())
      for (char const* key : {"columns", "time_column", "unit", "scale", "interpolation", "offset", "repeat"})
        if (is_written(c, at(key))) c.warning(at(key), std::string(key) + " has no effect without file");
    auto const hall = std::find_if(s.hall.begin(), s.hall.end(), [&](auto const& h) { return h.id == load.hall; });
    if (hall == s.hall.end()) continue;
    auto const here = static_cast<std::size_t>(hall - s.hall.begin());
    if (load.liquid_fraction > 0 && !hall->liquid && c.good(list_path("hall", here, "liquid")))
      c.error(at("liquid_fraction"), "hall " + in_quotes(load.hall) + " has no [hall.liquid] for the heat that " +
                                         in_quotes(load.name) + " gives to liquid");
    if (load.liquid_fraction < 1 && !hall->air && hall->liquid && c.good(list_path("hall", here, "air")))
      c.error(at("hall"), "hall " + in_quotes(load.hall) + " has no [hall.air] for the heat that " + in_quotes(load.name) +
                              " gives to the air (liquid_fraction = 1: gives none)");
  }
}

}  // namespace ondol::schema
