#include "scenarios/schema/difference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "scenarios/schema/read.hpp"

namespace ondol::schema {

bool operator==(Difference const& a, Difference const& b) {
  return a.path == b.path && a.before == b.before && a.after == b.after;
}
void PrintTo(Difference const& d, std::ostream* out) {
  *out << d.path << ": " << d.before.value_or("(none)") << " -> " << d.after.value_or("(none)");
}

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Difference changed(char const* path, char const* before, char const* after) {
  return {path, before, after};
}
Difference removed(char const* path, char const* before) {
  return {path, before, std::nullopt};
}
Difference added(char const* path, char const* after) {
  return {path, std::nullopt, after};
}

TEST(Difference, ValuesByPath) {
  EXPECT_THAT(differences("a = 1\n[t]\nx = \"cat\"\nflag = true\n", "a = 2\n[t]\nx = \"dog\"\nflag = false\n"),
              ElementsAre(changed("a", "1", "2"), changed("t.x", "\"cat\"", "\"dog\""), changed("t.flag", "true", "false")));
}

TEST(Difference, OrderOfKeysSpellingAndOriginDoNotMatter) {
  EXPECT_THAT(
      differences("a = 1\nb = 2.0\np = \"1.5 kW\"\nt = \"25 degC\"\nd = 2026-04-01T00:00:00+09:00\n",
                  "d = 2026-03-31T15:00:00Z\nt = \"298.15 K\"\np = { value = \"1500 W\", tier = \"assumed\", why = \"x\" }\n"
                  "b = 2\na = 1.0\n"),
      IsEmpty());
}

TEST(Difference, QuantitiesOfDifferentDimensionsDiffer) {
  EXPECT_THAT(differences("x = \"1 kW\"", "x = \"1 kg\""), ElementsAre(changed("x", "\"1 kW\"", "\"1 kg\"")));
  EXPECT_THAT(differences("x = \"1 K\"", "x = \"1 degC\""), ElementsAre(changed("x", "\"1 K\"", "\"1 degC\"")));
  EXPECT_THAT(differences("x = 1", "x = \"1\""), ElementsAre(changed("x", "1", "\"1\"")));
}

TEST(Difference, ANumberOneBitAwayIsTheSameAndTheNextDigitIsNot) {
  EXPECT_THAT(differences("x = 0.1", "x = 0.10000000000000002"), IsEmpty());
  EXPECT_THAT(differences("x = 0.1", "x = 0.1000000000001"), ElementsAre(changed("x", "0.1", "0.1000000000001")));
  EXPECT_THAT(differences("x = 0", "x = 1e-300"), ElementsAre(changed("x", "0", "1e-300")));
}

TEST(Difference, ListsGoByIdOrName) {
  EXPECT_THAT(differences("[[plant]]\nid = \"a\"\nn = 1\n[[plant]]\nid = \"b\"\nn = 2\n",
                          "[[plant]]\nid = \"b\"\nn = 3\n[[plant]]\nid = \"new one\"\nn = 4\n"),
              ElementsAre(removed("plant.a", "{ id = \"a\", n = 1 }"), changed("plant.b.n", "2", "3"),
                          added("plant.\"new one\"", "{ id = \"new one\", n = 4 }")));
  EXPECT_THAT(differences("[[job]]\nname = \"x\"\n[[job]]\nname = \"y\"\n", "[[job]]\nname = \"y\"\n[[job]]\nname = \"x\"\n"),
              ElementsAre(changed("job (order)", "x, y", "y, x")));
}

TEST(Difference, ListsWithoutNamesGoByPlace) {
  EXPECT_THAT(differences("[[racks]]\ncount = 1\n[[racks]]\ncount = 2\n", "[[racks]]\ncount = 1\n[[racks]]\ncount = 5\n"),
              ElementsAre(changed("racks[1].count", "2", "5")));
  // One put in between: what stands behind it did not change.
  EXPECT_THAT(differences("[[racks]]\ncount = 1\n[[racks]]\ncount = 2\n",
                          "[[racks]]\ncount = 1\n[[racks]]\ncount = 9\n[[racks]]\ncount = 2\n"),
              ElementsAre(added("racks[1]", "{ count = 9 }")));
  EXPECT_THAT(differences("[[racks]]\ncount = 1\n[[racks]]\ncount = 2\n[[racks]]\ncount = 3\n", "[[racks]]\ncount = 3\n"),
              ElementsAre(removed("racks[0]", "{ count = 1 }"), removed("racks[1]", "{ count = 2 }")));
  // Two of one name are told apart by place as well.
  EXPECT_THAT(differences("[[job]]\nname = \"x\"\nn = 1\n[[job]]\nname = \"x\"\nn = 2\n",
                          "[[job]]\nname = \"x\"\nn = 1\n[[job]]\nname = \"x\"\nn = 3\n"),
              ElementsAre(changed("job[1].n", "2", "3")));
}

TEST(Difference, TablesThatOnlyOneHasAreOneRow) {
  EXPECT_THAT(differences("[site]\nname = \"s\"\n[site.carbon]\nfactor = 1\n[site.carbon.deep]\nx = [1, 2]\n",
                          "[site]\nname = \"s\"\n[[storage]]\nid = \"bess\"\n[[storage]]\nid = \"caps\"\n"),
              ElementsAre(removed("site.carbon", "{ factor = 1, deep = { x = [1, 2] } }"),
                          added("storage.bess", "{ id = \"bess\" }"), added("storage.caps", "{ id = \"caps\" }")));
}

TEST(Difference, CurvesAreOneValueAndTimesAreAsWritten) {
  EXPECT_THAT(differences("curve = [[0.1, 2.0], [1.0, 3.0]]", "curve = [[0.1, 2.0], [1.0, 3.5]]"),
              ElementsAre(changed("curve", "[[0.1, 2.0], [1.0, 3.0]]", "[[0.1, 2.0], [1.0, 3.5]]")));
  EXPECT_THAT(differences("[s]\nstart = 2026-04-01T00:00:00+09:00\n", "[s]\nstart = 2026-05-01T00:00:00+09:00\n"),
              ElementsAre(changed("s.start", "2026-04-01T00:00:00+09:00", "2026-05-01T00:00:00+09:00")));
}

TEST(Difference, CatalogueEntriesHaveQuotedNames) {
  EXPECT_THAT(differences("[accelerator.\"nvidia/h200-sxm\"]\nidle = \"75 W\"\n",
                          "[accelerator.\"nvidia/h200-sxm\"]\nidle = \"80 W\"\n"),
              ElementsAre(changed("accelerator.\"nvidia/h200-sxm\".idle", "\"75 W\"", "\"80 W\"")));
}

TEST(Difference, WhatIsNotTomlIsNamed) {
  try {
    differences("a = 1", "a = [", "scenario of a.h5", "scenario of b.h5");
    FAIL();
  } catch (InputError const& e) {
    EXPECT_THAT(e.faults().front().file, HasSubstr("b.h5"));
  }
}

TEST(Difference, APathIsWhatSetTakesAndGivesBackTheOther) {
  auto const file = std::filesystem::path(ONDOL_SOURCE_DIR) / "scenarios/examples/one_rack.toml";
  ReadOptions options;
  auto const before = dump(read_scenario(file, options), false);
  EXPECT_THAT(differences(before, before), IsEmpty());
  options.set = {"plant.loop.supply_temperature=\"20 degC\"", "racks[0].count=2",
                 "node.\"nvidia/gb200-tray\".host_idle=\"360 W\"", "site.grid_capacity=\"500 kW\""};
  auto const after = dump(read_scenario(file, options), false);
  auto const found = differences(before, after);
  EXPECT_EQ(found.size(), 4u) << ::testing::PrintToString(found);
  ReadOptions again;
  for (auto const& d : found) again.set.push_back(d.path + "=" + d.after.value());
  EXPECT_THAT(differences(dump(read_scenario(file, again), false), after), IsEmpty());
}

}  // namespace
}  // namespace ondol::schema
