#include "topology/build/fabrics/fabric_routes.hpp"

#include <algorithm>
#include <stdexcept>

namespace ondol::topology {
namespace {

using Index = std::uint32_t;

class FabricRoutes final : public Routes {
 public:
  explicit FabricRoutes(FabricShape const& shape)
      : network_(switch_network(shape)), routing_(shape.routing), node_names_(shape.node_names) {
    relay_ = shape.pxn && shape.kind == FabricShape::Kind::rail_fat_tree;
    std::size_t scaleup_links = 0;
    for (auto const& shaped : shape.nodes) {
      Block b;
      b.first_node = nodes_;
      b.first_accelerator = accelerators_;
      b.first_nic = blocks_.empty() ? 0 : blocks_.back().first_nic + (nodes_ - blocks_.back().first_node) * blocks_.back().nics;
      b.first_link = static_cast<Index>(scaleup_links);
      b.per_node = shaped.accelerators;
      b.nics = shaped.nics;
      b.domain = shaped.scaleup == schema::ScaleUp::none ? 1 : std::max<Index>(1, shaped.domain);
      b.direct = shaped.scaleup == schema::ScaleUp::direct;
      blocks_.push_back(b);
      nodes_ += shaped.nodes;
      accelerators_ += shaped.nodes * shaped.accelerators;
      if (b.domain > 1) scaleup_links += std::size_t{shaped.nodes} * shaped.accelerators * (b.direct ? b.domain - 1 : 2);
    }
    first_nic_link_ = static_cast<Index>(scaleup_links);
    first_cable_link_ = first_nic_link_ + 2 * static_cast<Index>(network_->nics().size());
    links_.reserve(first_cable_link_ + 2 * std::size_t{network_->cables()});
    for (std::size_t b = 0; b < blocks_.size(); ++b) add_scaleup(shape, b);
    add_nics(shape);
    add_cables(shape);
  }

  std::size_t accelerators() const override { return accelerators_; }
  std::string name(Index accelerator) const override {
    Block const& b = block(accelerator);
    Index const i = accelerator - b.first_accelerator, node = b.first_node + i / b.per_node;
    return FabricShape::node_name(node_names_, node) + "/a" + std::to_string(i % b.per_node + 1);
  }
  std::vector<FabricLink> const& links() const override { return links_; }
  Index domain_of(Index accelerator) const override {
    Block const& b = block(accelerator);
    return accelerator - (accelerator - b.first_accelerator) % b.domain;
  }

  bool route(Index from, Index to, std::uint64_t flow, std::vector<LinkIndex>& links) const override {
    if (from == to) return true;
    Index const domain = domain_of(from);
    if (domain == domain_of(to)) {
      scale_up(from, to, links);
      return true;
    }
    auto const begin = links.size();
    Index const land = with_nic(to, flow, no_rail);
    if (land == none) return false;
    Index const receiver = nic_of(land, flow);
    auto const& receives = network_->nics()[receiver];
    Index const leave = with_nic(from, flow, relay_ ? receives.rail : no_rail);
    if (leave == none) return false;
    Index const sender = nic_of(leave, flow);
    auto const& sends = network_->nics()[sender];
    if (leave != from) scale_up(from, leave, links);
    links.push_back(first_nic_link_ + 2 * sender);
    if (!over_switches(sends, receives, std::uint64_t{from} << 32 | to, flow, links)) {
      links.resize(begin);
      return false;
    }
    links.push_back(first_nic_link_ + 2 * receiver + 1);
    if (land != to) scale_up(land, to, links);
    return true;
  }

 private:
  static constexpr Index none = ~Index{0}, no_rail = ~Index{0};

  struct Block {
    Index first_node = 0, first_accelerator = 0, first_nic = 0, first_link = 0;
    Index per_node = 1, nics = 1, domain = 1;
    bool direct = false;
  };

  Block const& block(Index accelerator) const {
    auto b = blocks_.size() - 1;
    while (blocks_[b].first_accelerator > accelerator) --b;  // a handful
    return blocks_[b];
  }

  /// NIC of an accelerator: accelerators share them in rows, or have several, one of which each flow takes.
  Index nic_of(Index accelerator, std::uint64_t flow) const {
    Block const& b = block(accelerator);
    Index const i = accelerator - b.first_accelerator, node = i / b.per_node, local = i % b.per_node;
    Index rail = local * b.nics / b.per_node;
    if (Index const own = b.nics / b.per_node; own > 1) rail += static_cast<Index>(flow % own);
    return b.first_nic + node * b.nics + rail;
  }
  bool works(Index accelerator, std::uint64_t flow) const { return !network_->nics()[nic_of(accelerator, flow)].failed; }

  /// The accelerator whose NIC is used: on `rail` of the same node where the domain reaches it, else the accelerator's own,
  /// else any of its domain that works.
  Index with_nic(Index accelerator, std::uint64_t flow, Index rail) const {
    Block const& b = block(accelerator);
    Index const own = network_->nics()[nic_of(accelerator, flow)].rail;
    if (rail != no_rail && rail != own && rail < b.nics && b.domain > 1) {
      Index const local = (accelerator - b.first_accelerator) % b.per_node;
      Index const shift =
          b.nics < b.per_node ? b.nics - 1 : 0;  // the first of those that share the NIC, or the one that has it
      Index const other = accelerator - local + (rail * b.per_node + shift) / b.nics;
      if (domain_of(other) == domain_of(accelerator) && works(other, flow) &&
          network_->nics()[nic_of(other, flow)].rail == rail)
        return other;
    }
    if (works(accelerator, flow)) return accelerator;
    Index const first = domain_of(accelerator);
    for (Index k = 1; k < b.domain; ++k) {  // neighbours in turn, so that they share the burden
      Index const other = first + (accelerator - first + k) % b.domain;
      if (works(other, flow)) return other;
    }
    return none;
  }

  void scale_up(Index from, Index to, std::vector<LinkIndex>& links) const {
    Block const& b = block(from);
    Index const i = from - b.first_accelerator, j = to - b.first_accelerator;
    if (!b.direct) {
      links.push_back(b.first_link + 2 * i);
      links.push_back(b.first_link + 2 * j + 1);
      return;
    }
    Index const peer = j % b.domain, self = i % b.domain;
    links.push_back(b.first_link + i * (b.domain - 1) + (peer < self ? peer : peer - 1));
  }

  bool over_switches(SwitchNetwork::Nic const& sends, SwitchNetwork::Nic const& receives, std::uint64_t pair,
                     std::uint64_t flow, std::vector<LinkIndex>& links) const {
    auto const begin = links.size();
    Choice const choice(routing_, pair, receives.number, flow);
    if (!network_->way(sends.at, receives.at, choice, links)) return false;
    for (auto i = begin; i < links.size(); ++i) links[i] += first_cable_link_;
    return true;
  }

  void add_scaleup(FabricShape const& shape, std::size_t index) {
    Block const& b = blocks_[index];
    auto const& shaped = shape.nodes[index];
    if (b.domain < 2) return;
    Index const count = shaped.nodes * shaped.accelerators;
    if (count % b.domain != 0)
      throw std::logic_error("a scale-up domain of " + std::to_string(b.domain) + " does not divide " + std::to_string(count));
    auto const local = [&](Index i) { return name(b.first_accelerator + i); };
    for (Index i = 0; i < count; ++i) {
      if (!b.direct) {
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
      links_.push_back({rate, shape.node_cable_s + shape.switch_latency_s, name + " -> " + at});
      links_.push_back({rate, shape.node_cable_s, at + " -> " + name});
    }
  }

  void add_cables(FabricShape const& shape) {
    for (auto const& bundle : network_->bundles())
      for (Index k = 0; k < bundle.cables; ++k) {
        std::string const number = bundle.cables > 1 ? " #" + std::to_string(k + 1) : "";
        std::string const &a = network_->switches()[bundle.a].name, &b = network_->switches()[bundle.b].name;
        double const rate = network_->cable_failed(bundle.first + k) ? 0.0 : shape.port_bytes_per_s;
        links_.push_back({rate, shape.cable_s + shape.switch_latency_s, a + " -> " + b + number});
        links_.push_back({rate, shape.cable_s + shape.switch_latency_s, b + " -> " + a + number});
      }
  }

  std::unique_ptr<SwitchNetwork> network_;
  FabricShape::Routing routing_;
  bool relay_ = false;
  std::vector<std::string> node_names_;
  std::vector<Block> blocks_;
  Index nodes_ = 0, accelerators_ = 0, first_nic_link_ = 0, first_cable_link_ = 0;
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
