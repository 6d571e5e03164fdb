#pragma once
/// Series of the links of declared fabrics: what they carry, of what they could.  A link is an edge of the folded graph: all
/// cables of a rack to a switch, or between two switches.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "sim/engine/fabric_sharing.hpp"
#include "sim/state/signal_table.hpp"
#include "topology/build/facility.hpp"
#include "topology/build/folded_graph.hpp"

namespace ondol::sim {

class LinkLoads {
 public:
  /// None where no fabric is declared, or the links are more than the scenario wants recorded.
  static std::optional<LinkLoads> of(schema::Scenario const& scenario, topology::Facility const& facility,
                                     topology::FoldedGraph const& graph, FabricSharing& fabrics);

  /// The views stay where they are when this is moved.
  void describe(SignalTable& table) const;
  void close_report(FabricSharing& fabrics, double now_s);

 private:
  struct Link {
    std::uint32_t from = 0, to = 0, fabric = 0;  ///< rows of the graph
    double bytes_per_s = 0;                      ///< in each sense
    std::array<double, 2> carried = {};          ///< byte, there and back, over the report
  };
  /// Where a cable's bytes are counted.
  struct Place {
    std::uint32_t link = 0, sense = 0;
  };

  std::vector<Link> links_;
  std::vector<std::string> name_, fabric_id_;             ///< by link; by fabric
  std::vector<std::vector<std::optional<Place>>> place_;  ///< by fabric and link of its routes; none: within a node, or storage
  std::vector<double> load_;                              ///< by link
  double reported_s_ = 0;
};

}  // namespace ondol::sim
