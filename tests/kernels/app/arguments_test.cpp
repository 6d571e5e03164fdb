#include "kernels/app/arguments.hpp"

#include <gtest/gtest.h>

namespace ondol::meter {
namespace {

constexpr Option options[]{{"--out"}, {"--deadline"}, {"--scale"}, {"--seed"}, {"--mark", false}};

Arguments read(std::vector<std::string> const& words) {
  return Arguments(words, options);
}

TEST(Arguments, TakeBothSpellings) {
  Arguments const a = read({"--out", "x", "--deadline=570s", "--mark"});
  EXPECT_EQ(a.text("--out", "y"), "x");
  EXPECT_EQ(a.seconds("--deadline", 1, 0), 570);
  EXPECT_TRUE(a.has("--mark"));
  EXPECT_EQ(a.whole("--seed", 3), 3u);
  EXPECT_EQ(read({"--deadline", "60"}).seconds("--deadline", 1, 0), 60);
}

TEST(Arguments, RefuseWhatTheyDoNotKnow) {
  for (std::vector<std::string> const& words : std::vector<std::vector<std::string>>{
           {"--nothing"}, {"out"}, {"--out"}, {"--out="}, {"--mark=yes"}, {"--mark", "--mark"}})
    EXPECT_THROW(read(words), BadInput) << words.front();
}

TEST(Arguments, RefuseNumbersThatAreNone) {
  for (char const* bad : {"", "-1", "inf", "nan", "1h", "s", "1e999"}) {
    EXPECT_THROW(read({"--deadline=" + std::string(bad)}).seconds("--deadline", 1, 5), BadInput) << bad;
    EXPECT_THROW(read({"--scale=" + std::string(bad)}).factor("--scale", 1), BadInput) << bad;
  }
  EXPECT_THROW(read({"--seed", "1.5"}).whole("--seed", 1), BadInput);
  EXPECT_THROW(read({"--scale", "0"}).factor("--scale", 1), BadInput);
}

}  // namespace
}  // namespace ondol::meter
