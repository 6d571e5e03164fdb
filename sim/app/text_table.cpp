#include "sim/app/text_table.hpp"

#include <algorithm>

#include "sim/app/terminal.hpp"

namespace ondol::app {

namespace {
bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}
}  // namespace

std::size_t width(std::string const& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string shortened(std::string const& text, std::size_t most) {
  auto const size = width(text);
  if (size <= most) return text;
  auto const tail = text.starts_with('"') ? most / 2 : 0;
  auto const head = most - 1 - tail;
  std::string out;
  std::size_t seen = 0;  // characters up to here
  for (char const c : text) {
    if (begins_character(c) && ++seen == head + 1) out += "…";
    if (seen <= head || seen > size - tail) out += c;
  }
  return out;
}

void TextTable::row(std::vector<std::string> cells, Look look) {
  rows_.push_back({std::move(cells), look});
}

std::string TextTable::text(bool colour) const {
  std::vector<std::size_t> widths(alignment_.size());
  for (auto const& r : rows_)
    for (std::size_t i = 0; i < r.cells.size(); ++i) widths[i] = std::max(widths[i], width(r.cells[i]));
  std::string out;
  for (auto const& r : rows_) {
    std::string line;
    for (std::size_t i = 0; i < r.cells.size(); ++i) {
      std::string const padding(widths[i] - width(r.cells[i]), ' ');
      line += "  " + (alignment_[i] == 'r' ? padding + r.cells[i] : r.cells[i] + padding);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += (r.look == Look::bold ? bold(line, colour) : r.look == Look::dim ? dim(line, colour) : line) + "\n";
  }
  return out;
}

}  // namespace ondol::app
