#pragma once
/// A small complete site to vary: one hall of air-cooled racks behind transformer, UPS and PDU banks, one chilled plant.
///
///   utility -> "tr" (2 x 1 MW, bus) -> "ups" (3 x 200 kW, bus, one spare) -> "pdu" (4 x 200 kW, bus) -> racks
///   8 racks of 40 kW, 4 nodes of 8 accelerators each: 320 kW, 32 nodes, 256 accelerators
///   12 CRAHs of 40 kW, 1 kW fan each; 2 chillers of 400 kW and COP 5, 2 towers of 500 kW, fed from "tr"

#include "scenarios/schema/spec.hpp"

namespace ondol::topology::test {

inline schema::PowerBankSpec bank(std::string id, std::string unit, int units, std::vector<std::string> fed_by,
                                  schema::PowerBankSpec::Feed feed = schema::PowerBankSpec::Feed::bus, int needed = 0) {
  schema::PowerBankSpec b;
  b.id = std::move(id);
  b.unit = std::move(unit);
  b.units = units;
  b.units_needed = needed;
  b.fed_by = std::move(fed_by);
  b.feed = feed;
  return b;
}

inline schema::Scenario site() {
  using Kind = schema::PowerUnitSpec::Kind;
  schema::Scenario s;
  s.file = "site.toml";
  s.site.name = "test";
  s.site.grid_capacity = Watts{2e6};
  s.site.base_load = Watts{10e3};

  auto unit = [&](std::string id, Kind kind, double rating) {
    schema::PowerUnitSpec u;
    u.id = id;
    u.kind = kind;
    u.rating = Watts{rating};
    s.catalogue.power_unit[id] = u;
  };
  unit("transformer-1m", Kind::transformer, 1e6);
  unit("ups-200k", Kind::ups, 200e3);
  unit("pdu-200k", Kind::pdu, 200e3);
  unit("pdu-400k", Kind::pdu, 400e3);
  unit("generator-1m", Kind::generator, 1e6);
  s.power = {bank("tr", "transformer-1m", 2, {"utility"}),
             bank("ups", "ups-200k", 3, {"tr"}, schema::PowerBankSpec::Feed::bus, 2), bank("pdu", "pdu-200k", 4, {"ups"})};

  auto& accelerator = s.catalogue.accelerator["x"];
  accelerator.power_limit = Watts{700};
  auto& node = s.catalogue.node["node"];
  node.accelerator = "x";
  node.accelerators = 8;
  node.rated_power = Watts{10e3};
  auto& rack = s.catalogue.rack["rack"];
  rack.node = "node";
  rack.nodes = 4;
  rack.rated_power = Watts{40e3};
  auto& crah = s.catalogue.crah["crah"];
  crah.rated_heat = Watts{40e3};
  crah.fan_power = Watts{1e3};
  auto& cdu = s.catalogue.cdu["cdu"];
  cdu.rated_heat = Watts{200e3};
  cdu.pump_power = Watts{2e3};
  auto& chiller = s.catalogue.chiller["chiller"];
  chiller.reference_capacity = Watts{400e3};
  chiller.reference_cop = 5.0;
  auto& tower = s.catalogue.tower["tower"];
  tower.rated_heat = Watts{500e3};
  tower.fan_power = Watts{5e3};
  auto& dry = s.catalogue.dry_cooler["dry"];
  dry.rated_heat = Watts{300e3};
  dry.fan_power = Watts{3e3};

  schema::PlantSpec plant;
  plant.id = "plant";
  plant.pump_power = Watts{4e3};
  plant.condenser_pump_power = Watts{2e3};
  plant.chiller = "chiller";
  plant.chillers = 2;
  plant.tower = "tower";
  plant.towers = 2;
  plant.fed_by = "tr";
  s.plant = {plant};

  schema::HallSpec hall;
  hall.id = "a";
  hall.rows = 2;
  hall.air = schema::AirSpec{};
  hall.air->plant = "plant";
  hall.air->crah = "crah";
  hall.air->crahs = 12;
  hall.air->fed_by = "tr";
  s.hall = {hall};

  schema::RackGroupSpec group;
  group.rack = "rack";
  group.count = 8;
  group.hall = "a";
  group.pool = "x";
  group.fed_by = {"pdu"};
  s.racks = {group};
  return s;
}

/// The same with two chains of UPS and PDU banks, each fit for everything, and a cord of each rack on either.
inline schema::Scenario two_path_site() {
  auto s = site();
  auto const bus = schema::PowerBankSpec::Feed::bus;
  s.power = {bank("tr-a", "transformer-1m", 1, {"utility"}),    bank("tr-b", "transformer-1m", 1, {"utility"}),
             bank("ups-a", "ups-200k", 2, {"tr-a"}, bus),       bank("ups-b", "ups-200k", 2, {"tr-b"}, bus),
             bank("pdu-a", "pdu-200k", 2, {"ups-a"}, bus),      bank("pdu-b", "pdu-200k", 2, {"ups-b"}, bus),
             bank("mech", "pdu-400k", 2, {"tr-a", "tr-b"}, bus)};
  s.plant[0].fed_by = "mech";
  s.hall[0].air->fed_by = "mech";
  s.racks[0].fed_by = {"pdu-a", "pdu-b"};
  return s;
}

}  // namespace ondol::topology::test
