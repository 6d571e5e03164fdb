#pragma once
/// How heat gets from racks to the weather, at ratings: for what can be taken whole, or with units lost.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "topology/build/facility.hpp"
#include "topology/build/rated_heat.hpp"
#include "topology/layers/single_points.hpp"

namespace ondol::topology {

/// Where heat goes: rack -> room air or technology coolant -> CRAH or CDU -> plant -> chiller -> tower -> weather.  Room air
/// and technology coolant of a hall are two vertices here, and all racks of a group (one hall, one kind of rack) are one.
struct HeatPath {
  std::vector<std::uint32_t> graph_vertex;  ///< 0 for the vertices that stand for several
  EdgeList edges;                           ///< in the sense of the heat
  std::uint32_t weather = 0;
  struct Source {
    std::uint32_t air = 0, liquid = 0;  ///< vertices where the group's heat enters; 0 none
    Weight weight;
  };
  std::vector<Source> sources;
  std::vector<std::uint32_t> room, loop;  ///< by hall
  struct Bank {
    std::string owner;
    Kind kind = Kind::crah;
    std::vector<std::uint32_t> units;
    double load_w = 0.0;
    double derating = 1.0;  ///< of the rating, for heat that enters downstream of the loop
  };
  std::vector<Bank> banks;
  std::map<std::uint32_t, double> capacity_w;  ///< of units, in loop heat
};

HeatPath heat_path(schema::Scenario const& scenario, Facility const& facility);

/// Rated heat of the site that can be taken without `lost`, with all machines at `capacity` of their ratings: a maximum flow
/// [W].
double heat_taken(HeatPath const& h, std::vector<HallHeat> const& heat, std::vector<std::uint32_t> const& lost,
                  double capacity = 1.0);

/// All of it [W].
double heat_given(std::vector<HallHeat> const& heat);

}  // namespace ondol::topology
