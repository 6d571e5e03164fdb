#include "kernels/fit/toml_file.hpp"

#include <cmath>
#include <stdexcept>

#include "kernels/fit/quantity.hpp"

namespace ondol::meter::fit {

void fault(std::string const& file, toml::source_region const& where, std::string const& problem) {
  throw std::runtime_error(file + ":" + std::to_string(where.begin.line) + ":" + std::to_string(where.begin.column) + ": " +
                           problem);
}

toml::table parse_toml(std::string_view text, std::string const& file) {
  try {
    return toml::parse(text);
  } catch (toml::parse_error const& error) {
    fault(file, error.source(), std::string(error.description()));
  }
}

toml::node const* Keys::find(std::string_view key) {
  asked_.emplace(key);
  return table_.get(key);
}

toml::node const& Keys::need(std::string_view key) {
  if (auto const* node = find(key)) return *node;
  fault(file_, table_.source(), what_ + " has no \"" + std::string(key) + "\"");
}

toml::table const* Keys::table(std::string_view key) {
  auto const* node = find(key);
  if (node && !node->is_table()) fault_at(key, "takes a table");
  return node ? node->as_table() : nullptr;
}

std::string Keys::text(std::string_view key, std::optional<std::string> otherwise) {
  auto const* node = otherwise ? find(key) : &need(key);
  if (!node) return *otherwise;
  if (auto const text = node->value_exact<std::string>()) return *text;
  fault_at(key, "takes a text");
}

double Keys::number(std::string_view key, std::string_view unit) {
  need(key);
  return *number_if(key, unit);
}

std::optional<double> Keys::number_if(std::string_view key, std::string_view unit) {
  auto const* node = find(key);
  if (!node) return std::nullopt;
  if (unit.empty()) {
    auto const value = node->is_number() ? node->value<double>() : std::nullopt;
    if (value && std::isfinite(*value)) return value;
    fault_at(key, "takes a number");
  }
  auto const text = node->value_exact<std::string>();
  auto const value = text ? number_of(*text, unit) : std::nullopt;
  if (value) return value;
  fault_at(key, "takes a number and its unit, such as \"1.5 " + std::string(unit) + "\"");
}

void Keys::finish() const {
  for (auto const& [key, node] : table_)
    if (!asked_.contains(key.str())) fault(file_, key.source(), "unknown key \"" + std::string(key.str()) + "\" in " + what_);
}

void Keys::fault_at(std::string_view key, std::string const& problem) const {
  auto const* node = table_.get(key);
  fault(file_, node ? node->source() : table_.source(), "\"" + std::string(key) + "\" of " + what_ + " " + problem);
}

}  // namespace ondol::meter::fit
