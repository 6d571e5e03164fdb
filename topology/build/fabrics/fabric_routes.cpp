#include "topology/build/fabrics/fabric_routes.hpp"

#include <stdexcept>

#include "topology/build/fabrics/nic_choice.hpp"
#include "topology/build/fabrics/switch_network.hpp"

namespace ondol::topology {
namespace {

using Index = std::uint32_t;

class FabricRoutes final : public Routes {
 public:
  explicit FabricRoutes(FabricShape const& shape)
      : network_(switch_network(shape)), nics_(shape, *network_), routing_(shape.routing), node_names_(shape.node_names) {
    std::size_t scaleup_links = 0;
    for (std::size_t b = 0; b < shape.nodes.size(); ++b) {
      auto const& block = nics_.blocks()[b];
      Index const each = block.domain < 2 ? 0 : block.scaleup == schema::ScaleUp::direct ? block.domain - 1 : 2;
      scaleup_links += std::size_t{shape.nodes[b].nodes} * block.per_node * each;
    }
    links_.reserve(scaleup_links + 2 * network_->nics().size() + 2 * std::size_t{network_->cables()});
    for (std::size_t b = 0; b < shape.nodes.size(); ++b) add_scaleup(shape, b);
    first_nic_link_ = static_cast<Index>(links_.size());
    add_nics(shape);
    first_cable_link_ = static_cast<Index>(links_.size());
    add_cables(shape);
  }

  std::size_t accelerators() const override { return nics_.accelerators(); }
  std::string name(Index accelerator) const override {
    auto const& b = nics_.block(accelerator);
    return FabricShape::node_name(node_names_, nics_.node_of(accelerator)) + "/a" +
           std::to_string((accelerator - b.first_accelerator) % b.per_node + 1);
  }
  std::vector<FabricLink> const& links() const override { return links_; }
  Index domain_of(Index accelerator) const override { return nics_.domain_of(accelerator); }

  bool route(Index from, Index to, std::uint64_t flow, std::vector<LinkIndex>& links) const override {
    if (from == to) return true;
    if (domain_of(from) == domain_of(to)) {
      scale_up(from, to, links);
      return true;
    }
    auto const pair = nics_.between(from, to, flow);
    if (!pair) return false;
    auto const begin = links.size();
    if (pair->leave != from) scale_up(from, pair->leave, links);
    links.push_back(first_nic_link_ + 2 * pair->sender);
    auto const &sends = network_->nics()[pair->sender], &receives = network_->nics()[pair->receiver];
    auto const first_hop = links.size();
    if (!network_->way(sends.at, receives.at, Choice(routing_, std::uint64_t{from} << 32 | to, receives.number, flow), links)) {
      links.resize(begin);
      return false;
    }
    for (auto i = first_hop; i < links.size(); ++i) links[i] += first_cable_link_;
    links.push_back(first_nic_link_ + 2 * pair->receiver + 1);
    if (pair->land != to) scale_up(pair->land, to, links);
    return true;
  }

 private:
  void scale_up(Index from, Index to, std::vector<LinkIndex>& links) const {
    auto const& b = nics_.block(from);
    Index const i = from - b.first_accelerator, j = to - b.first_accelerator;
    Index const first = first_scaleup_link_[static_cast<std::size_t>(&b - nics_.blocks().data())];
    if (b.scaleup != schema::ScaleUp::direct) {
      links.push_back(first + 2 * i);
      links.push_back(first + 2 * j + 1);
      return;
    }
    Index const peer = j % b.domain, self = i % b.domain;
    links.push_back(first + i * (b.domain - 1) + (peer < self ? peer : peer - 1));
  }

  void add_scaleup(FabricShape const& shape, std::size_t index) {
    auto const& b = nics_.blocks()[index];
    auto const& shaped = shape.nodes[index];
    first_scaleup_link_.push_back(static_cast<Index>(links_.size()));
    if (b.domain < 2) return;
    Index const count = shaped.nodes * shaped.accelerators;
    if (count % b.domain != 0)
      throw std::logic_error("a scale-up domain of " + std::to_string(b.domain) + " does not divide " + std::to_string(count));
    auto const local = [&](Index i) { return name(b.first_accelerator + i); };
    for (Index i = 0; i < count; ++i) {
      if (b.scaleup != schema::ScaleUp::direct) {
        links_.push_back({shaped.scaleup_bytes_per_s, shape.scaleup_latency_s, local(i) + " -> scale-up"});
        links_.push_back({shaped.scaleup_bytes_per_s, 0.0, "scale-up -> " + local(i)});
        continue;
      }
      Index const first = i - i % b.domain;
      for (Index j = first; j < first + b.domain; ++j)
        if (j != i)
          links_.push_back(
              {shaped.scaleup_bytes_per_s / (b.domain - 1), shape.scaleup_latency_s, local(i) + " -> " + local(j)});
    }
  }

  void add_nics(FabricShape const& shape) {
    for (auto const& nic : network_->nics()) {
      std::string const name = shape.node_name(nic.node) + "/nic/" + std::to_string(nic.rail + 1);
      std::string const& at = network_->switches()[nic.at].name;
      double const rate = nic.failed ? 0.0 : shape.port_bytes_per_s;
      LinkEnd const node{LinkEnd::Of::node, nic.node}, leaf{LinkEnd::Of::network_switch, nic.at};
      links_.push_back({rate, shape.node_cable_s + shape.switch_latency_s, name + " -> " + at, node, leaf});
      links_.push_back({rate, shape.node_cable_s, at + " -> " + name, leaf, node});
    }
  }

  void add_cables(FabricShape const& shape) {
    for (auto const& bundle : network_->bundles())
      for (Index k = 0; k < bundle.cables; ++k) {
        std::string const number = bundle.cables > 1 ? " #" + std::to_string(k + 1) : "";
        std::string const &a = network_->switches()[bundle.a].name, &b = network_->switches()[bundle.b].name;
        double const rate = network_->cable_failed(bundle.first + k) ? 0.0 : shape.port_bytes_per_s;
        LinkEnd const from{LinkEnd::Of::network_switch, bundle.a}, to{LinkEnd::Of::network_switch, bundle.b};
        links_.push_back({rate, shape.cable_s + shape.switch_latency_s, a + " -> " + b + number, from, to});
        links_.push_back({rate, shape.cable_s + shape.switch_latency_s, b + " -> " + a + number, to, from});
      }
  }

  std::unique_ptr<SwitchNetwork> network_;
  NicChoice nics_;
  FabricShape::Routing routing_;
  std::vector<std::string> node_names_;
  std::vector<Index> first_scaleup_link_;  ///< by block of nodes
  Index first_nic_link_ = 0, first_cable_link_ = 0;
  std::vector<FabricLink> links_;
};

}  // namespace

std::unique_ptr<Routes> make_routes(FabricShape const& shape) {
  return std::make_unique<FabricRoutes>(shape);
}

std::unique_ptr<Routes> make_routes(schema::Scenario const& scenario, Facility const& facility, std::size_t fabric) {
  return make_routes(fabric_shape(scenario, facility, fabric));
}

}  // namespace ondol::topology
