#include "sim/sweep/plan.hpp"

#include <cstdio>
#include <deque>

#include "scenarios/base/random.hpp"
#include "scenarios/schema/quantity_text.hpp"
#include "sim/sweep/design_points.hpp"

namespace ondol::sim {
namespace {

using schema::AxisSpec;
using schema::AxisValue;
using schema::EnsembleSpec;
using schema::Override;
using schema::SweepSpec;
using Design = SweepSpec::Design;

/// Draws of an ensemble with seed s are numbered from (s - 1) times this, so that no two seeds share one.
constexpr std::uint64_t draws_a_seed = most_runs;
constexpr std::uint64_t most_draws = 1'000'000'000;  // what simulation.calibration_draw takes

bool sampled(Design design) {
  return design == Design::latin_hypercube || design == Design::sobol || design == Design::saltelli;
}

std::string counted(std::uint64_t n, char const* noun) {
  return std::to_string(n) + " " + noun + (n == 1 ? "" : "s");
}

Fault fault_at(Fault place, std::string message) {
  place.message = std::move(message);
  return place;
}

Fault fault_in(SweepSpec const& sweep, std::string message) {
  Fault fault;
  fault.file = sweep.file;
  return fault_at(std::move(fault), std::move(message));
}

std::vector<Fault> faults_of(SweepSpec const& sweep) {
  std::vector<Fault> faults;
  bool const draws = sampled(sweep.design);
  if (sweep.axis.empty() && (draws || sweep.ensemble.members == 0))
    faults.push_back(fault_in(sweep, draws ? "a sampled design needs an [[axis]] to draw from"
                                           : "nothing varies: declare an [[axis]], or ensemble = N"));
  if (draws && sweep.samples < 1) faults.push_back(fault_in(sweep, "a sampled design needs samples = N, at least 1"));
  for (auto const& a : sweep.axis) {
    std::string const axis = "axis \"" + a.name + "\" ";
    if (a.values.empty() && !a.distribution)
      faults.push_back(fault_at(a.written, axis + "has no values"));
    else if (a.values.empty() && !draws)
      faults.push_back(fault_at(a.written, axis + "has a distribution, and only sampled designs draw from one "
                                                  "(latin_hypercube, sobol, saltelli)"));
    else if (auto const& first = sweep.axis.front();
             sweep.design == Design::zip && !a.values.empty() && a.values.size() != first.values.size())
      faults.push_back(
          fault_at(a.written, axis + "has " + counted(a.values.size(), "value") + ", but \"" + first.name + "\" in line " +
                                  std::to_string(first.written.line) + " has " + std::to_string(first.values.size()) +
                                  "; a zip takes the first of each, then the second of each, so all have as many"));
  }
  if (sweep.design == Design::saltelli && !sweep.skip.empty())
    faults.push_back(
        fault_at(sweep.skip.front().written,
                 "sensitivity indices need every row of a Saltelli design, so no rule may leave one out; narrow the "
                 "axes, or draw with design = \"sobol\""));
  if (auto const& e = sweep.ensemble; e.members > 0 && (e.calibration || e.catalogue) && e.seed > most_draws / draws_a_seed)
    faults.push_back(fault_in(sweep, "the seed of an ensemble is at most " + std::to_string(most_draws / draws_a_seed) +
                                         ": each seed has " + std::to_string(draws_a_seed) + " numbered draws of its own"));
  return faults;
}

/// Before any run is made: how many there would be, told by the factors they come from.
void refuse_too_many(SweepSpec const& sweep) {
  std::vector<std::pair<std::string, std::uint64_t>> factors;
  if (sampled(sweep.design)) {
    factors.emplace_back("samples", sweep.samples);
    if (sweep.design == Design::saltelli) factors.emplace_back("rows of each sample", sweep.axis.size() + 2);
  } else if (sweep.design == Design::zip && !sweep.axis.empty()) {
    factors.emplace_back("cases", sweep.axis.front().values.size());
  } else {
    for (auto const& a : sweep.axis) factors.emplace_back(a.name, a.values.size());
  }
  if (sweep.ensemble.members > 0) factors.emplace_back("members", sweep.ensemble.members);

  std::uint64_t runs = 1;
  double rough = 1;
  bool fits = true;
  std::string product;
  for (auto const& [name, size] : factors) {
    fits = fits && !__builtin_mul_overflow(runs, size, &runs);
    rough *= static_cast<double>(size);
    product += (product.empty() ? "" : " x ") + std::to_string(size) + " (" + name + ")";
  }
  if (fits && runs <= most_runs) return;
  char about[32];
  std::snprintf(about, sizeof about, "about %.1e", rough);
  std::string const message = "the sweep asks for " + (fits ? std::to_string(runs) : std::string(about)) + " runs: " + product +
                              "; at most " + std::to_string(most_runs) + " are made" +
                              (sampled(sweep.design) ? ""
                                                     : ". Give axes fewer values, or draw samples from them: design = "
                                                       "\"latin_hypercube\", samples = 128");
  throw InputError({sweep.axis.empty() ? fault_in(sweep, message) : fault_at(sweep.axis.front().written, message)});
}

/// One combination of values, before it is crossed with members.
struct Cell {
  std::vector<std::uint32_t> at;
  std::vector<AxisValue const*> values;  ///< one an axis
};

/// The combinations with their dimensions and coordinates.
struct Layout {
  std::vector<Dimension> dimensions;
  std::vector<Coordinate> coordinates;
  std::vector<Cell> cells;
  std::deque<AxisValue> drawn;  ///< where sampled values live
};

Coordinate coordinate_of(AxisSpec const& axis, std::size_t dimension) {
  Coordinate c;
  c.name = axis.name;
  c.long_name = axis.long_name.empty() ? axis.key : axis.long_name;
  c.units = axis.units;
  c.dimension = static_cast<std::uint32_t>(dimension);
  return c;
}

void append(Coordinate& coordinate, AxisValue const& value) {
  if (!coordinate.units.empty()) coordinate.numbers.push_back(value.number);
  coordinate.labels.push_back(value.label);
}

Layout grid(SweepSpec const& sweep) {
  Layout out;
  out.cells.emplace_back();
  for (auto const& axis : sweep.axis) {
    auto coordinate = coordinate_of(axis, out.dimensions.size());
    out.dimensions.push_back({axis.name, coordinate.long_name, static_cast<std::uint32_t>(axis.values.size())});
    for (auto const& value : axis.values) append(coordinate, value);
    out.coordinates.push_back(std::move(coordinate));
    std::vector<Cell> crossed;
    crossed.reserve(out.cells.size() * axis.values.size());
    for (auto const& cell : out.cells)
      for (std::uint32_t i = 0; i < axis.values.size(); ++i) {
        crossed.push_back(cell);
        crossed.back().at.push_back(i);
        crossed.back().values.push_back(&axis.values[i]);
      }
    out.cells = std::move(crossed);
  }
  return out;
}

/// All axes along one dimension; `value(axis, i)` is the i-th of one.
template <class ValueOf>
Layout along(SweepSpec const& sweep, Dimension dimension, ValueOf value) {
  Layout out;
  out.dimensions.push_back(dimension);
  for (auto const& axis : sweep.axis) out.coordinates.push_back(coordinate_of(axis, 0));
  for (std::uint32_t i = 0; i < dimension.size; ++i) {
    Cell cell{{i}, {}};
    for (std::size_t d = 0; d < sweep.axis.size(); ++d) {
      cell.values.push_back(value(out, d, i));
      append(out.coordinates[d], *cell.values.back());
    }
    out.cells.push_back(std::move(cell));
  }
  return out;
}

Layout zip(SweepSpec const& sweep) {
  auto const& first = sweep.axis.front();
  auto const size = static_cast<std::uint32_t>(first.values.size());
  Dimension const dimension =
      sweep.axis.size() == 1 ? Dimension{first.name, coordinate_of(first, 0).long_name, size} : Dimension{"case", "case", size};
  return along(sweep, dimension, [&](Layout&, std::size_t d, std::uint32_t i) { return &sweep.axis[d].values[i]; });
}

Layout samples(SweepSpec const& sweep) {
  std::vector<std::string> names;
  for (auto const& axis : sweep.axis) names.push_back(axis.name);
  auto const n = static_cast<std::uint32_t>(sweep.samples);
  auto const points = sweep.design == Design::latin_hypercube ? latin_hypercube(names, n, sweep.seed)
                      : sweep.design == Design::sobol         ? sobol_points(names, n, sweep.seed)
                                                              : saltelli_points(names, n, sweep.seed);
  return along(sweep, {"sample", "sample of the design", static_cast<std::uint32_t>(points.size())},
               [&](Layout& out, std::size_t d, std::uint32_t i) {
                 out.drawn.push_back(schema::axis_value(sweep.axis[d], points[i][d]));
                 return &out.drawn.back();
               });
}

/// What a member is: nothing but overrides.
std::vector<Override> member_sets(EnsembleSpec const& ensemble, int member) {
  std::vector<Override> sets;
  auto const set = [&](char const* key, std::string value) { sets.push_back({key, std::move(value), nullptr, nullptr}); };
  auto const draw = std::to_string((ensemble.seed - 1) * draws_a_seed + static_cast<std::uint64_t>(member));
  if (ensemble.calibration) set("simulation.calibration_draw", draw);
  if (ensemble.catalogue) {
    set("simulation.catalogue_draw", draw);
    std::string table;
    for (auto const& [tier, uncertainty] : ensemble.assume)
      table += (table.empty() ? "{ " : ", ") + tier + " = " + schema::number_text(uncertainty);
    if (!table.empty()) set("simulation.assumed_uncertainty", table + " }");
  }
  if (ensemble.seeds) {
    RandomStream random(ensemble.seed, "ensemble/seed/" + std::to_string(member));
    set("simulation.seed", std::to_string(random.next() >> 33));  // few digits to read, enough to differ
  }
  return sets;
}

PlannedRun run_of(SweepSpec const& sweep, Cell const& cell) {
  PlannedRun run;
  run.at = cell.at;
  run.sets = sweep.set;
  for (std::size_t d = 0; d < sweep.axis.size(); ++d) {
    run.sets.insert(run.sets.end(), cell.values[d]->sets.begin(), cell.values[d]->sets.end());
    run.label += (run.label.empty() ? "" : ", ") + sweep.axis[d].name + " = " + cell.values[d]->label;
  }
  return run;
}

}  // namespace

Plan plan(SweepSpec const& sweep) {
  if (auto faults = faults_of(sweep); !faults.empty()) throw InputError(std::move(faults));
  refuse_too_many(sweep);

  Layout layout = sampled(sweep.design)                                ? samples(sweep)
                  : sweep.design == Design::zip && !sweep.axis.empty() ? zip(sweep)
                                                                       : grid(sweep);
  Plan out;
  out.dimensions = std::move(layout.dimensions);
  out.coordinates = std::move(layout.coordinates);
  std::vector<std::vector<Override>> members;
  if (int const n = sweep.ensemble.members; n > 0) {
    Coordinate numbers{"member", "member of the ensemble", "1", static_cast<std::uint32_t>(out.dimensions.size()), {}, {}};
    out.dimensions.push_back({numbers.name, numbers.long_name, static_cast<std::uint32_t>(n)});
    for (int m = 1; m <= n; ++m) {
      numbers.numbers.push_back(m);
      numbers.labels.push_back(std::to_string(m));
      members.push_back(member_sets(sweep.ensemble, m));
    }
    out.coordinates.push_back(std::move(numbers));
  }

  for (auto const& cell : layout.cells) {
    if (!sweep.skip.empty() && schema::skipped(sweep, cell.values)) {
      ++out.skipped;
      continue;
    }
    PlannedRun const run = run_of(sweep, cell);
    if (members.empty()) out.runs.push_back(run);
    for (std::uint32_t m = 0; m < members.size(); ++m) {
      out.runs.push_back(run);
      auto& of_member = out.runs.back();
      of_member.at.push_back(m);
      of_member.sets.insert(of_member.sets.end(), members[m].begin(), members[m].end());
      of_member.label += (run.label.empty() ? "member " : ", member ") + std::to_string(m + 1);
    }
  }
  if (out.runs.empty())
    throw InputError({fault_at(sweep.skip.front().written,
                               "nothing is left to run: [[skip]] leaves out all " + counted(out.skipped, "combination"))});
  return out;
}

}  // namespace ondol::sim
