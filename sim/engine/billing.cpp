#include "sim/engine/billing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "scenarios/base/error.hpp"
#include "scenarios/schema/describe.hpp"
#include "sim/engine/hourly_file.hpp"
#include "sim/engine/refusal.hpp"
#include "sim/power/civil_time.hpp"

namespace ondol::sim {

namespace {

using namespace schema;

/// SI of one unit of a column.
template <int... E>
double scale_of(std::string const& unit, Quantity<E...>) {
  return parse_quantity("1 " + unit, dimension_of(Exponents{E...})).value.value_or(1.0);
}

HourlySeries covering(Scenario const& s, std::string const& file, HourlyColumn const& column, std::string const& path,
                      std::string const& what) {
  auto series = read_hourly(file, column);
  double const from = static_cast<double>(s.simulation.start), to = from + s.simulation.duration.v;
  if (series.covers(from, to)) return series;
  auto const end = series.first_unix_s + 3600 * static_cast<std::int64_t>(series.value.size());
  auto const text = [&](std::int64_t unix_s) { return hour_text(unix_s, column.utc_offset_s); };
  refuse(
      s, path,
      fmt::format("the {} of {} are of {} to {}, but the run is of {} to {} (all in the file's time zone); choose other dates, "
                  "or set typical_year = true to use month, day and hour of a whole year in any year",
                  what, file, text(series.first_unix_s), text(end), text(s.simulation.start),
                  text(static_cast<std::int64_t>(std::ceil(to)))));
}

std::int64_t day_of(std::string const& date) {
  int part[3] = {};
  std::from_chars(date.data(), date.data() + 4, part[0]);
  std::from_chars(date.data() + 5, date.data() + 7, part[1]);
  std::from_chars(date.data() + 8, date.data() + 10, part[2]);
  return days_since_1970(part[0], part[1], part[2]);
}

std::vector<std::int64_t> holidays(Scenario const& s, TariffSpec const& spec) {
  std::vector<std::int64_t> days;
  for (auto const& calendar : spec.holidays)
    for (auto const& date : s.catalogue.holiday_calendar.at(calendar).dates) days.push_back(day_of(date));
  for (auto const& date : s.site.holidays) days.push_back(day_of(date));
  std::sort(days.begin(), days.end());
  return days;
}

}  // namespace

double offset_of_zone_s(std::string const& zone) {
  if (zone.size() < 6) return 0;
  double const sign = zone[0] == '-' ? -1.0 : 1.0;
  return sign * (3600.0 * std::stod(zone.substr(1, 2)) + 60.0 * std::stod(zone.substr(4, 2)));
}

TariffParams tariff_params(Scenario const& s, std::string const& id, double utc_offset_s) {
  TariffParams t;
  t.utc_offset_s = static_cast<std::int64_t>(utc_offset_s);
  if (id.empty()) return t;
  auto const& spec = s.tariff.at(id);
  t.adder_won_per_j = spec.adder.v + spec.fuel_adjustment.v + spec.climate_charge.v;
  t.demand_won_per_w_month = spec.demand_charge.v;
  t.tax = spec.tax;
  t.levy = spec.levy;
  t.holidays = holidays(s, spec);
  if (spec.ratchet)
    t.ratchet = DemandRatchet{spec.ratchet->months, spec.ratchet->share, spec.ratchet->contract_share, s.site.grid_capacity.v,
                              s.site.past_peak ? s.site.past_peak->v : 0.0};
  if (spec.power_factor && s.site.power_factor > 0)
    t.power_factor = PowerFactorClause{spec.power_factor->basis, spec.power_factor->best, spec.power_factor->worst,
                                       spec.power_factor->rate, s.site.power_factor};
  switch (spec.kind) {
    case TariffSpec::Kind::flat:
      t.bands.push_back({"flat", {}, {}, {}, spec.price.v});
      break;
    case TariffSpec::Kind::hourly: {
      auto const& series = *spec.series;
      HourlyColumn const column{series.time_column,
                                series.column,
                                scale_of(series.unit, WonPerJoule{}),
                                static_cast<std::int64_t>(offset_of_zone_s(series.time_zone)),
                                series.typical_year,
                                -std::numeric_limits<double>::infinity()};
      t.hourly_won_per_j = covering(s, series.file, column, "tariff." + id + ".series.file", "prices");
      break;
    }
    case TariffSpec::Kind::time_of_use: {
      std::map<std::string, DayType> const day{
          {"weekday", DayType::weekday}, {"saturday", DayType::saturday}, {"sunday", DayType::sunday}};
      for (auto const& band : spec.band) {
        TariffBandParams b{band.name, band.months, band.hours, {}, band.price.v};
        for (auto const& d : band.days) b.days.push_back(day.at(d));
        t.bands.push_back(std::move(b));
      }
      break;
    }
  }
  return t;
}

CarbonParams carbon_params(Scenario const& s) {
  auto const& spec = s.site.carbon;
  CarbonParams c;
  c.kg_per_j = spec.factor.v;
  if (spec.file.empty()) return c;
  HourlyColumn column{spec.time_column,
                      spec.column,
                      scale_of(spec.unit, KgPerJoule{}),
                      static_cast<std::int64_t>(offset_of_zone_s(spec.time_zone)),
                      spec.typical_year,
                      0};
  c.hourly_kg_per_j = covering(s, spec.file, column, "site.carbon.file", "emission factors");
  if (spec.renewable_column.empty()) return c;
  column.column = spec.renewable_column;
  column.scale = 0.01;
  c.renewable_share = covering(s, spec.file, column, "site.carbon.file", "renewable shares");
  return c;
}

}  // namespace ondol::sim
