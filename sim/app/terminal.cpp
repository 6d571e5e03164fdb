#include "sim/app/terminal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <utility>

namespace ondol::app {

bool is_terminal(int fd) {
  return ::isatty(fd) == 1;
}

bool colour_on(int fd) {
  char const* const no_colour = std::getenv("NO_COLOR");
  return is_terminal(fd) && !(no_colour && *no_colour);
}

Fault quoted(Fault fault) {
  if (fault.line == 0 || !fault.source_line.empty()) return fault;
  std::ifstream file(fault.file);
  for (std::size_t line = 0; line < fault.line; ++line)
    if (!std::getline(file, fault.source_line)) {
      fault.source_line.clear();
      return fault;
    }
  if (fault.column == 0 || fault.column > fault.source_line.size()) return fault;
  // A text or a list up to its end, any other value up to a blank.
  auto const& line = fault.source_line;
  auto const first = fault.column - 1;
  auto end = line[first] == '"' || line[first] == '\'' ? line.find(line[first], first + 1)
             : line[first] == '['                      ? line.rfind(']')
                                                       : line.find_first_of(" \t\r,]}#", first + 1) - 1;
  if (end < first || end >= line.size()) end = line.find_last_not_of(" \t\r");
  fault.width = end - first + 1;
  return fault;
}

std::string bold(std::string const& text, bool colour) {
  return colour ? "\x1b[1m" + text + "\x1b[0m" : text;
}
std::string dim(std::string const& text, bool colour) {
  return colour ? "\x1b[2m" + text + "\x1b[0m" : text;
}

std::string figure_text(double value) {
  if (!std::isfinite(value)) return "-";
  double const size = std::abs(value);
  if (value == std::floor(value) && size < 1e9) return fmt::format("{:.0f}", value);
  return fmt::format("{:.{}f}", value, size >= 1000 ? 1 : size >= 10 ? 2 : 4);
}

std::string with_prefix(double x, char const* unit) {
  static std::pair<double, char const*> const prefixes[] = {{1e15, "P"}, {1e12, "T"}, {1e9, "G"},  {1e6, "M"},
                                                            {1e3, "k"},  {1, ""},     {1e-3, "m"}, {1e-6, "u"}};
  for (auto const& [size, name] : prefixes)
    if (std::abs(x) >= size) return fmt::format("{:#.4g} {}{}", x / size, name, unit);
  return fmt::format("{:#.4g} {}", x, unit);
}

std::string duration_text(double s) {
  if (!std::isfinite(s)) return "?";
  if (s < 60) return fmt::format("{:.1f} s", s);
  if (s < 3600) return fmt::format("{:.0f} min {:02.0f} s", std::floor(s / 60), std::fmod(s, 60));
  if (s < 86400) return fmt::format("{:.0f} h {:02.0f} min", std::floor(s / 3600), std::floor(std::fmod(s, 3600) / 60));
  return fmt::format("{:.0f} d {:02.0f} h", std::floor(s / 86400), std::floor(std::fmod(s, 86400) / 3600));
}

std::string date_text(double unix_s, double utc_offset_s) {
  std::time_t const t = static_cast<std::time_t>(std::floor(unix_s + utc_offset_s));
  std::tm parts{};
  ::gmtime_r(&t, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}

}  // namespace ondol::app
