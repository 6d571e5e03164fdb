/// Tariffs, calendars of holidays, and what of the site goes with them.

#include <algorithm>
#include <array>
#include <chrono>
#include <set>

#include "scenarios/schema/check_context.hpp"

namespace ondol::schema {
namespace {

constexpr std::array<char const*, 3> kinds_of_day{"weekday", "saturday", "sunday"};

/// A kind of hour of the year: month, kind of day and hour of day in one number.
constexpr std::size_t slots = 12 * 3 * 24;
int month_of(std::size_t slot) {
  return static_cast<int>(slot / 72 + 1);
}
int day_of(std::size_t slot) {
  return static_cast<int>(slot / 24 % 3);
}
int hour_of(std::size_t slot) {
  return static_cast<int>(slot % 24);
}

/// "3-5, 9-10"
std::string runs(std::set<int> const& numbers) {
  std::string text;
  for (auto at = numbers.begin(); at != numbers.end();) {
    int const first = *at;
    int last = first;
    for (++at; at != numbers.end() && *at == last + 1; ++at) ++last;
    text += (text.empty() ? "" : ", ") + std::to_string(first) + (last > first ? "-" + std::to_string(last) : "");
  }
  return text;
}

/// "months 3-5, weekday, hours 11-13": the first of the hours and all that differ from it in one way only.
std::string hours_text(std::vector<std::size_t> const& which) {
  std::set<int> months, days, hours;
  for (auto const slot : which) months.insert(month_of(slot)), days.insert(day_of(slot)), hours.insert(hour_of(slot));
  bool const block = months.size() * days.size() * hours.size() == which.size();
  if (!block) {  // tell the first block: the hours of the first month and day that are among them
    std::set<int> of_first;
    for (auto const slot : which)
      if (month_of(slot) == month_of(which[0]) && day_of(slot) == day_of(which[0])) of_first.insert(hour_of(slot));
    months = {month_of(which[0])}, days = {day_of(which[0])}, hours = of_first;
  }
  std::string day_text;
  for (int const d : days) day_text += (day_text.empty() ? "" : ", ") + std::string(kinds_of_day[static_cast<std::size_t>(d)]);
  return std::string(block ? "" : "first ") + "month" + (months.size() > 1 ? "s " : " ") + runs(months) + ", " + day_text +
         ", hour" + (hours.size() > 1 ? "s " : " ") + runs(hours);
}

void check_bands(Context const& c, std::string const& path, TariffSpec const& t) {
  std::array<int, slots> owner{};
  owner.fill(-1);
  auto const holds = [](auto const& list, auto const& x) {
    return list.empty() || std::find(list.begin(), list.end(), x) != list.end();
  };
  for (std::size_t b = 0; b < t.band.size(); ++b) {
    auto const& band = t.band[b];
    std::vector<std::size_t> twice;
    for (std::size_t slot = 0; slot < slots; ++slot) {
      if (!holds(band.months, month_of(slot)) || !holds(band.hours, hour_of(slot)) ||
          !holds(band.days, std::string(kinds_of_day[static_cast<std::size_t>(day_of(slot))])))
        continue;
      if (owner[slot] < 0)
        owner[slot] = static_cast<int>(b);
      else if (twice.empty() || owner[slot] == owner[twice[0]])
        twice.push_back(slot);
    }
    if (!twice.empty())
      c.error(list_path(path + ".band", b), "band " + in_quotes(band.name) + " overlaps band " +
                                                in_quotes(t.band[static_cast<std::size_t>(owner[twice[0]])].name) + " in " +
                                                hours_text(twice));
  }
  std::vector<std::size_t> gaps;
  for (std::size_t slot = 0; slot < slots; ++slot)
    if (owner[slot] < 0) gaps.push_back(slot);
  if (!gaps.empty())
    c.error(path, "no band has a price for " + std::to_string(gaps.size()) + " of 864 kinds of hour: " + hours_text(gaps));
}

void check_unit(Context const& c, std::string const& path, std::string const& unit, Dimension const& dimension) {
  if (!c.good(path) || parse_quantity("1 " + unit, dimension).value) return;
  c.error(path, "unit = " + in_quotes(unit) + " is no unit of " + dimension.name + "; write " + units_that_fit(dimension));
}

void check_zone(Context const& c, std::string const& path, std::string const& zone) {
  if (c.good(path) && !parse_time_zone(zone))
    c.error(path, "time_zone = " + in_quotes(zone) + " is not an offset such as \"+09:00\"");
}

template <int... E>
Dimension const& dimension(Quantity<E...>) {
  return dimension_of(Exponents{E...});
}

/// Year of a date written as 2026-01-01, or nothing.
std::optional<int> year_of(std::string const& date) {
  auto const digits = [&](std::size_t from, std::size_t n) {
    int x = 0;
    for (std::size_t i = from; i < from + n; ++i) {
      if (date[i] < '0' || date[i] > '9') return -1;
      x = 10 * x + (date[i] - '0');
    }
    return x;
  };
  if (date.size() != 10 || date[4] != '-' || date[7] != '-') return std::nullopt;
  int const year = digits(0, 4), month = digits(5, 2), day = digits(8, 2);
  using namespace std::chrono;
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  year_month_day const ymd{std::chrono::year{year}, std::chrono::month{unsigned(month)}, std::chrono::day{unsigned(day)}};
  return ymd.ok() ? std::optional(year) : std::nullopt;
}

void check_dates(Context const& c, std::string const& path, std::vector<std::string> const& dates) {
  for (std::size_t i = 0; i < dates.size(); ++i)
    if (!year_of(dates[i])) c.error(list_path(path, i), in_quotes(dates[i]) + " is not a date such as \"2026-01-01\"");
}

/// Years that the run touches and no calendar of the tariff knows.
void warn_of_holidays(Context const& c, std::string const& path, std::string const& id) {
  auto const* t = Context::find(c.s.tariff, id);
  if (!t || t->holidays.empty() || !c.good(path) || !c.good("simulation")) return;
  std::set<int> known;
  for (auto const& calendar : t->holidays)
    if (auto const* days = Context::find(c.s.catalogue.holiday_calendar, calendar))
      for (auto const& date : days->dates)
        if (auto const year = year_of(date)) known.insert(*year);
  auto const offset = parse_time_zone(c.s.site.time_zone).value_or(0);
  auto const year_at = [&](double unix_s) {
    auto const day = std::chrono::sys_days{std::chrono::days{static_cast<std::int64_t>((unix_s + double(offset)) / 86400)}};
    return int(std::chrono::year_month_day{day}.year());
  };
  double const from = static_cast<double>(c.s.simulation.start);
  std::set<int> missing;
  for (int year = year_at(from); year <= year_at(from + c.s.simulation.duration.v - 1); ++year)
    if (!known.contains(year)) missing.insert(year);
  if (!missing.empty())
    c.warning(path, "tariff " + in_quotes(id) + " knows no holidays of " + runs(missing) +
                        ": they are billed as the days of the week that they fall on");
}

}  // namespace

void check_tariff(Context const& c, std::string const& path, TariffSpec const& t) {
  if (!c.good(path)) return;
  if (t.kind == TariffSpec::Kind::time_of_use && !t.band.empty()) check_bands(c, path, t);
  if (t.series) {
    check_unit(c, path + ".series.unit", t.series->unit, dimension(WonPerJoule{}));
    check_zone(c, path + ".series.time_zone", t.series->time_zone);
  }
  if (t.ratchet && t.ratchet->months.empty() && t.ratchet->contract_share <= 0)
    c.error(path + ".ratchet", "the ratchet needs months whose peaks it keeps, or a contract_share");
  if (auto const& pf = t.power_factor; pf && (pf->worst > pf->basis || pf->basis > pf->best))
    c.error(path + ".power_factor",
            "worst, basis and best must increase: " + about(pf->worst) + ", " + about(pf->basis) + ", " + about(pf->best));
}

void check_holidays(Context const& c, std::string const& path, HolidayCalendarSpec const& calendar) {
  check_dates(c, path + ".dates", calendar.dates);
}

void check_bills(Context const& c) {
  auto const& site = c.s.site;
  check_dates(c, "site.holidays", site.holidays);
  auto const& carbon = site.carbon;
  check_unit(c, "site.carbon.unit", carbon.unit, dimension(KgPerJoule{}));
  check_zone(c, "site.carbon.time_zone", carbon.time_zone);
  if (carbon.file.empty() && !carbon.renewable_column.empty())
    c.error("site.carbon.renewable_column", "renewable_column needs the file that has it");
  if (!site.tariff.empty()) warn_of_holidays(c, "site.tariff", site.tariff);
  if (site.tariff.empty() && !site.compare_tariffs.empty())
    c.error("site.compare_tariffs",
            "there is no tariff to compare with: write tariff = " + in_quotes(site.compare_tariffs[0]) + "?");
  bool clause = false, ratchet = false, complete = true;
  auto ids = site.compare_tariffs;
  ids.push_back(site.tariff);
  for (auto const& id : ids) {
    auto const* t = Context::find(c.s.tariff, id);
    complete = complete && (t || id.empty());
    clause |= t && t->power_factor;
    ratchet |= t && t->ratchet;
  }
  if (complete && site.power_factor > 0 && !clause)
    c.warning("site.power_factor", "power_factor has no effect: no tariff of the site has a power factor clause");
  if (complete && site.past_peak && !ratchet)
    c.warning("site.past_peak", "past_peak has no effect: no tariff of the site looks back");
}

}  // namespace ondol::schema
