#include "sim/engine/carbon_series.hpp"

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "scenarios/base/error.hpp"

namespace ondol::sim {

namespace {

[[noreturn]] void refuse(std::filesystem::path const& file, std::size_t line, std::string message) {
  Fault fault;
  fault.file = file.string();
  fault.line = line;
  fault.column = 1;
  fault.message = std::move(message);
  throw InputError(std::vector<Fault>{fault});
}

std::vector<std::string_view> cells(std::string_view line) {
  std::vector<std::string_view> out;
  while (true) {
    auto const comma = line.find(',');
    out.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return out;
    line.remove_prefix(comma + 1);
  }
}

}  // namespace

std::vector<double> read_carbon_series(std::filesystem::path const& file) {
  std::unique_ptr<gzFile_s, int (*)(gzFile)> in(gzopen(file.c_str(), "rb"), gzclose);
  if (!in) refuse(file, 0, "cannot be read");
  std::vector<double> hours;
  std::size_t number = 0, time_column = 0, value_column = 0;
  char buffer[4096];
  while (gzgets(in.get(), buffer, sizeof buffer)) {
    ++number;
    std::string_view line(buffer);
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    auto const row = cells(line);
    if (number == 1) {
      auto const find = [&](std::string_view name) {
        for (std::size_t i = 0; i < row.size(); ++i)
          if (row[i] == name) return i;
        refuse(file, 1, "has no column " + std::string(name));
      };
      time_column = find("utc_time");
      value_column = find("ci_direct_g_per_kwh");
      continue;
    }
    if (line.empty()) continue;
    if (row.size() <= std::max(time_column, value_column)) refuse(file, number, "has too few columns");
    double g_per_kwh = 0;
    auto const text = row[value_column];
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), g_per_kwh);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(g_per_kwh) || g_per_kwh < 0)
      refuse(file, number, "\"" + std::string(text) + "\" is no emission factor in g/kWh");
    hours.push_back(g_per_kwh * 1e-3 / 3.6e6);
  }
  if (hours.size() != 8760 && hours.size() != 8784)
    refuse(file, number, "holds " + std::to_string(hours.size()) + " hours; one calendar year has 8760 or 8784");
  return hours;
}

}  // namespace ondol::sim
