#include "scenarios/base/error.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace ondol {

namespace {

/// What stands below the characters before `column`: tabs as they are, two blanks for a letter that terminals draw twice as
/// wide (Hangul, CJK), one for any other.
std::string lead(std::string const& line, std::size_t column) {
  std::string out;
  std::size_t i = 0;
  for (std::size_t at = 1; at < column && i < line.size(); ++at) {
    auto const byte = static_cast<unsigned char>(line[i]);
    std::size_t const length = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    unsigned code = length == 1 ? byte : byte & (0xFFU >> (length + 1));
    for (std::size_t k = i + 1; k < i + length && k < line.size(); ++k)
      code = code << 6 | (static_cast<unsigned char>(line[k]) & 0x3FU);
    bool const wide = (code >= 0x1100 && code <= 0x115F) || (code >= 0x2E80 && code <= 0xA4CF) ||
                      (code >= 0xAC00 && code <= 0xD7A3) || (code >= 0xF900 && code <= 0xFAFF) ||
                      (code >= 0xFF00 && code <= 0xFF60);
    out += byte == '\t' ? "\t" : wide ? "  " : " ";
    i += length;
  }
  return out;
}

}  // namespace

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
    out += "\n  " + number + " | " + f.source_line;
    out += "\n  " + std::string(number.size(), ' ') + " | " + lead(f.source_line, f.column) +
           paint("1;32", std::string(std::max<std::size_t>(1, f.width), '^'));
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
  std::size_t best_distance = std::min(std::max<std::size_t>(2, word.size() / 3) + 1, word.size());  // never every letter
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
