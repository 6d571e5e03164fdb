#pragma once
/// One run, from a checked scenario to a results file.
///
/// The loop, on SimGrid's clock, one instant after another:
///
///   1 settle    when due, everything up to this instant with the *old* rates: node temperatures and leakage by their exact
///               solution, then the plant by its integrator and the electrical chain for the means, every joule to its owner
///               (a node whose work changes between two such settlements is brought up to date on its own); then the chain
///               does what is due at this instant: sources come and go, breakers trip, racks and cooling lose power or get it,
///               and declared trips of the cooling begin and end;
///   2 happen    what the calendar holds for this date, by date and order of entry: jobs arrive, end, services follow the day;
///   3 schedule  waiting jobs onto free accelerators, pool by pool;
///   4 control   fans, thermal limits and power limits choose the clock of each node for what comes;
///   5 share     jobs whose links on a declared fabric others have come to, or left, get their new share;
///   6 re-rate   jobs whose slowest node changed clock: progress so far at the old speed, one end event moved;
///   7 record    when a report is due: means of the interval, points of the instant;
///   8 look ahead  the next instant is the earliest of calendar and next settlement: a report, the next happening of the chain
///               at the powers of now, or of the cooling, or the longest step over which supply temperatures may be held
///               (shortened while they move).
///
/// Ties break by order of entry and by id.  Rates change only at instants, so energy is a sum over intervals, not a sample.

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "sim/engine/snapshot.hpp"
#include "sim/state/kpi.hpp"
#include "topology/build/facility.hpp"

namespace ondol::sim {

/// What one tariff would charge for the run [KRW].
struct TariffRow {
  std::string id, name;
  double energy_won = 0, adder_won = 0, demand_won = 0, power_factor_won = 0, levy_won = 0, tax_won = 0, total_won = 0;
  double mean_won_per_kwh = 0;
  bool cheapest = false;  ///< of those compared
};

/// Cooling of one calendar month, local time.
struct MonthRow {
  std::string month;  ///< "2026-07"
  double covered_s = 0, it_j = 0, cooling_j = 0;
  double pue = 0, wue_kg_per_kwh = 0, wet_bulb_k = 0, free_cooling_s = 0;
};

struct Progress {
  double simulated_s = 0;
  double duration_s = 0;
  std::function<Snapshot()> look;  ///< what there is to see now; valid during the call of `on_progress`
};

struct RunOptions {
  std::filesystem::path output;  ///< empty: no file is written
  bool force = false;
  std::atomic<int> const* stop = nullptr;            ///< non-zero: finish the file at the next instant
  std::function<void(Progress const&)> on_progress;  ///< called at most ten times a second of wall time
  std::string code_version;
  std::string command_line;
  bool rehearsed = false;  ///< its warnings have been told: limits and plants are not looked over again
};

struct RunResult {
  std::vector<Kpi> kpis;
  std::string content_hash;
  std::string status;  ///< "complete" or "interrupted"
  std::filesystem::path file;
  double wall_s = 0;
  std::uint64_t instants = 0;
  double ledger_residual = 0;      ///< relative: (metered - owned) / metered
  std::vector<Fault> warnings;     ///< of the demand: what was left out and why
  double heat_residual = 0;        ///< relative: (heat in - heat out - stored) / heat in
  std::vector<TariffRow> tariffs;  ///< the site's first, then those compared
  std::vector<MonthRow> months;

  std::optional<double> kpi(std::string const& name) const;
};

/// What a plant can do in the weather of its site at its halls' rated heat (cooling_outlook.hpp).
struct PlantOutlook {
  std::string plant;
  double heat_w = 0;              ///< of its halls at their ratings, and of the loop's pumps
  double set_point_k = 0;         ///< the warmest, where it is reset
  int hours = 0;                  ///< looked at
  int missed = 0;                 ///< the set point is out of reach
  std::optional<int> free;        ///< no compressor runs; none: the plant has no chillers
  std::optional<double> reach_k;  ///< water without compressors in the weather that 0.4 % of the hours exceed; none: no way
  // In the worst of the missed hours:
  double warmest_k = 0, dry_bulb_k = 0, wet_bulb_k = 0;
};

struct Rehearsal {
  std::vector<Fault> warnings;
  std::vector<PlantOutlook> plants;
};

/// What `run` would refuse before its first instant, thrown likewise; returns its warnings.
Rehearsal rehearse(schema::Scenario const& scenario, topology::Facility const& facility);

/// Works out what every run needs and none changes, so that processes forked after this call have it.
void prepare_runs();

/// Simulates.  One call per process (SimGrid has one engine).  Throws InputError for what the user can mend and
/// std::runtime_error for a failed run; the partial results file is left in place then.
RunResult run(schema::Scenario const& scenario, topology::Facility const& facility, RunOptions const& options);

}  // namespace ondol::sim
