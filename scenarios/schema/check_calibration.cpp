#include <algorithm>
#include <cmath>
#include <cstdio>

#include "scenarios/schema/check_context.hpp"

namespace ondol::schema {
namespace {

bool is_date(std::string const& text) {
  int year = 0, month = 0, day = 0, read = 0;
  return text.size() == 10 && std::sscanf(text.c_str(), "%4d-%2d-%2d%n", &year, &month, &day, &read) == 3 && read == 10 &&
         month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

/// Names that `parameters` may hold: the values of this entry that have an error.
std::vector<std::string> parameter_names(CalibrationSpec const& k) {
  std::vector<std::string> names{"idle", "context", "awake", "leakage_slope", "voltage_slope", "voltage_floor"};
  for (auto const& [table, energies] : {std::pair{"control.", &k.control}, {"data.", &k.data}})
    for (std::size_t i = 0; i < meter::channels; ++i)
      if (energies->of(i)) names.push_back(table + std::string(meter::channel_names[i]));
  return names;
}

/// Row at which the symmetric matrix shows a negative variance of what the rows before leave open, or nothing: then it is
/// positive semidefinite.  Rounding in a file of few digits is forgiven.
std::optional<std::size_t> not_semidefinite(std::vector<std::vector<double>> const& m) {
  constexpr double rounding = 1e-6;
  std::size_t const n = m.size();
  auto l = m;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double left = m[i][j];
      for (std::size_t k = 0; k < j; ++k) left -= l[i][k] * l[j][k];
      double const scale = std::sqrt(std::max(0.0, m[i][i] * m[j][j]));
      if (i == j) {
        if (left < -rounding * scale || m[i][i] < 0) return i;
        l[i][i] = left > rounding * scale ? std::sqrt(left) : 0;
      } else if (l[j][j] > 0) {
        l[i][j] = left / l[j][j];
      } else {
        if (std::abs(left) > 1e-3 * scale || (scale == 0 && left != 0)) return i;
        l[i][j] = 0;
      }
    }
  return std::nullopt;
}

void check_covariance(Context const& c, std::string const& path, CalibrationSpec const& k) {
  auto const at = path + ".covariance";
  auto const names = parameter_names(k);
  for (std::size_t i = 0; i < k.parameters.size(); ++i)
    if (std::find(names.begin(), names.end(), k.parameters[i]) == names.end())
      c.error(list_path(path + ".parameters", i),
              in_quotes(k.parameters[i]) + " is no value of this calibration" + suggestion(k.parameters[i], names));
  std::size_t const n = k.parameters.size();
  if (k.covariance.size() != n) {
    c.error(k.covariance.empty() ? path + ".parameters" : at,
            "covariance has " + std::to_string(k.covariance.size()) + " rows for " + std::to_string(n) + " parameters");
    return;
  }
  for (std::size_t i = 0; i < n; ++i)
    if (k.covariance[i].size() != n) {
      c.error(list_path(at, i), "row " + std::to_string(i + 1) + " of covariance has " +
                                    std::to_string(k.covariance[i].size()) + " numbers for " + std::to_string(n) +
                                    " parameters");
      return;
    }
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      double const a = k.covariance[i][j], b = k.covariance[j][i];
      if (std::abs(a - b) <= 1e-6 * std::max(std::abs(a), std::abs(b))) continue;
      c.error(list_path(at, i), "covariance is not symmetric: " + about(a) + " of " + k.parameters[i] + " with " +
                                    k.parameters[j] + ", but " + about(b) + " the other way");
      return;
    }
  if (auto const row = not_semidefinite(k.covariance))
    c.error(list_path(at, *row), "covariance is not positive semidefinite: with this row, of " + k.parameters[*row] +
                                     ", some sum of the errors would have a negative variance");
}

}  // namespace

void check_calibration(Context const& c, std::string const& path, CalibrationSpec const& k) {
  if (k.format > CalibrationSpec::newest_format && c.good(path + ".format"))
    c.error(path + ".format", "format " + std::to_string(k.format) + " is newer than this program, which reads up to " +
                                  std::to_string(CalibrationSpec::newest_format));
  if (!k.date.empty() && c.good(path + ".date") && !is_date(k.date))
    c.error(path + ".date", "date = " + in_quotes(k.date) + " is no day: write year-month-day, such as \"2026-11-25\"");
  if (!c.good(path)) return;
  if (k.minimum_clock > k.reference_clock) c.error(path + ".minimum_clock", "minimum_clock is above reference_clock");
  if (k.lowest_clock && *k.lowest_clock > k.reference_clock)
    c.error(path + ".lowest_clock", "lowest_clock is above reference_clock");
  if (k.lowest_temperature && k.highest_temperature && *k.lowest_temperature > *k.highest_temperature)
    c.error(path + ".lowest_temperature", "lowest_temperature is above highest_temperature");
  for (std::size_t i = 0; i < meter::channels; ++i)
    if (k.data.of(i) && !k.control.of(i)) {
      std::string const channel{meter::channel_names[i]};
      c.error(path + ".data." + channel, "data energy of " + channel + " without its control energy; write control." + channel +
                                             " = 0 if its bits are all it costs");
    }
  check_covariance(c, path, k);
}

}  // namespace ondol::schema
