#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "kernels/fit/calibration.hpp"
#include "kernels/fit/quantity.hpp"
#include "kernels/fit/toml_file.hpp"

namespace ondol::meter::fit {
namespace {

/// A plain value or a table { value, uncertainty, tier, source, why }.
Value read_value(Keys& keys, std::string_view key, std::string_view unit, double per_unit = 1) {
  Value v;
  if (!keys.need(key).is_table()) {
    v.value = keys.number(key, unit) * per_unit;
    return v;
  }
  Keys inner(*keys.table(key), keys.file(), "\"" + std::string(key) + "\"");
  v.value = inner.number("value", unit) * per_unit;
  v.uncertainty = inner.number_if("uncertainty");
  v.tier = inner.text("tier", "");
  v.source = inner.text("source", "");
  v.why = inner.text("why", "");
  inner.finish();
  return v;
}

std::optional<double> read_if(Keys& keys, std::string_view key, std::string_view unit, double per_unit = 1) {
  return keys.find(key) ? std::optional(read_value(keys, key, unit, per_unit).value) : std::nullopt;
}

std::array<std::optional<Value>, channels> read_channels(Keys& entry, std::string_view part) {
  std::array<std::optional<Value>, channels> all;
  auto const* table = entry.table(part);
  if (!table) return all;
  Keys keys(*table, entry.file(), std::string(part));
  for (std::size_t i = 0; i < channels; ++i)
    if (keys.find(channel_names[i]))
      all[i] = read_value(keys, channel_names[i], energy_unit(static_cast<Channel>(i)), joules_per_picojoule);
  keys.finish();
  return all;
}

void read_covariance(Keys& entry, Calibration& c) {
  if (!entry.find("parameters") && !entry.find("covariance")) return;
  auto const* names = entry.need("parameters").as_array();
  auto const* rows = entry.need("covariance").as_array();
  if (!names) entry.fault_at("parameters", "takes a list of texts");
  for (auto const& node : *names) {
    auto const name = node.value_exact<std::string>();
    if (!name) entry.fault_at("parameters", "takes a list of texts");
    c.parameters.push_back(*name);
  }
  std::size_t const n = c.parameters.size();
  std::string const square = "takes " + std::to_string(n) + " rows of " + std::to_string(n) + " numbers";
  if (!rows || rows->size() != n) entry.fault_at("covariance", square);
  for (auto const& row : *rows) {
    auto const* numbers = row.as_array();
    if (!numbers || numbers->size() != n) entry.fault_at("covariance", square);
    for (auto const& number : *numbers) {
      if (!number.is_number()) entry.fault_at("covariance", square);
      c.covariance.push_back(*number.value<double>());
    }
  }
}

CalibrationQuality read_quality(Keys& entry) {
  CalibrationQuality q;
  auto const* table = entry.table("quality");
  if (!table) return q;
  Keys keys(*table, entry.file(), "the quality");
  q.windows_fit = static_cast<int>(keys.number("windows_fit"));
  q.windows_held_out = static_cast<int>(keys.number("windows_held_out"));
  q.condition_number = keys.number("condition_number");
  q.r2 = keys.number("r2");
  q.fit_mape = keys.number("fit_mape");
  q.leave_one_kernel_out_mape = keys.number_if("leave_one_kernel_out_mape");
  q.held_out_mape = keys.number_if("held_out_mape");
  q.held_out_worst = keys.number_if("held_out_worst");
  q.held_out_bias = keys.number_if("held_out_bias");
  keys.finish();
  return q;
}

Calibration read_entry(std::string const& id, toml::table const& table, std::string const& file) {
  Keys keys(table, file, "calibration \"" + id + "\"");
  if (keys.number_if("format").value_or(calibration_format) != calibration_format)
    keys.fault_at("format", "is unknown here; this program reads format " + std::to_string(calibration_format));
  Calibration c;
  c.id = id;
  c.name = keys.text("name");
  c.source = keys.text("source", "");
  c.tier = keys.text("tier");
  c.date = keys.text("date", "");
  c.driver = keys.text("driver", "");
  c.board = keys.text("board", "");
  c.note = keys.text("note", "");
  c.reference_clock = read_value(keys, "reference_clock", "MHz", 1e6);
  c.minimum_clock = read_value(keys, "minimum_clock", "MHz", 1e6);
  c.lowest_clock = read_if(keys, "lowest_clock", "MHz", 1e6);
  c.lowest_temperature = read_if(keys, "lowest_temperature", "degC");
  c.highest_temperature = read_if(keys, "highest_temperature", "degC");
  c.highest_power = read_if(keys, "highest_power", "W");
  c.reference_temperature = read_if(keys, "reference_temperature", "degC").value_or(reference_temperature_c);
  if (c.reference_temperature != reference_temperature_c)
    keys.fault_at("reference_temperature", "is that of another program; this one fits at 45 degC");
  bool const fitted = keys.find("format") != nullptr;
  for (std::size_t i = 0; i < scalars; ++i)
    if (fitted || keys.find(scalar_names[i])) c.scalar[i] = read_value(keys, scalar_names[i], unit(static_cast<Scalar>(i)));
  c.limit_held.value = 1;
  if (fitted || keys.find("limit_held")) c.limit_held = read_value(keys, "limit_held", "");
  read_covariance(keys, c);
  c.control = read_channels(keys, "control");
  c.data = read_channels(keys, "data");
  if (auto const* thermal = keys.table("thermal")) {
    Keys inner(*thermal, file, "thermal");
    c.thermal.emplace();
    for (std::size_t i = 0; i < 4; ++i) (*c.thermal)[i] = read_value(inner, thermal_names[i], thermal_units[i]);
    inner.finish();
  }
  c.quality = read_quality(keys);
  keys.finish();
  return c;
}

}  // namespace

std::vector<Calibration> read_calibrations(std::filesystem::path const& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path.string() + ": cannot be read");
  std::string const text{std::istreambuf_iterator<char>(in), {}};
  toml::table const table = parse_toml(text, path.string());
  Keys root(table, path.string(), "the file");
  std::vector<Calibration> all;
  root.need("calibration");
  for (auto const& [id, node] : *root.table("calibration")) {
    if (!node.is_table()) fault(path.string(), node.source(), "calibration \"" + std::string(id.str()) + "\" takes a table");
    all.push_back(read_entry(std::string(id.str()), *node.as_table(), path.string()));
  }
  root.finish();
  if (all.empty()) root.fault_at("calibration", "holds no entry");
  return all;
}

}  // namespace ondol::meter::fit
