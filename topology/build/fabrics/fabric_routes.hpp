#pragma once
/// Routes of one fabric: scale-up links, NICs and the cables between switches as directed links.
///
/// Within a scale-up domain traffic takes the scale-up fabric alone.  Else NicChoice says by which NICs, and the network by
/// which switches.
///
/// Latencies are those of cables (time of flight) and switches (port to port); what NICs and software take is not here.

#include <memory>

#include "scenarios/schema/spec.hpp"
#include "topology/build/fabrics/shape.hpp"
#include "topology/build/facility.hpp"
#include "topology/layers/routes.hpp"

namespace ondol::topology {

/// Of a fabric put together by hand.  Throws InputError when the nodes do not fit.
std::unique_ptr<Routes> make_routes(FabricShape const& shape);

/// Of fabric `fabric` of the scenario.
std::unique_ptr<Routes> make_routes(schema::Scenario const& scenario, Facility const& facility, std::size_t fabric);

/// The numbers of a declared fabric and its nodes, in rack order over its pools; with a facility also their names.
FabricShape fabric_shape(schema::Scenario const& scenario, Facility const& facility, std::size_t fabric);
FabricShape fabric_shape(schema::Scenario const& scenario, std::size_t fabric);

/// The numbers of a declared fabric without its nodes, and the shape of `count` nodes of one kind in racks of one kind: for
/// questions about a fabric that no site has.
FabricShape fabric_shape(schema::Catalogue const& catalogue, schema::FabricSpec const& spec);
NodeShape node_shape(schema::Catalogue const& catalogue, schema::RackSpec const& rack, schema::FabricSpec const& spec,
                     std::uint32_t count);

}  // namespace ondol::topology
