#include "sim/app/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <span>
#include <utility>

namespace ondol::app {

bool is_terminal(int fd) {
  return ::isatty(fd) == 1;
}

bool colour_on(int fd) {
  char const* const no_colour = std::getenv("NO_COLOR");
  return is_terminal(fd) && !(no_colour && *no_colour);
}

TerminalSize terminal_size(int fd) {
  winsize size{};
  TerminalSize found;
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0) return found;
  if (size.ws_col > 0) found.columns = size.ws_col;
  if (size.ws_row > 0) found.rows = size.ws_row;
  return found;
}

bool unicode_on() {
  // The first that is set and not empty decides [posix, 8.2].
  for (char const* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    char const* const value = std::getenv(name);
    if (!value || !*value) continue;
    std::string_view const locale = value;
    for (auto const* spelling : {"UTF-8", "utf-8", "UTF8", "utf8"})
      if (locale.find(spelling) != std::string_view::npos) return true;
    return false;
  }
  return false;
}

namespace {

struct Letter {
  char32_t code = 0;
  std::size_t bytes = 1;
};

/// The first letter of a text; what is no UTF-8 reads as U+FFFD, byte by byte.
Letter first_letter(std::string_view text) {
  auto const lead = static_cast<unsigned char>(text.front());
  std::size_t const bytes = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
  if (bytes == 0 || bytes > text.size()) return {0xFFFD, 1};
  char32_t code = bytes == 1 ? lead : lead & (0xFFu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    auto const next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return {0xFFFD, 1};
    code = code << 6 | (next & 0x3Fu);
  }
  return {code, bytes};
}

bool within(char32_t code, std::span<std::array<char32_t, 2> const> ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [&](auto const& r) { return code >= r[0] && code <= r[1]; });
}

/// Control characters, marks of direction, joiners, ends of lines, tags: nothing that a terminal should act on.
constexpr std::array<char32_t, 2> acts[] = {{0, 0x1F},        {0x7F, 0x9F},      {0xAD, 0xAD},     {0x061C, 0x061C},
                                            {0x200B, 0x200F}, {0x2028, 0x202E},  {0x2060, 0x206F}, {0xFEFF, 0xFEFF},
                                            {0xFFF9, 0xFFFB}, {0xE0000, 0xE0FFF}};
/// Twice as wide as a Latin letter [uax11: W and F].
constexpr std::array<char32_t, 2> wide[] = {{0x1100, 0x115F},   {0x2E80, 0xA4CF},  {0xA960, 0xA97F}, {0xAC00, 0xD7A3},
                                            {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},  {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6},
                                            {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
/// Marks that stand on the letter before.
constexpr std::array<char32_t, 2> on_top[] = {{0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
                                              {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};

std::size_t letter_width(char32_t code) {
  return within(code, on_top) ? 0 : within(code, wide) ? 2 : 1;
}

}  // namespace

std::string clean(std::string_view text, bool unicode) {
  std::string shown;
  while (!text.empty()) {
    auto const [code, bytes] = first_letter(text);
    if (code == 0xFFFD || (!unicode && code >= 0x80))
      shown += unicode ? "\xEF\xBF\xBD" : "?";
    else if (!within(code, acts))
      shown += text.substr(0, bytes);
    text.remove_prefix(bytes);
  }
  return shown;
}

std::size_t width_of(std::string_view text) {
  std::size_t taken = 0;
  while (!text.empty()) {
    auto const [code, bytes] = first_letter(text);
    taken += letter_width(code);
    text.remove_prefix(bytes);
  }
  return taken;
}

std::string cut(std::string text, std::size_t columns) {
  std::size_t taken = 0, at = 0, fits = 0;  // fits: bytes that leave a column for "~"
  while (at < text.size()) {
    auto const [code, bytes] = first_letter(std::string_view(text).substr(at));
    taken += letter_width(code);
    if (taken > columns) {
      text.resize(fits);
      return columns > 0 ? text + "~" : text;
    }
    at += bytes;
    if (taken < columns) fits = at;
  }
  return text;
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
