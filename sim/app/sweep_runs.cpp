#include "sim/app/sweep_runs.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstring>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <utility>

#include "scenarios/schema/scenario_reader.hpp"
#include "sim/app/terminal.hpp"
#include "sim/engine/clock.hpp"
#include "sim/engine/heat_loads.hpp"
#include "sim/engine/run.hpp"
#include "sim/sweep/content_key.hpp"
#include "sim/sweep/workers.hpp"
#include "topology/build/facility.hpp"

namespace ondol::app {

namespace {

using Json = nlohmann::json;

/// A fault and the runs that it befalls.
struct Befallen {
  Fault fault;
  std::size_t runs = 0, first = 0;
  bool numbers_differ = false;  ///< each run has numbers of its own in the message
};

Json to_json(Befallen const& b) {
  auto const& f = b.fault;
  return {{"warning", f.severity == Severity::warning},
          {"file", f.file},
          {"line", f.line},
          {"column", f.column},
          {"source_line", f.source_line},
          {"width", f.width},
          {"message", f.message},
          {"runs", b.runs},
          {"first", b.first},
          {"numbers_differ", b.numbers_differ}};
}

Befallen from_json(Json const& json) {
  Befallen b;
  b.fault.severity = json.at("warning").get<bool>() ? Severity::warning : Severity::error;
  json.at("file").get_to(b.fault.file);
  json.at("line").get_to(b.fault.line);
  json.at("column").get_to(b.fault.column);
  json.at("source_line").get_to(b.fault.source_line);
  json.at("width").get_to(b.fault.width);
  json.at("message").get_to(b.fault.message);
  json.at("runs").get_to(b.runs);
  json.at("first").get_to(b.first);
  json.at("numbers_differ").get_to(b.numbers_differ);
  return b;
}

/// The same for faults that differ in numbers alone, as those of the members of an ensemble do.
std::string alike(Fault fault) {
  static std::regex const number(R"(\d+(\.\d+)?)");
  fault.message = std::regex_replace(fault.message, number, "#");
  return format(fault);
}

/// Faults by what they say and where.
class FaultBook {
 public:
  void add(Befallen const& b) {
    auto const [at, is_new] = books_.try_emplace(alike(b.fault), b);
    if (is_new) return;
    auto& known = at->second;
    known.numbers_differ = known.numbers_differ || b.numbers_differ || b.fault.message != known.fault.message;
    known.runs += b.runs;
    if (b.first < known.first) {
      known.first = b.first;
      known.fault.message = b.fault.message;
    }
  }
  std::vector<Befallen> sorted() const {
    std::vector<Befallen> out;
    for (auto const& [text, b] : books_) out.push_back(b);
    std::stable_sort(out.begin(), out.end(), [](auto const& a, auto const& b) { return a.first < b.first; });
    return out;
  }

 private:
  std::map<std::string, Befallen> books_;
};

Fault told(Befallen const& b, std::vector<WantedRun> const& wanted) {
  Fault fault = quoted(b.fault);
  if (wanted.size() == 1) return fault;
  if (b.numbers_differ)
    fault.message +=
        fmt::format(" (in {}; {} of {} runs say so, with other numbers)", wanted[b.first].label, b.runs, wanted.size());
  else if (b.runs == wanted.size())
    fault.message += fmt::format(" (in all {} runs)", b.runs);
  else if (b.runs == 1)
    fault.message += fmt::format(" (in the run {})", wanted[b.first].label);
  else
    fault.message += fmt::format(" (in {} of {} runs, first {})", b.runs, wanted.size(), wanted[b.first].label);
  return fault;
}

constexpr std::size_t most_told = 40;  // distinct faults; more help no one

std::vector<Fault> told(std::vector<Befallen> const& all, Severity severity, std::vector<WantedRun> const& wanted) {
  std::vector<Fault> out;
  std::size_t more = 0;
  for (auto const& b : all) {
    if (b.fault.severity != severity) continue;
    if (out.size() < most_told)
      out.push_back(told(b, wanted));
    else
      ++more;
  }
  if (more > 0) {
    Fault fault;
    fault.severity = severity;
    fault.message = fmt::format("and {} more of other words", more);
    out.push_back(std::move(fault));
  }
  return out;
}

Fault placeless(std::string message) {
  Fault fault;
  fault.message = std::move(message);
  return fault;
}

/// As the shell takes it for one word.
std::string in_quotes(std::string const& word) {
  std::string text = "'";
  for (char const c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string hash_of(std::vector<sim::Kpi> const& kpis) {
  sim::ContentKey hash;
  for (auto const& k : kpis) hash.add(k.name).add({reinterpret_cast<char const*>(&k.value), sizeof k.value});
  return hash.text();
}

double peak_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return 1024.0 * static_cast<double>(usage.ru_maxrss);
}

}  // namespace

SweepRuns::SweepRuns(std::filesystem::path base, Keep keep)
    : base_(std::move(base)),
      keep_(keep),
      program_(sim::ContentKey().add_file("/proc/self/exe").text()),
      reader_(std::make_shared<schema::ScenarioReader>(base_)) {
  sim::prepare_runs();
}

std::vector<schema::Override> SweepRuns::with_keep(std::vector<schema::Override> const& sets) const {
  std::vector<schema::Override> all;
  if (keep_ == Keep::site)  // first, so that a sweep may still ask for one of them
    for (auto const& [key, value] : {std::pair{"record.halls", "false"},
                                     {"record.racks", "false"},
                                     {"record.loops", "false"},
                                     {"record.feeds", "false"},
                                     {"record.placements", "false"},
                                     {"record.most_links", "0"}})
      all.push_back({key, value, nullptr, nullptr});
  all.insert(all.end(), sets.begin(), sets.end());
  return all;
}

schema::Scenario SweepRuns::read(std::vector<schema::Override> const& sets) const {
  schema::ReadOptions options;
  options.overrides = with_keep(sets);
  return reader_->read(options);
}

/// Data files count by what they hold, not by where they lie or how the way to them is written.
std::string SweepRuns::key(schema::Scenario const& scenario) const {
  auto toml = scenario.resolved_toml;
  for (auto const& file : schema::data_files(scenario)) {
    auto const path = file.string();
    auto const quoted_path = '"' + path + '"', content = '"' + sim::ContentKey().add_file(path).text() + '"';
    for (auto at = toml.find(quoted_path); at != std::string::npos; at = toml.find(quoted_path, at + content.size()))
      toml.replace(at, quoted_path.size(), content);
  }
  return sim::ContentKey().add(program_).add(sim::Clock::simgrid_version()).add(toml).text();
}

std::string SweepRuns::command_line(std::vector<schema::Override> const& sets) const {
  bool const plain = std::all_of(base_.native().begin(), base_.native().end(), [](unsigned char c) {
    return std::isalnum(c) || c >= 0x80 || std::strchr("/._-+=:,@%", c) != nullptr;
  });
  std::string text = "ondol run " + (plain ? base_.string() : in_quotes(base_.string()));
  for (auto const& o : with_keep(sets)) text += " --set " + in_quotes(o.key + "=" + o.value);
  return text;
}

void SweepRuns::check_slice(std::vector<WantedRun> const& wanted, std::size_t first, std::size_t step,
                            CheckOptions const& options, std::function<void(std::string const&)> const& say) const {
  FaultBook book;
  for (std::size_t i = first; i < wanted.size(); i += step) {
    std::vector<Fault> faults;
    std::string found;
    try {
      auto scenario = read(wanted[i].sets);
      found = key(scenario);
      auto const known = options.store ? options.store->load(found) : std::nullopt;
      if (!known || known->status != sim::Outcome::Status::complete) {
        faults = scenario.warnings;
        sim::rate_heat_loads(scenario);
        auto const rehearsal = sim::rehearse(scenario, topology::build_facility(scenario));
        faults.insert(faults.end(), rehearsal.warnings.begin(), rehearsal.warnings.end());
      }
    } catch (InputError const& e) {
      faults.insert(faults.end(), e.faults().begin(), e.faults().end());
    } catch (std::exception const& e) {
      faults.push_back(placeless(e.what()));
    }
    std::set<std::string> in_this_run;
    for (auto const& f : faults)
      if (in_this_run.insert(format(f)).second) book.add({f, 1, i});
    say(fmt::format("{} {}", i, found));
  }
  for (auto const& b : book.sorted()) say(to_json(b).dump(-1, ' ', false, Json::error_handler_t::replace));
}

CheckedRuns SweepRuns::check(std::vector<WantedRun> const& wanted, CheckOptions const& options) const {
  CheckedRuns out;
  for (auto const& w : wanted) out.requests.push_back({{}, w.label, w.sets});
  auto const workers = std::min<std::size_t>(std::max(1, options.jobs), wanted.size());
  FaultBook book;
  std::size_t done = 0;
  bool const ended = sim::run_workers(
      static_cast<int>(workers),
      [&](int worker, sim::Say const& say) { check_slice(wanted, static_cast<std::size_t>(worker), workers, options, say); },
      [&](int, std::string const& line) {
        if (line.starts_with('{')) return book.add(from_json(Json::parse(line)));
        auto const blank = line.find(' ');
        out.requests.at(std::stoul(line)).key = line.substr(blank + 1);
        ++done;
        if (options.on_progress) options.on_progress(done);
      },
      options.stop);
  out.stopped = !ended;
  if (out.stopped) return out;
  auto const all = book.sorted();
  if (auto faults = told(all, Severity::error, wanted); !faults.empty()) throw InputError(std::move(faults));
  out.warnings = told(all, Severity::warning, wanted);
  return out;
}

sim::RunBody SweepRuns::body() const {
  return [this](sim::RunRequest const& request, sim::RunStore const& store) {
    auto const begun = std::chrono::steady_clock::now();
    std::cerr << request.label << '\n' << command_line(request.sets) << '\n';
    auto scenario = read(request.sets);
    if (key(scenario) != request.key)
      throw std::runtime_error("the scenario, one of its data files or the program has changed since it was checked");
    sim::rate_heat_loads(scenario);
    auto const facility = topology::build_facility(scenario);
    sim::RunOptions options;
    if (keeps_results()) options.output = store.results(request.key);
    options.force = true;  // what lies there is of a run that did not end
    options.code_version = ONDOL_VERSION;
    options.command_line = command_line(request.sets);
    options.rehearsed = true;
    auto result = sim::run(scenario, facility, options);
    for (auto const& warning : result.warnings) std::cerr << format(quoted(warning)) << '\n';

    sim::Outcome outcome;
    outcome.key = request.key;
    outcome.kpis = std::move(result.kpis);
    outcome.content_hash = keeps_results() ? std::move(result.content_hash) : hash_of(outcome.kpis);
    outcome.ledger_residual = result.ledger_residual;
    outcome.heat_residual = result.heat_residual;
    outcome.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    outcome.simulation_s = result.wall_s;
    outcome.peak_bytes = peak_bytes();
    store.save(outcome);
    return 0;
  };
}

}  // namespace ondol::app
