#include "scenarios/schema/merge.hpp"

#include <algorithm>
#include <charconv>

namespace ondol::schema {
namespace {

/// The text that names a list element: its id, else its name.
std::string const* handle(Value const& element) {
  for (auto const* key : {"id", "name"})
    if (auto const* v = element.find(key); v && v->is(Value::Kind::text)) return &v->text;
  return nullptr;
}

bool is_named_list(Value const& v) {
  return v.is(Value::Kind::array) && !v.items.empty() &&
         std::all_of(v.items.begin(), v.items.end(), [](Value const& i) { return i.is(Value::Kind::table) && handle(i); });
}

std::optional<Value> read_chain(std::filesystem::path const& file, std::vector<std::filesystem::path>& chain, Sources& sources,
                                Faults& faults) {
  auto top = read_document(file, false, sources, faults);
  if (!top) return std::nullopt;
  auto const* extends = top->find("extends");
  if (!extends) return top;
  auto const at = extends->place;
  std::optional<Value> base;
  if (!extends->is(Value::Kind::text) || extends->text.empty()) {
    faults.error(at, "\"extends\" takes the name of another scenario file");
  } else {
    auto const next = (file.parent_path() / extends->text).lexically_normal();
    std::error_code ignored;
    auto const canonical = std::filesystem::weakly_canonical(next, ignored);
    if (std::find(chain.begin(), chain.end(), canonical) != chain.end()) {
      std::string circle;
      for (auto const& f : chain) circle += f.filename().string() + " -> ";
      faults.error(at, "files extend each other in a circle: " + circle + next.filename().string());
    } else if (!std::filesystem::exists(next, ignored)) {
      faults.error(at, "extends \"" + extends->text + "\", but there is no file " + next.string());
    } else {
      chain.push_back(canonical);
      base = read_chain(next, chain, sources, faults);
      chain.pop_back();
    }
  }
  std::erase_if(top->entries, [](auto const& e) { return e.key == "extends"; });
  if (!base) return std::nullopt;  // without its base the file would only look incomplete
  overlay(*base, std::move(*top));
  return base;
}

struct Step {
  std::string key;
  std::optional<std::size_t> index;  ///< [n] after the key
  std::uint32_t column = 1, width = 1;
};

/// Splits `racks[0].rack."a.b"` into steps; nothing when it is not a path.
std::optional<std::vector<Step>> split(std::string_view path) {
  std::vector<Step> steps;
  std::size_t i = 0;
  while (true) {
    Step step;
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
    if (i < path.size() && path[i] == '[') {
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

std::string_view trim(std::string_view s) {
  while (!s.empty() && s.front() == ' ') s.remove_prefix(1);
  while (!s.empty() && s.back() == ' ') s.remove_suffix(1);
  return s;
}

}  // namespace

void overlay(Value& base, Value top) {
  if (base.is(Value::Kind::table) && top.is(Value::Kind::table) && !top.find("form")) {
    for (auto& e : top.entries) {
      if (auto* below = base.find(e.key))
        overlay(*below, std::move(e.value));
      else
        base.entries.push_back(std::move(e));
    }
    if (top.place.line) base.place = top.place;
    if (top.tag) base.tag = top.tag;
    return;
  }
  if (is_named_list(base) && is_named_list(top)) {
    for (auto& item : top.items) {
      auto const same =
          std::find_if(base.items.begin(), base.items.end(), [&](Value const& b) { return *handle(b) == *handle(item); });
      if (same != base.items.end())
        overlay(*same, std::move(item));
      else
        base.items.push_back(std::move(item));
    }
    base.place = top.place;
    return;
  }
  base = std::move(top);
}

std::optional<Value> read_extended(std::filesystem::path const& file, Sources& sources, Faults& faults) {
  std::error_code ignored;
  std::vector<std::filesystem::path> chain{std::filesystem::weakly_canonical(file, ignored)};
  return read_chain(file, chain, sources, faults);
}

void apply_set(Value& root, std::string const& assignment, Sources& sources, Faults& faults) {
  auto const source = sources.add("--set", assignment, false);
  // The first "=" outside quotes ends the path.
  char quote = 0;
  std::size_t equals = std::string::npos;
  for (std::size_t i = 0; i < assignment.size() && equals == std::string::npos; ++i) {
    char const c = assignment[i];
    if (quote)
      quote = c == quote ? char{0} : quote;
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '=')
      equals = i;
  }
  Place const all{source, 1, 1, std::max<std::uint32_t>(1, static_cast<std::uint32_t>(assignment.size()))};
  if (equals == std::string::npos) {
    faults.error(all, "an override is written key=value, such as racks[0].count=12");
    return;
  }
  auto const path = trim(std::string_view(assignment).substr(0, equals));
  auto const steps = split(path);
  if (!steps) {
    faults.error({source, 1, 1, std::max<std::uint32_t>(1, static_cast<std::uint32_t>(path.size()))},
                 "not a path of keys; write it like hall.a.air.supply_temperature or racks[0].count");
    return;
  }
  std::size_t begin = equals + 1;
  while (begin < assignment.size() && assignment[begin] == ' ') ++begin;
  Value value = parse_value(trim(std::string_view(assignment).substr(begin)), source, begin + 1, faults);

  Value* at = &root;
  for (auto const& step : *steps) {
    Place const place{source, 1, step.column, step.width};
    if (at->is(Value::Kind::array)) {  // by id or name
      std::vector<std::string> known;
      Value* found = nullptr;
      for (auto& item : at->items)
        if (auto const* h = handle(item)) {
          known.push_back(*h);
          if (*h == step.key) found = &item;
        }
      if (!found) {
        auto const near = nearest(step.key, known);
        std::string message = "no element \"" + step.key + "\" in this list of " + std::to_string(at->items.size());
        if (!near.empty())
          message += "; did you mean \"" + near + "\"?";
        else if (known.empty())
          message += "; its elements have no name, address them by index: [0]";
        faults.error(place, message);
        return;
      }
      at = found;
    } else {
      if (!at->is(Value::Kind::table)) {
        faults.error(place, "what stands before it is " + std::string(kind_name(at->kind)) + ", which has no keys");
        return;
      }
      Value* next = at->find(step.key);
      if (!next) {
        Value table;
        table.place = place;
        at->entries.push_back({step.key, place, std::move(table)});
        next = &at->entries.back().value;
      }
      at = next;
    }
    if (step.index) {
      if (!at->is(Value::Kind::array) || *step.index >= at->items.size()) {
        faults.error(place, "there is no element " + std::to_string(*step.index) + ": \"" + step.key + "\" has " +
                                std::to_string(at->is(Value::Kind::array) ? at->items.size() : 0));
        return;
      }
      at = &at->items[*step.index];
    }
  }
  // the key of a value that was there before keeps its place; unknown keys are new and carry the place given above
  *at = std::move(value);
}

}  // namespace ondol::schema
