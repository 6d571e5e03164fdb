#include "kernels/meter/campaign.hpp"

#include <charconv>
#include <cstdio>
#include <stdexcept>
#include <utility>

namespace ondol::meter {
namespace {

std::string digits(double value) {
  char buffer[32];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}
std::string digits(std::optional<double> const& value) {
  return value ? digits(*value) : "";
}
/// To the microsecond, which is more than any of these times is worth.
std::string moment(double t_s) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.6f", t_s);
  return buffer;
}
std::string hexadecimal(std::uint64_t bits) {
  char buffer[32];
  return "0x" + std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, bits, 16).ptr);
}

}  // namespace

Campaign::Campaign(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::error_code error;
  if (std::filesystem::exists(folder_ / "windows.csv", error) || std::filesystem::exists(folder_ / "log.txt", error))
    throw std::runtime_error(folder_.string() + ": holds a campaign already; choose another folder");
  std::filesystem::create_directories(folder_, error);
  if (error) throw std::runtime_error(folder_.string() + ": cannot be made: " + error.message());
  windows_csv_ = open("windows.csv");
  samples_csv_ = open("samples.csv");
  clocktrace_csv_ = open("clocktrace.csv");
  log_txt_ = open("log.txt");
  write_window_header(windows_csv_);
  samples_csv_ << "t_s,power_instant_w,power_average_w,memory_power_w,temperature_c,memory_temperature_c,sm_clock_hz,"
                  "memory_clock_hz,reasons,energy_j\n";
  clocktrace_csv_ << "t_s,sm_clock_hz\n";
  windows_csv_.flush();
  samples_csv_.flush();
  clocktrace_csv_.flush();
}

std::ofstream Campaign::open(char const* file) const {
  std::ofstream out(folder_ / file, std::ios::binary);
  if (!out) throw std::runtime_error((folder_ / file).string() + ": cannot be written");
  return out;
}

void Campaign::add(Window w) {
  w.number = windows_++;
  write_window(windows_csv_, w);
  samples_csv_.flush();
  if (!windows_csv_.flush()) throw std::runtime_error((folder_ / "windows.csv").string() + ": cannot be written");
}

void Campaign::add(Sample const& s) {
  samples_csv_ << moment(s.t_s) << ',' << digits(s.power_instant_w) << ',' << digits(s.power_average_w) << ','
               << digits(s.memory_power_w) << ',' << digits(s.temperature_c) << ',' << digits(s.memory_temperature_c) << ','
               << digits(s.sm_clock_hz) << ',' << digits(s.memory_clock_hz) << ',' << hexadecimal(s.reasons) << ','
               << digits(s.energy_j) << '\n';
}

void Campaign::add(std::vector<ClockPoint> const& points) {
  for (ClockPoint const& p : points) clocktrace_csv_ << moment(p.t_s) << ',' << digits(p.sm_clock_hz) << '\n';
  clocktrace_csv_.flush();
}

void Campaign::log(double t_s, std::string_view line) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%9.3f  ", t_s);
  log_txt_ << buffer << line << '\n';
  log_txt_.flush();
}

void Campaign::write(std::string_view file, Json const& json) {
  std::ofstream out(folder_ / file, std::ios::binary);
  out << json.file();
  if (!out.flush()) throw std::runtime_error((folder_ / file).string() + ": cannot be written");
}

}  // namespace ondol::meter
