#include "scenarios/schema/catalogue.hpp"

#include <algorithm>
#include <cstdlib>

#include "scenarios/schema/merge.hpp"
#include "scenarios/schema/read.hpp"

namespace ondol::schema {

namespace fs = std::filesystem;

std::filesystem::path catalogue_folder() {
  if (char const* named = std::getenv("ONDOL_CATALOGUE"); named && *named) return named;
  std::error_code error;
  fs::path const program = fs::read_symlink("/proc/self/exe", error).parent_path();
  if (!error)
    for (auto const* place : {"catalogue", "../share/ondol/catalogue", "../scenarios/catalogue"})
      if (auto const folder = (program / place).lexically_normal(); fs::is_directory(folder, error)) return folder;
  return fs::path(ONDOL_SOURCE_DIR) / "scenarios" / "catalogue";
}

void CatalogueTrees::read_folder(fs::path const& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  auto const collect = [&](fs::path const& from) {
    for (fs::directory_iterator it(from, error), end; !error && it != end; it.increment(error))
      if (it->path().extension() == ".toml") files.push_back(it->path());
  };
  collect(folder);
  std::error_code none;
  if (auto const calibrations = folder / "calibrations"; !error && fs::is_directory(calibrations, none)) collect(calibrations);
  if (error || files.empty()) {
    auto const source = sources_.add(folder.string(), "", true);
    faults_.error({source, 0, 0, 1},
                  error ? "the catalogue folder cannot be read (" + error.message() +
                              "); set ONDOL_CATALOGUE to the folder scenarios/catalogue"
                        : "the catalogue folder holds no .toml file; set ONDOL_CATALOGUE to scenarios/catalogue");
    return;
  }
  std::sort(files.begin(), files.end());
  for (auto const& file : files) {
    auto document = read_document(file, true, sources_, faults_);
    if (!document) continue;
    std::vector<std::string> known;
    for (auto const& k : kinds()) known.emplace_back(k.key);
    for (auto const& e : document->entries)
      if (!kind_named(e.key))
        faults_.error(e.key_place, "unknown kind of catalogue entry \"" + e.key + "\"" + suggestion(e.key, known));
    take(*document, *folder_);
  }
}

void CatalogueTrees::take_from(Value& scenario) {
  take(scenario, scenario_);
}

void CatalogueTrees::take(Value& document, Layer& into) {
  for (auto& kind : document.entries) {
    if (!kind_named(kind.key)) continue;
    if (!kind.value.is(Value::Kind::table)) {
      faults_.error(kind.value.place, kind.key + " is a table of entries: write [" + kind.key + ".\"vendor/id\"]");
      continue;
    }
    for (auto& e : kind.value.entries) {
      if (!e.value.is(Value::Kind::table)) {
        faults_.error(e.key_place, "\"" + e.key + "\" is no entry: write [" + kind.key + ".\"vendor/id\"] with its keys below");
        continue;
      }
      auto const [it, fresh] = into[kind.key].emplace(e.key, Value{});
      if (fresh)
        it->second = std::move(e.value);
      else
        faults_.error(e.key_place, kind.key + " \"" + e.key + "\" was declared before, in line " +
                                       std::to_string(it->second.place.line) + " of " + sources_[it->second.place.source].name);
    }
  }
  std::erase_if(document.entries, [](auto const& e) { return kind_named(e.key) != nullptr; });
}

std::vector<std::string> CatalogueTrees::ids(std::string const& kind) const {
  std::set<std::string> all;
  for (auto const* layer : {static_cast<Layer const*>(folder_.get()), &scenario_})
    if (auto const k = layer->find(kind); k != layer->end())
      for (auto const& [id, value] : k->second) all.insert(id);
  return {all.begin(), all.end()};
}

std::vector<std::string> CatalogueTrees::ids_in_scenario(std::string const& kind) const {
  std::vector<std::string> out;
  if (auto const k = scenario_.find(kind); k != scenario_.end())
    for (auto const& [id, value] : k->second) out.push_back(id);
  return out;
}

Value const* CatalogueTrees::entry(std::string const& kind, std::string const& id) {
  auto const key = std::pair{kind, id};
  auto it = resolved_.find(key);
  if (it == resolved_.end()) {
    std::vector<std::string> chain;
    it = resolved_.emplace(key, resolve(kind, id, true, chain)).first;
  }
  return it->second ? &*it->second : nullptr;
}

std::string CatalogueTrees::owner(std::string const& kind, std::string const& id, std::string const& key) const {
  auto const find = [&](Layer const& layer, std::string const& name) -> Value const* {
    auto const k = layer.find(kind);
    if (k == layer.end()) return nullptr;
    auto const e = k->second.find(name);
    return e == k->second.end() ? nullptr : &e->second;
  };
  auto const holds = [&](Value const& entry) {
    Value const* at = &entry;
    for (std::size_t begin = 0; at && begin < key.size();) {
      std::size_t const end = std::min(key.find('.', begin), key.size());
      std::string const step = key.substr(begin, end - begin);
      at = at->find(step.substr(0, step.find('[')));
      if (at && at->is(Value::Kind::array)) break;  // lists are replaced whole
      begin = end + 1;
    }
    return at != nullptr;
  };
  // The way that `resolve` goes, which has told of circles and missing entries.
  std::string name = id;
  bool from_scenario = true;
  for (std::size_t steps = 0; steps < 100; ++steps) {
    Value const* const in_scenario = from_scenario ? find(scenario_, name) : nullptr;
    Value const* const found = in_scenario ? in_scenario : find(*folder_, name);
    if (!found) break;
    if (holds(*found)) return name;
    auto const* const extends = found->find("extends");
    if (!extends && !in_scenario) break;
    if (extends && (!extends->is(Value::Kind::text) || extends->text.empty())) break;
    std::string const next = extends ? extends->text : name;
    from_scenario = in_scenario && next != name;
    name = next;
  }
  return "default";
}

/// Entry `id`, seen from the scenario (inline over folder) or from the folder alone.
std::optional<Value> CatalogueTrees::resolve(std::string const& kind, std::string const& id, bool from_scenario,
                                             std::vector<std::string>& chain) {
  auto const find = [&](Layer const& layer) -> Value const* {
    auto const k = layer.find(kind);
    if (k == layer.end()) return nullptr;
    auto const e = k->second.find(id);
    return e == k->second.end() ? nullptr : &e->second;
  };
  Value const* in_folder = find(*folder_);
  Value const* in_scenario = from_scenario ? find(scenario_) : nullptr;
  Value const* found = in_scenario ? in_scenario : in_folder;
  if (!found) return std::nullopt;

  Value own = *found;
  auto const* extends = own.find("extends");
  std::optional<Value> base;
  if (extends) {
    std::string const target = extends->is(Value::Kind::text) ? extends->text : "";
    Place const at = extends->place;
    if (!extends->is(Value::Kind::text)) {
      faults_.error(at, "extends takes the id of another " + kind);
    } else if (!target.empty()) {  // an empty text: extend nothing, not even the folder's entry of the same id
      // An entry of the folder sees the folder only; one of the scenario may extend the folder's entry of its own name.
      bool const own_name = target == id && in_scenario;
      bool const to_scenario = in_scenario && !own_name;
      auto const kind_entries = scenario_.find(kind);
      bool const target_in_scenario = to_scenario && kind_entries != scenario_.end() && kind_entries->second.contains(target);
      chain.push_back((in_scenario ? "scenario " : "catalogue ") + id);
      if (std::find(chain.begin(), chain.end(), (target_in_scenario ? "scenario " : "catalogue ") + target) != chain.end()) {
        faults_.error(at, kind + " entries extend each other in a circle through \"" + target + "\"");
      } else {
        base = resolve(kind, target, to_scenario, chain);
        if (!base)
          faults_.error(at, "extends \"" + target + "\", but there is no such " + kind + suggestion(target, ids(kind)));
      }
      chain.pop_back();
    }
    std::erase_if(own.entries, [](auto const& e) { return e.key == "extends"; });
  } else if (in_scenario && in_folder) {
    base = resolve(kind, id, false, chain);
  }
  if (!base) return own;
  Place const place = own.place;
  overlay(*base, std::move(own));
  base->place = place;
  return base;
}

}  // namespace ondol::schema
