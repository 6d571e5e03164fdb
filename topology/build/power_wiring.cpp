#include <algorithm>

#include "topology/build/wiring.hpp"

namespace ondol::topology {
namespace {

Kind kind_of(schema::PowerUnitSpec::Kind kind) {
  using From = schema::PowerUnitSpec::Kind;
  switch (kind) {
    case From::transformer:
      return Kind::transformer;
    case From::switchgear:
      return Kind::switchgear;
    case From::ups:
      return Kind::ups;
    case From::busway:
      return Kind::busway;
    case From::pdu:
      return Kind::pdu;
    case From::generator:
      return Kind::generator;
    case From::battery:
      return Kind::battery;
    case From::cable:
      return Kind::cable;
    case From::transfer_switch:
      return Kind::transfer_switch;
  }
  return Kind::transformer;
}

/// Units of the bank above that feed unit i.
std::vector<Wiring::Index> feeders(std::vector<Wiring::Index> const& above, std::size_t i, schema::PowerBankSpec::Feed feed) {
  using Feed = schema::PowerBankSpec::Feed;
  auto const n = above.size();
  if (feed == Feed::bus) return above;
  if (feed == Feed::single || n == 1) return {above[i % n]};
  return {above[i % n], above[(i + 1) % n]};
}

}  // namespace

void wire_power_banks(Wiring& w) {
  auto const& banks = w.scenario.power;
  for (std::size_t b = 0; b < banks.size(); ++b) {
    auto const& spec = banks[b];
    std::string const path = "power[" + std::to_string(b) + "]";
    auto const* unit = entry(w, w.scenario.catalogue.power_unit, spec.unit, path + ".unit");
    if (!unit) {
      w.bank[spec.id];
      continue;
    }
    if (spec.units < 1) w.fault(path + ".units", path + ".units must be at least 1");
    if (spec.units_needed > spec.units) w.fault(path + ".units_needed", path + ".units_needed exceeds the units of the bank");
    if (spec.id == "utility" || w.bank.count(spec.id)) {
      w.fault(path + ".id", "power bank \"" + spec.id + "\" exists twice");
      continue;
    }
    auto& units = w.bank[spec.id];
    for (int i = 0; i < spec.units; ++i)
      units.push_back(w.add(w.site, kind_of(unit->kind), spec.units == 1 ? spec.id : spec.id + "/" + std::to_string(i + 1),
                            unit->rating, b));
  }
  for (std::size_t b = 0; b < banks.size(); ++b) {
    auto const& own = w.bank[banks[b].id];
    auto const join = [&](std::vector<std::string> const& all, char const* key, Layer layer) {
      for (auto const& above_id : all) {
        auto const* above = w.units(above_id, "power[" + std::to_string(b) + "]." + key);
        if (!above || above->empty()) continue;
        for (std::size_t i = 0; i < own.size(); ++i)
          for (auto feeder : feeders(*above, i, banks[b].feed)) w.facility.graph.add_edge(layer, feeder, own[i]);
      }
    };
    join(banks[b].fed_by, "fed_by", Layer::power);
    join(banks[b].alternate, "alternate", Layer::standby);
  }
}

}  // namespace ondol::topology
