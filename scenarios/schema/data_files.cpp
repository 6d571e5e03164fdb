#include <algorithm>

#include "scenarios/schema/describe.hpp"
#include "scenarios/schema/scenario_reader.hpp"

namespace ondol::schema {
namespace {

void collect(Fields const& fields, std::vector<std::filesystem::path>& out) {
  for (auto const& f : fields) {
    if (!f.applies) continue;
    if (auto const* g = std::get_if<slot::Group>(&f.slot)) {
      if (g->present()) collect(g->open(), out);
    } else if (auto const* l = std::get_if<slot::List>(&f.slot)) {
      for (std::size_t i = 0; i < l->size(); ++i) collect(l->at(i), out);
    } else if (f.is_path) {
      if (auto const* one = std::get_if<std::string*>(&f.slot); one && !(*one)->empty()) out.emplace_back(**one);
      if (auto const* many = std::get_if<std::vector<std::string>*>(&f.slot))
        out.insert(out.end(), (*many)->begin(), (*many)->end());
    }
  }
}

}  // namespace

std::vector<std::filesystem::path> data_files(Scenario const& scenario) {
  Scenario copy = scenario;  // descriptions bind to members that can be changed
  std::vector<std::filesystem::path> out;
  collect(Table::fields(copy), out);
  for (auto const& k : kinds())
    for (auto const& id : k.ids(copy)) collect(k.entry(copy, id), out);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace ondol::schema
