#include "scenarios/schema/quantity_text.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "scenarios/base/units.hpp"

namespace ondol::schema {
namespace {

using ::testing::HasSubstr;

template <int... E>
Dimension const& of(Quantity<E...>) {
  return dimension_of(Exponents{E...});
}

struct Row {
  char const* text;
  Dimension const& dimension;
  double si;
};

TEST(QuantityText, reads_the_spellings_of_the_language_exactly) {
  Row const rows[] = {
      {"700 W", of(Watts{}), 700},
      {"700W", of(Watts{}), 700},
      {"  1_500 W ", of(Watts{}), 1500},
      {"+2.5 MW", of(Watts{}), 2.5e6},
      {"12 GW", of(Watts{}), 12e9},
      {"5e-3 kW", of(Watts{}), 5},
      {"50 kWh", of(Joules{}), 180e6},
      {"1 MJ", of(Joules{}), 1e6},
      {"7 d", of(Seconds{}), 604800},
      {"12 h", of(Seconds{}), 43200},
      {"5 min", of(Seconds{}), 300},
      {"2 week", of(Seconds{}), 1209600},
      {"600 ns", of(Seconds{}), 600e-9},
      {"3 us", of(Seconds{}), 3e-6},
      {"3 µs", of(Seconds{}), 3e-6},
      {"20 ms", of(Seconds{}), 0.02},
      {"85 degC", absolute_temperature(), 358.15},
      {"85 °C", absolute_temperature(), 358.15},
      {"-20 degC", absolute_temperature(), 253.15},
      {"295 K", absolute_temperature(), 295},
      {"5 K", of(Kelvin{}), 5},
      {"1.5 L/min", of(CubicMetersPerSecond{}), 1.5 / 60000},
      {"1.5 m3/s", of(CubicMetersPerSecond{}), 1.5},
      {"12 m3", of(CubicMeters{}), 12},
      {"12 m^3", of(CubicMeters{}), 12},
      {"12 m³", of(CubicMeters{}), 12},
      {"30 L", of(CubicMeters{}), 0.03},
      {"3 kg/s", of(KgPerSecond{}), 3},
      {"3.6 t/h", of(KgPerSecond{}), 1},
      {"400 Gbit/s", of(BytesPerSecond{}), 50e9},
      {"4.8 TB/s", of(BytesPerSecond{}), 4.8e12},
      {"80 GB", of(Bytes{}), 80e9},
      {"80 GiB", of(Bytes{}), 80.0 * 1024 * 1024 * 1024},
      {"1e21 FLOP", of(Flop{}), 1e21},
      {"989 TFLOP/s", of(FlopPerSecond{}), 989e12},
      {"0.52 pJ/FLOP", of(JoulesPerFlop{}), 0.52e-12},
      {"94 pJ/B", of(JoulesPerByte{}), 94e-12},
      {"0.4173 kg/kWh", of(KgPerJoule{}), 0.4173 / 3.6e6},
      {"417.3 g/kWh", of(KgPerJoule{}), 0.4173 / 3.6e6},
      {"131.4 KRW/kWh", of(WonPerJoule{}), 131.4 / 3.6e6},
      {"6630 KRW/kW", of(WonPerWatt{}), 6.63},
      {"0.05 K/W", of(KelvinPerWatt{}), 0.05},
      {"0.5 W/K", of(WattsPerKelvin{}), 0.5},
      {"500 J/K", of(JoulesPerKelvin{}), 500},
      {"250 kJ/K", of(JoulesPerKelvin{}), 250e3},
      {"4.18 kJ/kg/K", of(JoulesPerKgKelvin{}), 4180},
      {"4.18 kJ/(kg K)", of(JoulesPerKgKelvin{}), 4180},
      {"4.18 kJ/(kg·K)", of(JoulesPerKgKelvin{}), 4180},
      {"997 kg/m3", of(KgPerCubicMeter{}), 997},
      {"101.3 kPa", of(Pascals{}), 101300},
      {"1.98 GHz", of(Hertz{}), 1.98e9},
      {"20 m", of(Meters{}), 20},
  };
  for (auto const& row : rows) {
    auto const read = parse_quantity(row.text, row.dimension);
    ASSERT_TRUE(read.value) << row.text << " " << read.problem;
    EXPECT_DOUBLE_EQ(*read.value, row.si) << row.text;
  }
  EXPECT_EQ(*parse_quantity("0.52 pJ/FLOP", of(JoulesPerFlop{})).value, 0.52e-12);  // not one rounding off
  EXPECT_EQ(*parse_quantity("80 GB", of(Bytes{})).value, 80e9);
}

TEST(QuantityText, says_what_is_wrong_and_what_to_write) {
  struct Wrong {
    char const* text;
    Dimension const& dimension;
    char const* says;
  };
  Wrong const rows[] = {
      {"700", of(Watts{}), "has no unit (power expected). Write \"700 W\"?"},
      {"700 watts", of(Watts{}), "has an unknown unit \"watts\" (power expected: W, kW, MW). Did you mean \"W\"?"},
      {"700 BTU", of(Watts{}), "has an unknown unit \"BTU\" (power expected: W, kW, MW)."},
      {"7 kWh", of(Watts{}), "is an energy, not a power (units that fit: W, kW, MW)."},
      {"7 W", of(Joules{}), "is a power, not an energy"},
      {"5 degC", of(Kelvin{}), "is a temperature, not a temperature difference (units that fit: K)."},
      {"45 L/min", of(KgPerSecond{}), "Give the flow as mass: 1 L/min of water is about 0.0167 kg/s."},
      {"400 Gbps", of(BytesPerSecond{}), "Did you mean \"Gbit/s\"?"},
      {"3 TFLOPS", of(FlopPerSecond{}), "Did you mean \"TFLOP/s\"?"},
      {"85 C", absolute_temperature(), "Did you mean \"degC\"?"},
      {"50 %", of(Watts{}), "is a plain fraction, not a power"},
      {"", of(Watts{}), "is not a power: a number with its unit is expected, such as \"1.5 W\""},
      {"W", of(Watts{}), "is not a power"},
      {"seven W", of(Watts{}), "is not a power"},
      {"nan W", of(Watts{}), "is not a finite number"},
      {"inf W", of(Watts{}), "is not a finite number"},
      {"1e999 W", of(Watts{}), "is beyond the range of numbers"},
      {"1e308 EW", of(Watts{}), "is beyond the range of numbers"},
      {"1.2.3 W", of(Watts{}), "is not a power"},
      {"1 W/", of(Watts{}), "unknown unit"},
      {"1 /W", of(Watts{}), "unknown unit"},
      {"1 degC/s", of(Watts{}), "unknown unit"},
      {"1 KiW", of(Watts{}), "unknown unit"},
      {"1 W)", of(Watts{}), "unknown unit"},
      {"1 (W", of(Watts{}), "unknown unit"},
      {"1,5 W", of(Watts{}), "unknown unit"},
  };
  for (auto const& row : rows) {
    auto const read = parse_quantity(row.text, row.dimension);
    EXPECT_FALSE(read.value) << row.text;
    EXPECT_THAT(read.problem, HasSubstr(row.says)) << row.text;
  }
}

TEST(QuantityText, writes_what_people_would_write) {
  EXPECT_EQ(quantity_text(700, of(Watts{})), "700 W");
  EXPECT_EQ(quantity_text(10200, of(Watts{})), "10.2 kW");
  EXPECT_EQ(quantity_text(40e6, of(Watts{})), "40 MW");
  EXPECT_EQ(quantity_text(0, of(Watts{})), "0 W");
  EXPECT_EQ(quantity_text(604800, of(Seconds{})), "7 d");
  EXPECT_EQ(quantity_text(60, of(Seconds{})), "60 s");
  EXPECT_EQ(quantity_text(295.15, absolute_temperature()), "22 degC");
  EXPECT_EQ(quantity_text(8.89 + 273.15, absolute_temperature()), "8.89 degC");
  EXPECT_EQ(quantity_text(4000, of(CubicMeters{})), "4000 m3");
  EXPECT_EQ(quantity_text(2, of(Kelvin{})), "2 K");
  EXPECT_EQ(quantity_text(0.03, of(CubicMeters{})), "30 L");
  EXPECT_EQ(quantity_text(0.05, of(KelvinPerWatt{})), "0.05 K/W");
  EXPECT_EQ(quantity_text(0.4173 / 3.6e6, of(KgPerJoule{})), "0.4173 kg/kWh");
  EXPECT_EQ(quantity_text(6.63, of(WonPerWatt{})), "6630 KRW/kW");
  EXPECT_EQ(quantity_text(141e9, of(Bytes{})), "141 GB");
  EXPECT_EQ(number_text(3), "3.0");
  EXPECT_EQ(number_text(7e9), "7e9");
  EXPECT_EQ(number_text(4e-5), "4e-5");
}

TEST(QuantityText, writes_every_number_so_that_it_reads_back_to_the_same_bits) {
  std::mt19937_64 random(7);
  Dimension const* const dimensions[] = {
      &of(Watts{}),      &of(Seconds{}),    &of(BytesPerSecond{}),   &of(JoulesPerFlop{}),
      &of(KgPerJoule{}), &of(WonPerWatt{}), &absolute_temperature(), &of(JoulesPerKgKelvin{})};
  for (int i = 0; i < 4000; ++i) {
    auto const& d = *dimensions[static_cast<std::size_t>(i) % std::size(dimensions)];
    double const mantissa = 1 + static_cast<double>(random() >> 11) * 0x1p-53 * 9;
    double const value = mantissa * std::pow(10, static_cast<int>(random() % 20) - 12);
    std::string const text = quantity_text(value, d);
    auto const read = parse_quantity(text, d);
    ASSERT_TRUE(read.value) << text << " " << read.problem;
    ASSERT_EQ(*read.value, value) << text;
  }
}

}  // namespace
}  // namespace ondol::schema
