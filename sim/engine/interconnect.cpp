#include "sim/engine/interconnect.hpp"

#include "topology/build/fabrics/fabric_routes.hpp"

namespace ondol::sim {
namespace {

workloads::LinkCurve curve(schema::CollectiveCurveSpec const& s) {
  return {.quick_base_s = s.quick_base.v,
          .quick_step_s = s.quick_step.v,
          .quick_efficiency = s.quick_efficiency,
          .bulk_base_s = s.bulk_base.v,
          .bulk_step_s = s.bulk_step.v,
          .efficiency = s.efficiency,
          .own_share = s.own_share,
          .ramp_bytes = s.ramp.v};
}

}  // namespace

workloads::Interconnect interconnect(schema::Catalogue const& catalogue, schema::RackSpec const& rack,
                                     schema::FabricSpec const* fabric) {
  auto const& node = catalogue.node.at(rack.node);
  auto const& accelerator = catalogue.accelerator.at(node.accelerator);
  workloads::Interconnect links;
  // Rack-scale systems join all accelerators of a rack: there the rack, not the node, is the scale-up domain.
  links.domain = rack.scaleup_domain > 0 ? rack.scaleup_domain : node.accelerators;
  auto& up = links.scaleup;
  up.bytes_per_s = accelerator.scaleup_bandwidth.v;
  auto const& in = catalogue.interconnect.at(accelerator.interconnect);
  if (in.peer_bandwidth) up.peer_bytes_per_s = in.peer_bandwidth->v;
  up.all_reduce = curve(in.all_reduce);
  up.all_gather = curve(in.all_gather);
  up.reduce_scatter = curve(in.reduce_scatter);
  up.all_to_all = curve(in.all_to_all);
  if (in.nvls) {
    up.nvls_ranks = in.nvls_ranks;
    up.nvls.bulk_base_s = in.nvls->bulk_base.v;
    up.nvls.efficiency = in.nvls->efficiency;
    up.nvls.ramp_bytes = in.nvls->ramp.v;
  }
  if (node.scaleout.empty()) return links;
  auto const& out = catalogue.interconnect.at(node.scaleout);
  links.scaleout = {.bytes_per_s = out.bandwidth.v,
                    .efficiency = out.efficiency,
                    .all_to_all_efficiency = out.all_to_all_efficiency,
                    .ramp_bytes = out.ramp.v,
                    .base_latency_s = out.base_latency.v,
                    .hop_latency_s = out.hop_latency.v,
                    .chunk_latency_s = out.chunk_latency.v,
                    .chunk_bytes = out.chunk.v,
                    .ring_step_s = out.ring_step.v,
                    .reduces = out.in_network_reduction,
                    .peer_step_s = out.peer_step.v};
  if (fabric) {
    auto const shape = topology::node_shape(catalogue, rack, *fabric, 1);
    links.scaleout.bytes_per_s = topology::fabric_shape(catalogue, *fabric).port_bytes_per_s * shape.nics / shape.accelerators;
  }
  return links;
}

}  // namespace ondol::sim
