#pragma once
/// Which share of its scale-out rate each running job gets on the declared fabrics (sim/network/contention.hpp): finds the
/// accelerators that a job holds among those of its fabric.  Jobs of pools without a declared fabric are alone on theirs.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "sim/engine/job_book.hpp"
#include "sim/network/contention.hpp"
#include "topology/build/facility.hpp"
#include "topology/layers/routes.hpp"
#include "workloads/demand/job.hpp"

namespace ondol::sim {

class FabricSharing {
 public:
  FabricSharing(schema::Scenario const& scenario, topology::Facility const& facility,
                std::vector<int> const& accelerators_per_node_of_pool);

  /// Whether the job's pool has a declared fabric.
  bool joins(workloads::Job const& job) const { return !fabrics_.empty() && fabric_of_pool_[job.pool] >= 0; }
  /// Ranks follow the nodes in their order, and in a node the accelerators that nobody else holds.
  void start(std::uint32_t job, workloads::Job const& what, std::span<Holding const> holdings);
  void end(std::uint32_t job, workloads::Job const& what);
  /// Of what a service sends at its busiest.
  void set_level(std::uint32_t job, workloads::Job const& what, double level);

  /// Jobs whose share moved, by number.
  std::vector<Contention::Share> resolve();
  /// The link that holds the job back: "h200/leaf/3 -> h200/spine/2", or its own ports.
  std::string narrowest_link(std::uint32_t job, workloads::Job const& what) const;

  /// Of a declared fabric.
  topology::Routes const& routes(std::size_t fabric) const { return *fabrics_[fabric].routes; }
  /// What links carry is counted from now on.
  void meter();
  /// The date of the changes that follow.
  void advance(double now_s);
  /// Bytes that each link of its routes has carried since the last call.
  std::vector<double> take_carried(std::size_t fabric) { return fabrics_[fabric].contention->take_carried(); }

 private:
  struct Shared {
    std::unique_ptr<topology::Routes> routes;
    std::unique_ptr<Contention> contention;
  };
  std::vector<Shared> fabrics_;
  std::vector<int> fabric_of_pool_;
  std::vector<std::uint32_t> first_of_node_;     ///< number in its fabric of a node's first accelerator
  std::vector<std::vector<std::uint8_t>> held_;  ///< by node and accelerator
  std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> holds_;  ///< by job: node, accelerator of the node
};

}  // namespace ondol::sim
