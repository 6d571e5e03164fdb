#include "sim/app/commands.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "scenarios/base/units.hpp"
#include "scenarios/schema/read.hpp"
#include "sim/app/catalogue_list.hpp"
#include "sim/app/dashboard.hpp"
#include "sim/app/report_json.hpp"
#include "sim/app/terminal.hpp"
#include "sim/engine/clock.hpp"
#include "sim/engine/heat_loads.hpp"
#include "sim/engine/run.hpp"
#include "topology/build/analysis.hpp"
#include "topology/build/facility.hpp"

#ifndef ONDOL_VERSION
#error "ONDOL_VERSION is set by the build"
#endif

namespace ondol::app {

namespace {

schema::Scenario read(Options const& o) {
  schema::ReadOptions options;
  options.set = o.set;
  options.until = o.until;
  options.seed = o.seed;
  auto scenario = schema::read_scenario(o.file, options);
  for (auto const& warning : scenario.warnings) std::cerr << format(warning, colour_on(2)) << '\n';
  return scenario;
}

double utc_offset_s(std::string const& time_zone) {
  // "+09:00"; the reader has checked the form.
  int hours = 0, minutes = 0;
  if (std::sscanf(time_zone.c_str(), "%d:%d", &hours, &minutes) < 1) return 0;
  return 3600.0 * hours + (time_zone.front() == '-' ? -60.0 : 60.0) * minutes;
}

/// The progress line: simulated date, percent, speed, time left.  Drawn on a terminal only.
class ProgressLine {
 public:
  ProgressLine(double start_unix_s, double offset_s) : start_(start_unix_s), offset_(offset_s), draw_(is_terminal(2)) {}
  ~ProgressLine() { clear(); }
  void show(sim::Progress const& p, double wall_s) {
    if (!draw_) return;
    fmt::print(stderr, "\r\x1b[K{}", progress_text(p, wall_s, start_, offset_));
    std::fflush(stderr);
    drawn_ = true;
  }
  void clear() {
    if (drawn_) fmt::print(stderr, "\r\x1b[K");
    drawn_ = false;
  }

 private:
  double start_, offset_;
  bool draw_, drawn_ = false;
};

/// What each tariff would charge, cheapest marked.
void print_tariffs(std::vector<sim::TariffRow> const& rows, bool colour) {
  fmt::print("  {:<26} {:>10} {:>10} {:>10} {:>10} {:>10} {:>10}  million KRW\n", "Tariff", "energy", "adders", "demand",
             "taxes", "total", "KRW/kWh");
  for (auto const& r : rows) {
    auto const line =
        fmt::format("  {:<26} {:>10.3f} {:>10.3f} {:>10.3f} {:>10.3f} {:>10.3f} {:>10.2f}{}", r.id, r.energy_won / 1e6,
                    r.adder_won / 1e6, (r.demand_won + r.power_factor_won) / 1e6, (r.levy_won + r.tax_won) / 1e6,
                    r.total_won / 1e6, r.mean_won_per_kwh, r.cheapest ? "  cheapest" : "");
    fmt::print("{}\n", r.cheapest ? bold(line, colour) : line);
  }
}

/// What plants can do in the weather of the site.
void print_outlook(std::vector<sim::PlantOutlook> const& plants) {
  if (plants.empty()) return;
  fmt::print("\nPlants in their weather, at the rated heat of their halls\n");
  fmt::print("  {:<16} {:>10} {:>11} {:>21} {:>7} {:>14} {:>13}\n", "plant", "heat", "set point", "0.4 % hour, no chiller",
             "hours", "free cooling", "out of reach");
  for (auto const& p : plants)
    fmt::print("  {:<16} {:>7.2f} MW {:>6.1f} degC {:>22} {:>7} {:>14} {:>13}\n", p.plant, p.heat_w / 1e6,
               p.set_point_k - celsius_offset, p.reach_k ? fmt::format("{:.1f} degC", *p.reach_k - celsius_offset) : "-",
               p.hours, p.free ? fmt::format("{} h", *p.free) : "always", fmt::format("{} h", p.missed));
}

constexpr double shows_months_s = 60 * 86400.0;

/// Cooling month by month.
void print_months(std::vector<sim::MonthRow> const& rows) {
  fmt::print("  {:<10} {:>8} {:>12} {:>12} {:>8} {:>8} {:>10} {:>14}\n", "Month", "days", "IT MWh", "cooling MWh", "PUE",
             "WUE L/kWh", "wet bulb", "free cooling h");
  for (auto const& r : rows)
    fmt::print("  {:<10} {:>8.1f} {:>12.1f} {:>12.1f} {:>8.3f} {:>9.3f} {:>10.1f} {:>14.0f}\n", r.month, r.covered_s / 86400,
               r.it_j / 3.6e9, r.cooling_j / 3.6e9, r.pue, r.wue_kg_per_kwh, r.wet_bulb_k - celsius_offset,
               r.free_cooling_s / 3600);
}

}  // namespace

std::string version_text() {
  return fmt::format("ondol {} (SimGrid {})", ONDOL_VERSION, sim::Clock::simgrid_version());
}

int run_command(Options const& o) {
  namespace fs = std::filesystem;
  fs::path const output = o.output.empty() ? fs::path(o.file).stem().concat(".h5") : fs::path(o.output);
  auto scenario = read(o);
  sim::rate_heat_loads(scenario);
  auto const facility = topology::build_facility(scenario);

  auto const start = static_cast<double>(scenario.simulation.start), offset = utc_offset_s(scenario.site.time_zone);
  ProgressLine line(start, offset);
  Dashboard dashboard(scenario.simulation.name, start, offset);
  auto const begun = std::chrono::steady_clock::now();
  sim::RunOptions options;
  options.output = output;
  options.force = o.force;
  options.stop = o.stop;
  options.code_version = ONDOL_VERSION;
  options.command_line = "ondol run " + o.file;
  for (auto const& s : o.set) options.command_line += " --set " + s;
  options.on_progress = [&](sim::Progress const& p) {
    double const wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    o.watch ? dashboard.show(p, wall_s) : line.show(p, wall_s);
  };
  auto const result = sim::run(scenario, facility, options);
  line.clear();
  dashboard.clear();
  for (auto const& warning : result.warnings) std::cerr << format(quoted(warning), colour_on(2)) << '\n';

  if (o.json) {
    nlohmann::ordered_json json;
    json["scenario"] = scenario.simulation.name;
    json["status"] = result.status;
    json["file"] = result.file.string();
    json["content_hash"] = result.content_hash;
    json["wall_s"] = result.wall_s;
    json["instants"] = result.instants;
    json["ledger_residual"] = result.ledger_residual;
    json["heat_residual"] = result.heat_residual;
    for (auto const& k : result.kpis)
      json["kpis"][k.name] = {
          {"value", std::isfinite(k.value) ? nlohmann::ordered_json(k.value) : nlohmann::ordered_json(nullptr)},
          {"units", k.units},
          {"long_name", k.long_name}};
    for (auto const& t : result.tariffs)
      json["tariffs"].push_back({{"tariff", t.id},
                                 {"name", t.name},
                                 {"energy_krw", t.energy_won},
                                 {"adders_krw", t.adder_won},
                                 {"demand_krw", t.demand_won},
                                 {"power_factor_krw", t.power_factor_won},
                                 {"levy_krw", t.levy_won},
                                 {"tax_krw", t.tax_won},
                                 {"total_krw", t.total_won},
                                 {"cheapest", t.cheapest}});
    for (auto const& m : result.months)
      json["months"].push_back({{"month", m.month},
                                {"covered_s", m.covered_s},
                                {"it_energy_j", m.it_j},
                                {"cooling_energy_j", m.cooling_j},
                                {"pue", m.pue},
                                {"wue_kg_per_kwh", m.wue_kg_per_kwh},
                                {"wet_bulb_c", m.wet_bulb_k - celsius_offset},
                                {"free_cooling_h", m.free_cooling_s / 3600}});
    std::cout << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
  } else {
    bool const colour = colour_on(1);
    fmt::print("{}\n", bold(scenario.simulation.name, colour));
    for (auto const& k : result.kpis)
      fmt::print("  {:<58} {:>14} {}\n", k.long_name, figure_text(k.value), k.units == "1" ? "" : k.units);
    fmt::print("  {:<58} {:>14}\n", "Energy ledger, relative residual", fmt::format("{:.1e}", result.ledger_residual));
    fmt::print("  {:<58} {:>14}\n", "Heat balance, relative residual", fmt::format("{:.1e}", result.heat_residual));
    if (result.tariffs.size() > 1) print_tariffs(result.tariffs, colour);
    double covered_s = 0;
    for (auto const& m : result.months) covered_s += m.covered_s;
    if (covered_s > shows_months_s) print_months(result.months);
    fmt::print("{}\n", dim(fmt::format("{} in {}, {} instants; results in {}", result.status, duration_text(result.wall_s),
                                       result.instants, result.file.string()),
                           colour));
  }
  if (result.status != "complete") {
    int const signal = o.stop->load();
    std::cerr << "ondol: interrupted; the results up to then are in " << result.file.string() << '\n';
    return 128 + signal;
  }
  return 0;
}

int check_command(Options const& o) {
  auto scenario = read(o);
  sim::rate_heat_loads(scenario);
  auto const facility = topology::build_facility(scenario);
  auto const report = topology::analyse(scenario, facility);
  auto const rehearsal = sim::rehearse(scenario, facility);
  for (auto const& warning : rehearsal.warnings) std::cerr << format(quoted(warning), colour_on(2)) << '\n';
  if (o.json) {
    std::cout << to_json(report, rehearsal.plants) << '\n';
  } else {
    std::cout << topology::to_text(report);
    print_outlook(rehearsal.plants);
  }
  return 0;
}

int dump_command(Options const& o) {
  std::cout << schema::dump(read(o), true);
  return 0;
}

int schema_command(Options const& o) {
  std::cout << (o.steps    ? schema::step_json_schema()
                : o.sweeps ? schema::sweep_json_schema()
                : o.sizes  ? schema::size_json_schema()
                           : schema::json_schema())
            << '\n';
  return 0;
}

int catalogue_command(Options const& o) {
  schema::Provenance origin;
  auto const catalogue = schema::read_catalogue(schema::catalogue_folder(), origin);
  return list_catalogue(catalogue, origin, o.query, o.json);
}

}  // namespace ondol::app
