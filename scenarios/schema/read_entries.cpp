#include "scenarios/schema/read_entries.hpp"

#include <algorithm>

#include "scenarios/schema/checks.hpp"

namespace ondol::schema {

bool decode_entry(std::string const& kind, std::string const& id, CatalogueTrees& trees, Decoder& decoder, Scenario& scenario) {
  Value const* tree = trees.entry(kind, id);
  if (!tree) return false;
  EntryKind const& k = *kind_named(kind);
  decoder.table(
      *tree, [&] { return k.entry(scenario, id); }, kind + "." + id);
  return true;
}

namespace {

/// Decodes what is named, and what that names, until nothing new comes.
void decode_named(CatalogueTrees& trees, Decoder& decoder, Scenario& scenario, Faults& faults) {
  std::set<std::pair<std::string, std::string>> done;
  for (std::size_t i = 0; i < decoder.references.size(); ++i) {
    auto const r = decoder.references[i];  // a copy: decoding adds references
    if (!kind_named(r.kind) || done.contains({r.kind, r.id})) continue;
    if (decode_entry(r.kind, r.id, trees, decoder, scenario)) {
      done.insert({r.kind, r.id});
    } else {
      decoder.spoil(r.path);
      auto const ids = trees.ids(r.kind);
      faults.error(r.place,
                   "there is no " + r.kind + " \"" + r.id + "\" in the catalogue" + (ids.empty() ? "" : suggestion(r.id, ids)));
    }
  }
}

}  // namespace

void decode_catalogue(CatalogueTrees& trees, Decoder& decoder, Scenario& scenario, Sources const& sources, Faults& faults) {
  decode_named(trees, decoder, scenario, faults);
  // Entries written in the file are read even when nothing names them, so that their faults are told.
  Scenario unnamed;
  Provenance unused;
  Decoder aside(sources, faults, unused);
  for (auto const& k : kinds()) {
    auto const named = k.ids(scenario);
    for (auto const& id : trees.ids_in_scenario(k.key))
      if (std::find(named.begin(), named.end(), id) == named.end()) decode_entry(k.key, id, trees, aside, unnamed);
  }
  decode_named(trees, aside, unnamed, faults);
  check_catalogue(unnamed, aside, faults);
}

}  // namespace ondol::schema
