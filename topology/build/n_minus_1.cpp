#include "topology/build/n_minus_1.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "topology/build/heat_path.hpp"
#include "topology/build/power_feed.hpp"
#include "topology/layers/power_tree.hpp"

namespace ondol::topology {
namespace {

using Index = std::uint32_t;

/// Of the load; a watt of rounding per edge must not count as a loss.
constexpr double whole = 1.0 - 1e-6;
/// Loads are not let grow or shrink beyond these factors; and the factor is found as closely as this.
constexpr double most_growth = 1e3, least_growth = 1e-3, closeness = 1e-7;

/// A loss, and what can be carried after it when all units have a share of their ratings [W].
struct Candidate {
  std::string name;
  std::function<double(double share)> carried_w;
};

/// Letting loads grow by a factor is letting ratings shrink by it.  A candidate is looked at closely only when it
/// leaves less than the worst before it.
Headroom least(std::vector<Candidate> const& candidates, double load_w) {
  if (load_w <= 0) return {std::numeric_limits<double>::infinity(), ""};
  Headroom worst{load_w * (most_growth - 1), ""};
  double growth = most_growth;
  for (auto const& c : candidates) {
    auto const fits = [&](double g) { return c.carried_w(1 / g) >= whole * load_w; };
    if (fits(growth)) continue;
    double high = growth, low = least_growth;
    if (!fits(low)) return {-load_w, c.name};  // something hangs on it alone
    while (high / low > 1 + closeness) {
      double const middle = std::sqrt(low * high);
      (fits(middle) ? low : high) = middle;
    }
    growth = low;
    worst = {(growth - 1) * load_w, c.name};
  }
  return worst;
}

Headroom of_power(FacilityGraph const& graph) {
  PowerTree const tree = power_tree(graph);
  Sources const s = with_standby(graph, tree);
  double total_w = 0;
  for (std::size_t i = 1; i < s.vertices.size(); ++i)
    if (Vertex const& it = graph.vertex(s.vertices[i]); !is_power_unit(it.kind) && it.kind != Kind::utility)
      total_w += it.rating.v;
  Feed feed(graph, s, total_w);
  auto const without = [&feed](std::vector<Index> lost) {
    return [&feed, lost = std::move(lost)](double share) {
      feed.set_capacity(share);
      return feed.fed_without(lost);
    };
  };
  std::vector<Candidate> candidates{{"", without({})}};
  for (Index i = 1; i < s.vertices.size(); ++i)
    if (Vertex const& it = graph.vertex(s.vertices[i]); is_power_unit(it.kind)) candidates.push_back({it.name, without({i})});
  return least(candidates, feed.load_w());
}

Headroom of_cooling(schema::Scenario const& scenario, Facility const& facility) {
  auto const path = heat_path(scenario, facility);
  auto const heat = rated_hall_heat(scenario, facility.fabrics);
  auto const without = [&](std::vector<Index> lost) {
    return [&, lost = std::move(lost)](double share) { return heat_taken(path, heat, lost, share); };
  };
  std::vector<Candidate> candidates{{"", without({})}};
  for (auto const& bank : path.banks)  // all of a bank hang on the same headers
    candidates.push_back({facility.graph.vertex(path.graph_vertex[bank.units.front()]).name, without({bank.units.front()})});
  Headroom worst = least(candidates, heat_given(heat));

  // Pumps carry what the needed ones do.
  auto const plant_heat = rated_plant_heat(scenario, heat);
  for (std::size_t p = 0; p < scenario.plant.size(); ++p) {
    auto const& plant = scenario.plant[p];
    if (plant.pumps_needed == 0 && plant.pumps_fed_by.empty()) continue;
    int const needed = plant.pumps_needed > 0 ? plant.pumps_needed : plant.pumps;
    double const spare_w = plant_heat[p].v * ((plant.pumps - 1.0) / needed - 1.0);
    if (spare_w < worst.spare_w) worst = {spare_w, "a pump of " + plant.id};
  }
  return worst;
}

}  // namespace

NMinusOne n_minus_1(schema::Scenario const& scenario, Facility const& facility) {
  return {of_power(facility.graph), of_cooling(scenario, facility)};
}

}  // namespace ondol::topology
