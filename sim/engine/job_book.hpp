#pragma once
/// Jobs from arrival to end: who waits, who runs where, how far each has come.  A running job advances at a speed that
/// changes only at instants (macro blocks): progress is settled at the old speed, then one end event is moved.
///
/// A job whose nodes are lost goes back to its last checkpoint, k = floor((done - lag) / period) periods of work, waits at the
/// head of its queue and, placed again, loads for `restart_s` before it works.

#include <cstdint>
#include <span>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "sim/engine/calendar.hpp"
#include "topology/build/facility.hpp"
#include "workloads/demand/job.hpp"
#include "workloads/demand/phase.hpp"
#include "workloads/schedulers/placement.hpp"
#include "workloads/schedulers/queue.hpp"

namespace ondol::sim {

enum class JobPhase { pending, waiting, running, done, failed };
char const* to_string(JobPhase phase);

/// Accelerators of one node that a job holds.
struct Holding {
  std::uint32_t node = 0;  ///< index over the whole site
  int accelerators = 0;
  double node_energy_at_start_j = 0;
};

struct JobRecord {
  JobPhase phase = JobPhase::pending;
  double start_s = -1, end_s = -1;  ///< of the first run, of the last
  double run_start_s = -1;          ///< of the run under way
  double resume_s = -1;             ///< date from which the run under way works: it loads until then
  double remaining_s = 0;           ///< of work, at the declared rates; infinite for open-ended jobs
  double done_s = 0;                ///< of work that is kept, at the declared rates
  double speed = 1;                 ///< work per second
  double settled_s = 0;             ///< date up to which `remaining_s` holds
  double energy_j = 0;
  double level = 1;                                 ///< activity multiplier of a service's daily profile
  workloads::FabricShare fabric;                    ///< while others use the same links
  double network_share_s = 0, storage_share_s = 0;  ///< integrals of that while it ran, up to `settled_s`
  std::uint32_t generation = 0;
  std::uint32_t interruptions = 0;
  double lost_s = 0;                         ///< of work, by interruptions
  std::vector<Holding> holdings;             ///< by site node, in order
  std::vector<workloads::NodeShare> shares;  ///< the same by node of the pool, as the scheduler sees them
  double held_s = 0;                         ///< that it had its accelerators, up to `settled_s`
};

class JobBook {
 public:
  JobBook(std::vector<workloads::Job> jobs, topology::Facility const& facility, schema::SchedulerSpec::Policy policy,
          std::vector<int> accelerators_per_node_of_pool, std::vector<std::vector<std::uint32_t>> nodes_of_pool,
          Calendar& calendar);

  std::vector<workloads::Job> const& jobs() const { return jobs_; }
  JobRecord const& record(std::uint32_t job) const { return records_[job]; }
  std::size_t pools() const { return pools_.size(); }
  std::size_t waiting(std::size_t pool) const { return pools_[pool].waiting.size(); }
  std::size_t running(std::size_t pool) const { return pools_[pool].running.size(); }
  int busy(std::size_t pool) const { return pools_[pool].total - pools_[pool].dark - pools_[pool].nodes.free(); }
  int total(std::size_t pool) const { return pools_[pool].total; }
  /// Jobs that hold accelerators of `node`.
  std::span<std::uint32_t const> on_node(std::uint32_t node) const { return on_node_[node]; }
  int held(std::uint32_t job, std::uint32_t node) const;

  void submit(std::uint32_t job);
  /// Starts what the policy allows in every pool touched since the last call; returns the jobs started.
  std::vector<std::uint32_t> schedule(double now_s);
  /// What the nodes of a job just started have used before it.
  void note_energy_at_start(std::uint32_t job, std::span<double const> node_energy_j);
  /// Settles a running job and gives it a new speed; moves its end.
  void set_speed(std::uint32_t job, double speed, double now_s);
  void set_level(std::uint32_t job, double level) { records_[job].level = level; }
  /// The engine reloads the job's nodes and gives it a new speed (Run::share_fabrics).
  void set_fabric_share(std::uint32_t job, workloads::FabricShare share, double now_s) {
    settle(job, now_s);
    records_[job].fabric = share;
  }
  /// Drops what an ended job held, once the nodes know.
  void forget_holdings(std::uint32_t job) { records_[job].holdings = {}; }
  /// Whether a calendar entry still means what it meant when it was written.
  bool valid(Entry const& entry) const {
    auto const& r = records_[entry.subject];
    if (entry.what == Entry::What::job_end) return r.generation == entry.generation;
    if (entry.what == Entry::What::profile_change || entry.what == Entry::What::job_resume)
      return r.phase == JobPhase::running && r.interruptions == entry.generation;
    return true;
  }
  /// Placed again, and not at work yet.
  bool loads(std::uint32_t job, double now_s) const { return now_s < records_[job].resume_s; }
  /// Ends a running job and frees its accelerators.  The holdings stay in the record.
  void end(std::uint32_t job, JobPhase how, double now_s, std::span<double const> node_energy_j);
  /// Takes its accelerators from a running job, which waits for others.  The holdings stay in the record.
  void interrupt(std::uint32_t job, double now_s, std::span<double const> node_energy_j);
  /// Takes a node that no job holds out of service, or gives it back.
  void set_in_service(std::uint32_t node, bool in_service);
  /// Settles every running job at the end of the run, which leaves it running.
  void settle_all(double now_s, std::span<double const> node_energy_j);
  std::span<std::uint32_t const> running_jobs(std::size_t pool) const { return pools_[pool].running; }

 private:
  struct Pool {
    workloads::PoolNodes nodes;
    std::vector<std::uint32_t> node_ids;  ///< pool node -> site node
    int total = 0, dark = 0;              ///< accelerators; dark: of nodes out of service
    std::vector<workloads::Waiting> waiting;
    std::vector<std::uint32_t> running;  ///< by job index
    bool touched = false;
  };

  void start(std::uint32_t job, Pool& pool, double now_s);
  void stop(std::uint32_t job, double now_s, std::span<double const> node_energy_j);
  void settle(std::uint32_t job, double now_s);
  double energy_since_start(JobRecord const& record, std::span<double const> node_energy_j) const;

  std::vector<workloads::Job> jobs_;
  std::vector<JobRecord> records_;
  std::vector<Pool> pools_;
  std::vector<std::uint32_t> pool_of_node_, index_in_pool_;
  std::vector<int> accelerators_of_node_;
  std::vector<std::vector<std::uint32_t>> on_node_;
  schema::SchedulerSpec::Policy policy_;
  Calendar& calendar_;
};

}  // namespace ondol::sim
