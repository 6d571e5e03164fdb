#include "scenarios/base/error.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace ondol {

std::string format(Fault const& f, bool colour) {
  auto const paint = [colour](char const* code, std::string const& text) {
    return colour ? std::string("\x1b[") + code + "m" + text + "\x1b[0m" : text;
  };
  std::string out;
  if (!f.file.empty()) {
    out += f.file;
    if (f.line) out += ":" + std::to_string(f.line) + ":" + std::to_string(f.column);
    out += ": ";
  }
  out += f.severity == Severity::error ? paint("1;31", "error") : paint("1;33", "warning");
  out += ": " + f.message;
  if (f.line && !f.source_line.empty()) {
    std::string const number = std::to_string(f.line);
    std::string pad;  // repeats tabs of the source line so that the caret stands under its word
    for (std::size_t i = 0; i + 1 < f.column && i < f.source_line.size(); ++i) pad += f.source_line[i] == '\t' ? '\t' : ' ';
    out += "\n  " + number + " | " + f.source_line;
    out += "\n  " + std::string(number.size(), ' ') + " | " + pad + paint("1;32", std::string(std::max<std::size_t>(1, f.width), '^'));
  }
  return out;
}

namespace {
std::string join(std::vector<Fault> const& all) {
  std::string text;
  for (auto const& f : all) text += (text.empty() ? "" : "\n") + format(f);
  return text;
}
}  // namespace

InputError::InputError(std::vector<Fault> all) : std::runtime_error(join(all)), faults_(std::move(all)) {}
namespace {
Fault placeless(std::string message) {
  Fault fault;
  fault.message = std::move(message);
  return fault;
}
}  // namespace

InputError::InputError(std::string message) : InputError(std::vector<Fault>{placeless(std::move(message))}) {}

std::string nearest(std::string const& word, std::vector<std::string> const& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  std::vector<std::size_t> row;
  for (auto const& c : candidates) {
    row.resize(c.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j <= c.size(); ++j) {
        std::size_t const substitute = diagonal + (word[i - 1] != c[j - 1]);
        diagonal = row[j];
        row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
      }
    }
    if (row[c.size()] < best_distance) {
      best_distance = row[c.size()];
      best = c;
    }
  }
  return best;
}

}  // namespace ondol
