#include "kernels/fit/table.hpp"

#include <charconv>
#include <cstdint>
#include <fstream>
#include <limits>
#include <stdexcept>

namespace ondol::meter::fit {
namespace {

double number(std::string_view field) {
  if (field.starts_with("0x")) {
    std::uint64_t bits = 0;
    auto const done = std::from_chars(field.data() + 2, field.data() + field.size(), bits, 16);
    return done.ec == std::errc() ? static_cast<double>(bits) : std::numeric_limits<double>::quiet_NaN();
  }
  double value = 0;
  auto const [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  return error == std::errc() && end == field.data() + field.size() ? value : std::numeric_limits<double>::quiet_NaN();
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    std::size_t const comma = line.find(',');
    fields.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return fields;
    line.remove_prefix(comma + 1);
  }
}

/// Walks a JSON text far enough to tell names, scalars and nesting apart.
class Walker {
 public:
  Walker(std::string_view text, std::string const& file) : text_(text), file_(file) {}

  std::map<std::string, std::string, std::less<>> object() {
    std::map<std::string, std::string, std::less<>> all;
    expect('{');
    if (peek() == '}') return all;
    for (;;) {
      std::string const name = string();
      expect(':');
      if (char const c = peek(); c == '{' || c == '[')
        skip();
      else
        all[name] = c == '"' ? string() : bare();
      if (peek() == '}') return all;
      expect(',');
    }
  }

 private:
  char peek() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
    if (at_ == text_.size()) throw std::runtime_error(file_ + ": ends in the middle");
    return text_[at_];
  }
  void expect(char c) {
    if (peek() != c)
      throw std::runtime_error(file_ + ": no JSON object: \"" + c + "\" expected at byte " + std::to_string(at_));
    ++at_;
  }
  std::string string() {
    expect('"');
    std::string value;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      value += text_[at_];
    }
    expect('"');
    return value;
  }
  std::string bare() {
    std::size_t const end = text_.find_first_of(",}] \t\r\n", at_);
    std::string const value(text_.substr(at_, end - at_));
    at_ += value.size();
    return value;
  }
  void skip() {
    int depth = 0;
    do {
      char const c = peek();
      if (c == '"') {
        string();
        continue;
      }
      depth += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
      ++at_;
    } while (depth > 0);
  }

  std::string_view text_;
  std::string const& file_;
  std::size_t at_ = 0;
};

}  // namespace

Table read_table(std::filesystem::path const& path) {
  Table table;
  std::ifstream in(path, std::ios::binary);
  std::string line;
  if (!std::getline(in, line)) return table;
  std::vector<std::vector<double>*> order;
  for (auto const name : split(line)) order.push_back(&table[std::string(name)]);
  while (std::getline(in, line) && !in.eof()) {
    auto const fields = split(line);
    if (fields.size() != order.size())
      throw std::runtime_error(path.string() + ": a row has " + std::to_string(fields.size()) + " fields, the header " +
                               std::to_string(order.size()));
    for (std::size_t i = 0; i < order.size(); ++i) order[i]->push_back(number(fields[i]));
  }
  return table;
}

std::vector<double> const& column(Table const& table, std::string_view name) {
  static std::vector<double> const none;
  auto const found = table.find(name);
  return found == table.end() ? none : found->second;
}

std::map<std::string, std::string, std::less<>> flat_json(std::string const& text, std::string const& file) {
  return Walker(text, file).object();
}

}  // namespace ondol::meter::fit
