#pragma once
/// Jobs that share the links of a fabric: which share of its scale-out rate each gets, from where its accelerators are.
///
/// A job sends by patterns (workloads/demand/phase.hpp), each over the routes of its ranks.  While a pattern sends, it meets
/// all others at their mean rates: on link l of capacity C, crossed by n ranks' worth of the pattern and n_w of others,
///
///   n x + sum_w n_w min(m_w, x) = C         x rate of one rank, max-min fair among the others bounded by m_w
///                                           m_w = bytes of an iteration / duration of the iteration, as slowed as it is
///   share of the pattern  =  min over its links of x / b, at most 1          b rate that its time alone was counted with
///   share of the job      =  the one share that makes its iteration as long as the patterns' own do (iteration_time.hpp), and
///                            that of its checkpoints apart
///
/// A slower job sends less, so the others' shares and m_w are solved for together, job by job in the order of their numbers,
/// only for those that the change reaches, until no mean load of a link moves by more than 0.2 % of its capacity.
///
/// Checkpoints go from every rank to the storage servers in turn.  What one rank sends to one other goes over several
/// connections (collective_flows.hpp). Exact max-min where the others are not held back elsewhere while the pattern sends.
/// Ignores: who sends when (jobs whose bursts interleave do better, those in step worse), queues, clocks below the reference.
/// Page: docs/models/network.md

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "topology/layers/routes.hpp"
#include "workloads/demand/phase.hpp"

namespace ondol::sim {

class Contention {
 public:
  /// `storage`: accelerator numbers that stand for storage servers; without them nothing is sent there.
  explicit Contention(topology::Routes const& routes, std::vector<std::uint32_t> storage = {});
  ~Contention();

  /// The job's ranks, in order, run on these accelerators.  Throws InputError when two that talk have no way.
  void start(std::uint32_t job, std::span<std::uint32_t const> accelerators,
             std::shared_ptr<workloads::Iteration const> iteration);
  /// Every accelerator sends so much, on the mean, to the others of the job; its share is of that.
  void start(std::uint32_t job, std::span<std::uint32_t const> accelerators, double bytes_per_s);
  void set_rate(std::uint32_t job, double bytes_per_s);
  void stop(std::uint32_t job);

  struct Share {
    std::uint32_t job = 0;
    workloads::FabricShare share = {};
    bool operator==(Share const&) const = default;
  };
  /// Solves for what has changed; the jobs whose share moved, by number.
  std::vector<Share> resolve();
  workloads::FabricShare share(std::uint32_t job) const;
  std::size_t last_looked_at() const;  ///< jobs, in the last resolve
  /// The link that holds the job back most; none: its own NICs.
  std::optional<topology::LinkIndex> bottleneck(std::uint32_t job) const;

  /// From now on counts what links carry at the mean rates of those who cross them.
  void meter();
  /// The date of the changes that follow.
  void advance(double now_s);
  /// Bytes that each link has carried since the last call [order of the links].
  std::vector<double> take_carried();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ondol::sim
