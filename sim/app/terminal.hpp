#pragma once
/// What the terminal can show: colours and a progress line on a terminal, plain text when piped.

#include <string>

#include "scenarios/base/error.hpp"

namespace ondol::app {

/// Colour on file descriptor `fd`: it is a terminal and NO_COLOR is not set [no-color.org].
bool colour_on(int fd);
bool is_terminal(int fd);

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
