#include <algorithm>
#include <cmath>

#include "scenarios/schema/merge.hpp"
#include "scenarios/schema/sweep_reader.hpp"

namespace ondol::schema {
namespace {

/// A limit as it is written: its number and unit, whatever it measures.  Which unit fits is known with the key figure.
struct Bound {
  double si = 0, number = 0;
  std::string unit;
};

std::optional<Bound> bound(Value const& v, std::string const& what, SweepReader& reader, std::string const& path) {
  if (v.is(Value::Kind::integer) || v.is(Value::Kind::real)) {
    double const x = v.is(Value::Kind::integer) ? static_cast<double>(v.integer) : v.real;
    if (std::isfinite(x)) return Bound{x, x, "1"};
    reader.error(path, what + " is not a finite number");
    return std::nullopt;
  }
  static Dimension const share{{}, "share", {"%"}, 1e30};
  std::string problem = parse_quantity(v.text, share).problem;
  if (auto const parsed = parse_quantity(v.text, share); parsed.value) return Bound{*parsed.value, *parsed.value, "1"};
  for (auto const* d : all_dimensions())
    if (auto const parsed = parse_quantity(v.text, *d); parsed.value) {
      auto const unit = unit_of(v.text);
      return Bound{*parsed.value, in_unit(*parsed.value, unit), unit};
    }
  auto const unit = unit_of(v.text);
  reader.error(path, what + " = " + in_quotes(v.text) +
                         (unit.empty()     ? " is no number; a bare number stands without quotes"
                          : unit == v.text ? " is no number with a unit"
                                           : " has an unknown unit " + in_quotes(unit)));
  return std::nullopt;
}

LimitSpec limit(LimitTable const& table, std::string const& path, SweepReader& reader) {
  LimitSpec out;
  out.of = table.of;
  out.in = table.in;
  out.written = reader.at(path + ".of");
  if (!table.at_most && !table.at_least && table.of != "n_minus_1")
    reader.error(path, "the limit of " + table.of + " needs \"at_most\" or \"at_least\"");
  std::optional<Bound> most, least;
  if (table.at_most) most = bound(*table.at_most, "at_most", reader, path + ".at_most");
  if (table.at_least) least = bound(*table.at_least, "at_least", reader, path + ".at_least");
  if (most) out.at_most = most->number, out.units = most->unit;
  if (least) {
    bool const convert = most && most->unit != "1" && least->unit != "1";
    out.at_least = convert ? in_unit(least->si, most->unit) : least->number;
    if (!most) out.units = least->unit;
    if (most && (most->unit == "1") != (least->unit == "1")) reader.error(path, "only one of at_most and at_least has a unit");
  }
  if (out.at_most && out.at_least && *out.at_most < *out.at_least)
    reader.error(path + ".at_most", "nothing is at least " + plain_number(*out.at_least) + " and at most " +
                                        plain_number(*out.at_most) + " " + out.units);
  return out;
}

void read_range(SizeSpec& spec, SizeTable const& table, SweepReader& reader) {
  auto& axis = spec.axis;
  if (!axis.dimension && axis.units.empty()) {
    reader.error("size.key", axis.key + " takes no numbers, so it has no size");
    return;
  }
  auto const from = reader.number(axis, *table.from, "from"), to = reader.number(axis, *table.to, "to");
  auto const resolution = reader.number(axis, *table.resolution, "resolution", true);
  if (!from || !to || !resolution) return;
  if (*from >= *to) reader.error("size.to", "\"to\" must be above \"from\"");
  if (*resolution <= 0) reader.error("size.resolution", "resolution must be above 0");
  if (*from<*to&& * resolution> * to - *from)
    reader.error("size.resolution", "the resolution is coarser than the range from " + value_at(axis, *from).label + " to " +
                                        value_at(axis, *to).label);
  if (axis.whole && *from < *to && std::floor(*to) < std::ceil(*from))
    reader.error("size.to", "there is no whole number in this range");
  reader.check_number(axis, *from, table.from->place);
  reader.check_number(axis, *to, table.to->place);
  spec.resolution = axis.whole ? std::max(1.0, std::round(*resolution)) : *resolution;
  DistributionSpec d;
  d.from = *from;
  d.to = *to;
  axis.distribution = d;
}

}  // namespace

SizeSpec read_size(std::filesystem::path const& file, std::vector<std::string> const& set) {
  Sources sources;
  Faults faults(sources);
  auto const tree = read_extended(file, sources, faults, Tags::plain);
  if (!tree) throw InputError(faults.sorted(Severity::error));
  SweepReader reader(sources, faults);
  auto& decoder = reader.decoder;
  decoder.whole = "the sizing file";
  SizeFile written;
  auto const* ensemble = tree->find("ensemble");
  written.counts_members = ensemble && (ensemble->is(Value::Kind::integer) || ensemble->is(Value::Kind::real));
  decoder.table(*tree, [&] { return Table::fields(written); }, "", {"extends"});

  SizeSpec spec;
  spec.name = written.name.empty() ? file.stem().string() : written.name;
  spec.description = written.description;
  spec.file = file.string();
  spec.base = written.base;
  spec.aim = written.size.aim;
  spec.looks = written.size.looks;
  spec.share = written.size.share;
  if (written.set) spec.set = reader.overrides(*written.set);
  for (auto& o : reader.overrides(set)) spec.set.push_back(std::move(o));
  if (written.ensemble) spec.ensemble = *written.ensemble;
  if (written.counts_members) spec.ensemble.members = written.members;
  reader.check_ensemble(spec.ensemble);

  auto const& size = written.size;
  spec.axis.name = size.name.empty() ? "size" : size.name;
  spec.axis.long_name = size.long_name;
  spec.axis.written = reader.at("size");
  reader.check_name(spec.axis.name, "size.name");
  int const movers = !size.key.empty() + !size.keys.empty() + size.scale.has_value();
  if (movers != 1 && decoder.good("size"))
    reader.error("size", movers == 0 ? "[size] needs \"key\": what is sized?" : "[size] takes one of key, keys and scale");
  if (size.complement && !size.scale) reader.error("size.complement", "complement goes with scale");
  if (movers == 1 && decoder.good("size")) {
    AxisTable keys;
    keys.key = size.key;
    keys.keys = size.keys;
    keys.scale = size.scale;
    keys.complement = size.complement;
    auto const before = faults.errors();
    reader.find_keys(spec.axis, keys, "size");
    if (faults.errors() == before) read_range(spec, size, reader);
  }
  for (std::size_t i = 0; i < written.limit.size(); ++i)
    if (auto const path = "limit[" + std::to_string(i) + "]"; decoder.good(path))
      spec.limit.push_back(limit(written.limit[i], path, reader));
  for (std::size_t i = 0; i < written.cases.size(); ++i) {
    auto const& c = written.cases[i];
    auto const path = "case[" + std::to_string(i) + "]";
    CaseSpec out;
    out.name = c.name;
    out.lose = c.lose;
    out.written = reader.at(path + ".name");
    if (c.set) out.set = reader.overrides(*c.set);
    if (c.start) out.start_s = c.start->v;
    if (c.duration) out.duration_s = c.duration->v;
    if (decoder.good(path) && c.set.has_value() == !c.lose.empty())
      reader.error(path, "the case " + in_quotes(c.name) + " needs either \"set\" or \"lose\"");
    if (c.lose.empty() && (c.start || c.duration))
      reader.error(path + (c.start ? ".start" : ".duration"), "start and duration are of a loss: they go with \"lose\"");
    spec.cases.push_back(std::move(out));
  }
  if (faults.any()) throw InputError(faults.sorted(Severity::error));
  return spec;
}

}  // namespace ondol::schema
