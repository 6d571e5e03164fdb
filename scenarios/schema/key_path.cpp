#include "scenarios/schema/key_path.hpp"

#include <algorithm>
#include <charconv>

#include "scenarios/schema/decode.hpp"
#include "scenarios/schema/toml_text.hpp"

namespace ondol::schema {

std::optional<std::vector<PathStep>> split_path(std::string_view path) {
  std::vector<PathStep> steps;
  std::size_t i = 0;
  while (true) {
    PathStep step;
    step.column = static_cast<std::uint32_t>(i + 1);
    if (i < path.size() && (path[i] == '"' || path[i] == '\'')) {
      auto const end = path.find(path[i], i + 1);
      if (end == std::string_view::npos) return std::nullopt;
      step.key = path.substr(i + 1, end - i - 1);
      i = end + 1;
    } else {
      auto const end = std::min(path.find_first_of(".[", i), path.size());
      step.key = path.substr(i, end - i);
      i = end;
    }
    if (step.key.empty()) return std::nullopt;
    if (path.substr(i).starts_with("[*]")) {
      step.every = true;
      i += 3;
    } else if (i < path.size() && path[i] == '[') {
      std::size_t n = 0;
      auto const [end, error] = std::from_chars(path.data() + i + 1, path.data() + path.size(), n);
      if (error != std::errc{} || end == path.data() + path.size() || *end != ']') return std::nullopt;
      step.index = n;
      i = static_cast<std::size_t>(end - path.data()) + 1;
    }
    step.width = static_cast<std::uint32_t>(i + 1 - step.column);
    steps.push_back(std::move(step));
    if (i == path.size()) return steps;
    if (path[i] != '.') return std::nullopt;
    ++i;
  }
}

PathMeaning meaning_of(std::string_view path) {
  static Scenario nowhere;
  nowhere = Scenario{};
  PathMeaning out;
  auto const steps = split_path(path);
  if (!steps) {
    out.problem = "not a path of keys; write it like hall.a.air.supply_temperature or racks[0].count";
    out.width = std::max<std::uint32_t>(1, static_cast<std::uint32_t>(path.size()));
    return out;
  }
  Fields fields = Table::fields(nowhere);
  std::string before;
  for (std::size_t i = 0; i < steps->size(); ++i) {
    auto const& step = (*steps)[i];
    bool const last = i + 1 == steps->size();
    auto const wrong = [&](std::string problem) {
      out = {std::nullopt, std::move(problem), step.column, step.width};
      return out;
    };
    if (auto const* kind = i == 0 ? kind_named(step.key) : nullptr) {
      if (step.index || step.every || last)
        return wrong(in_quotes(step.key) + " holds catalogue entries: write " + step.key + ".\"vendor/id\".key");
      fields = kind->sample();
      ++i;  // any id
      if (i + 1 == steps->size()) return wrong("a catalogue entry is changed key by key: write the key after its id");
      before = step.key;
      continue;
    }
    std::vector<std::string> known;
    std::vector<Field const*> found;
    for (auto const& f : fields) {
      known.push_back(f.key);
      if (f.key == step.key) found.push_back(&f);
    }
    if (found.empty()) {
      if (before.empty())
        for (auto const& k : kinds()) known.emplace_back(k.key);
      return wrong("unknown key " + in_quotes(step.key) + (before.empty() ? "" : " in " + before) +
                   suggestion(step.key, known));
    }
    auto const applying = std::find_if(found.begin(), found.end(), [](Field const* f) { return f->applies; });
    Field field = applying == found.end() ? *found.front() : **applying;
    field.applies = true;
    before = step.key;
    auto const* group = std::get_if<slot::Group>(&field.slot);
    auto const* list = std::get_if<slot::List>(&field.slot);
    bool const shares = std::holds_alternative<std::map<std::string, double>*>(field.slot);
    if ((step.index || step.every) && !list)
      return wrong(in_quotes(step.key) + (group ? " is one table" : " is no list of tables") + ": leave out the brackets");
    bool const element = list && (step.index || step.every);
    if (last && !element) {
      out.field = std::move(field);
      return out;
    }
    if (last) return wrong("which key of " + step.key + "? Write it after the brackets");
    if (group) {
      fields = group->open();
    } else if (list) {
      fields = list->sample();
      if (!element && ++i + 1 == steps->size())
        return wrong("which key of " + in_quotes((*steps)[i].key) + "? Write it after the " +
                     (list->sample().empty() ? "name" : "id or name"));
    } else if (shares && i + 2 == steps->size()) {
      static double share;
      field.slot = &share;
      field.key = (*steps)[i + 1].key;
      out.field = std::move(field);
      return out;
    } else {
      return wrong(in_quotes(step.key) + " has no keys of its own");
    }
  }
  return out;
}

}  // namespace ondol::schema
