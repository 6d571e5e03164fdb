#pragma once
/// Switches of one fabric, the cables between them and the NICs plugged into them.  Ways are found from numbers, not from
/// tables: a cable's number follows from the switches that it joins.
///
/// Which of several equal ways:
///   ecmp      a hash of sender, receiver and flow at each level, as the five-tuple hash of Ethernet switches
///   static    the digits of the receiver's number (D mod k), as the linear forwarding tables of InfiniBand [zahavi2012dmodk]
///   adaptive  the same digits, shifted by the flow: flows of one pair are dealt to the ways in turn, the even spread that
///             packet spraying comes near to; breaks are avoided
///   valiant   dragonfly only: through a random third group first
/// A hash collides as a real one does.  What a full queue does to an adaptive switch is not modelled.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "topology/build/fabrics/shape.hpp"

namespace ondol::topology {

/// Draws among equal ways, one after the other from the sender up.
class Choice {
 public:
  /// `pair`: who sends to whom; `to_number`: of the receiver's plug.
  Choice(FabricShape::Routing routing, std::uint64_t pair, std::uint64_t to_number, std::uint64_t flow)
      : routing_(routing),
        digits_(routing == FabricShape::Routing::adaptive ? to_number + flow : to_number),
        hash_(mix(mix(pair) ^ flow)) {}

  std::uint32_t of(std::uint32_t ways) {
    if (ways < 2) return 0;
    if (hashed()) {
      hash_ = mix(hash_);
      return static_cast<std::uint32_t>(((hash_ >> 32) * ways) >> 32);
    }
    auto const digit = static_cast<std::uint32_t>(digits_ % ways);
    digits_ /= ways;
    return digit;
  }
  /// Down a bundle of which cable `up` was taken in the bundle up: switches hash anew, digits stay.
  std::uint32_t down(std::uint32_t up, std::uint32_t ways) { return hashed() ? of(ways) : up % ways; }
  bool fixed() const { return routing_ == FabricShape::Routing::fixed; }
  bool valiant() const { return routing_ == FabricShape::Routing::valiant; }

 private:
  bool hashed() const { return routing_ == FabricShape::Routing::ecmp || valiant(); }
  /// Step of SplitMix64 [steele2014splitmix]: every bit of the input moves every bit of the output.
  static std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
  }

  FabricShape::Routing routing_;
  std::uint64_t digits_, hash_;
};

class SwitchNetwork {
 public:
  using Index = std::uint32_t;
  enum class Level { leaf, spine, core };
  struct Switch {
    std::string name;  ///< "compute/leaf/3"
    Level level = Level::leaf;
    Index ports = 0, used = 0;  ///< at the port rate
    bool failed = false;
  };
  /// Cables `first` to `first + cables - 1` join `a` and `b`.
  struct Bundle {
    Index a = 0, b = 0, cables = 0, first = 0;
  };
  /// One cable in one sense: 2 x cable, + 1 from b to a.
  using Hop = std::uint32_t;
  struct Nic {
    Index node = 0, rail = 0, at = 0;  ///< switch
    std::uint64_t number = 0;          ///< of its plug, counted through the first switch, then the next
    bool failed = false;
  };

  virtual ~SwitchNetwork() = default;

  std::vector<Switch> const& switches() const { return switches_; }
  std::vector<Bundle> const& bundles() const { return bundles_; }
  std::vector<Nic> const& nics() const { return nics_; }  ///< node by node
  Index cables() const { return cables_; }
  bool damaged() const { return damaged_; }
  bool cable_failed(Index cable) const { return damaged_ && dead_[cable]; }

  /// Hops from one switch to another, appended; false (and nothing appended) when none is left.
  virtual bool way(Index from, Index to, Choice choice, std::vector<Hop>& hops) const = 0;

  /// Marks what `names` says: "leaf/3", "leaf/3-spine/2" (all its cables), "leaf/3-spine/2#1", "h200/r001/n1/nic/2".  The name
  /// of the fabric may stand in front.  Throws InputError with the nearest spelling for a name that nothing has.
  void fail(std::vector<std::string> const& names, FabricShape const& shape);
  /// Name of a cable: "compute/leaf/3-spine/2#1".
  std::string cable_name(Index bundle, Index cable) const;

 protected:
  Index add_switch(std::string name, Level level, Index ports);
  void add_bundle(Index a, Index b, Index cables);
  void plug(Index node, Index rail, Index at);
  /// Once all are plugged in.
  void number_plugs();
  bool alive(Index cable) const { return !damaged_ || !dead_[cable]; }

  std::string id_;
  std::vector<Switch> switches_;
  std::vector<Bundle> bundles_;
  std::vector<Nic> nics_;
  Index cables_ = 0;
  bool damaged_ = false;
  std::vector<char> dead_;
};

/// Throws InputError when the nodes do not fit, with what would.
std::unique_ptr<SwitchNetwork> switch_network(FabricShape const& shape);

std::unique_ptr<SwitchNetwork> rail_fat_tree(FabricShape const& shape);
std::unique_ptr<SwitchNetwork> fat_tree(FabricShape const& shape);
std::unique_ptr<SwitchNetwork> dragonfly(FabricShape const& shape);
std::unique_ptr<SwitchNetwork> torus(FabricShape const& shape);

}  // namespace ondol::topology
