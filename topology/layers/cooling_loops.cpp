#include "topology/layers/cooling_loops.hpp"

#include <algorithm>
#include <boost/graph/strong_components.hpp>

#include "topology/graph/boost_graph.hpp"

namespace ondol::topology {
namespace {

using Index = std::uint32_t;

/// Both layers as one graph: heat passes from air to water and back to air.
struct InLoops {
  BoostGraph const* graph = nullptr;
  template <class EdgeDescriptor>
  bool operator()(EdgeDescriptor const& e) const {
    return (*graph)[e].layer == Layer::coolant || (*graph)[e].layer == Layer::air;
  }
};

/// Heat goes from lower to higher.
int stage(Kind kind) {
  switch (kind) {
    case Kind::rack:
      return 0;
    case Kind::hall:
      return 1;
    case Kind::crah:
    case Kind::cdu:
      return 2;
    case Kind::plant:
      return 3;
    case Kind::chiller:
      return 4;
    case Kind::tower:
    case Kind::dry_cooler:
      return 5;
    case Kind::weather:
      return 6;
    default:
      return -1;
  }
}

class Builder {
 public:
  explicit Builder(FacilityGraph const& facility) : facility_(facility), reach_(facility.vertex_count(), unknown) {}

  CoolingLoops build() {
    for (Index plant : facility_.vertices(Kind::plant)) add(CoolingLoop::Medium::facility_water, Layer::coolant, plant);
    for (Index hall : facility_.vertices(Kind::hall)) {
      add(CoolingLoop::Medium::technology_coolant, Layer::coolant, hall);
      add(CoolingLoop::Medium::room_air, Layer::air, hall);
    }
    check_circuits();
    check_racks();
    return std::move(result_);
  }

 private:
  static constexpr char unknown = 2;

  void add(CoolingLoop::Medium medium, Layer layer, Index header) {
    CoolingLoop loop{medium, header, facility_.vertex(header).spec, {}, {}};
    int const own = stage(facility_.vertex(header).kind);
    for (Index v : facility_.targets(layer, header)) {
      int const other = stage(facility_.vertex(v).kind);
      if (other >= 0) (other < own ? loop.sources : loop.sinks).push_back(v);
    }
    if (loop.sources.empty() && loop.sinks.empty()) return;
    if (!loop.sources.empty() && std::none_of(loop.sinks.begin(), loop.sinks.end(), [&](Index v) { return ends_outside(v); }))
      result_.faults.push_back(facility_.vertex(header).name + ": no path takes the heat of its " + text(medium) +
                               " to the weather");
    result_.loops.push_back(std::move(loop));
  }

  static std::string text(CoolingLoop::Medium medium) {
    return medium == CoolingLoop::Medium::facility_water       ? "facility water"
           : medium == CoolingLoop::Medium::technology_coolant ? "technology coolant"
                                                               : "room air";
  }

  bool ends_outside(Index v) {
    if (facility_.vertex(v).kind == Kind::weather) return true;
    if (reach_[v] != unknown) return reach_[v];
    reach_[v] = 0;
    for (Layer layer : {Layer::coolant, Layer::air})
      for (Index next : facility_.targets(layer, v))
        if (stage(facility_.vertex(next).kind) > stage(facility_.vertex(v).kind) && ends_outside(next)) reach_[v] = 1;
    return reach_[v];
  }

  void check_circuits() {
    BoostGraph const& all = facility_.impl().graph;
    boost::filtered_graph<BoostGraph, InLoops> const view(all, InLoops{&all});
    std::vector<Index> component(facility_.vertex_count());
    boost::strong_components(view, boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, all)));
    for (auto [e, end] = boost::edges(view); e != end; ++e) {
      auto const from = static_cast<Index>(boost::source(*e, all)), to = static_cast<Index>(boost::target(*e, all));
      if (component[from] != component[to])
        result_.faults.push_back("what flows from " + facility_.full_name(from) + " to " + facility_.full_name(to) +
                                 " does not come back");
    }
  }

  void check_racks() {
    std::vector<Index> dry;
    for (Index rack : facility_.vertices(Kind::rack))
      if (facility_.targets(Layer::air, rack).empty() && facility_.targets(Layer::coolant, rack).empty()) dry.push_back(rack);
    if (dry.empty()) return;
    result_.faults.push_back("rack without cooling: " + facility_.vertex(dry.front()).name +
                             (dry.size() > 1 ? " and " + std::to_string(dry.size() - 1) + " more" : std::string{}) +
                             "; its hall has neither the air nor the liquid that takes its heat");
  }

  FacilityGraph const& facility_;
  std::vector<char> reach_;
  CoolingLoops result_;
};

}  // namespace

CoolingLoops cooling_loops(FacilityGraph const& facility) {
  return Builder(facility).build();
}

}  // namespace ondol::topology
