#pragma once
/// Directed links of one fabric and the way between any two of its accelerators: what the network models share.
/// Accelerators are numbered in rack order over the pools of the fabric.  Scale-up links are links here too.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ondol::topology {

using LinkIndex = std::uint32_t;

/// What a link leaves or reaches: an accelerator (of scale-up links), a node's NIC or a switch, numbered in the fabric.
struct LinkEnd {
  enum class Of : std::uint8_t { accelerator, node, network_switch };
  Of of = Of::accelerator;
  std::uint32_t index = 0;
};

struct FabricLink {
  double bytes_per_s = 0;
  double latency_s = 0;
  std::string name;  ///< "h200/r001/n1/a3 -> leaf 2"
  LinkEnd from = {}, to = {};
};

class Routes {
 public:
  virtual ~Routes() = default;
  virtual std::size_t accelerators() const = 0;
  virtual std::string name(std::uint32_t accelerator) const = 0;  ///< "h200/r001/n1/a3"
  /// First accelerator of the scale-up domain of `accelerator`: those of a domain are numbered in a row.
  virtual std::uint32_t domain_of(std::uint32_t accelerator) const = 0;
  virtual std::vector<FabricLink> const& links() const = 0;
  /// Links from one accelerator to another, appended.  `flow` chooses among equal ways (ECMP); a static routing ignores it.
  /// False when there is no way left.
  virtual bool route(std::uint32_t from, std::uint32_t to, std::uint64_t flow, std::vector<LinkIndex>& links) const = 0;
};

}  // namespace ondol::topology
