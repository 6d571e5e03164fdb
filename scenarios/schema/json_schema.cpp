#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "scenarios/schema/describe.hpp"
#include "scenarios/schema/read.hpp"
#include "scenarios/schema/sweep_file.hpp"

namespace ondol::schema {
namespace {

using json = nlohmann::ordered_json;

/// Tells descriptions as JSON Schema.
struct Language {
  bool has_tags;  ///< values may say where they are from; those of sweep files do not
  json or_tagged(json plain) const;
  json quantity(Dimension const& d) const;
  json value(Field const& f) const;
  json object(Fields const& fields, bool with_extends) const;
};

/// A plain value, or the same beside its source: { value = ..., tier = ..., source = ... }.
json Language::or_tagged(json plain) const {
  if (!has_tags) return plain;
  json tagged{{"type", "object"},
              {"properties",
               {{"value", plain},
                {"source", {{"type", "string"}}},
                {"tier", {{"$ref", "#/$defs/tier"}}},
                {"uncertainty", {{"type", "number"}, {"minimum", 0}}},
                {"draw", {{"type", "integer"}, {"minimum", 1}}},
                {"why", {{"type", "string"}}}}},
              {"required", {"value"}},
              {"additionalProperties", false}};
  return {{"anyOf", {std::move(plain), std::move(tagged)}}};
}

void bound(json& j, Field const& f) {
  if (std::isfinite(f.low)) j[f.above_low ? "exclusiveMinimum" : "minimum"] = f.low;
  if (std::isfinite(f.high)) j["maximum"] = f.high;
}

/// Name of the definition of a quantity: power, mass_flow.
std::string definition_of(Dimension const& d) {
  std::string name = d.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

/// A number with a unit; that the unit fits is for `ondol check` to see.
json Language::quantity(Dimension const& d) const {
  json examples = json::array();
  for (auto const* u : d.units) examples.push_back("1 " + std::string(u));
  return or_tagged({{"type", "string"},
                    {"pattern", "^\\s*[+-]?[0-9.][0-9_.]*([eE][+-]?[0-9]+)?\\s*[^0-9\\s._+-].*$"},
                    {"examples", examples}});
}

/// Keys that must be there whatever others say; `ondol check` sees to the rest.
json required(Fields const& fields) {
  json keys = json::array();
  for (auto const& f : fields)
    if (f.is_required && f.condition.empty()) keys.push_back(f.key);
  return keys;
}

json Language::value(Field const& f) const {
  if (auto const* q = std::get_if<slot::Quantity>(&f.slot)) {
    return {{"$ref", "#/$defs/" + definition_of(*q->dimension)}};
  }
  if (std::holds_alternative<slot::Choice>(f.slot)) return or_tagged({{"enum", f.choices}});
  if (std::holds_alternative<slot::Instant>(f.slot))
    return or_tagged(
        {{"type", "string"}, {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})?)?$"}});
  if (auto const* r = std::get_if<slot::Raw>(&f.slot)) {
    using Shape = slot::Raw::Shape;
    if (r->shape == Shape::list) return {{"type", "array"}};
    if (r->shape == Shape::table) return {{"type", "object"}};
    return {{"type", {"number", "string"}}};
  }
  if (auto const* g = std::get_if<slot::Group>(&f.slot)) return object(g->open(), false);
  if (auto const* l = std::get_if<slot::List>(&f.slot)) {
    json items = object(l->sample(), false);
    // Elements with an id may be parts laid over those of another file; elements without one always stand whole.
    auto const element = l->sample();
    if (std::none_of(element.begin(), element.end(), [](Field const& e) { return e.is_identity; }))
      items["required"] = required(element);
    return {{"type", "array"}, {"items", std::move(items)}};
  }
  if (std::holds_alternative<double*>(f.slot)) {
    json n{{"type", "number"}};
    bound(n, f);
    return or_tagged(n);
  }
  if (std::holds_alternative<int*>(f.slot) || std::holds_alternative<std::uint64_t*>(f.slot)) {
    json n{{"type", "integer"}};
    bound(n, f);
    return or_tagged(n);
  }
  if (std::holds_alternative<bool*>(f.slot)) return or_tagged({{"type", "boolean"}});
  json text{{"type", "string"}};
  if (!f.choices.empty()) text = {{"enum", f.choices}};
  if (f.is_required && std::holds_alternative<std::string*>(f.slot) && f.choices.empty()) text["minLength"] = 1;
  if (std::holds_alternative<std::string*>(f.slot)) return or_tagged(text);
  if (std::holds_alternative<std::vector<std::string>*>(f.slot))
    return or_tagged({{"type", "array"}, {"items", text}, {"uniqueItems", true}});
  if (std::holds_alternative<std::vector<int>*>(f.slot)) {
    json n{{"type", "integer"}};
    bound(n, f);
    return or_tagged({{"type", "array"}, {"items", n}, {"uniqueItems", !f.may_repeat}});
  }
  json n{{"type", "number"}};
  bound(n, f);
  if (std::holds_alternative<std::map<std::string, double>*>(f.slot))
    return {{"type", "object"}, {"additionalProperties", or_tagged(n)}};
  json list{{"type", "array"}, {"items", n}};
  if (std::holds_alternative<std::vector<std::vector<double>>*>(f.slot)) return or_tagged({{"type", "array"}, {"items", list}});
  if (auto const* fixed = std::get_if<std::span<double>>(&f.slot)) list["minItems"] = list["maxItems"] = fixed->size();
  return or_tagged(list);
}

/// A table.  A key that another file or entry may supply (`extends`) cannot be required here; `ondol check` sees to that.
json Language::object(Fields const& fields, bool with_extends) const {
  json properties = json::object();
  for (auto const& f : fields) {
    json v = value(f);
    v["description"] = f.doc;
    if (properties.contains(f.key))
      properties[f.key] = {{"anyOf", {properties[f.key], std::move(v)}}};
    else
      properties[f.key] = std::move(v);
  }
  if (with_extends)
    properties["extends"] = {{"type", "string"},
                             {"description", "id of the entry whose values this one takes over; \"\": none"}};
  if (has_tags) {
    properties["source"] = {{"type", "string"}, {"description", "reference key of the values below"}};
    properties["tier"] = {{"$ref", "#/$defs/tier"}};
    properties["uncertainty"] = {{"type", "number"}, {"minimum", 0}};
    properties["why"] = {{"type", "string"}, {"description", "reason of an assumption"}};
  }
  return {{"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
}

/// A file that may extend another of its kind and may hold catalogue entries.
json file_schema(char const* title, char const* what, Fields const& fields) {
  Language const language{true};
  json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
  schema["$defs"]["tier"] = {{"enum", {"measured", "literature", "datasheet", "assumed", "user"}},
                             {"description", "how well the number is known"}};
  for (auto const* d : all_dimensions()) schema["$defs"][definition_of(*d)] = language.quantity(*d);
  json const root = language.object(fields, false);
  schema.update(root);
  schema["properties"]["extends"] = {{"type", "string"},
                                     {"description", std::string(what) + " file whose values this one takes over"}};
  schema["if"] = {{"required", {"extends"}}};
  schema["then"] = true;
  schema["else"] = {{"required", required(fields)}};
  for (auto const& k : kinds())
    schema["properties"][k.key] = {
        {"type", "object"}, {"description", k.doc}, {"additionalProperties", language.object(k.sample(), true)}};
  return schema;
}

/// A file that changes a scenario.
std::string change_schema(char const* title, char const* what, Fields const& fields) {
  Language const language{false};
  json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
  for (auto const* d : all_dimensions()) schema["$defs"][definition_of(*d)] = language.quantity(*d);
  schema.update(language.object(fields, false));
  schema["properties"]["extends"] = {{"type", "string"},
                                     {"description", std::string(what) + " file whose values this one takes over"}};
  schema["if"] = {{"required", {"extends"}}};
  schema["then"] = true;
  schema["else"] = {{"required", required(fields)}};
  return schema.dump(2) + "\n";
}

}  // namespace

std::string sweep_json_schema() {
  static SweepFile nowhere;
  return change_schema("Ondol sweep file", "sweep", Table::fields(nowhere));
}

std::string size_json_schema() {
  static SizeFile nowhere;
  return change_schema("Ondol sizing file", "sizing", Table::fields(nowhere));
}

std::string json_schema() {
  static Scenario nowhere;
  return file_schema("Ondol scenario", "scenario", Table::fields(nowhere)).dump(2) + "\n";
}

std::string step_json_schema() {
  static StepFile nowhere;
  return file_schema("Ondol step file", "step", Table::fields(nowhere)).dump(2) + "\n";
}

}  // namespace ondol::schema
