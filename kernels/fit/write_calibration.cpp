#include <cmath>
#include <fstream>
#include <ostream>
#include <stdexcept>

#include "kernels/fit/calibration.hpp"
#include "kernels/fit/quantity.hpp"

namespace ondol::meter::fit {
namespace {

std::string quoted(std::string const& text) {
  std::string q = "\"";
  for (char const c : text) {
    if (c == '"' || c == '\\') q += '\\';
    q += c == '\n' || c == '\t' ? ' ' : c;
  }
  return q + '"';
}

/// TOML tells integers from reals; every number here is a real.
std::string real(double value, int digits = 6) {
  std::string text = text_of(value, digits);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

std::string with_unit(double value, std::string_view unit) {
  return unit.empty() ? real(value) : quoted(text_of(value) + " " + std::string(unit));
}

void put(std::ostream& out, std::string_view key, Value const& v, std::string_view unit, double per_unit = 1) {
  std::string const value = with_unit(v.value / per_unit, unit);
  out << key << " = ";
  if (!v.uncertainty && v.tier.empty() && v.source.empty() && v.why.empty()) {
    out << value << '\n';
    return;
  }
  out << "{ value = " << value;
  if (v.uncertainty) out << ", uncertainty = " << real(*v.uncertainty, 3);
  if (!v.tier.empty()) out << ", tier = " << quoted(v.tier);
  if (!v.source.empty()) out << ", source = " << quoted(v.source);
  if (!v.why.empty()) out << ", why = " << quoted(v.why);
  out << " }\n";
}

void put(std::ostream& out, std::string_view key, std::optional<double> value, std::string_view unit, double per_unit = 1) {
  if (value) out << key << " = " << with_unit(*value / per_unit, unit) << '\n';
}

void put_covariance(std::ostream& out, Calibration const& c) {
  std::size_t const n = c.parameters.size();
  out << "parameters = [";
  for (std::size_t i = 0; i < n; ++i) out << (i ? ", " : "") << quoted(c.parameters[i]);
  out << "]\ncovariance = [\n";
  for (std::size_t i = 0; i < n; ++i) {
    out << "  [";
    for (std::size_t j = 0; j < n; ++j) out << (j ? ", " : "") << real(c.covariance[i * n + j]);
    out << "],\n";
  }
  out << "]\n";
}

void put_quality(std::ostream& out, CalibrationQuality const& q) {
  out << "windows_fit = " << q.windows_fit << "\nwindows_held_out = " << q.windows_held_out << '\n';
  for (auto const& [key, value] : {std::pair{"condition_number", std::optional(q.condition_number)},
                                   {"r2", q.r2},
                                   {"fit_mape", q.fit_mape},
                                   {"leave_one_kernel_out_mape", q.leave_one_kernel_out_mape},
                                   {"held_out_mape", q.held_out_mape},
                                   {"held_out_worst", q.held_out_worst},
                                   {"held_out_bias", q.held_out_bias}})
    if (value) out << key << " = " << real(*value, std::string_view(key) == "r2" ? 6 : 4) << '\n';
}

}  // namespace

void write_calibration(std::ostream& out, Calibration const& c) {
  std::string const table = "calibration." + quoted(c.id);
  out << '[' << table << "]\nformat = " << calibration_format << '\n';
  for (auto const& [key, text] : {std::pair{"name", c.name},
                                  {"source", c.source},
                                  {"tier", c.tier},
                                  {"date", c.date},
                                  {"driver", c.driver},
                                  {"board", c.board},
                                  {"note", c.note}})
    if (!text.empty()) out << key << " = " << quoted(text) << '\n';
  put(out, "reference_clock", c.reference_clock, "MHz", 1e6);
  put(out, "minimum_clock", c.minimum_clock, "MHz", 1e6);
  put(out, "lowest_clock", c.lowest_clock, "MHz", 1e6);
  put(out, "lowest_temperature", c.lowest_temperature, "degC");
  put(out, "highest_temperature", c.highest_temperature, "degC");
  put(out, "highest_power", c.highest_power, "W");
  put(out, "reference_temperature", std::optional(c.reference_temperature), "degC");
  for (std::size_t i = 0; i < scalars; ++i) put(out, scalar_names[i], c.scalar[i], unit(static_cast<Scalar>(i)));
  put(out, "limit_held", c.limit_held, "");
  put_covariance(out, c);
  for (auto const& [part, values] : {std::pair{"control", &c.control}, std::pair{"data", &c.data}}) {
    out << "\n[" << table << '.' << part << "]\n";
    for (std::size_t i = 0; i < channels; ++i)
      if ((*values)[i]) put(out, channel_names[i], *(*values)[i], energy_unit(static_cast<Channel>(i)), joules_per_picojoule);
  }
  if (c.thermal) {
    out << "\n[" << table << ".thermal]\n";
    for (std::size_t i = 0; i < 4; ++i) put(out, thermal_names[i], (*c.thermal)[i], thermal_units[i]);
  }
  out << "\n[" << table << ".quality]\n";
  put_quality(out, c.quality);
}

void write_calibration(std::filesystem::path const& path, Calibration const& c) {
  std::filesystem::path const partial = path.string() + ".partial";
  std::ofstream out(partial, std::ios::binary | std::ios::trunc);
  write_calibration(out, c);
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(partial, path, error);
  if (out && !error) return;
  std::filesystem::remove(partial, error);
  throw std::runtime_error(path.string() + ": cannot be written");
}

}  // namespace ondol::meter::fit
