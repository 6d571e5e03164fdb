#include <gmock/gmock.h>

#include "scenarios/base/error.hpp"

namespace ondol {
namespace {

TEST(Fault, shows_place_line_and_caret) {
  Fault f;
  f.file = "a.toml";
  f.line = 31;
  f.column = 7;
  f.source_line = "tdp = \"700\"";
  f.width = 5;
  f.message = "has no unit";
  EXPECT_EQ(format(f), "a.toml:31:7: error: has no unit\n  31 | tdp = \"700\"\n     |       ^^^^^");
}

TEST(Fault, puts_the_caret_below_its_word_after_tabs_and_wide_letters) {
  Fault f;
  f.file = "a.toml";
  f.line = 1;
  f.column = 6;  // characters, not bytes
  f.source_line = "\t한글 = x";
  f.message = "m";
  EXPECT_EQ(format(f), "a.toml:1:6: error: m\n  1 | \t한글 = x\n    | \t      ^");
}

TEST(Nearest, suggests_only_likely_misspellings) {
  EXPECT_EQ(nearest("sed", {"seed", "start"}), "seed");
  EXPECT_EQ(nearest("acme/tow", {"acme/two", "acme/one"}), "acme/two");
  EXPECT_EQ(nearest("b", {"a", "c"}), "");
  EXPECT_EQ(nearest("frobs", {"racks"}), "");
}

}  // namespace
}  // namespace ondol
