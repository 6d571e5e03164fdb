#include "scenarios/schema/describe.hpp"

namespace ondol::schema {

Field& Field::difference() {
  auto& q = std::get<slot::Quantity>(slot);
  q.dimension = &dimension_of(q.dimension->exponents);
  low = 0;
  return *this;
}

Field& Table::add(char const* key, char const* doc, Slot slot) {
  Field f;
  f.key = key;
  f.doc = doc;
  bool const counts = std::holds_alternative<double*>(slot) || std::holds_alternative<int*>(slot) ||
                      std::holds_alternative<std::uint64_t*>(slot) || std::holds_alternative<std::vector<int>*>(slot);
  if (counts) f.low = 0;  // nothing here is negative unless a description says so
  f.slot = std::move(slot);
  return fields_.emplace_back(std::move(f));
}

Field& Table::quantity(char const* key, char const* doc, Exponents const& exponents, std::function<std::optional<double>()> get,
                       std::function<void(double)> set) {
  Dimension const& plain = dimension_of(exponents);
  bool const temperature = exponents == absolute_temperature().exponents;
  Field& f = add(key, doc, slot::Quantity{std::move(get), std::move(set), temperature ? &absolute_temperature() : &plain});
  f.low = temperature ? from_celsius(-100).v : 0;
  return f;
}

namespace {

template <class Spec>
EntryKind kind(char const* key, char const* doc, std::map<std::string, Spec> Catalogue::*entries) {
  return {key, doc,
          [entries](Scenario& s, std::string const& id) {
            Spec& spec = (s.catalogue.*entries)[id];
            spec.id = id;
            return Table::fields(spec);
          },
          [entries](Scenario const& s) {
            std::vector<std::string> ids;
            for (auto const& [id, spec] : s.catalogue.*entries) ids.push_back(id);
            return ids;
          },
          [] {
            static Spec nowhere;
            nowhere = Spec{};
            return Table::fields(nowhere);
          }};
}

}  // namespace

std::vector<EntryKind> const& kinds() {
  static std::vector<EntryKind> const all = [] {
    std::vector<EntryKind> k{
        kind("accelerator", "accelerators, by vendor/id", &Catalogue::accelerator),
        kind("calibration", "energy of what an accelerator does, measured or derived", &Catalogue::calibration),
        kind("psu", "power supplies and rack shelves", &Catalogue::psu),
        kind("node", "servers", &Catalogue::node),
        kind("rack", "racks", &Catalogue::rack),
        kind("power_unit", "transformers, switchgear, cables, UPS, busways, PDUs, transfer switches, generators, batteries",
             &Catalogue::power_unit),
        kind("breaker", "overcurrent protection", &Catalogue::breaker),
        kind("network_switch", "network switches", &Catalogue::network_switch),
        kind("optic", "optical modules", &Catalogue::optic),
        kind("interconnect", "links as a communication library drives them", &Catalogue::interconnect),
        kind("cdu", "coolant distribution units", &Catalogue::cdu),
        kind("crah", "computer-room air handlers and fan walls", &Catalogue::crah),
        kind("chiller", "chillers", &Catalogue::chiller),
        kind("tower", "cooling towers", &Catalogue::tower),
        kind("dry_cooler", "dry and adiabatic coolers", &Catalogue::dry_cooler),
        kind("fluid", "coolants", &Catalogue::fluid),
        kind("model", "language model shapes", &Catalogue::model),
        kind("training_stack", "training frameworks", &Catalogue::training_stack),
        kind("holiday_calendar", "public holidays, for tariffs", &Catalogue::holiday_calendar),
    };
    k.push_back({"tariff", "electricity tariffs",
                 [](Scenario& s, std::string const& id) {
                   TariffSpec& spec = s.tariff[id];
                   spec.id = id;
                   return Table::fields(spec);
                 },
                 [](Scenario const& s) {
                   std::vector<std::string> ids;
                   for (auto const& [id, spec] : s.tariff) ids.push_back(id);
                   return ids;
                 },
                 [] {
                   static TariffSpec nowhere;
                   nowhere = TariffSpec{};
                   return Table::fields(nowhere);
                 }});
    return k;
  }();
  return all;
}

EntryKind const* kind_named(std::string_view key) {
  for (auto const& k : kinds())
    if (key == k.key) return &k;
  return nullptr;
}

}  // namespace ondol::schema
