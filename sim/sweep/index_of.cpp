#include "sim/sweep/index_of.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>

#include "scenarios/base/error.hpp"

namespace ondol::sim {

namespace {

namespace fs = std::filesystem;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

char const* design_text(schema::SweepSpec::Design design) {
  using Design = schema::SweepSpec::Design;
  switch (design) {
    case Design::grid:
      return "grid";
    case Design::zip:
      return "zip";
    case Design::latin_hypercube:
      return "latin_hypercube";
    case Design::sobol:
      return "sobol";
    case Design::saltelli:
      return "saltelli";
  }
  return "";
}

/// The place of a run among all places, last dimension fastest.
std::size_t place_of(PlannedRun const& run, Plan const& plan) {
  std::size_t place = 0;
  for (std::size_t d = 0; d < plan.dimensions.size(); ++d) place = place * plan.dimensions[d].size + run.at[d];
  return place;
}

std::string text_of(fs::path const& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Fault unknown(schema::SweepSpec const& sweep, std::string const& wanted, std::string const& near) {
  Fault fault;
  fault.file = sweep.file;
  fault.message =
      "responses: no run has a key figure \"" + wanted + "\"" + (near.empty() ? "" : "; did you mean \"" + near + "\"?");
  return fault;
}

/// A coordinate of the index cannot have the name of one of its variables.
void add_axes_named_as(std::string const& figure, schema::SweepSpec const& sweep, std::string const& advice,
                       std::vector<Fault>& faults) {
  for (auto const& axis : sweep.axis) {
    if (axis.name != figure) continue;
    Fault fault = axis.written;
    fault.message = "axis \"" + axis.name + "\" has the name of a key figure. Give it another" + advice;
    faults.push_back(std::move(fault));
  }
}

std::vector<std::string> names_of(std::vector<Response> const& responses) {
  std::vector<std::string> names;
  for (auto const& r : responses) names.push_back(r.of.name);
  return names;
}

/// How to go on when runs have ended.
constexpr char const* kept = " and go on with --resume: the runs are kept";

void refuse_unknown(schema::SweepSpec const& sweep, std::vector<Response> const& known, std::vector<Outcome> const& outcomes) {
  if (std::none_of(outcomes.begin(), outcomes.end(), [](Outcome const& o) { return o.status == Outcome::Status::complete; }))
    return;
  auto const names = names_of(known);
  std::vector<Fault> faults;
  for (auto const& wanted : sweep.responses) {
    if (std::find(names.begin(), names.end(), wanted) != names.end()) continue;
    faults.push_back(unknown(sweep, wanted, nearest(wanted, names)));
    faults.back().message += std::string(" Mend the file") + kept;
  }
  if (!faults.empty()) throw InputError(std::move(faults));
}

void refuse_axes_named_as(std::vector<Response> const& responses, schema::SweepSpec const& sweep) {
  std::vector<Fault> faults;
  for (auto const& name : names_of(responses)) add_axes_named_as(name, sweep, kept, faults);
  if (!faults.empty()) throw InputError(std::move(faults));
}

}  // namespace

void refuse_misspelt(schema::SweepSpec const& sweep, std::vector<Kpi> const& known) {
  std::vector<std::string> names;
  for (auto const& k : known) names.push_back(k.name);
  std::vector<Fault> faults;
  for (auto const& wanted : sweep.responses)
    if (std::find(names.begin(), names.end(), wanted) == names.end())
      if (auto const near = nearest(wanted, names); !near.empty()) faults.push_back(unknown(sweep, wanted, near));
  for (auto const& name : names)
    if (sweep.responses.empty() || std::find(sweep.responses.begin(), sweep.responses.end(), name) != sweep.responses.end())
      add_axes_named_as(name, sweep, "", faults);
  if (!faults.empty()) throw InputError(std::move(faults));
}

std::vector<Response> responses_of(schema::SweepSpec const& sweep, std::vector<Outcome> const& outcomes) {
  std::vector<Response> all;
  std::map<std::string, std::size_t> at;
  for (std::size_t run = 0; run < outcomes.size(); ++run) {
    if (outcomes[run].status != Outcome::Status::complete) continue;
    for (auto const& k : outcomes[run].kpis) {
      auto const [found, is_new] = at.try_emplace(k.name, all.size());
      if (is_new) all.push_back({{k.name, none, k.units, k.long_name}, std::vector<double>(outcomes.size(), none)});
      all[found->second].values[run] = k.value;
    }
  }
  refuse_unknown(sweep, all, outcomes);
  if (sweep.responses.empty()) return all;
  std::vector<Response> wanted;
  for (auto const& name : sweep.responses)
    if (auto const found = at.find(name); found != at.end()) wanted.push_back(all[found->second]);
  return wanted;
}

SweepIndex index_of(schema::SweepSpec const& sweep, Plan const& plan, std::vector<RunRequest> const& requests,
                    std::vector<Outcome> const& outcomes, RunStore const& store) {
  SweepIndex index;
  std::size_t places = 1;
  for (auto const& d : plan.dimensions) {
    index.dimensions.push_back({d.name, d.long_name, d.size});
    places *= d.size;
  }
  for (auto const& c : plan.coordinates) {
    SweepIndex::Variable variable{c.name, c.long_name, c.units, {c.dimension}, c.labels};
    if (!c.numbers.empty()) variable.values = c.numbers;
    index.coordinates.push_back(std::move(variable));
  }

  std::vector<std::size_t> place(plan.runs.size());
  std::vector<std::string> status(places, "skipped"), key(places), error(places);
  index.links.resize(places);
  for (std::size_t run = 0; run < plan.runs.size(); ++run) {
    auto const at = place[run] = place_of(plan.runs[run], plan);
    auto const& outcome = outcomes[run];
    bool const complete = outcome.status == Outcome::Status::complete;
    status[at] = complete ? "complete" : "failed";
    key[at] = requests[run].key;
    error[at] = outcome.error;
    if (complete && sweep.keep != schema::SweepSpec::Keep::key_figures && fs::exists(store.results(outcome.key)))
      index.links[at] = store.results(outcome.key).lexically_relative(store.folder()).string();
  }
  auto const responses = responses_of(sweep, outcomes);
  refuse_axes_named_as(responses, sweep);
  for (auto const& response : responses) {
    std::vector<double> values(places, none);
    for (std::size_t run = 0; run < place.size(); ++run) values[place[run]] = response.values[run];
    index.variables.push_back({response.of.name, response.of.long_name, response.of.units, {}, std::move(values)});
  }
  index.variables.push_back({"status", "what became of the run", "", {}, std::move(status)});
  index.variables.push_back({"run", "content hash that names the files of the run", "", {}, std::move(key)});
  index.variables.push_back({"error", "why the run failed", "", {}, std::move(error)});

  index.attributes["title"] = sweep.name;
  if (!sweep.description.empty()) index.attributes["description"] = sweep.description;
  index.attributes["base"] = sweep.base.filename().string();
  index.attributes["design"] = design_text(sweep.design);
  if (sweep.samples > 0) index.attributes["samples"] = std::to_string(sweep.samples);
  if (sweep.ensemble.members > 0) index.attributes["members"] = std::to_string(sweep.ensemble.members);
  index.attributes["seed"] = std::to_string(sweep.seed);
  std::string sets;
  for (auto const& set : sweep.command_set) sets += (sets.empty() ? "" : "\n") + set;
  if (!sets.empty()) index.attributes["set"] = sets;
  index.sweep_toml = text_of(sweep.file);
  return index;
}

}  // namespace ondol::sim
