#include <algorithm>
#include <tuple>

#include "scenarios/schema/document.hpp"

namespace ondol::schema {

char const* kind_name(Value::Kind kind) {
  switch (kind) {
    case Value::Kind::boolean:
      return "true or false";
    case Value::Kind::integer:
      return "a whole number";
    case Value::Kind::real:
      return "a number";
    case Value::Kind::text:
      return "a text";
    case Value::Kind::time:
      return "a date";
    case Value::Kind::array:
      return "a list";
    case Value::Kind::table:
      return "a table";
  }
  return "";
}

std::uint32_t Sources::add(Source source) {
  all_.push_back(std::move(source));
  return static_cast<std::uint32_t>(all_.size() - 1);
}

std::uint32_t Sources::add(std::string name, std::string text, bool catalogue) {
  Source s;
  s.name = std::move(name);
  s.text = std::move(text);
  s.catalogue = catalogue;
  s.line_starts.push_back(0);
  for (std::size_t i = 0; i < s.text.size(); ++i)
    if (s.text[i] == '\n') s.line_starts.push_back(i + 1);
  return add(std::move(s));
}

std::string Sources::line(Place const& place) const {
  if (place.source >= all_.size()) return {};
  auto const& s = all_[place.source];
  if (place.line < s.first_line || place.line - s.first_line >= s.line_starts.size()) return {};
  std::size_t const begin = s.line_starts[place.line - s.first_line];
  std::size_t end = s.text.find('\n', begin);
  if (end == std::string::npos) end = s.text.size();
  if (end > begin && s.text[end - 1] == '\r') --end;
  std::string line = s.text.substr(begin, std::min<std::size_t>(end - begin, 400));
  for (char& c : line)  // no terminal escapes from a scenario
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t') c = '?';
  return line;
}

Fault Sources::fault(Place const& place, std::string message, Severity severity) const {
  Fault f;
  f.severity = severity;
  f.file = all_[place.source].name;
  f.line = place.line;
  f.column = place.line ? place.column : 0;
  f.source_line = line(place);
  f.width = place.width;
  f.message = std::move(message);
  return f;
}

void Faults::add(Severity severity, Place const& place, std::string message) {
  for (char& c : message)  // a scenario's text may be quoted in it: no terminal escapes
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  for (auto const& i : items_)
    if (i.place.source == place.source && i.place.line == place.line && i.place.column == place.column && i.message == message)
      return;
  if (severity == Severity::error) ++errors_;
  if (items_.size() < 1000) items_.push_back({severity, place, std::move(message)});
}

std::vector<Fault> Faults::sorted(Severity severity) const {
  std::vector<Item const*> order;
  for (auto const& i : items_)
    if (i.severity == severity) order.push_back(&i);
  std::stable_sort(order.begin(), order.end(), [](Item const* a, Item const* b) {
    return std::tie(a->place.source, a->place.line, a->place.column) <
           std::tie(b->place.source, b->place.line, b->place.column);
  });
  std::vector<Fault> out;
  for (auto const* i : order) out.push_back(sources_.fault(i->place, i->message, i->severity));
  return out;
}

}  // namespace ondol::schema
