#include <algorithm>

#include "scenarios/schema/merge.hpp"
#include "scenarios/schema/skip_condition.hpp"
#include "scenarios/schema/sweep_reader.hpp"

namespace ondol::schema {
namespace {

bool is_sampled(SweepSpec::Design design) {
  return design != SweepSpec::Design::grid && design != SweepSpec::Design::zip;
}

void check_samples(SweepReader& reader, SweepSpec const& sweep, bool given) {
  if (!reader.decoder.good("samples") || !reader.decoder.good("design")) return;
  if (is_sampled(sweep.design) && sweep.samples == 0)
    reader.error("design", "a sampled design needs \"samples\": how many? Write samples = 128");
  if (!is_sampled(sweep.design) && given)
    reader.error("samples", "samples belongs to latin_hypercube, sobol and saltelli; a grid and a zip run all their values");
  if (sweep.design == SweepSpec::Design::zip)
    for (auto const& axis : sweep.axis)
      if (axis.values.size() != sweep.axis.front().values.size()) {
        auto const i = static_cast<std::size_t>(&axis - sweep.axis.data());
        reader.error("axis[" + std::to_string(i) + "]",
                     "axes of a zip go together value by value: " + axis.name + " has " + std::to_string(axis.values.size()) +
                         ", " + sweep.axis.front().name + " has " + std::to_string(sweep.axis.front().values.size()));
        return;
      }
}

/// Two axes that move the same key would hide each other.
void check_keys(SweepReader& reader, SweepSpec const& sweep) {
  std::map<std::string, std::size_t> moved_by;
  for (std::size_t i = 0; i < sweep.axis.size(); ++i) {
    std::set<std::string> own;
    for (auto const& k : sweep.axis[i].keys) own.insert(k.key);
    for (auto const& v : sweep.axis[i].values)
      for (auto const& o : v.sets) own.insert(o.key);
    for (auto const& key : own)
      if (auto const [it, fresh] = moved_by.emplace(key, i); !fresh)
        reader.error("axis[" + std::to_string(i) + "]",
                     "the axes " + sweep.axis[it->second].name + " and " + sweep.axis[i].name + " both move " + key);
  }
}

}  // namespace

SweepSpec read_sweep(std::filesystem::path const& file, std::vector<std::string> const& set) {
  Sources sources;
  Faults faults(sources);
  auto const tree = read_extended(file, sources, faults, Tags::plain);
  if (!tree) throw InputError(faults.sorted(Severity::error));
  SweepReader reader(sources, faults);
  reader.decoder.whole = "the sweep file";
  SweepFile written;
  auto const* ensemble = tree->find("ensemble");
  written.counts_members = ensemble && (ensemble->is(Value::Kind::integer) || ensemble->is(Value::Kind::real));
  reader.decoder.table(*tree, [&] { return Table::fields(written); }, "", {"extends"});

  SweepSpec sweep;
  sweep.name = written.name.empty() ? file.stem().string() : written.name;
  sweep.description = written.description;
  sweep.file = file.string();
  sweep.base = written.base;
  sweep.design = written.design;
  sweep.samples = written.samples;
  sweep.seed = written.seed;
  sweep.keep = written.keep;
  sweep.responses = written.responses;
  if (written.set) sweep.set = reader.overrides(*written.set);
  for (auto& o : reader.overrides(set)) sweep.set.push_back(std::move(o));
  sweep.command_set = set;
  if (written.ensemble) sweep.ensemble = *written.ensemble;
  if (written.counts_members) sweep.ensemble.members = written.members;
  reader.check_ensemble(sweep.ensemble);
  for (std::size_t i = 0; i < written.axis.size(); ++i)
    sweep.axis.push_back(reader.axis(written.axis[i], "axis[" + std::to_string(i) + "]", is_sampled(sweep.design)));
  if (written.axis.empty() && sweep.ensemble.members == 0 && reader.decoder.good("axis") && reader.decoder.good("ensemble"))
    faults.error(tree->place, "the sweep changes nothing: it needs [[axis]] or ensemble");
  check_samples(reader, sweep, tree->find("samples") != nullptr);
  check_keys(reader, sweep);
  bool const sound = !faults.any();  // conditions are on axes that are right
  for (std::size_t i = 0; i < written.skip.size(); ++i) {
    auto const path = "skip[" + std::to_string(i) + "].when";
    SkipSpec skip{written.skip[i].when, written.skip[i].why, reader.at(path), nullptr};
    try {
      if (sound) skip.condition = std::make_shared<SkipCondition const>(skip.when, sweep.axis);
    } catch (ConditionFault const& fault) {
      Place place = reader.decoder.place(path);
      place.column += 1 + static_cast<std::uint32_t>(fault.begin);  // after the quote
      place.width = static_cast<std::uint32_t>(fault.width);
      faults.error(place, fault.message);
    }
    sweep.skip.push_back(std::move(skip));
  }
  if (faults.any()) throw InputError(faults.sorted(Severity::error));
  return sweep;
}

}  // namespace ondol::schema
