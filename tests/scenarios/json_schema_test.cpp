#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

#include "scenarios/schema/describe.hpp"
#include "scenarios/schema/read.hpp"

namespace ondol::schema {
namespace {

using nlohmann::json;

/// Every key of `fields` is in the table `at`, with its words, and nothing else but what says where numbers come from.
void expect_same_keys(Fields const& fields, json const& at, std::string const& path) {
  std::set<std::string> keys{"source", "tier", "uncertainty", "why"};
  for (auto const& f : fields) {
    keys.insert(f.key);
    ASSERT_TRUE(at.at("properties").contains(f.key)) << path << "." << f.key;
    auto const& v = at["properties"][f.key];
    if (auto const* g = std::get_if<slot::Group>(&f.slot)) expect_same_keys(g->open(), v, path + "." + f.key);
    if (auto const* l = std::get_if<slot::List>(&f.slot)) expect_same_keys(l->sample(), v.at("items"), path + "." + f.key);
    EXPECT_FALSE(f.doc.empty()) << path << "." << f.key;
  }
  EXPECT_FALSE(at.at("additionalProperties").get<bool>()) << path;
  for (auto const& [key, value] : at["properties"].items()) {
    bool const known = keys.contains(key) || key == "extends" || kind_named(key);
    EXPECT_TRUE(known) << path << "." << key;
  }
}

TEST(JsonSchema, holds_every_key_of_the_language) {
  auto const schema = json::parse(json_schema());
  EXPECT_EQ(schema.at("$schema"), "https://json-schema.org/draft/2020-12/schema");
  Scenario s;
  expect_same_keys(Table::fields(s), schema, "");
  for (auto const& k : kinds())
    expect_same_keys(k.sample(), schema.at("properties").at(k.key).at("additionalProperties"), k.key);
}

TEST(JsonSchema, refers_only_to_definitions_that_are_there) {
  auto const schema = json::parse(json_schema());
  std::size_t references = 0;
  auto const walk = [&](auto const& self, json const& at) -> void {
    if (at.is_object() && at.contains("$ref") && at["$ref"].is_string()) {
      ++references;
      EXPECT_NO_THROW(schema.at(json::json_pointer(at["$ref"].get<std::string>().substr(1)))) << at["$ref"];
    }
    if (at.is_structured())
      for (auto const& item : at) self(self, item);
  };
  walk(walk, schema);
  EXPECT_GT(references, 100U);
}

}  // namespace
}  // namespace ondol::schema
