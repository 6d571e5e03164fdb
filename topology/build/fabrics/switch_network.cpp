#include "topology/build/fabrics/switch_network.hpp"

#include <algorithm>
#include <unordered_map>

#include "scenarios/base/error.hpp"

namespace ondol::topology {
namespace {

using Index = SwitchNetwork::Index;

/// 64 times a fabric of a million; at 32 byte each they take 2 GB.
constexpr double most_node_ports = 67108864;

/// "compute/leaf/3" -> "leaf/3".
std::string without_fabric(std::string const& name, std::string const& id) {
  return name.starts_with(id + "/") ? name.substr(id.size() + 1) : name;
}

}  // namespace

Index SwitchNetwork::add_switch(std::string name, Level level, Index ports) {
  switches_.push_back({id_ + "/" + std::move(name), level, ports, 0, false});
  return static_cast<Index>(switches_.size() - 1);
}

void SwitchNetwork::add_bundle(Index a, Index b, Index cables) {
  bundles_.push_back({a, b, cables, cables_});
  switches_[a].used += cables;
  switches_[b].used += cables;
  cables_ += cables;
}

void SwitchNetwork::plug(Index node, Index rail, Index at) {
  nics_.push_back({node, rail, at, 0, false});
  ++switches_[at].used;
}

void SwitchNetwork::number_plugs() {
  std::vector<Index> next(switches_.size() + 1, 0);
  for (auto const& nic : nics_) ++next[nic.at + 1];
  for (std::size_t s = 1; s < next.size(); ++s) next[s] += next[s - 1];
  for (auto& nic : nics_) nic.number = next[nic.at]++;
}

std::string SwitchNetwork::cable_name(Index bundle, Index cable) const {
  auto const& it = bundles_[bundle];
  std::string name = switches_[it.a].name + "-" + without_fabric(switches_[it.b].name, id_);
  return it.cables > 1 ? name + "#" + std::to_string(cable - it.first + 1) : name;
}

void SwitchNetwork::fail(std::vector<std::string> const& names, FabricShape const& shape) {
  if (names.empty()) return;
  damaged_ = true;
  dead_.assign(cables_, 0);
  std::unordered_map<std::string, Index> switch_named, bundle_named, nic_named;
  for (Index i = 0; i < switches_.size(); ++i) switch_named.emplace(without_fabric(switches_[i].name, id_), i);
  for (Index i = 0; i < bundles_.size(); ++i) {
    auto const name = without_fabric(cable_name(i, bundles_[i].first), id_);
    bundle_named.emplace(name.substr(0, name.find('#')), i);
  }
  for (Index i = 0, rail = 0, node = 0; i < nics_.size(); ++i) {
    rail = nics_[i].node == node ? rail + 1 : 1;
    node = nics_[i].node;
    nic_named.emplace(shape.node_name(node) + "/nic/" + std::to_string(rail), i);
  }

  std::vector<Fault> faults;
  for (auto const& given : names) {
    auto const name = without_fabric(given, id_);
    if (auto const s = switch_named.find(name); s != switch_named.end()) {
      switches_[s->second].failed = true;
      for (auto const& bundle : bundles_)
        if (bundle.a == s->second || bundle.b == s->second) std::fill_n(dead_.begin() + bundle.first, bundle.cables, char{1});
      for (auto& nic : nics_) nic.failed = nic.failed || nic.at == s->second;
    } else if (auto const n = nic_named.find(name); n != nic_named.end()) {
      nics_[n->second].failed = true;
    } else {
      auto const mark = name.find('#');
      auto const b = bundle_named.find(name.substr(0, mark));
      Index number = 0;  // 0: all
      bool known = b != bundle_named.end();
      if (known && mark != std::string::npos) {
        auto const digits = name.substr(mark + 1);
        known = !digits.empty() && digits.size() < 7 && digits.find_first_not_of("0123456789") == std::string::npos;
        number = known ? static_cast<Index>(std::stoul(digits)) : 0;
        known = known && number >= 1 && number <= bundles_[b->second].cables;
      }
      if (known) {
        auto const& bundle = bundles_[b->second];
        if (number == 0)
          std::fill_n(dead_.begin() + bundle.first, bundle.cables, char{1});
        else
          dead_[bundle.first + number - 1] = 1;
        continue;
      }
      std::vector<std::string> candidates;
      for (auto const* all : {&switch_named, &bundle_named, &nic_named})
        for (auto const& [candidate, index] : *all) candidates.push_back(candidate);
      std::sort(candidates.begin(), candidates.end());
      std::string const near = nearest(name, candidates);
      Fault fault;
      fault.message = "failed names \"" + given + "\", which fabric \"" + id_ + "\" does not have" +
                      (near.empty() ? "" : "; did you mean \"" + near + "\"?");
      faults.push_back(std::move(fault));
    }
  }
  if (!faults.empty()) throw InputError(std::move(faults));
}

std::unique_ptr<SwitchNetwork> switch_network(FabricShape const& shape) {
  double ports = 0;
  for (auto const& block : shape.nodes) ports += double(block.nodes) * block.nics;
  if (ports > most_node_ports)
    throw InputError(std::to_string(static_cast<std::uint64_t>(ports)) + " ports of nodes are more than the " +
                     std::to_string(static_cast<std::uint64_t>(most_node_ports)) + " that are built");
  std::unique_ptr<SwitchNetwork> made;
  switch (shape.kind) {
    case FabricShape::Kind::rail_fat_tree:
      made = rail_fat_tree(shape);
      break;
    case FabricShape::Kind::fat_tree:
      made = fat_tree(shape);
      break;
    case FabricShape::Kind::dragonfly:
      made = dragonfly(shape);
      break;
    case FabricShape::Kind::torus:
      made = torus(shape);
      break;
  }
  made->fail(shape.failed, shape);
  return made;
}

}  // namespace ondol::topology
