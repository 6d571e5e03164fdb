#include "sim/app/size_points.hpp"

#include <algorithm>
#include <iostream>
#include <utility>

#include "sim/app/terminal.hpp"
#include "sim/engine/heat_loads.hpp"
#include "sim/sweep/plan.hpp"
#include "topology/build/facility.hpp"
#include "topology/build/n_minus_1.hpp"

namespace ondol::app {

SizePoints::SizePoints(schema::SizeSpec const& spec, SweepRuns const& runs, sim::RunStore const& store,
                       std::vector<sim::SizingCase> const& cases, std::vector<sim::Limit> const& limits,
                       sim::RunnerOptions options)
    : spec_(spec), runs_(runs), store_(store), cases_(cases), limits_(limits), options_(std::move(options)) {
  for (auto const& l : limits_) (l.of_facility() ? any_facility_ : any_run_) = true;
}

schema::SweepSpec SizePoints::sweep_over(schema::SizeSpec const& spec, std::vector<schema::AxisValue> const& values,
                                         std::vector<sim::SizingCase> const& cases) {
  schema::SweepSpec sweep;
  sweep.name = spec.name;
  sweep.description = spec.description;
  sweep.file = spec.file;
  sweep.base = spec.base;
  sweep.keep = schema::SweepSpec::Keep::key_figures;
  sweep.set = spec.set;
  sweep.ensemble = spec.ensemble;
  auto& axis = sweep.axis.emplace_back(spec.axis);
  axis.distribution.reset();
  axis.values = values;
  if (cases.size() > 1) {
    auto& of_cases = sweep.axis.emplace_back();
    of_cases.name = "case";
    of_cases.long_name = "Case of the sizing";
    for (auto const& c : cases) of_cases.values.push_back({c.name, std::nan(""), c.sets});
  }
  return sweep;
}

void SizePoints::check(std::vector<SizePoint*> const& batch) {
  std::vector<schema::AxisValue> values;
  for (auto const* p : batch) values.push_back(p->at);
  auto const plan = sim::plan(sweep_over(spec_, values, cases_));
  std::vector<WantedRun> wanted;
  for (auto const& run : plan.runs) wanted.push_back({run.label, run.sets});
  CheckOptions options{.jobs = options_.jobs, .stop = options_.stop};
  options.store = &store_;
  try {
    auto checked = runs_.check(wanted, options);
    if (checked.stopped) throw SizeInterrupted();
    std::size_t const each = checked.requests.size() / batch.size();
    for (std::size_t i = 0; i < checked.requests.size(); ++i)
      batch[i / each]->requests.push_back(std::move(checked.requests[i]));
  } catch (InputError const& e) {
    if (batch.size() > 1) {  // which of them is it?
      for (auto* p : batch) check({p});
      return;
    }
    batch.front()->finding.failed = e.faults().front().message;
  }
}

void SizePoints::run(std::vector<SizePoint*> const& batch) {
  std::vector<sim::RunRequest> requests;
  for (auto const* p : batch) requests.insert(requests.end(), p->requests.begin(), p->requests.end());
  auto report = sim::run_all(requests, store_, options_, runs_.body());
  if (report.stopped) throw SizeInterrupted();
  ran_ += report.ran + report.failed;
  reused_ += report.reused;
  auto outcome = report.outcomes.begin();
  for (auto* p : batch)
    for (std::size_t i = 0; i < p->requests.size(); ++i) p->outcomes.push_back(std::move(*outcome++));
}

void SizePoints::weigh(SizePoint& point) const {
  for (auto const& c : cases_) {
    auto& spare = point.spares.emplace_back();
    if (c.loses) continue;
    auto sets = spec_.set;
    sets.insert(sets.end(), point.at.sets.begin(), point.at.sets.end());
    sets.insert(sets.end(), c.sets.begin(), c.sets.end());
    auto scenario = runs_.read(sets);
    sim::rate_heat_loads(scenario);
    auto const facility = topology::build_facility(scenario);
    auto const least = topology::n_minus_1(scenario, facility).least();
    spare = {least.spare_w / 1e6, least.lost.empty() ? "with all in service" : "without " + least.lost};
  }
}

void SizePoints::judge(SizePoint& point) const {
  std::vector<std::vector<sim::Outcome>> runs;
  if (any_run_) {
    std::size_t const members = point.outcomes.size() / cases_.size();
    for (std::size_t c = 0; c < cases_.size(); ++c)
      runs.emplace_back(point.outcomes.begin() + static_cast<std::ptrdiff_t>(c * members),
                        point.outcomes.begin() + static_cast<std::ptrdiff_t>((c + 1) * members));
  }
  point.finding = sim::judge_point(limits_, cases_, runs, point.spares, spec_.share);
}

std::vector<sim::Judgement> SizePoints::operator()(std::vector<double> const& values) {
  std::vector<SizePoint*> batch;
  for (double v : values) {
    auto& point = points_[v];
    point.at = schema::value_at(spec_.axis, v);
    batch.push_back(&point);
  }
  if (any_run_) check(batch);
  std::vector<SizePoint*> good;
  for (auto* p : batch)
    if (p->finding.failed.empty()) good.push_back(p);
  if (any_facility_)
    for (auto* p : good) try {
        weigh(*p);
      } catch (InputError const& e) {
        p->finding.failed = e.faults().front().message;
      }
  std::erase_if(good, [](SizePoint const* p) { return !p->finding.failed.empty(); });
  if (any_run_ && !good.empty()) run(good);
  for (auto* p : good) judge(*p);
  std::vector<sim::Judgement> out;
  for (auto const* p : batch) out.push_back(p->finding.judgement());
  return out;
}

}  // namespace ondol::app
