#include "sim/app/size.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "sim/app/first_moments.hpp"
#include "sim/app/size_points.hpp"
#include "sim/app/size_report.hpp"
#include "sim/app/sweep_folder.hpp"
#include "sim/app/sweep_progress.hpp"
#include "sim/app/sweep_runs.hpp"
#include "sim/app/terminal.hpp"
#include "sim/engine/heat_loads.hpp"
#include "sim/engine/hottest_time.hpp"
#include "sim/record/sweep_index.hpp"
#include "sim/sweep/index_of.hpp"
#include "sim/sweep/plan.hpp"
#include "topology/build/facility.hpp"

namespace ondol::app {

namespace {

namespace fs = std::filesystem;

schema::AxisValue easy_end(schema::SizeSpec const& spec) {
  auto const& range = *spec.axis.distribution;
  return schema::value_at(spec.axis, spec.aim == schema::SizeSpec::Aim::largest ? range.from : range.to);
}

/// Of the scenario there.
std::vector<schema::Override> at_easy_end(schema::SizeSpec const& spec) {
  auto sets = spec.set;
  auto const value = easy_end(spec);
  sets.insert(sets.end(), value.sets.begin(), value.sets.end());
  return sets;
}

std::vector<sim::SizingCase> cases_of(schema::SizeSpec const& spec, SweepRuns const& runs) {
  if (spec.cases.empty()) return sim::sizing_cases({}, {}, 0);
  auto base = runs.read(at_easy_end(spec));
  bool const asks = std::any_of(spec.cases.begin(), spec.cases.end(),
                                [](schema::CaseSpec const& c) { return !c.lose.empty() && !c.start_s; });
  double hottest_s = 0;
  if (asks) {
    sim::rate_heat_loads(base);
    hottest_s = sim::hottest_time_s(base, topology::build_facility(base));
  }
  return sim::sizing_cases(spec.cases, base, hottest_s);
}

/// Key figures that runs of this base have, from the first moments of one of each case: so a limit on none of them is told
/// before the first run has ended.  What fails in those moments fails in every run, and ends the sizing.
std::vector<sim::Kpi> known_key_figures(schema::SizeSpec const& spec, std::vector<sim::SizingCase> const& cases,
                                        SweepRuns const& runs, std::atomic<int> const* stop) {
  std::vector<sim::SizingCase const*> first;  // of each declared case
  for (auto const& c : cases)
    if (first.empty() || first.back()->declared != c.declared) first.push_back(&c);
  std::vector<std::vector<schema::Override>> looked_at;
  for (auto const* c : first) {
    looked_at.push_back(at_easy_end(spec));
    looked_at.back().insert(looked_at.back().end(), c->sets.begin(), c->sets.end());
  }
  auto known = first_key_figures(looked_at, runs, stop);
  if (!known) throw SizeInterrupted();
  return *std::move(known);
}

/// All points and runs as an index that viewers of sweeps open, with the margins beside the key figures.
void write_index(schema::SizeSpec const& spec, std::vector<sim::SizingCase> const& cases, std::vector<sim::Limit> const& limits,
                 std::vector<SizePoint const*> const& points, sim::SearchResult const& found, sim::RunStore const& store) {
  std::vector<schema::AxisValue> values;
  std::vector<sim::RunRequest> requests;
  std::vector<sim::Outcome> outcomes;
  for (auto const* p : points) values.push_back(p->at);
  auto const sweep = SizePoints::sweep_over(spec, values, cases);
  auto const plan = sim::plan(sweep);
  std::size_t const each = plan.runs.size() / points.size();
  for (auto const* p : points)
    for (std::size_t i = 0; i < each; ++i) {
      requests.push_back(i < p->requests.size() ? p->requests[i] : sim::RunRequest{});
      sim::Outcome outcome;
      if (i < p->outcomes.size()) outcome = p->outcomes[i];
      if (!p->finding.failed.empty() && p->outcomes.empty()) {
        outcome.status = sim::Outcome::Status::failed;
        outcome.error = p->finding.failed;
      }
      auto const in_case = i * cases.size() / each;
      if (in_case < p->spares.size() && !cases[in_case].loses)
        outcome.kpis.push_back({sim::n_minus_1_limit, p->spares[in_case].mw, "MW",
                                "Load that could be added, fed and cooled "
                                "with any one unit lost"});
      outcomes.push_back(std::move(outcome));
    }
  auto index = sim::index_of(sweep, plan, requests, outcomes, store);
  for (std::size_t l = 0; l < limits.size(); ++l) {
    std::vector<double> margins;
    for (auto const& o : outcomes) {
      auto const k = std::find_if(o.kpis.begin(), o.kpis.end(), [&](sim::Kpi const& kpi) { return kpi.name == limits[l].of; });
      margins.push_back(k == o.kpis.end() ? std::nan("") : limits[l].margin(k->value));
    }
    bool const again = std::any_of(limits.begin(), limits.begin() + static_cast<std::ptrdiff_t>(l),
                                   [&](sim::Limit const& other) { return other.of == limits[l].of; });
    index.variables.push_back({"margin_" + limits[l].of + (again ? "_" + std::to_string(l + 1) : ""),
                               "Margin to the limit " + limits[l].text(),
                               limits[l].units,
                               {},
                               std::move(margins)});
  }
  index.attributes["design"] = "sizing";
  if (found.answer) index.attributes["answer"] = points[*found.answer]->at.label;
  sim::write_sweep_index(store.index(), index);
}

}  // namespace

int size_command(SizeOptions const& o) {
  auto const begun = std::chrono::steady_clock::now();
  auto const spec = schema::read_size(o.file, o.set);
  sim::RunStore const store(o.output.empty() ? fs::path(o.file).stem().concat(".size") : fs::path(o.output));
  if (!o.resume && !o.force) refuse_used(store);
  SweepRuns const runs(spec.base, schema::SweepSpec::Keep::key_figures);
  auto const& range = *spec.axis.distribution;
  int const jobs = o.jobs > 0 ? o.jobs : processors();
  SweepProgress progress(spec.name);
  try {
    auto const cases = cases_of(spec, runs);
    bool const needs_runs = std::any_of(spec.limit.begin(), spec.limit.end(),
                                        [](schema::LimitSpec const& l) { return l.of != sim::n_minus_1_limit; });
    // What is wrong at the easy end is wrong everywhere.
    std::vector<WantedRun> easiest;
    for (auto const& run : sim::plan(SizePoints::sweep_over(spec, {easy_end(spec)}, cases)).runs)
      easiest.push_back({run.label, run.sets});
    CheckOptions check{.jobs = jobs, .stop = o.stop};
    auto const checked = runs.check(easiest, check);
    for (auto const& warning : checked.warnings) std::cerr << format(warning, colour_on(2)) << '\n';
    if (checked.stopped) throw SizeInterrupted();
    auto const limits =
        sim::sizing_limits(spec, cases, needs_runs ? known_key_figures(spec, cases, runs, o.stop) : std::vector<sim::Kpi>{});

    store.create();
    sim::StoreLock const lock(store, sim::StoreLock::Kind::alone);
    if (o.force && !o.resume) begin_anew(store);

    sim::RunnerOptions options{.jobs = jobs, .stop = o.stop};
    options.on_progress = [&](sim::RunnerProgress const& p) { progress.show(p); };
    SizePoints points(spec, runs, store, cases, limits, options);
    auto const aim =
        spec.aim == schema::SizeSpec::Aim::largest ? sim::SearchSpec::Aim::largest : sim::SearchSpec::Aim::smallest;
    auto const found = sim::search({range.from, range.to, spec.resolution, aim, options.jobs, spec.looks},
                                   [&](std::vector<double> const& values) { return points(values); });
    progress.clear();

    SizeAnswer answer{spec,         cases,           limits, found, {}, store.folder().string(), store.index().string(),
                      points.ran(), points.reused(), 0};
    for (auto const& t : found.trials) answer.points.push_back(&points.all().at(t.value));
    write_index(spec, cases, limits, answer.points, found, store);
    answer.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    if (o.json)
      std::cout << size_to_json(answer) << '\n';
    else
      print_size(answer, colour_on(1));
    auto const ends_in = found.answer ? found.beyond : std::optional(found.easy);
    if (ends_in && !answer.points[*ends_in]->finding.failed.empty()) return 3;
    return found.answer && found.kept_beyond.empty() ? 0 : 1;
  } catch (SizeInterrupted const&) {
    progress.clear();
    std::cerr << "ondol: interrupted; what is done is kept in " << store.folder().string() << "; go on with --resume\n";
    return 128 + o.stop->load();
  }
}

}  // namespace ondol::app
