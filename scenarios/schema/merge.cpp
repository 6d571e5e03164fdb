#include "scenarios/schema/merge.hpp"

#include <algorithm>
#include <functional>

#include "scenarios/schema/key_path.hpp"

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
                                Faults& faults, Tags tags) {
  auto top = read_document(file, false, sources, faults, tags);
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
      faults.error(at, "extends \"" + extends->text + "\", but there is no file " + next.string() + file_suggestion(next));
    } else {
      chain.push_back(canonical);
      base = read_chain(next, chain, sources, faults, tags);
      chain.pop_back();
    }
  }
  std::erase_if(top->entries, [](auto const& e) { return e.key == "extends"; });
  if (!base) return std::nullopt;  // without its base the file would only look incomplete
  overlay(*base, std::move(*top));
  return base;
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

std::optional<Value> read_extended(std::filesystem::path const& file, Sources& sources, Faults& faults, Tags tags) {
  std::error_code ignored;
  std::vector<std::filesystem::path> chain{std::filesystem::weakly_canonical(file, ignored)};
  return read_chain(file, chain, sources, faults, tags);
}

namespace {

/// Where the steps of a path stand, so that a fault can quote the one that is wrong.
using PlaceOfStep = std::function<Place(PathStep const&)>;

/// The element of `list` with this id or name, or null and a fault.
Value* element(Value& list, PathStep const& step, Place const& place, Faults& faults) {
  std::vector<std::string> known;
  for (auto& item : list.items)
    if (auto const* h = handle(item)) {
      if (*h == step.key) return &item;
      known.push_back(*h);
    }
  auto const near = nearest(step.key, known);
  std::string message = "no element \"" + step.key + "\" in this list of " + std::to_string(list.items.size());
  if (!near.empty())
    message += "; did you mean \"" + near + "\"?";
  else if (known.empty())
    message += "; its elements have no name, address them by index: [0]";
  faults.error(place, message);
  return nullptr;
}

Value list_at(Place const& place) {
  Value list;
  list.kind = Value::Kind::array;
  list.place = place;
  return list;
}

/// Puts `value` where steps[i...] lead from `at`; tables on the way are made.
void assign(Value& root, std::vector<PathStep> const& steps, std::size_t i, Value const& value, PlaceOfStep const& place_of,
            Faults& faults) {
  Value* at = &root;
  for (; i < steps.size(); ++i) {
    auto const& step = steps[i];
    Place const place = place_of(step);
    if (at->is(Value::Kind::array)) {
      at = element(*at, step, place, faults);
      if (!at) return;
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
    std::size_t const count = at->is(Value::Kind::array) ? at->items.size() : 0;
    if (step.every) {
      if (count == 0) faults.error(place, "\"" + step.key + "\" has no elements");
      for (auto& item : at->items) assign(item, steps, i + 1, value, place_of, faults);
      return;
    }
    if (step.index) {
      bool const last = i + 1 == steps.size();
      if (*step.index == count && last && value.is(Value::Kind::table) && (at->is(Value::Kind::array) || at->entries.empty())) {
        if (!at->is(Value::Kind::array)) *at = list_at(place);  // one past the last: added
        at->items.emplace_back();
      } else if (*step.index >= count) {
        faults.error(place, "there is no element " + std::to_string(*step.index) + ": \"" + step.key + "\" has " +
                                std::to_string(count) +
                                (last ? "; a table given to [" + std::to_string(count) + "] is added" : ""));
        return;
      }
      at = &at->items[*step.index];
    }
  }
  // the key of a value that was there before keeps its place; unknown keys are new and carry the place given above
  *at = value;
}

}  // namespace

void stand_at(Value& v, Place const& place) {
  v.place = place;
  for (auto& item : v.items) stand_at(item, place);
  for (auto& e : v.entries) {
    e.key_place = place;
    stand_at(e.value, place);
  }
}

std::size_t end_of_key(std::string_view assignment) {
  char quote = 0;
  for (std::size_t i = 0; i < assignment.size(); ++i) {
    char const c = assignment[i];
    if (quote)
      quote = c == quote ? char{0} : quote;
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '=')
      return i;
  }
  return std::string_view::npos;
}

void apply_set(Value& root, std::string const& assignment, Sources& sources, Faults& faults) {
  auto const source = sources.add("--set", assignment, false);
  std::size_t const equals = end_of_key(assignment);
  Place const all{source, 1, 1, std::max<std::uint32_t>(1, static_cast<std::uint32_t>(assignment.size()))};
  if (equals == std::string::npos) {
    faults.error(all, "an override is written key=value, such as racks[0].count=12");
    return;
  }
  auto const path = trim(std::string_view(assignment).substr(0, equals));
  auto const steps = split_path(path);
  if (!steps) {
    faults.error({source, 1, 1, std::max<std::uint32_t>(1, static_cast<std::uint32_t>(path.size()))},
                 "not a path of keys; write it like hall.a.air.supply_temperature or racks[0].count");
    return;
  }
  std::size_t begin = equals + 1;
  while (begin < assignment.size() && assignment[begin] == ' ') ++begin;
  Value const value = parse_value(trim(std::string_view(assignment).substr(begin)), source, begin + 1, faults);
  assign(
      root, *steps, 0, value,
      [&](PathStep const& s) {
        return Place{source, 1, s.column, s.width};
      },
      faults);
}

void apply_override(Value& root, Override const& o, Sources& sources, Faults& faults) {
  if (!o.written) return apply_set(root, o.key + "=" + o.value, sources, faults);
  auto const place_of = [&](Fault const& f) {
    Sources::Source source;
    source.name = f.file;
    source.text = f.source_line;
    source.line_starts = {0};
    source.first_line = static_cast<std::uint32_t>(f.line);
    source.value = o.value;
    return Place{sources.add(std::move(source)), static_cast<std::uint32_t>(f.line), static_cast<std::uint32_t>(f.column),
                 static_cast<std::uint32_t>(f.width)};
  };
  Place const value_place = place_of(*o.written);
  Place const key_place = o.key_written ? place_of(*o.key_written) : value_place;
  auto const steps = split_path(o.key);
  if (!steps) {
    faults.error(key_place, in_quotes(o.key) + " is not a path of keys; write it like hall.a.air.supply_temperature");
    return;
  }
  Value value = parse_value(o.value, value_place.source, 1, faults);
  stand_at(value, value_place);
  assign(
      root, *steps, 0, value, [&](PathStep const&) { return key_place; }, faults);
}

}  // namespace ondol::schema
