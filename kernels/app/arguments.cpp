#include "kernels/app/arguments.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace ondol::meter {

Arguments::Arguments(std::span<std::string const> words, std::span<Option const> options) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string const& word = words[i];
    std::size_t const equals = word.find('=');
    std::string const name = word.substr(0, equals);
    auto const known = std::find_if(options.begin(), options.end(), [&](Option const& o) { return o.name == name; });
    if (known == options.end()) throw BadInput("unknown argument " + word + "; `ondol-meter --help` lists them");
    if (!known->takes_value && equals != std::string::npos) throw BadInput(name + " takes no value");
    std::string value;
    if (known->takes_value) {
      if (equals == std::string::npos && i + 1 == words.size()) throw BadInput(name + " lacks its value");
      value = equals == std::string::npos ? words[++i] : word.substr(equals + 1);
      if (value.empty()) throw BadInput(name + " lacks its value");
    }
    if (!values_.emplace(name, value).second) throw BadInput(name + " stands twice");
  }
}

std::string Arguments::text(std::string_view name, std::string_view otherwise) const {
  auto const found = values_.find(name);
  return found == values_.end() ? std::string(otherwise) : found->second;
}

double Arguments::number(std::string_view name, std::string_view text, double least) const {
  double value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value) || value < least)
    throw BadInput(std::string(name) + " = " + std::string(text) + " is no number, or too small");
  return value;
}

double Arguments::seconds(std::string_view name, double otherwise, double least) const {
  auto const found = values_.find(name);
  if (found == values_.end()) return otherwise;
  std::string_view text = found->second;
  if (text.ends_with('s')) text.remove_suffix(1);
  return number(name, text, least);
}

double Arguments::factor(std::string_view name, double otherwise) const {
  auto const found = values_.find(name);
  return found == values_.end() ? otherwise : number(name, found->second, 1e-3);
}

std::uint64_t Arguments::whole(std::string_view name, std::uint64_t otherwise) const {
  auto const found = values_.find(name);
  if (found == values_.end()) return otherwise;
  std::string const& text = found->second;
  std::uint64_t value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw BadInput(std::string(name) + " = " + text + " is no whole number");
  return value;
}

}  // namespace ondol::meter
