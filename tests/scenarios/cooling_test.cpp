#include "tests/scenarios/scratch.hpp"

namespace ondol::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

/// The small scenario with `from` replaced by `to`.
std::string changed(std::string const& from, std::string const& to) {
  std::string text = contents(fixtures / "small.toml");
  auto const at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

/// With further keys of the plant, from line 19 on.
std::string plant(std::string const& keys) {
  return changed("towers = 1\n", "towers = 1\n" + keys + "\n");
}

/// With chillers too.
std::string chilled(std::string const& keys) {
  return plant("chiller = \"acme/chiller\"\nchillers = 2\n" + keys);
}

/// With further keys of the hall's air, on line 23.
std::string air(std::string const& keys) {
  return changed("volume = \"900 m3\", fed_by = \"main\" }", "volume = \"900 m3\", fed_by = \"main\", " + keys + " }");
}

std::vector<std::string> faults(std::string const& text) {
  Scratch scratch;
  return brief(faults_of(scratch.write("s.toml", text)));
}

std::vector<std::string> warnings(std::string const& text) {
  Scratch scratch;
  auto const said = brief(faults_of(scratch.write("bad.toml", text)));
  EXPECT_THAT(said, IsEmpty());
  return said.empty() ? brief(read_scenario(scratch.write("s.toml", text), with_fixtures()).warnings) : said;
}

void expect_fault(std::string const& text, std::string const& says) {
  auto const said = faults(text);
  ASSERT_THAT(said, SizeIs(1)) << says;
  EXPECT_THAT(said[0], StartsWith(says));
}

TEST(Cooling, a_loop_needs_a_pump) {
  expect_fault(changed("pump_power = \"10 kW\"", "pump_power = \"0 W\""),
               "20:14+5 plant \"loop\" has no pump: pump_power is 0");
  expect_fault(changed("flow = \"45 kg/s\"", "flow = \"0 kg/s\""), "16:8+8 flow");
  expect_fault(changed("flow = \"45 kg/s\"", "flow = \"-45 kg/s\""), "16:8+10 flow");
  expect_fault(plant("pumps = 0"), "19:9 pumps = 0");
  expect_fault(plant("pumps = 2\npumps_needed = 3"), "20:16 pumps_needed = 3 is more than pumps = 2");
  EXPECT_THAT(warnings(changed("pump_power = \"10 kW\"", "")),
              ElementsAre("13:1+9 plant \"loop\" has no pump_power: its water moves for nothing, which its PUE will not see"));
}

TEST(Cooling, a_loop_needs_a_sink) {
  expect_fault(changed("tower = \"acme/tower\"\ntowers = 1\n", ""), "13:1+9 plant \"loop\" has nothing that takes its heat");
  expect_fault(changed("tower = \"acme/tower\"\ntowers = 1\n", "chiller = \"acme/chiller\"\nchillers = 1\n"),
               "13:1+9 plant \"loop\" has chillers but no tower or dry cooler");
}

TEST(Cooling, of_plants) {
  expect_fault(plant("pipe_volume = \"20 m3\""), "19:15+7 pipe_volume = 20 m3 is a part of volume = 12 m3");
  expect_fault(plant("pipe_volume = \"12 m3\""), "19:15+7 pipe_volume = 12 m3 is a part of volume = 12 m3");
  expect_fault(plant("fluid = \"\""), "19:9+2 plant \"loop\" has no fluid");
  std::string const reset = "reset = { by = \"wet_bulb\", supply_at_low = \"18 degC\", supply_at_high = \"22 degC\", ";
  expect_fault(plant(reset + "low = \"20 degC\", high = \"15 degC\" }"),
               "19:107+9 the reset runs from low = 20 degC to high = 15 degC, which must be warmer");
  expect_fault(plant("reset = { by = \"demand\", supply_at_low = \"18 degC\", supply_at_high = \"22 degC\" }"),
               "19:70+9 at high demand the water would be 22 degC, warmer than the 18 degC of low demand");
  EXPECT_THAT(warnings(plant("reset = { by = \"demand\", supply_at_low = \"18 degC\", supply_at_high = \"18 degC\" }")),
              ElementsAre(HasSubstr("the reset does nothing")));
  expect_fault(plant("staging = { up = 0.8, down = 0.9 }"), "19:30+3 down = 0.9 is not below up = 0.8");
  expect_fault(plant("tank = { volume = \"5 m3\", flow = \"60 kg/s\" }"),
               "19:34+9 the tank would take or give 60 kg/s, more than the 45 kg/s of the loop");
  expect_fault(plant("tank = { volume = \"5 m3\", charge_temperature = \"25 degC\" }"),
               "19:48+9 the tank would be charged with water of 25 degC, warmer than the 20 degC it is to give");
  expect_fault(chilled("tank = { volume = \"5 m3\", use = \"shift\", charge_hours = [1, 2], discharge_hours = [14, 2] }"),
               "21:83+7 the tank would be charged and discharged in hour 2");
  EXPECT_THAT(warnings(plant("tank = { volume = \"5 m3\", use = \"reserve\" }")),
              ElementsAre(HasSubstr("plant \"loop\" has none")));
  EXPECT_THAT(warnings(plant("reuse = { temperature = \"15 degC\" }")), ElementsAre(HasSubstr("nobody wants the heat")));
  // 168 kW in 45 kg/s: the water comes back 0.9 K warmer, at 20.9 degC.
  std::string const reuse = "reuse = { demand = \"100 kW\", temperature = ";
  EXPECT_THAT(warnings(plant(reuse + "\"17 degC\" }")), IsEmpty());
  EXPECT_THAT(
      warnings(plant(reuse + "\"50 degC\" }")),
      ElementsAre(HasSubstr("the exchanger needs water of 53 degC; at the rated heat it comes back at 20.89 degC: nothing "
                            "will be given")));
  EXPECT_THAT(warnings(plant(reuse + "\"50 degC\", heat_pump = true }")), IsEmpty());
}

TEST(Cooling, says_when_water_leaves_the_curves_of_the_chillers) {
  EXPECT_THAT(warnings(chilled("supply_temperature = \"10 degC\"")), IsEmpty());
  EXPECT_THAT(warnings(chilled("supply_temperature = \"20.6 degC\"")),
              ElementsAre(StartsWith(
                  "21:22+11 chillers \"acme/chiller\" have curves for water of 5 degC to 20 degC, not for 20.6 degC: "
                  "they are taken at that limit, which overstates their power, and hours outside it are counted")));
  EXPECT_THAT(warnings(chilled("supply_temperature = \"4 degC\"")), ElementsAre(HasSubstr("not for 4 degC")));
  EXPECT_THAT(warnings(chilled("supply_temperature = \"10 degC\"\ncondenser_temperature = \"9 degC\"")),
              ElementsAre(HasSubstr("take condenser water from 12 degC on")));
}

TEST(Cooling, of_halls) {
  expect_fault(air("recirculation_matrix = [[0.1, 0.1], [0.1]]"),
               "23:115+19 recirculation_matrix has 2 rows, but row 2 has 1 shares");
  expect_fault(air("recirculation_matrix = [[0.1, 0.1], [0.6, 0.4]]"),
               "23:115+24 the shares of row 2 add up to 1: at most 0.7");
  expect_fault(air("recirculation_matrix = [[0.1]]"), "21:1+8 hall \"a\" needs rows = 1");
  EXPECT_THAT(faults(changed("id = \"a\"\n", "id = \"a\"\nrows = 2\n")), IsEmpty());
  expect_fault(air("economizer = { dew_point_minimum = \"16 degC\", dew_point_maximum = \"15 degC\" }"),
               "23:158+9 no air would be let in");
}

TEST(Cooling, rear_doors_that_no_coil_could_be) {
  // 2 kg/s of water and 12 K from air that enters to water that enters carry 100 kW.
  std::string const door = "id = \"a\"\nrear_door = { plant = \"loop\", rated_approach = \"4 K\", airflow = \"4 m3/s\", ";
  EXPECT_THAT(faults(changed("id = \"a\"\n", door + "rated_heat = \"40 kW\", water_flow = \"2 kg/s\" }\n")), IsEmpty());
  expect_fault(changed("id = \"a\"\n", door + "rated_heat = \"40 kW\", water_flow = \"0.7 kg/s\" }\n"),
               "23:88+7 no coil takes 40 kW");
}

TEST(Cooling, water_does_not_flow_as_ice) {
  EXPECT_THAT(warnings(plant("supply_temperature = \"-2 degC\"\n")), ::testing::Contains(HasSubstr("water of -2 degC is ice")));
  EXPECT_THAT(warnings(plant("tank = { volume = \"5 m3\", charge_temperature = \"-5 degC\" }")),
              ::testing::Contains(HasSubstr("water of -5 degC is ice")));
}

TEST(Cooling, set_points_need_colder_water) {
  // Three walls of 300 kW at 6 K and four racks of 42 kW: 168 kW, 1.1 K; with one wall 3.4 K.
  EXPECT_THAT(warnings(air("supply_temperature = \"21 degC\"")), IsEmpty());
  EXPECT_THAT(warnings(air("supply_temperature = \"20 degC\"")),
              ElementsAre(HasSubstr("supply air of 20 degC is never reached: the water of plant \"loop\" is 20 degC")));
  EXPECT_THAT(
      warnings(changed("crahs = 3, volume = \"900 m3\", fed_by = \"main\"",
                       "crahs = 1, volume = \"900 m3\", fed_by = \"main\", supply_temperature = \"21 degC\"")),
      ElementsAre(HasSubstr("supply air of 21 degC is not reached at the rated heat: the water of plant \"loop\" is 20 degC, "
                            "and the units then need")));
}

TEST(Cooling, ashrae_classes) {
  EXPECT_THAT(warnings(air("ashrae_class = \"A2\", supply_temperature = \"25 degC\"")), IsEmpty());
  EXPECT_THAT(warnings(air("ashrae_class = \"A2\", supply_temperature = \"30 degC\"")),
              ElementsAre(HasSubstr("supply air of 30 degC is outside the recommended range of class A2, 18 to 27 degC")));
  EXPECT_THAT(warnings(air("ashrae_class = \"H1\", supply_temperature = \"27 degC\"")),
              ElementsAre(HasSubstr("outside the allowable range of class H1, 15 to 25 degC")));
  EXPECT_THAT(warnings(plant("water_class = \"W17\"")),
              ElementsAre(HasSubstr("facility water of 20 degC is above the 17 degC of class W17")));
  EXPECT_THAT(warnings(plant("water_class = \"W+\"")), IsEmpty());
  expect_fault(plant("water_class = \"W18\""), "19:15+5 water_class");
}

}  // namespace
}  // namespace ondol::schema
