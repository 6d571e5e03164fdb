#include "kernels/fit/quantity.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace ondol::meter::fit {

std::optional<double> number_of(std::string_view text, std::string_view unit) {
  double value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
  std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (!unit.empty() && rest.starts_with(' ')) rest.remove_prefix(1);
  return rest == unit ? std::optional(value) : std::nullopt;
}

std::string text_of(double value, int digits) {
  std::array<char, 40> buffer{};
  auto const done = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::general, digits);
  return {buffer.data(), done.ptr};
}

std::string_view energy_unit(Channel c) {
  if (counts_bytes(c)) return "pJ/B";
  return c == Channel::integer || c == Channel::special ? "pJ/op" : "pJ/FLOP";
}

}  // namespace ondol::meter::fit
