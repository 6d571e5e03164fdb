#include "scenarios/schema/sweep_reader.hpp"

#include <algorithm>
#include <filesystem>

#include "scenarios/schema/merge.hpp"
#include "scenarios/schema/toml_text.hpp"

namespace ondol::schema {
namespace {

namespace fs = std::filesystem;

/// Entries of a `set` table.  Tables that are not in braces are dotted keys or headers: parts of the path.
void collect(Value const& table, std::string const& before, std::vector<PathValue>& out) {
  for (auto const& e : table.entries) {
    auto const path = before.empty() ? e.key : before + "." + key_text(e.key);
    if (e.value.is(Value::Kind::table) && !e.value.in_braces && !e.value.entries.empty())
      collect(e.value, path, out);
    else
      out.push_back({path, e.key_place, e.value});
  }
}

/// So that a run can be repeated from anywhere.
std::string absolute(std::string const& file, std::string const& named_in) {
  fs::path const folder = named_in.starts_with("--") ? fs::path() : fs::path(named_in).parent_path();
  return fs::absolute(folder / file).lexically_normal().string();
}

void make_absolute(Field const& field, Value& v, std::string const& named_in) {
  if (auto* inner = v.is(Value::Kind::table) ? v.find("value") : nullptr) return make_absolute(field, *inner, named_in);
  if (field.is_path) {
    if (v.is(Value::Kind::text) && !v.text.empty()) v.text = absolute(v.text, named_in);
    for (auto& item : v.items)
      if (item.is(Value::Kind::text)) item.text = absolute(item.text, named_in);
    return;
  }
  auto const each = [&](Fields const& fields, Value& table) {
    for (auto& e : table.entries)
      for (auto const& f : fields)
        if (f.key == e.key) make_absolute(f, e.value, named_in);
  };
  if (auto const* g = std::get_if<slot::Group>(&field.slot)) each(g->open(), v);
  if (auto const* l = std::get_if<slot::List>(&field.slot))
    for (auto& item : v.items) each(l->sample(), item);
}

}  // namespace

std::optional<Field> SweepReader::field(std::string const& path, Place const& place) {
  auto meaning = meaning_of(path);
  if (meaning.field) return std::move(meaning.field);
  Place at = place;  // the step at fault, where the path stands as it is, perhaps in quotes
  Value key;
  key.place = place;
  std::string const text = decoder.written(key);
  auto const shift = text.find(path);
  if (shift != std::string::npos) {
    at.column += static_cast<std::uint32_t>(shift) + meaning.column - 1;
    at.width = meaning.width;
  }
  faults_.error(at, meaning.problem);
  return std::nullopt;
}

bool SweepReader::check(std::string const& path, Place const& path_place, Value& value, Value* plain) {
  auto const before = faults_.errors();
  auto const f = field(path, path_place);
  if (!f) return false;
  Value settled = value;
  settle_tags(settled, nullptr, faults_);
  if (faults_.errors() > before) return false;
  Value table;
  table.place = path_place;
  table.entries.push_back({f->key, path_place, settled});
  Provenance unused;
  Decoder aside(sources_, faults_, unused);
  aside.table(
      table, [&] { return Fields{*f}; }, "");
  if (faults_.errors() > before) return false;
  make_absolute(*f, value, sources_[value.place.source].name);
  if (plain) *plain = std::move(settled);
  return true;
}

std::optional<Override> SweepReader::override_of(PathValue entry) {
  if (!check(entry.path, entry.path_place, entry.value)) return std::nullopt;
  return Override{entry.path, toml_text(entry.value), shared(entry.value.place), shared(entry.path_place)};
}

std::vector<Override> SweepReader::overrides(Value const& table) {
  std::vector<PathValue> entries;
  collect(table, "", entries);
  std::vector<Override> out;
  for (auto& entry : entries)
    if (auto o = override_of(std::move(entry))) out.push_back(std::move(*o));
  return out;
}

std::vector<Override> SweepReader::overrides(std::vector<std::string> const& set) {
  std::vector<Override> out;
  for (auto const& assignment : set) {
    auto const source = sources_.add("--set", assignment, false);
    auto const equals = end_of_key(assignment);
    if (equals == std::string::npos) {
      faults_.error({source, 1, 1, std::max<std::uint32_t>(1, static_cast<std::uint32_t>(assignment.size()))},
                    "an override is written key=value, such as racks[0].count=12");
      continue;
    }
    auto const begin = std::min(assignment.find_first_not_of(' ', equals + 1), assignment.size());
    auto const path = assignment.substr(0, assignment.find_last_not_of(' ', equals - 1) + 1);
    PathValue entry{path,
                    {source, 1, 1, std::max<std::uint32_t>(1, static_cast<std::uint32_t>(path.size()))},
                    parse_value(assignment.substr(begin), source, begin + 1, faults_)};
    if (auto o = override_of(std::move(entry))) out.push_back(std::move(*o));
  }
  return out;
}

void SweepReader::check_ensemble(EnsembleSpec const& e) {
  static std::vector<std::string> const tiers{"measured", "literature", "datasheet", "assumed", "user"};
  for (auto const& [tier, u] : e.assume)
    if (std::find(tiers.begin(), tiers.end(), tier) == tiers.end())
      error("ensemble.assume." + tier, in_quotes(tier) + " is no tier" + suggestion(tier, tiers));
  if (e.members > 0 && !e.calibration && !e.catalogue && !e.seeds)
    error("ensemble", "the members of this ensemble would be the same: leave one of calibration, catalogue, seeds true");
}

}  // namespace ondol::schema
