#pragma once
/// The parts of build_facility, in the order in which they run.  Each adds its vertices and edges; names that lead nowhere
/// are collected, not thrown, so that one pass reports them all.

#include <map>
#include <string>
#include <vector>

#include "scenarios/base/error.hpp"
#include "scenarios/schema/spec.hpp"
#include "topology/build/facility.hpp"

namespace ondol::topology {

struct Wiring {
  using Index = FacilityGraph::Index;

  explicit Wiring(schema::Scenario const& s) : scenario(s) {}

  schema::Scenario const& scenario;
  Facility facility;
  std::vector<Fault> faults;

  Index site = 0, utility = 0, weather = 0;
  std::map<std::string, std::vector<Index>> bank;  ///< id -> units; "utility" is a bank of one
  std::map<std::string, std::size_t> dealt;        ///< bank id -> racks dealt to it so far
  std::vector<Index> plant, hall;                  ///< by index in the scenario

  Index add(Index holder, Kind kind, std::string name, Watts rating, std::size_t spec);
  /// Supply and return.
  void circulate(Layer layer, Index a, Index b);
  /// Fault at the place in the scenario file where `path` was set, or at its nearest recorded parent.
  void fault(std::string const& path, std::string message);
  /// Units of a bank, or a fault with the nearest spelling.
  std::vector<Index> const* units(std::string const& id, std::string const& path);
};

/// Entry of a catalogue map, or a fault.
template <class Spec>
Spec const* entry(Wiring& w, std::map<std::string, Spec> const& entries, std::string const& id, std::string const& path) {
  if (auto it = entries.find(id); it != entries.end()) return &it->second;
  std::vector<std::string> known;
  for (auto const& [name, spec] : entries) known.push_back(name);
  std::string const near = nearest(id, known);
  w.fault(path, path + " names \"" + id + "\", which the catalogue does not have" +
                    (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
  return nullptr;
}

void wire_power_banks(Wiring& w);
void place_plants_and_halls(Wiring& w);
void place_racks(Wiring& w);
void wire_cooling(Wiring& w);
/// Of pools that no fabric names.
inline constexpr double undeclared_port_bytes_per_s = 50e9;
void wire_fabric(Wiring& w);
/// Once the heat of the fabrics is known.
void rate_plants(Wiring& w);

}  // namespace ondol::topology
