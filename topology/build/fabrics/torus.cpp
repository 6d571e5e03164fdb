/// Torus: a node, with its router, has a neighbour before and after it in each dimension, and the ends of each row meet; a
/// dimension of two has one cable.  Ways correct one dimension after the other [dally2004principles], along the shorter arc,
/// and where both are equal along either (static: upwards).  Around a break, not in static: the longer arc of a row, then other
/// orders of the dimensions.

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "scenarios/base/error.hpp"
#include "topology/build/fabrics/switch_network.hpp"

namespace ondol::topology {
namespace {

/// A whole number, however large.
std::string count(double n) {
  char text[32];
  std::snprintf(text, sizeof text, "%.12g", n);
  return text;
}

class Torus final : public SwitchNetwork {
 public:
  explicit Torus(FabricShape const& shape) : size_(shape.dimensions) {
    id_ = shape.id;
    std::string product;
    double routers = 1;
    for (Index n : size_) {
      product += (product.empty() ? "" : " x ") + std::to_string(n);
      routers *= n;
    }
    if (size_.empty() || routers != shape.node_count())
      throw InputError("dimensions " + product + " hold " + count(routers) + " nodes, but the pools and storage_nodes have " +
                       std::to_string(shape.node_count()));
    auto const all = static_cast<Index>(routers);
    for (Index v = 0; v < all; ++v) add_switch("router/" + std::to_string(v + 1), Level::leaf, shape.leaf_ports);
    stride_.assign(size_.size(), 1);
    for (std::size_t d = 1; d < size_.size(); ++d) stride_[d] = stride_[d - 1] * size_[d - 1];
    for (Index v = 0; v < all; ++v)
      for (std::size_t d = 0; d < size_.size(); ++d) coordinate_.push_back(v / stride_[d] % size_[d]);
    for (std::size_t d = 0; d < size_.size(); ++d) {
      first_.push_back(cables_);
      for (Index v = 0; v < all && size_[d] > 1; ++v)
        if (size_[d] > 2 || at(v, d) == 0) add_bundle(v, next(v, d), 1);
    }
    Index node = 0;
    for (auto const& block : shape.nodes)
      for (Index n = 0; n < block.nodes; ++n, ++node)
        for (Index r = 0; r < block.nics; ++r) plug(node, r, node);
    for (auto const& router : switches_)
      if (router.used > router.ports)
        throw InputError("a router takes " + std::to_string(router.used) + " cables, but has " + std::to_string(router.ports) +
                         " ports");
    number_plugs();
  }

  bool way(Index from, Index to, Choice choice, std::vector<Hop>& hops) const override {
    if (switches_[from].failed || switches_[to].failed) return false;
    auto const begin = hops.size();
    Index v = from;
    bool whole = true;
    for (std::size_t d = 0; d < size_.size() && whole; ++d) whole = correct(v, at(to, d), d, choice, hops);
    if (whole) return true;
    hops.resize(begin);
    if (choice.fixed()) return false;
    std::vector<std::size_t> order(size_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    while (std::next_permutation(order.begin(), order.end())) {
      v = from;
      whole = true;
      for (std::size_t d : order) whole = whole && correct(v, at(to, d), d, choice, hops);
      if (whole) return true;
      hops.resize(begin);
    }
    return false;
  }

 private:
  Index at(Index v, std::size_t d) const { return coordinate_[v * size_.size() + d]; }
  Index next(Index v, std::size_t d) const {
    return at(v, d) + 1 < size_[d] ? v + stride_[d] : v - (size_[d] - 1) * stride_[d];
  }
  Index before(Index v, std::size_t d) const { return at(v, d) > 0 ? v - stride_[d] : v + (size_[d] - 1) * stride_[d]; }
  /// Cable upwards from v.
  Index cable(Index v, std::size_t d) const {
    if (size_[d] > 2) return first_[d] + v;
    Index const low = v - at(v, d) * stride_[d];  // of two: the cable of the lower, which counts the lower ones only
    return first_[d] + low / (2 * stride_[d]) * stride_[d] + low % stride_[d];
  }

  /// Moves `v` along its row of dimension d to `target`.
  bool correct(Index& v, Index target, std::size_t d, Choice& choice, std::vector<Hop>& hops) const {
    Index const n = size_[d], up = (target + n - at(v, d)) % n, down = n - up;
    if (up == 0) return true;
    bool const tie = up == down && n > 2;
    bool const rise = tie ? choice.fixed() || choice.of(2) == 0 : up <= down;
    if (walk(v, rise, rise ? up : down, d, hops)) return true;
    return !choice.fixed() && n > 2 && walk(v, !rise, rise ? down : up, d, hops);
  }

  bool walk(Index& v, bool rise, Index steps, std::size_t d, std::vector<Hop>& hops) const {
    auto const begin = hops.size();
    Index w = v;
    for (Index i = 0; i < steps; ++i) {
      Index const to = rise ? next(w, d) : before(w, d);
      bool const of_two = size_[d] == 2;
      Index const c = cable(rise || of_two ? w : to, d);
      bool const forward = of_two ? at(w, d) == 0 : rise;
      if (!alive(c)) {
        hops.resize(begin);
        return false;
      }
      hops.push_back(2 * c + (forward ? 0 : 1));
      w = to;
    }
    v = w;
    return true;
  }

  std::vector<Index> size_, stride_, first_;
  std::vector<Index> coordinate_;  ///< of each router, all dimensions in a row: divisions would take most of the time
};

}  // namespace

std::unique_ptr<SwitchNetwork> torus(FabricShape const& shape) {
  return std::make_unique<Torus>(shape);
}

}  // namespace ondol::topology
