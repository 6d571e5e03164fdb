/// The tables of weather, plants, halls and what heats them.

#include "scenarios/schema/describe.hpp"

namespace ondol::schema {
namespace {
constexpr double most_units = 100000;
constexpr double most_watts = 1e12;
constexpr double century = 3.2e9;  // s; longer times are slips of the unit
}  // namespace

void describe(Table& t, DesignDaySpec& s) {
  t("dry_bulb", s.dry_bulb, "the day's highest").range(from_celsius(-60).v, from_celsius(60).v).required();
  t("wet_bulb", s.wet_bulb, "at the same time").range(from_celsius(-60).v, from_celsius(40).v).required();
  t("range", s.range, "of the dry bulb over the day").difference().range(0, 40).required();
}

void describe(Table& t, WeatherSpec& s) {
  t("file", s.file, "EPW or CSV, .gz allowed; none: the constant conditions below").file();
  t("files", s.files, "instead of file: years that follow each other").file();
  t("typical_year", s.typical_year,
    "month, day and hour of file are used for any year of the run; files are read by their own dates");
  t("design_day", s.design_day, "instead of a file: every day like this one");
  t("dry_bulb", s.dry_bulb, "constant air temperature when no file is given").range(from_celsius(-60).v, from_celsius(60).v);
  t("relative_humidity", s.relative_humidity, "constant, as a fraction; of a file with wet bulbs alone, its assumed one")
      .range(0.01, 1);
  t("warming", s.warming, "added to the dry bulb at the same relative humidity").difference().range(-20, 20);
  t("offset", s.offset, "time of a file that counts seconds at the start of the run").range(-century, century);
  t("repeat", s.repeat, "a series begins again after its last row");
}

void describe(Table& t, ResetSpec& s) {
  using By = ResetSpec::By;
  bool const outdoor = s.by != By::demand;
  char const* const an_outdoor_one = "by = \"dry_bulb\" or \"wet_bulb\"";
  t("by", s.by, {{By::dry_bulb, "dry_bulb"}, {By::wet_bulb, "wet_bulb"}, {By::demand, "demand"}},
    "outdoor temperature, or the most open valve of what the plant cools")
      .required();
  t("low", s.low, "outdoor temperature below which supply_at_low holds")
      .range(from_celsius(-60).v, from_celsius(60).v)
      .required()
      .only_if(outdoor, an_outdoor_one);
  t("high", s.high, "outdoor temperature above which supply_at_high holds")
      .range(from_celsius(-60).v, from_celsius(60).v)
      .required()
      .only_if(outdoor, an_outdoor_one);
  t("supply_at_low", s.supply_at_low, "set point when it is cold, or when demand is low")
      .range(from_celsius(-20).v, from_celsius(90).v)
      .required();
  t("supply_at_high", s.supply_at_high, "set point when it is warm, or when demand is high")
      .range(from_celsius(-20).v, from_celsius(90).v)
      .required();
}

void describe(Table& t, StagingSpec& s) {
  t("minimum_on", s.minimum_on, "that a chiller runs once started").range(0, 86400);
  t("minimum_off", s.minimum_off, "that a chiller rests once stopped").range(0, 86400);
  t("delay", s.delay, "that a threshold must be passed").range(0, 86400);
  t("up", s.up, "share of the capacity of the running machines above which one more starts").above(0, 1);
  t("down", s.down, "share of the capacity of one machine fewer below which one stops").above(0, 1);
  t("changeover", s.changeover, "hysteresis of free cooling").difference().range(0, 20);
}

void describe(Table& t, TankSpec& s) {
  using Use = TankSpec::Use;
  bool const shifts = s.use == Use::shift;
  t("volume", s.volume, "of water in it").above(0, 1e6).required();
  t("layers", s.layers, "of the model, from warm to cold").range(2, 100);
  t("heat_loss", s.heat_loss, "to the surroundings, for each kelvin").range(0, 1e9);
  t("use", s.use, {{Use::buffer, "buffer"}, {Use::reserve, "reserve"}, {Use::shift, "shift"}},
    "in the supply line, for the loss of chillers, or to move cooling to other hours");
  t("flow", s.flow, "most that it takes or gives; 0: the design flow of the loop").range(0, 1e6);
  t("charge_hours", s.charge_hours, "hours of local time in which it is charged")
      .range(0, 23)
      .required()
      .only_if(shifts, "use = \"shift\"");
  t("discharge_hours", s.discharge_hours, "hours of local time in which it is discharged")
      .range(0, 23)
      .required()
      .only_if(shifts, "use = \"shift\"");
  t("charge_temperature", s.charge_temperature, "of the water that charges it; none: the supply set point")
      .range(from_celsius(-20).v, from_celsius(90).v);
}

void describe(Table& t, HeatReuseSpec& s) {
  t("demand", s.demand, "constant part").range(0, most_watts);
  t("demand_slope", s.demand_slope, "for each kelvin that the air outside is below balance_temperature").range(0, most_watts);
  t("balance_temperature", s.balance_temperature, "of the air outside, above which only the constant part is left")
      .range(from_celsius(-60).v, from_celsius(60).v);
  t("file", s.file, "or an hourly series of the demand: CSV, .gz allowed").file();
  t("time_column", s.time_column, "column of times in the file");
  t("column", s.column, "column of the demand in the file, in watts");
  t("temperature", s.temperature, "that the sink wants").range(from_celsius(0).v, from_celsius(120).v).required();
  t("approach", s.approach, "of the exchanger").difference().above(0, 40);
  t("heat_pump", s.heat_pump, "lifts what is not warm enough");
  t("second_law_efficiency", s.second_law_efficiency, "of the heat pump: its COP over Carnot's").above(0, 1);
  t("pump_power", s.pump_power, "of its pumps, at the constant demand").range(0, most_watts);
}

void describe(Table& t, PlantSpec& s) {
  t("id", s.id, "name of the plant").identity();
  t("fluid", s.fluid, "in the loop").names("fluid");
  t("supply_temperature", s.supply_temperature, "set point of facility water to the halls")
      .range(from_celsius(-20).v, from_celsius(90).v);
  t("volume", s.volume, "water in the loop").above(0).required();
  t("metal_heat_capacity", s.metal_heat_capacity, "pipes and vessels");
  t("flow", s.flow, "design flow of the loop").above(0).required();
  t("pump_power", s.pump_power, "at design flow");
  t("chiller", s.chiller, "its chillers").names("chiller");
  t("chillers", s.chillers, "number of chillers").range(0, most_units);
  t("tower", s.tower, "its cooling towers").names("tower");
  t("towers", s.towers, "number of towers").range(0, most_units);
  t("dry_cooler", s.dry_cooler, "its dry coolers").names("dry_cooler");
  t("dry_coolers", s.dry_coolers, "number of dry coolers").range(0, most_units);
  t("economizer", s.economizer, "free cooling");
  t("economizer_approach", s.economizer_approach, "of the plate exchanger").difference().above(0);
  t("condenser_pump_power", s.condenser_pump_power, "at design flow");
  t("fed_by", s.fed_by, "power bank of pumps, chillers and fans, or utility").names("power").required();
  t("restart", s.restart, "from the return of power until it cools").range(0, 36000);
  t("pumps", s.pumps, "equal pumps of the loop").range(1, most_units);
  t("pumps_needed", s.pumps_needed, "of them for the design flow; 0: all").range(0, most_units);
  t("pumps_fed_by", s.pumps_fed_by, "power bank of these pumps; none: as fed_by").names("power");
  t("pipe_volume", s.pipe_volume, "of volume, in the pipes to and from the halls; none: half of it").range(0, 1e6);
  t("condenser_temperature", s.condenser_temperature,
    "set point of the water to the chillers' condensers; none: wet bulb and design approach")
      .range(from_celsius(0).v, from_celsius(60).v);
  t("water_class", s.water_class, "of ASHRAE TC 9.9 for facility water; none: not checked")
      .one_of({"", "W17", "W27", "W32", "W40", "W45", "W+"});
  t("reset", s.reset, "what the supply set point follows");
  t("staging", s.staging, "when machines start and stop; none: always the fewest that carry the heat");
  t("tank", s.tank, "store of cold water");
  t("reuse", s.reuse, "somebody who wants heat");
}

void describe(Table& t, AirEconomizerSpec& s) {
  using Kind = AirEconomizerSpec::Kind;
  t("kind", s.kind, {{Kind::outside_air, "outside_air"}, {Kind::indirect, "indirect"}},
    "outdoor air in the hall, or through an exchanger");
  t("effectiveness", s.effectiveness, "of the exchanger between indoor and outdoor air")
      .above(0, 1)
      .only_if(s.kind == Kind::indirect, "kind = \"indirect\"");
  t("adiabatic_effectiveness", s.adiabatic_effectiveness,
    "of pads in the outdoor air: share of the wet-bulb depression; 0: none")
      .range(0, 1);
  t("cycles_of_concentration", s.cycles_of_concentration, "of the water of the pads").above(1, 100);
  t("fan_power", s.fan_power, "further, at the full airflow of all air handlers").range(0, most_watts);
  t("dew_point_minimum", s.dew_point_minimum, "of outdoor air that is let in; none: any")
      .range(from_celsius(-60).v, from_celsius(40).v)
      .only_if(s.kind == Kind::outside_air, "kind = \"outside_air\"");
  t("dew_point_maximum", s.dew_point_maximum, "of outdoor air that is let in; none: any")
      .range(from_celsius(-60).v, from_celsius(40).v)
      .only_if(s.kind == Kind::outside_air, "kind = \"outside_air\"");
}

void describe(Table& t, AirSpec& s) {
  t("plant", s.plant, "that cools the air handlers").names("plant").required();
  t("crah", s.crah, "its air handlers").names("crah").required();
  t("crahs", s.crahs, "number of air handlers").range(1, most_units).required();
  t("supply_temperature", s.supply_temperature, "set point of supply air").range(from_celsius(0).v, from_celsius(60).v);
  t("recirculation", s.recirculation, "share of rack inlet air that comes from rack exhaust").range(0, most_recirculation);
  t("volume", s.volume, "room air").above(0).required();
  t("fed_by", s.fed_by, "power bank of the fans, or utility").names("power").required();
  t("restart", s.restart, "from the return of power until the fans turn").range(0, 36000);
  t("recirculation_matrix", s.recirculation_matrix,
    "for each row of racks, the shares of its inlet air that each row exhausts; none: recirculation")
      .range(0, most_recirculation);
  t("inlet_spread", s.inlet_spread, "highest less lowest inlet temperature of a rack").difference().range(0, 30);
  t("ashrae_class", s.ashrae_class, "of ASHRAE TC 9.9 for air; none: not checked").one_of({"", "A1", "A2", "A3", "A4", "H1"});
  t("economizer", s.economizer, "cooling with outdoor air");
}

void describe(Table& t, LiquidSpec& s) {
  using FlowControl = LiquidSpec::FlowControl;
  t("plant", s.plant, "that cools the CDUs").names("plant").required();
  t("cdu", s.cdu, "its coolant distribution units").names("cdu").required();
  t("cdus", s.cdus, "number of CDUs").range(1, most_units).required();
  t("fluid", s.fluid, "technology coolant").names("fluid");
  t("supply_temperature", s.supply_temperature, "technology supply set point").range(from_celsius(0).v, from_celsius(90).v);
  t("fed_by", s.fed_by, "power bank of the pumps, or utility").names("power").required();
  t("restart", s.restart, "from the return of power until the pumps turn").range(0, 36000);
  t("flow_control", s.flow_control, {{FlowControl::constant, "constant"}, {FlowControl::by_heat, "by_heat"}},
    "of the technology coolant");
  t("minimum_flow", s.minimum_flow, "share of the design flow below which it does not fall")
      .above(0, 1)
      .only_if(s.flow_control == FlowControl::by_heat, "flow_control = \"by_heat\"");
  t("pipe_volume", s.pipe_volume, "of the CDUs' coolant_volume, in the pipes to and from the racks; none: half of it")
      .range(0, 1e6);
  t("technology_class", s.technology_class, "of ASHRAE TC 9.9 for technology coolant; none: not checked")
      .one_of({"", "S30", "S40", "S45", "S50"});
}

void describe(Table& t, RearDoorSpec& s) {
  t("plant", s.plant, "that cools the doors").names("plant").required();
  t("rated_heat", s.rated_heat, "of one door").above(0).required();
  t("rated_approach", s.rated_approach, "leaving air less entering water, at the rated heat and flows")
      .difference()
      .above(0)
      .required();
  t("airflow", s.airflow, "through one rack, at the rated heat").above(0).required();
  t("water_flow", s.water_flow, "of one door, at the rated heat").above(0).required();
}

void describe(Table& t, HallSpec& s) {
  t("id", s.id, "short name of the hall").identity();
  t("name", s.name, "what people call it");
  t("rows", s.rows, "rows of racks on the floor plan; 0: chosen").range(0, 10000);
  t("air", s.air, "air cooling");
  t("liquid", s.liquid, "liquid cooling");
  t("rear_door", s.rear_door, "exchangers in the doors of its racks");
}

void describe(Table& t, HeatLoadSpec& s) {
  t("name", s.name, "of the load").identity();
  t("hall", s.hall, "where it stands").names("hall").required();
  t("power", s.power, "constant; none: from a file").range(0, most_watts);
  t("file", s.file, "CSV of its power against time, .gz allowed").file();
  t("time_column", s.time_column, "column of times in the file, seconds after the start of the run");
  t("columns", s.columns, "columns of the file that are added up");
  t("unit", s.unit, "of the columns").one_of({"W", "kW", "MW"});
  t("scale", s.scale, "by which they are multiplied").range(0, 1e9);
  t("liquid_fraction", s.liquid_fraction, "share of its heat that goes to liquid; the rest goes to the air").fraction();
  t("fed_by", s.fed_by, "power bank, or utility").names("power").required();
  using Interpolation = HeatLoadSpec::Interpolation;
  t("interpolation", s.interpolation, {{Interpolation::step, "step"}, {Interpolation::linear, "linear"}},
    "a row of the file holds until the next, or a line leads to it");
  t("offset", s.offset, "time of the file at the start of the run").range(-century, century);
  t("repeat", s.repeat, "the series begins again after its last row");
}

void describe(Table& t, CoolingSpec& s) {
  using Control = CoolingSpec::Control;
  t("control", s.control, {{Control::ideal, "ideal"}, {Control::pi, "pi"}},
    "set points are met within capacity at once, or by PI controllers of valves, fans and pumps");
  t("tolerance", s.tolerance, "error of one step of the plants").difference().range(1e-6, 1);
  t("longest_step", s.longest_step, "of the plants").range(0.01, 86400);
}

}  // namespace ondol::schema
