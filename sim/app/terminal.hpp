#pragma once
/// What the terminal can show: colours and a progress line on a terminal, plain text when piped.

#include <cstddef>
#include <string>
#include <string_view>

#include "scenarios/base/error.hpp"

namespace ondol::app {

/// Colour on file descriptor `fd`: it is a terminal and NO_COLOR is not set [no-color.org].
bool colour_on(int fd);
bool is_terminal(int fd);

/// Columns and rows of the terminal on `fd`; 80 x 24 where it does not say.
struct TerminalSize {
  std::size_t columns = 80, rows = 24;
  bool operator==(TerminalSize const&) const = default;
};
TerminalSize terminal_size(int fd);
/// Whether the locale of the environment is one of UTF-8.
bool unicode_on();

/// Text of a scenario for one line of a terminal: without control characters and marks that turn the direction of writing;
/// where `unicode` is false, with "?" for each letter beyond ASCII.
std::string clean(std::string_view text, bool unicode);
/// Columns that a text takes: Korean and its neighbours two a letter.
std::size_t width_of(std::string_view text);
/// Cut between letters so that it takes at most `columns`; "~" says that something is gone.
std::string cut(std::string text, std::size_t columns);

/// The fault with the line of its file, where it knows only the place: what is found behind the reader.
Fault quoted(Fault fault);

std::string bold(std::string const& text, bool colour);
std::string dim(std::string const& text, bool colour);

/// A key figure: 217, 14.24, 0.8489; "-" for none.
std::string figure_text(double value);
/// 1.230 ms, 45.60 us.
std::string with_prefix(double x, char const* unit);
/// "12.3 s", "4 min 05 s", "3 h 20 min", "7 d 00 h".
std::string duration_text(double seconds);
/// ISO 8601 local date and time of `unix_s` at a fixed offset.
std::string date_text(double unix_s, double utc_offset_s);

}  // namespace ondol::app
