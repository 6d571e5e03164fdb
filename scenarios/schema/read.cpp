#include "scenarios/schema/read.hpp"

#include <algorithm>
#include <limits>

#include "scenarios/schema/catalogue.hpp"
#include "scenarios/schema/catalogue_draw.hpp"
#include "scenarios/schema/checks.hpp"
#include "scenarios/schema/decode.hpp"
#include "scenarios/schema/merge.hpp"
#include "scenarios/schema/read_entries.hpp"
#include "scenarios/schema/scenario_reader.hpp"

namespace ondol::schema {
namespace {

/// A scenario-shaped place for a value given on the command line.
void set_from_command_line(Value& root, std::string const& key, Value value) {
  auto* simulation = root.find("simulation");
  if (!simulation || !simulation->is(Value::Kind::table)) return;  // reported as missing
  if (auto* old = simulation->find(key))
    *old = std::move(value);
  else
    simulation->entries.push_back({key, value.place, value});
}

}  // namespace

Catalogue read_catalogue(std::filesystem::path const& folder, Provenance& origin) {
  Sources sources;
  Faults faults(sources);
  CatalogueTrees trees(sources, faults);
  trees.read_folder(folder);
  Scenario holder;
  Decoder decoder(sources, faults, origin);
  for (auto const& k : kinds())
    for (auto const& id : trees.ids(k.key)) decode_entry(k.key, id, trees, decoder, holder);
  for (auto const& r : decoder.references)
    if (auto const ids = trees.ids(r.kind); std::find(ids.begin(), ids.end(), r.id) == ids.end())
      faults.error(r.place, "there is no " + r.kind + " \"" + r.id + "\" in the catalogue" + suggestion(r.id, ids));
  check_catalogue(holder, decoder, faults);
  if (faults.any()) throw InputError(faults.sorted(Severity::error));
  return std::move(holder.catalogue);
}

struct ScenarioReader::Trees {
  std::filesystem::path file;
  Sources sources;
  Faults faults{sources};  ///< of the texts, told with those of each reading
  Value root;
  CatalogueTrees catalogue{sources, faults};
};

ScenarioReader::ScenarioReader(std::filesystem::path file, std::filesystem::path const& catalogue)
    : trees_(std::make_unique<Trees>()) {
  trees_->file = std::move(file);
  auto tree = read_extended(trees_->file, trees_->sources, trees_->faults);
  if (!tree) throw InputError(trees_->faults.sorted(Severity::error));
  trees_->root = std::move(*tree);
  trees_->catalogue.read_folder(catalogue.empty() ? catalogue_folder() : catalogue);
}
ScenarioReader::~ScenarioReader() = default;
ScenarioReader::ScenarioReader(ScenarioReader&&) noexcept = default;
ScenarioReader& ScenarioReader::operator=(ScenarioReader&&) noexcept = default;

Scenario ScenarioReader::read(std::vector<Override> const& overrides) {
  ReadOptions options;
  options.overrides = overrides;
  return read(options);
}

Scenario read_scenario(std::filesystem::path const& file, ReadOptions const& options) {
  return ScenarioReader(file, options.catalogue).read(options);
}

Scenario ScenarioReader::read(ReadOptions const& options) {
  auto const& file = trees_->file;
  Sources& sources = trees_->sources;
  struct Forget {  // what this reading adds to the sources
    Sources& sources;
    std::size_t before = sources.size();
    ~Forget() { sources.shrink(before); }
  } const forget{sources};
  Faults faults = trees_->faults;
  Value root = trees_->root;

  for (auto const& s : options.set) apply_set(root, s, sources, faults);
  for (auto const& o : options.overrides) apply_override(root, o, sources, faults);
  std::optional<DateTime> until;
  Place until_place;
  if (options.until) {
    auto const source = sources.add("--until", *options.until, false);
    until_place = {source, 1, 1, std::max<std::uint32_t>(1, static_cast<std::uint32_t>(options.until->size()))};
    until = parse_date_time(*options.until);
    Value duration;
    duration.kind = Value::Kind::text;
    duration.text = until ? "1 s" : *options.until;  // of a date, the length is known once the start is
    duration.place = until_place;
    if (!until && !parse_quantity(duration.text, dimension_of(Exponents{0, 0, 1, 0, 0, 0, 0})).value)
      faults.error(until_place, "--until takes a date and time (2026-07-08T00:00:00+09:00) or a duration (\"7 d\", \"12 h\")");
    else
      set_from_command_line(root, "duration", std::move(duration));
  }
  if (options.seed) {
    Value seed;
    auto const source = sources.add("--seed", std::to_string(*options.seed), false);
    seed.kind = Value::Kind::integer;
    seed.integer = static_cast<std::int64_t>(std::min<std::uint64_t>(*options.seed, std::numeric_limits<std::int64_t>::max()));
    seed.place = {source, 1, 1, static_cast<std::uint32_t>(std::to_string(*options.seed).size())};
    if (*options.seed > static_cast<std::uint64_t>(seed.integer))
      faults.error(seed.place, "a seed is at most 9223372036854775807, the largest whole number of TOML");
    set_from_command_line(root, "seed", std::move(seed));
  }

  CatalogueTrees trees(trees_->catalogue, sources, faults);
  trees.take_from(root);

  Scenario scenario;
  scenario.file = file.string();
  Decoder decoder(sources, faults, scenario.origin);
  std::vector<std::string> also_known{"extends"};
  for (auto const& k : kinds()) also_known.emplace_back(k.key);
  decoder.table(
      root, [&] { return Table::fields(scenario); }, "", also_known);
  if (options.seed) scenario.simulation.seed = *options.seed;

  auto const zone = parse_time_zone(scenario.site.time_zone).value_or(0);
  if (decoder.local_times.contains("simulation.start")) scenario.simulation.start -= zone;
  if (until && decoder.good("simulation.start")) {
    std::int64_t const end = until->seconds - (until->has_offset ? 0 : zone);
    scenario.simulation.duration = Seconds{static_cast<double>(end - scenario.simulation.start)};
    if (end <= scenario.simulation.start)
      faults.error(until_place, "the run would end before it starts or at once");
    else if (end - scenario.simulation.start > std::int64_t{3'200'000'000})
      faults.error(until_place, "the run would last longer than a century");
  }
  if (scenario.simulation.name.empty()) scenario.simulation.name = file.stem().string();

  decode_catalogue(trees, decoder, scenario, sources, faults);
  draw_catalogue(scenario, trees, decoder, faults);
  check_names(scenario, decoder, faults);
  check_catalogue(scenario, decoder, faults);
  check_scenario(scenario, decoder, faults);
  if (faults.any()) throw InputError(faults.sorted(Severity::error));
  scenario.warnings = faults.sorted(Severity::warning);
  scenario.resolved_toml = dump(scenario, false);
  return scenario;
}

}  // namespace ondol::schema
