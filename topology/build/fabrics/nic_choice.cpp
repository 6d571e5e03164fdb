#include "topology/build/fabrics/nic_choice.hpp"

#include <algorithm>

namespace ondol::topology {

using Index = NicChoice::Index;

NicChoice::NicChoice(FabricShape const& shape, SwitchNetwork const& network)
    : network_(&network), relay_(shape.pxn && shape.kind == FabricShape::Kind::rail_fat_tree) {
  Index nodes = 0, nics = 0;
  for (auto const& shaped : shape.nodes) {
    Block b;
    b.first_node = nodes;
    b.first_accelerator = accelerators_;
    b.first_nic = nics;
    b.per_node = shaped.accelerators;
    b.nics = shaped.nics;
    b.domain = shaped.scaleup == schema::ScaleUp::none ? 1 : std::max<Index>(1, shaped.domain);
    b.scaleup = shaped.scaleup;
    blocks_.push_back(b);
    nodes += shaped.nodes;
    nics += shaped.nodes * shaped.nics;
    accelerators_ += shaped.nodes * shaped.accelerators;
  }
}

NicChoice::Block const& NicChoice::block(Index accelerator) const {
  auto b = blocks_.size() - 1;
  while (blocks_[b].first_accelerator > accelerator) --b;  // a handful
  return blocks_[b];
}

Index NicChoice::node_of(Index accelerator) const {
  Block const& b = block(accelerator);
  return b.first_node + (accelerator - b.first_accelerator) / b.per_node;
}

Index NicChoice::domain_of(Index accelerator) const {
  Block const& b = block(accelerator);
  return accelerator - (accelerator - b.first_accelerator) % b.domain;
}

Index NicChoice::nic_of(Index accelerator, std::uint64_t flow) const {
  Block const& b = block(accelerator);
  Index const i = accelerator - b.first_accelerator, node = i / b.per_node, local = i % b.per_node;
  Index const first = b.first_nic + node * b.nics + local * b.nics / b.per_node;
  Index const own = std::max<Index>(1, b.nics / b.per_node);
  for (Index t = 0; t < own; ++t)
    if (Index const nic = first + static_cast<Index>((flow + t) % own); !network_->nics()[nic].failed) return nic;
  return first;
}

/// The accelerator whose NIC is used: on `rail` of the same node where the domain reaches it, else the accelerator's own, else
/// any of its domain that works.
std::optional<Index> NicChoice::with_nic(Index accelerator, std::uint64_t flow, std::optional<Index> rail) const {
  Block const& b = block(accelerator);
  if (rail && *rail != network_->nics()[nic_of(accelerator, flow)].rail && *rail < b.nics && b.domain > 1) {
    Index const local = (accelerator - b.first_accelerator) % b.per_node;
    // the first of those that share the NIC, or the one that has it
    Index const other = accelerator - local + (*rail * b.per_node + (b.nics < b.per_node ? b.nics - 1 : 0)) / b.nics;
    if (domain_of(other) == domain_of(accelerator) && works(other, flow) && network_->nics()[nic_of(other, flow)].rail == *rail)
      return other;
  }
  if (works(accelerator, flow)) return accelerator;
  Index const first = domain_of(accelerator);
  for (Index k = 1; k < b.domain; ++k)  // neighbours in turn, so that they share the burden
    if (Index const other = first + (accelerator - first + k) % b.domain; works(other, flow)) return other;
  return std::nullopt;
}

std::optional<NicChoice::Pair> NicChoice::between(Index from, Index to, std::uint64_t flow) const {
  auto const land = with_nic(to, flow, std::nullopt);
  if (!land) return std::nullopt;
  Index const receiver = nic_of(*land, flow);
  auto const leave = with_nic(from, flow, relay_ ? std::optional(network_->nics()[receiver].rail) : std::nullopt);
  if (!leave) return std::nullopt;
  return Pair{*leave, nic_of(*leave, flow), receiver, *land};
}

}  // namespace ondol::topology
