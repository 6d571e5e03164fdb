#include "workloads/traces/demand.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "workloads/traces/activity.hpp"
#include "workloads/traces/mix.hpp"
#include "workloads/traces/philly.hpp"
#include "workloads/training/stack.hpp"
#include "workloads/training/step_model.hpp"

namespace ondol::workloads {

namespace {

class Gather {
 public:
  Gather(schema::Scenario const& scenario, std::vector<PoolSupply> const& pools) : scenario_(scenario), pools_(pools) {
    for (auto const& p : pools) names_.push_back(p.name);
  }

  RandomStream stream(char const* table, std::string const& name) const {
    return {scenario_.simulation.seed, fmt::format("{}.{}", table, name)};
  }

  std::uint32_t pool(std::string const& table, std::string const& name, std::string const& wanted) const {
    auto const at = std::find(names_.begin(), names_.end(), wanted);
    if (at != names_.end()) return static_cast<std::uint32_t>(at - names_.begin());
    auto const near = nearest(wanted, names_);
    throw InputError(fmt::format("{} \"{}\": no pool \"{}\"{}", table, name, wanted,
                                 near.empty() ? "" : fmt::format("; write \"{}\"?", near)));
  }

  /// The pool, which must have as many accelerators.
  std::uint32_t pool_of(std::string const& table, std::string const& name, std::string const& wanted, int accelerators) const {
    auto const p = pool(table, name, wanted);
    if (accelerators > pools_[p].accelerators())
      throw InputError(fmt::format("{} \"{}\": accelerators = {}, but pool \"{}\" has {}", table, name, accelerators, wanted,
                                   pools_[p].accelerators()));
    if (accelerators <= 0)
      throw InputError(fmt::format("{} \"{}\": accelerators = {} must be at least 1", table, name, accelerators));
    return p;
  }

  /// Runs `make` for table `path`, keeps its jobs, or its faults for the common report.
  template <class Make>
  void add(std::string const& path, Make make) {
    try {
      auto more = make();
      jobs.insert(jobs.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    } catch (InputError const& error) {
      for (auto fault : error.faults()) {
        if (fault.file.empty()) locate(fault, path);
        faults.push_back(std::move(fault));
      }
    }
  }

  std::vector<Job> jobs;
  std::vector<Fault> faults;

 private:
  /// Points at the first key of the table that the user wrote.
  void locate(Fault& fault, std::string const& path) const {
    for (auto at = scenario_.origin.lower_bound(path + "."); at != scenario_.origin.end() && at->first.starts_with(path + ".");
         ++at) {
      auto const& origin = at->second;
      if (origin.is_default || origin.line == 0 || (fault.line != 0 && origin.line >= fault.line)) continue;
      fault.file = origin.file;
      fault.line = origin.line;
      fault.column = origin.column;
    }
  }

  schema::Scenario const& scenario_;
  std::vector<PoolSupply> const& pools_;
  std::vector<std::string> names_;
};

Job held(std::string const& name, JobKind kind, std::uint32_t pool, int accelerators, Seconds start,
         schema::ActivitySpec const& activity) {
  Job job;
  job.name = name;
  job.kind = kind;
  job.pool = pool;
  job.accelerators = accelerators;
  job.submit_s = start.v;
  job.activity = activity_of(activity);
  job.clock_sensitivity = clock_sensitivity(job.activity);
  job.reserved = true;
  job.checkpoint_s = 0;
  return job;
}

}  // namespace

std::vector<Job> demand(schema::Scenario const& scenario, std::vector<PoolSupply> const& pools, std::vector<Fault>* warnings) {
  Gather all(scenario, pools);
  double const duration_s = scenario.simulation.duration.v;

  for (std::size_t i = 0; i < scenario.training.size(); ++i)
    all.add(fmt::format("training[{}]", i), [&] {
      auto const& t = scenario.training[i];
      auto const pool = all.pool_of("training", t.name, t.pool, t.accelerators);
      auto const model = scenario.catalogue.model.find(t.model);
      if (model == scenario.catalogue.model.end())
        throw InputError(fmt::format("training \"{}\": no model \"{}\"", t.name, t.model));
      auto job = training_job(t, model->second, pools[pool], pool, stack_of(t, scenario.catalogue));
      job.tenant = t.tenant;
      return std::vector<Job>{std::move(job)};
    });
  for (std::size_t i = 0; i < scenario.service.size(); ++i)
    all.add(fmt::format("service[{}]", i), [&] {
      auto const& s = scenario.service[i];
      auto job = held(s.name, JobKind::service, all.pool_of("service", s.name, s.pool, s.accelerators), s.accelerators, s.start,
                      s.peak);
      job.profile = DailyProfile{s.valley, s.peak_hour};
      job.tenant = s.tenant;
      return std::vector<Job>{std::move(job)};
    });
  for (std::size_t i = 0; i < scenario.steady.size(); ++i)
    all.add(fmt::format("steady[{}]", i), [&] {
      auto const& s = scenario.steady[i];
      auto job = held(s.name, JobKind::steady, all.pool_of("steady", s.name, s.pool, s.accelerators), s.accelerators, s.start,
                      s.activity);
      if (s.duration.v > 0) job.work_s = job.estimate_s = s.duration.v;
      job.tenant = s.tenant;
      return std::vector<Job>{std::move(job)};
    });
  for (std::size_t i = 0; i < scenario.trace.size(); ++i)
    all.add(fmt::format("trace[{}]", i), [&] {
      auto const& t = scenario.trace[i];
      auto trace = read_trace(t, pools, duration_s, all.stream("trace", t.name));
      if (trace.too_large > 0 && warnings) {
        Fault fault;
        fault.severity = Severity::warning;
        fault.message = fmt::format("trace \"{}\": {} jobs are larger than every pool it may use and are left out", t.name,
                                    trace.too_large);
        warnings->push_back(std::move(fault));
      }
      for (auto& job : trace.jobs) job.tenant = t.tenant;
      return std::move(trace.jobs);
    });
  for (std::size_t i = 0; i < scenario.mix.size(); ++i)
    all.add(fmt::format("mix[{}]", i), [&] {
      auto const& m = scenario.mix[i];
      auto const pool = all.pool("mix", m.name, m.pool);
      auto jobs = mix_jobs(m, pools[pool], pool, duration_s, all.stream("mix", m.name));
      for (auto& job : jobs) job.tenant = m.tenant;
      return jobs;
    });

  if (!all.faults.empty()) throw InputError(std::move(all.faults));
  std::erase_if(all.jobs, [&](Job const& j) { return j.submit_s >= duration_s; });
  return by_submission(std::move(all.jobs));
}

}  // namespace ondol::workloads
