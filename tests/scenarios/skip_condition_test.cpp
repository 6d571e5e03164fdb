#include "scenarios/schema/skip_condition.hpp"

#include <gmock/gmock.h>

#include "scenarios/schema/quantity_text.hpp"

namespace ondol::schema {
namespace {

AxisSpec numbers(std::string name, std::string unit, Dimension const* dimension) {
  AxisSpec a;
  a.name = std::move(name);
  a.units = unit.empty() ? "1" : unit;
  a.spelling = std::move(unit);
  a.dimension = dimension;
  return a;
}

/// Axes supply (degC), back (K), cap (MW), feed (kW), count and climate, and one value of each.
struct Conditions : ::testing::Test {
  Conditions() {
    Dimension const& power = dimension_of({1, 2, -3, 0, 0, 0, 0});
    axes = {numbers("supply", "degC", &absolute_temperature()),
            numbers("back", "K", &absolute_temperature()),
            numbers("cap", "MW", &power),
            numbers("feed", "kW", &power),
            numbers("count", "", nullptr),
            AxisSpec{}};
    axes[5].name = "climate";
    for (auto const* label : {"seoul", "singapore"}) {
      AxisValue v;
      v.label = label;
      axes[5].values.push_back(v);
    }
    for (double const x : {24.0, 300.15, 0.3, 200.0, 12.0}) values.emplace_back().number = x;
    values.push_back(axes[5].values[1]);
  }
  bool holds(std::string const& when) {
    std::vector<AxisValue const*> at;
    for (auto const& v : values) at.push_back(&v);
    return SkipCondition(when, axes).holds(at);
  }
  std::string fault(std::string const& when) {
    try {
      holds(when);
    } catch (ConditionFault const& f) {
      return std::to_string(f.begin) + "+" + std::to_string(f.width) + " " + f.message;
    }
    return "none";
  }
  std::vector<AxisSpec> axes;
  std::vector<AxisValue> values;
};

TEST_F(Conditions, hold_of_quantities_in_their_dimension) {
  EXPECT_TRUE(holds("supply >= \"24 degC\" and climate == \"singapore\""));
  EXPECT_FALSE(holds("supply > \"24 degC\""));
  EXPECT_TRUE(holds("supply < '298 K'"));
  EXPECT_FALSE(holds("climate != \"singapore\""));
  EXPECT_TRUE(holds("cap == \"300 kW\""));
  EXPECT_TRUE(holds("cap > feed"));
  EXPECT_TRUE(holds("cap - feed == \"100 kW\""));
  EXPECT_TRUE(holds("back - supply == \"3 K\""));
  EXPECT_TRUE(holds("supply + \"3 K\" == back"));
  EXPECT_TRUE(holds("supply - \"4 K\" == \"20 degC\""));
  EXPECT_TRUE(holds("cap / count < \"26 kW\""));
  EXPECT_TRUE(holds("feed * 1.5 == cap"));
  EXPECT_TRUE(holds("cap / feed == 1.5"));
  EXPECT_TRUE(holds("0.1 + 0.2 == 0.3"));
}

TEST_F(Conditions, bind_as_in_arithmetic) {
  EXPECT_TRUE(holds("count == 2 + 2 * 5"));
  EXPECT_TRUE(holds("count == 20 - 5 - 3"));
  EXPECT_TRUE(holds("count == (2 + 2) * 6 / 2"));
  EXPECT_TRUE(holds("-count < 0"));
  EXPECT_TRUE(holds("count == 12 or count == 1 and count == 2"));
  EXPECT_FALSE(holds("(count == 12 or count == 1) and count == 2"));
  EXPECT_TRUE(holds("not count == 2 and count > 3"));
}

TEST_F(Conditions, say_what_is_wrong_and_where) {
  using ::testing::StartsWith;
  EXPECT_THAT(fault("suply > \"24 degC\""), StartsWith("0+5 there is no axis \"suply\". Did you mean \"supply\"?"));
  EXPECT_THAT(fault("climate == \"singapor\""), StartsWith("11+10 the axis climate has no value \"singapor\". Did you mean"));
  EXPECT_THAT(fault("climate > \"seoul\""), StartsWith("8+1 the values of climate are labels: compare them with"));
  EXPECT_THAT(fault("supply > 24"), StartsWith("9+2 the other side is a temperature: write a quantity in quotes"));
  EXPECT_THAT(fault("supply > 24 degC"), StartsWith("9+2 the other side is a temperature"));
  EXPECT_THAT(fault("supply > 24degC"), StartsWith("9+6 a number with a unit stands in quotes: \"24degC\""));
  EXPECT_THAT(fault("supply > \"24 MW\""), StartsWith("9+7 \"24 MW\" is a power, not a temperature"));
  EXPECT_THAT(fault("cap > supply"), StartsWith("0+12 the two have different dimensions"));
  EXPECT_THAT(fault("supply + back > \"1 K\""), StartsWith("0+13 two temperatures cannot be added"));
  EXPECT_THAT(fault("back - supply > \"3 degC\""),
              StartsWith("16+8 \"3 degC\" is a temperature, not a temperature difference"));
  EXPECT_THAT(fault("supply * 2 > \"1 K\""), StartsWith("0+6 a temperature has no products"));
  EXPECT_THAT(fault("count = 12"), StartsWith("6+1 to compare write =="));
  EXPECT_THAT(fault("count"), StartsWith("0+5 a condition is missing here"));
  EXPECT_THAT(fault("count > "), StartsWith("8+1 the condition ends too early"));
  EXPECT_THAT(fault("(count > 1"), StartsWith("10+1 a bracket"));
  EXPECT_THAT(fault("climate == 'seoul"), StartsWith("11+6 this text has no end"));
  EXPECT_THAT(fault("count > 1 & count < 3"), StartsWith("10+1 \"&\" means nothing here"));
  EXPECT_THAT(fault(std::string(500, '(') + "1"), ::testing::HasSubstr("nested too deep"));
}

}  // namespace
}  // namespace ondol::schema
