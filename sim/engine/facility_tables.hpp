#pragma once
/// The facility as results files hold it (docs/results-format.md): `vertices`, `edges` and `single_points`.

#include <vector>

#include "scenarios/schema/spec.hpp"
#include "sim/record/recorder.hpp"
#include "topology/build/facility.hpp"
#include "topology/build/folded_graph.hpp"
#include "topology/layers/power_tree.hpp"

namespace ondol::sim {

/// `tree` says which units have series.
std::vector<Table> facility_tables(schema::Scenario const& scenario, topology::Facility const& facility,
                                   topology::FoldedGraph const& graph, topology::PowerTree const& tree);

}  // namespace ondol::sim
