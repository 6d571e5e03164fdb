#include <algorithm>

#include "scenarios/schema/describe.hpp"

namespace ondol::schema {
namespace {
constexpr double century = 3.2e9;
constexpr double most_units = 100000;

void describe_channel(Table& t, CapChannelSpec& s) {
  using Method = CapChannelSpec::Method;
  t("method", s.method,
    {{Method::in_band, "in_band"},
     {Method::feed, "feed"},
     {Method::out_of_band, "out_of_band"},
     {Method::power_brake, "power_brake"}},
    "by which caps reach the accelerators; decides period and delay where they are not given");
  t("period", s.period, "between two looks at the meters; none: as the method").range(0.01, 3600);
  t("delay", s.delay, "from a look to the new power; none: as the method").range(0, 3600);
  t("floor", s.floor, "least limit of one accelerator; none: the lowest that can be set, else what its lowest clock draws")
      .above(0);
}
}  // namespace

// Published response times, rounded: 97 ms from trigger to power through the driver [gridpilot2026]; 3 s of a leaf controller
// and its upper one, 2 s until servers settle [wu2016dynamo]; 40 s through the management network and 5 s of a power brake
// [patel2024polca].  Periods of the driver, of the management network and of the brake are assumed: they read busway meters
// every second or two.
double CapChannelSpec::period_s() const {
  if (period) return period->v;
  switch (method) {
    case Method::in_band:
      return 1;
    case Method::feed:
      return 3;
    case Method::out_of_band:
    case Method::power_brake:
      return 2;
  }
  return 1;
}

double CapChannelSpec::delay_s() const {
  if (delay) return delay->v;
  switch (method) {
    case Method::in_band:
      return 0.1;
    case Method::feed:
      return 2;
    case Method::out_of_band:
      return 40;
    case Method::power_brake:
      return 5;
  }
  return 0;
}

void describe(Table& t, CappingSpec& s) {
  t("name", s.name, "of the controller").identity();
  t("bank", s.bank, "power bank, each of whose units it keeps below the limit; utility: the site").names("power").required();
  t("fraction", s.fraction, "of the rating of a unit, or of the grid capacity, that it keeps").above(0, 2);
  t("limit", s.limit, "of one unit, in watts, instead of a fraction").above(0);
  t("release", s.release, "of the limit: what it aims at, and below which demand must be for it to let go").range(0.5, 1);
  t("after_loss", s.after_loss, "the limit holds also when racks with two feeds draw all from one");
  describe_channel(t, s.channel);
}

void describe(Table& t, BudgetSpec& s) {
  t("name", s.name, "of the budget").identity();
  t("start", s.start, "after the start of the run").range(0, century);
  t("duration", s.duration, "0: until the end of the run").range(0, century);
  t("power", s.power, "that the site may draw at the meter").above(0);
  t("file", s.file, "or a series: CSV with the columns time_s (after start) and power_mw; empty: no budget").file();
  t("notice", s.notice, "with which a change is known before it comes").range(0, 86400);
  t("release", s.release, "of the budget: what the site aims at").range(0.5, 1);
  describe_channel(t, s.channel);
}

void describe(Table& t, EventSpec& s) {
  using What = EventSpec::What;
  using Side = EventSpec::Side;
  auto const is = [&s](std::initializer_list<What> kinds) {
    return std::find(kinds.begin(), kinds.end(), s.what) != kinds.end();
  };
  bool const of_a_unit = is({What::unit_failure, What::breaker_open});
  bool const moves = s.what == What::set_point;
  bool const of_a_hall = is({What::cdu_trip, What::crah_trip}) || (moves && s.side != Side::plant);
  bool const of_a_plant =
      is({What::chiller_trip, What::pump_trip, What::tower_trip, What::dry_cooler_trip}) || (moves && s.side == Side::plant);
  char const* const a_unit = "what = \"unit_failure\" or \"breaker_open\"";
  char const* const a_move = "what = \"set_point\"";
  t("what", s.what,
    {{What::utility_outage, "utility_outage"},
     {What::utility_dip, "utility_dip"},
     {What::unit_failure, "unit_failure"},
     {What::breaker_open, "breaker_open"},
     {What::chiller_trip, "chiller_trip"},
     {What::pump_trip, "pump_trip"},
     {What::tower_trip, "tower_trip"},
     {What::dry_cooler_trip, "dry_cooler_trip"},
     {What::cdu_trip, "cdu_trip"},
     {What::crah_trip, "crah_trip"},
     {What::set_point, "set_point"}},
    "what happens")
      .required();
  t("start", s.start, "after the start of the run").range(0, century).required();
  t("duration", s.duration, "none: until the end of the run").above(0, century);
  t("voltage", s.voltage, "what is left, share of the nominal voltage")
      .range(0, 1)
      .required()
      .only_if(s.what == What::utility_dip, "what = \"utility_dip\"");
  t("bank", s.bank, "power bank of the unit").names("power").required().only_if(of_a_unit, a_unit);
  t("unit", s.unit, "which unit of the bank, from 1").range(1, most_units).only_if(of_a_unit, a_unit);
  t("side", s.side, {{Side::plant, "plant"}, {Side::air, "air"}, {Side::liquid, "liquid"}},
    "whose set point: a plant's supply, or the supply air or coolant of a hall")
      .only_if(moves, a_move);
  t("plant", s.plant, "whose machines trip, or whose set point moves")
      .names("plant")
      .required()
      .only_if(of_a_plant, "trips of chillers, pumps, towers and dry coolers, or side = \"plant\"");
  t("hall", s.hall, "whose machines trip, or whose set point moves")
      .names("hall")
      .required()
      .only_if(of_a_hall, "trips of CDUs and air handlers, or side = \"air\" or \"liquid\"");
  t("units", s.units, "machines that trip; 0: all").range(0, most_units).only_if(s.is_cooling() && !moves, "trips of machines");
  t("temperature", s.temperature, "the new set point")
      .range(from_celsius(-20).v, from_celsius(90).v)
      .required()
      .only_if(moves, a_move);
}

}  // namespace ondol::schema
