#include "sim/engine/interconnect.hpp"

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

workloads::Interconnect interconnect(schema::Catalogue const& catalogue, schema::RackSpec const& rack) {
  auto const& node = catalogue.node.at(rack.node);
  auto const& accelerator = catalogue.accelerator.at(node.accelerator);
  workloads::Interconnect links;
  // Rack-scale systems join all accelerators of a rack: there the rack, not the node, is the scale-up domain.
  links.domain = rack.scaleup_domain > 0 ? rack.scaleup_domain : node.accelerators;
  auto& up = links.scaleup;
  up.bytes_per_s = accelerator.scaleup_bandwidth.v;
  if (!accelerator.interconnect.empty()) {
    auto const& s = catalogue.interconnect.at(accelerator.interconnect);
    if (s.peer_bandwidth) up.peer_bytes_per_s = s.peer_bandwidth->v;
    up.all_reduce = curve(s.all_reduce);
    up.all_gather = curve(s.all_gather);
    up.reduce_scatter = curve(s.reduce_scatter);
    up.all_to_all = curve(s.all_to_all);
    if (s.nvls) {
      up.nvls_ranks = s.nvls_ranks;
      up.nvls.bulk_base_s = s.nvls->bulk_base.v;
      up.nvls.efficiency = s.nvls->efficiency;
      up.nvls.ramp_bytes = s.nvls->ramp.v;
    }
  }
  if (!node.scaleout.empty()) {
    auto const& s = catalogue.interconnect.at(node.scaleout);
    links.scaleout = {.bytes_per_s = s.bandwidth.v,
                      .efficiency = s.efficiency,
                      .all_to_all_efficiency = s.all_to_all_efficiency,
                      .ramp_bytes = s.ramp.v,
                      .base_latency_s = s.base_latency.v,
                      .hop_latency_s = s.hop_latency.v,
                      .chunk_latency_s = s.chunk_latency.v,
                      .chunk_bytes = s.chunk.v,
                      .ring_step_s = s.ring_step.v,
                      .reduces = s.in_network_reduction};
  }
  return links;
}

}  // namespace ondol::sim
