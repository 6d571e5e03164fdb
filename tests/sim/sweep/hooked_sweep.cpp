/// A sweep whose runs are a function instead of a simulation: plan, runner, outcomes and index are the real ones, answers are
/// known.
///
///     hooked_sweep FILE -o DIR [-j N] [--resume]
///
/// The name of the sweep is that of the function; its arguments are axes by name, whatever keys these move (any that take such
/// numbers will do: nothing reads the base):
///   ishigami   x1 x2 x3 [a b]   y = sin x1 + a sin^2 x2 + b x3^4 sin x1, a = 7, b = 0.1(Ishigami and Homma, 1990)
///   linear     x1 x2 x3         cost = 3 x1 + 2 x2 + x3
///   slow       seconds          sleeps so long
///   crash      x [above]        ends by a segmentation fault where x > above

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <optional>
#include <stdexcept>
#include <thread>

#include "scenarios/base/error.hpp"
#include "sim/record/sweep_index.hpp"
#include "sim/sweep/content_key.hpp"
#include "sim/sweep/index_of.hpp"
#include "sim/sweep/plan.hpp"
#include "sim/sweep/runner.hpp"

namespace ondol::sim {
namespace {

struct Arguments {
  std::string hook;
  std::map<std::string, double> values;

  Arguments(std::string name, Plan const& plan, PlannedRun const& run) : hook(std::move(name)) {
    for (auto const& c : plan.coordinates)
      if (!c.numbers.empty()) values[c.name] = c.numbers.at(run.at.at(c.dimension));
  }
  double of(std::string const& name, std::optional<double> otherwise = std::nullopt) const {
    if (auto const found = values.find(name); found != values.end()) return found->second;
    if (otherwise) return *otherwise;
    throw std::runtime_error("the hook " + hook + " needs " + name);
  }
};

std::vector<Kpi> answer(Arguments const& x) {
  if (x.hook == "ishigami") {
    double const a = x.of("a", 7), b = x.of("b", 0.1), s1 = std::sin(x.of("x1")), s2 = std::sin(x.of("x2"));
    return {{"y", s1 + a * s2 * s2 + b * std::pow(x.of("x3"), 4) * s1, "1", "Ishigami function"}};
  }
  if (x.hook == "linear") return {{"cost", 3 * x.of("x1") + 2 * x.of("x2") + x.of("x3"), "million KRW", "Linear cost"}};
  if (x.hook == "slow") {
    std::this_thread::sleep_for(std::chrono::duration<double>(x.of("seconds")));
    return {{"slept", x.of("seconds"), "s", "Time slept"}};
  }
  if (x.hook == "crash") {
    if (x.of("x") > x.of("above", 0)) std::raise(SIGSEGV);
    return {{"x", x.of("x"), "1", "What did not crash"}};
  }
  throw std::runtime_error("there is no hook \"" + x.hook + "\"");
}

std::string key_of(Arguments const& x) {
  ContentKey key;
  key.add(x.hook);
  for (auto const& [name, value] : x.values) key.add(name).add(fmt::format("{}", value));
  return key.text();
}

int sweep(std::string const& file, std::string const& folder, int jobs) {
  auto sweep = schema::read_sweep(file);
  sweep.keep = schema::SweepSpec::Keep::key_figures;
  auto const planned = plan(sweep);
  std::vector<RunRequest> requests;
  std::map<std::string, Arguments> arguments;  // by key
  for (auto const& r : planned.runs) {
    Arguments const x(sweep.name, planned, r);
    requests.push_back({key_of(x), r.label, r.sets});
    arguments.emplace(requests.back().key, x);
  }
  auto const run = [&](RunRequest const& request, RunStore const& runs) {
    Outcome outcome;
    outcome.key = request.key;
    outcome.kpis = answer(arguments.at(request.key));
    runs.save(outcome);
    return 0;
  };
  RunStore const store(folder);
  store.create();
  StoreLock const lock(store, StoreLock::Kind::alone);
  auto const report = run_all(requests, store, {.jobs = jobs}, run);
  write_sweep_index(store.index(), index_of(sweep, planned, requests, report.outcomes, store));
  fmt::print("ran {}, reused {}, failed {}\n", report.ran, report.reused, report.failed);
  return report.failed > 0 ? 3 : 0;
}

}  // namespace
}  // namespace ondol::sim

int main(int argc, char** argv) {
  std::string file, folder;
  int jobs = 2;
  for (int i = 1; i < argc; ++i) {
    std::string const word = argv[i];
    if (word == "-o" && i + 1 < argc)
      folder = argv[++i];
    else if (word == "-j" && i + 1 < argc)
      jobs = std::atoi(argv[++i]);
    else if (word != "--resume")  // always
      file = word;
  }
  if (file.empty() || folder.empty()) {
    std::cerr << "hooked_sweep FILE -o DIR [-j N]\n";
    return 2;
  }
  try {
    return ondol::sim::sweep(file, folder, jobs);
  } catch (ondol::InputError const& e) {
    std::cerr << e.what() << '\n';
    return 2;
  } catch (std::exception const& e) {
    std::cerr << e.what() << '\n';
    return 3;
  }
}
