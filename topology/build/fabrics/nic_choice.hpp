#pragma once
/// Through which NICs two accelerators of different scale-up domains meet.
///
/// From the accelerator's own NIC to the receiver's own.  With PXN and rails, traffic to another rail first goes over the
/// scale-up fabric to an accelerator of the sender's domain on the receiver's rail, and so meets one leaf fewer
/// [nvidia2022pxn].  An accelerator whose NICs or leaf have failed borrows a neighbour's NIC in the same way, if it shares a
/// domain.

#include <cstdint>
#include <optional>
#include <vector>

#include "topology/build/fabrics/shape.hpp"
#include "topology/build/fabrics/switch_network.hpp"

namespace ondol::topology {

class NicChoice {
 public:
  using Index = std::uint32_t;

  /// Equal nodes in a row, and where their numbers begin.
  struct Block {
    Index first_node = 0, first_accelerator = 0, first_nic = 0;
    Index per_node = 1, nics = 1;  ///< a node
    Index domain = 1;
    schema::ScaleUp scaleup = schema::ScaleUp::none;
  };
  /// `leave` and `land` are the accelerators whose NICs are used.
  struct Pair {
    Index leave = 0, sender = 0, receiver = 0, land = 0;
  };

  /// Keeps a reference to the network.
  NicChoice(FabricShape const& shape, SwitchNetwork const& network);

  /// Nothing when a side has no NIC that works.
  std::optional<Pair> between(Index from, Index to, std::uint64_t flow) const;

  std::vector<Block> const& blocks() const { return blocks_; }
  Block const& block(Index accelerator) const;
  Index node_of(Index accelerator) const;
  /// First accelerator of its scale-up domain.
  Index domain_of(Index accelerator) const;
  Index accelerators() const { return accelerators_; }

 private:
  /// NIC of an accelerator: accelerators share them in rows, or have several, one of which each flow takes.
  Index nic_of(Index accelerator, std::uint64_t flow) const;
  bool works(Index accelerator, std::uint64_t flow) const { return !network_->nics()[nic_of(accelerator, flow)].failed; }
  std::optional<Index> with_nic(Index accelerator, std::uint64_t flow, std::optional<Index> rail) const;

  SwitchNetwork const* network_;
  bool relay_ = false;
  std::vector<Block> blocks_;
  Index accelerators_ = 0;
};

}  // namespace ondol::topology
