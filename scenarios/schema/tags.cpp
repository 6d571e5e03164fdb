#include <algorithm>
#include <cmath>

#include "scenarios/schema/document.hpp"

namespace ondol::schema {
namespace {

constexpr std::string_view tag_keys[] = {"source", "tier", "uncertainty", "why"};
bool is_tag_key(std::string_view key) {
  return std::find(std::begin(tag_keys), std::end(tag_keys), key) != std::end(tag_keys);
}

std::optional<Tier> tier_named(std::string_view name) {
  if (name == "measured") return Tier::measured;
  if (name == "literature") return Tier::literature;
  if (name == "datasheet") return Tier::datasheet;
  if (name == "assumed") return Tier::assumed;
  if (name == "user") return Tier::user;
  return std::nullopt;
}

}  // namespace

char const* tier_name(Tier t) {
  switch (t) {
    case Tier::measured:
      return "measured";
    case Tier::literature:
      return "literature";
    case Tier::datasheet:
      return "datasheet";
    case Tier::assumed:
      return "assumed";
    case Tier::user:
      return "user";
  }
  return "";
}

void settle_tags(Value& v, std::shared_ptr<Tag const> const& inherited, Faults& faults) {
  v.tag = inherited;
  if (v.is(Value::Kind::array)) {
    for (auto& item : v.items) settle_tags(item, inherited, faults);
    return;
  }
  if (!v.is(Value::Kind::table)) return;
  if (std::any_of(v.entries.begin(), v.entries.end(), [](auto const& e) { return is_tag_key(e.key); })) {
    auto tag = std::make_shared<Tag>(inherited ? *inherited : Tag{});
    if (auto const* tier = v.find("tier")) {
      tag->tier = tier->is(Value::Kind::text) ? tier_named(tier->text) : std::nullopt;
      if (!tag->tier) {
        std::string const near = nearest(tier->text, {"measured", "literature", "datasheet", "assumed", "user"});
        faults.error(tier->place, "a tier is \"measured\", \"literature\", \"datasheet\", \"assumed\" or \"user\"" +
                                      (near.empty() ? "" : ". Write \"" + near + "\"?"));
      } else if (*tag->tier == Tier::assumed) {
        tag->source.clear();
        tag->why.clear();
      }
    }
    for (auto const& [key, member] : {std::pair{"source", &Tag::source}, std::pair{"why", &Tag::why}})
      if (auto const* text = v.find(key)) {
        if (text->is(Value::Kind::text))
          tag.get()->*member = text->text;
        else
          faults.error(text->place, std::string("\"") + key + "\" takes a text, not " + kind_name(text->kind));
      }
    if (auto const* u = v.find("uncertainty")) {
      double const x = u->is(Value::Kind::real) ? u->real : u->is(Value::Kind::integer) ? static_cast<double>(u->integer) : -1;
      if (std::isfinite(x) && x >= 0 && x <= 10)
        tag->uncertainty = x;
      else
        faults.error(u->place, "uncertainty is a relative standard uncertainty, a bare number such as 0.05");
    }
    if (auto const* n = v.find("draw"); n && v.find("value")) {
      if (n->is(Value::Kind::integer) && n->integer >= 1 && n->integer <= 1'000'000'000)
        tag->draw = static_cast<int>(n->integer);
      else
        faults.error(n->place, "draw is the number of the draw that the value is of, 1 or more");
      std::erase_if(v.entries, [](auto const& e) { return e.key == "draw"; });
    }
    std::erase_if(v.entries, [](auto const& e) { return is_tag_key(e.key); });
    v.tag = tag;
  }
  if (v.find("value")) {
    for (auto const& e : v.entries)
      if (e.key != "value") {
        std::string const near = nearest(e.key, {"value", "source", "tier", "uncertainty", "why"});
        faults.error(e.key_place, "unknown key \"" + e.key + "\" beside a value" +
                                      (near.empty() ? "; known are value, source, tier, uncertainty, why"
                                                    : ". Did you mean \"" + near + "\"?"));
      }
    Value inner = std::move(*v.find("value"));
    auto const tag = v.tag;
    v = std::move(inner);
    settle_tags(v, tag, faults);
    return;
  }
  auto const tag = v.tag;
  for (auto& e : v.entries) settle_tags(e.value, tag, faults);
}

}  // namespace ondol::schema
