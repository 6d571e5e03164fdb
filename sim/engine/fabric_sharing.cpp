#include "sim/engine/fabric_sharing.hpp"

#include <algorithm>
#include <utility>

#include "topology/build/fabrics/fabric_routes.hpp"

namespace ondol::sim {

FabricSharing::FabricSharing(schema::Scenario const& scenario, topology::Facility const& facility,
                             std::vector<int> const& accelerators_per_node_of_pool) {
  if (scenario.fabric.empty()) return;
  for (std::size_t f = 0; f < scenario.fabric.size(); ++f) {
    auto& shared = fabrics_.emplace_back();
    shared.routes = topology::make_routes(scenario, facility, f);
  }
  for (auto const& pool : facility.pools) {
    auto const* declared = schema::fabric_of(scenario, pool);
    fabric_of_pool_.push_back(declared ? static_cast<int>(declared - scenario.fabric.data()) : -1);
  }
  first_of_node_.resize(facility.node_rack.size());
  held_.resize(facility.node_rack.size());
  std::vector<std::uint32_t> next(fabrics_.size(), 0);
  for (auto const& rack : facility.racks) {
    int const f = fabric_of_pool_[rack.pool];
    if (f < 0) continue;
    auto const each = static_cast<std::uint32_t>(accelerators_per_node_of_pool[rack.pool]);
    for (std::uint32_t n = rack.first_node; n < rack.first_node + rack.nodes; ++n) {
      first_of_node_[n] = std::exchange(next[static_cast<std::size_t>(f)], next[static_cast<std::size_t>(f)] + each);
      held_[n].assign(each, 0);
    }
  }
  for (std::size_t f = 0; f < fabrics_.size(); ++f) {  // storage servers come after the nodes
    std::vector<std::uint32_t> storage;
    for (auto s = next[f]; s < fabrics_[f].routes->accelerators(); ++s) storage.push_back(s);
    fabrics_[f].contention = std::make_unique<Contention>(*fabrics_[f].routes, std::move(storage));
  }
}

void FabricSharing::start(std::uint32_t job, workloads::Job const& what, std::span<Holding const> holdings) {
  if (!joins(what)) return;
  bool const sends = what.iteration ? !what.iteration->traffic.empty() : what.activity.network_bytes_per_s > 0;
  if (job >= holds_.size()) holds_.resize(job + 1);
  auto& mine = holds_[job];
  std::vector<std::uint32_t> ranks;
  for (auto const& h : holdings) {
    auto& held = held_[h.node];
    int left = h.accelerators;
    for (std::uint32_t a = 0; a < held.size() && left > 0; ++a) {
      if (held[a]) continue;
      held[a] = 1;
      --left;
      mine.emplace_back(h.node, a);
      ranks.push_back(first_of_node_[h.node] + a);
    }
  }
  if (!sends) return;
  auto& contention = *fabrics_[static_cast<std::size_t>(fabric_of_pool_[what.pool])].contention;
  if (what.iteration)
    contention.start(job, ranks, what.iteration);
  else
    contention.start(job, ranks, what.activity.network_bytes_per_s);
}

void FabricSharing::end(std::uint32_t job, workloads::Job const& what) {
  if (!joins(what) || job >= holds_.size()) return;
  for (auto const& [node, accelerator] : holds_[job]) held_[node][accelerator] = 0;
  holds_[job] = {};
  fabrics_[static_cast<std::size_t>(fabric_of_pool_[what.pool])].contention->stop(job);
}

void FabricSharing::set_level(std::uint32_t job, workloads::Job const& what, double level) {
  if (!joins(what) || what.iteration || what.activity.network_bytes_per_s <= 0) return;
  fabrics_[static_cast<std::size_t>(fabric_of_pool_[what.pool])].contention->set_rate(
      job, level * what.activity.network_bytes_per_s);
}

std::vector<Contention::Share> FabricSharing::resolve() {
  std::vector<Contention::Share> moved;
  for (auto const& f : fabrics_) {
    auto const more = f.contention->resolve();
    moved.insert(moved.end(), more.begin(), more.end());
  }
  std::sort(moved.begin(), moved.end(), [](auto const& a, auto const& b) { return a.job < b.job; });
  return moved;
}

std::string FabricSharing::narrowest_link(std::uint32_t job, workloads::Job const& what) const {
  auto const& f = fabrics_[static_cast<std::size_t>(fabric_of_pool_[what.pool])];
  auto const link = f.contention->bottleneck(job);
  return link ? f.routes->links()[*link].name : "its own ports";
}

void FabricSharing::meter() {
  for (auto const& f : fabrics_) f.contention->meter();
}

void FabricSharing::advance(double now_s) {
  for (auto const& f : fabrics_) f.contention->advance(now_s);
}

}  // namespace ondol::sim
