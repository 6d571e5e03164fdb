#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "scenarios/schema/merge.hpp"
#include "scenarios/schema/sweep_reader.hpp"
#include "scenarios/schema/toml_text.hpp"

namespace ondol::schema {
namespace {

/// What a share of 100 % is written in.
Dimension const& share_of_all() {
  static Dimension const d{{}, "share", {"%"}, 1e6};
  return d;
}

bool is_number(Field const& f) {
  return std::holds_alternative<double*>(f.slot) || std::holds_alternative<int*>(f.slot) ||
         std::holds_alternative<std::uint64_t*>(f.slot);
}
bool is_whole(Field const& f) {
  return is_number(f) && !std::holds_alternative<double*>(f.slot);
}

/// As UDUNITS writes what the scenario language spells so.
std::string index_units(std::string const& spelling) {
  if (spelling.empty() || spelling == "%") return "1";
  return spelling == "°C" || spelling == "℃" ? "degC" : spelling;
}

std::string indexed(std::string const& path, std::size_t i) {
  return path + "[" + std::to_string(i) + "]";
}

/// The name of a file without folder and without what says that it is weather or compressed.
std::string stem(std::string const& file) {
  std::string name = std::filesystem::path(file).filename().string();
  for (auto const* ending : {".gz", ".csv", ".epw", ".toml"})
    if (name.ends_with(ending) && name.size() > std::string_view(ending).size())
      name.resize(name.size() - std::string_view(ending).size());
  return name;
}

/// An axis is told from its words in conditions.
bool is_word(std::string const& name) {
  auto const letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && letter(name.front()) && name.size() <= 64 &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

bool SweepReader::add_key(AxisSpec& axis, std::string const& key, Place const& place, AxisKey::By by) {
  auto const f = field(key, place);
  if (!f) return false;
  if (std::any_of(axis.keys.begin(), axis.keys.end(), [&](AxisKey const& k) { return k.key == key; })) {
    faults_.error(place, "the axis moves " + key + " twice");
    return false;
  }
  auto const* quantity = std::get_if<slot::Quantity>(&f->slot);
  if (by != AxisKey::By::value && !quantity && !is_number(*f)) {
    faults_.error(place, key + " is no number, which a share could be taken of");
    return false;
  }
  AxisKey k;
  k.key = key;
  k.by = by;
  k.whole = is_whole(*f);
  k.key_written = k.written = shared(place);
  if (by == AxisKey::By::value && axis.keys.empty()) {
    axis.key = key;
    axis.dimension = quantity ? quantity->dimension : nullptr;
    axis.units = is_number(*f) ? "1" : "";
    axis.whole = k.whole;
    if (axis.long_name.empty()) axis.long_name = f->doc;
  } else if (by == AxisKey::By::value) {
    if ((quantity ? quantity->dimension : nullptr) != axis.dimension || is_number(*f) != (axis.units == "1")) {
      faults_.error(place, key + " does not take what " + axis.key + " takes, so one value cannot be for both");
      return false;
    }
    axis.whole = axis.whole || k.whole;
  } else {
    if (axis.keys.empty()) axis.key = key;
    axis.dimension = &share_of_all();
    axis.units = "1";
  }
  axis.keys.push_back(std::move(k));
  return true;
}

void SweepReader::find_keys(AxisSpec& axis, AxisTable const& table, std::string const& path) {
  if (!table.key.empty()) add_key(axis, table.key, decoder.place(path + ".key"), AxisKey::By::value);
  for (std::size_t i = 0; i < table.keys.size(); ++i)
    add_key(axis, table.keys[i], decoder.place(indexed(path + ".keys", i)), AxisKey::By::value);
  for (auto const& [part, by] : {std::pair{&table.scale, AxisKey::By::scale}, {&table.complement, AxisKey::By::complement}}) {
    if (!*part) continue;
    for (auto o : overrides(**part)) {
      Place const value_place = decoder.place(path + (by == AxisKey::By::scale ? ".scale" : ".complement"));
      auto const* entry = (*part)->find(o.key);
      if (!add_key(axis, o.key, entry ? entry->place : value_place, by)) continue;
      auto& k = axis.keys.back();
      k.written = o.written;
      k.key_written = o.key_written;
      Value whole = parse_value(o.value, value_place.source, 1, faults_);
      if (whole.is(Value::Kind::text)) {
        auto const f = meaning_of(o.key).field;
        auto const& dimension = *std::get<slot::Quantity>(f->slot).dimension;
        k.spelling = unit_of(whole.text);
        k.at_one = in_unit(*parse_quantity(whole.text, dimension).value, k.spelling);
      } else {
        k.at_one = whole.is(Value::Kind::integer) ? static_cast<double>(whole.integer) : whole.real;
      }
    }
  }
}

std::optional<double> SweepReader::number(AxisSpec& axis, Value const& v, std::string const& what, bool difference) {
  if (!axis.dimension) {  // a bare number
    if (!v.is(Value::Kind::integer) && !v.is(Value::Kind::real)) {
      faults_.error(v.place, what + " takes a bare number, as " + axis.key + " does");
      return std::nullopt;
    }
    double const x = v.is(Value::Kind::integer) ? static_cast<double>(v.integer) : v.real;
    if (std::isfinite(x)) return x;
    faults_.error(v.place, what + " = " + decoder.written(v) + " is not a finite number");
    return std::nullopt;
  }
  bool const share = axis.dimension == &share_of_all();
  if (share && (v.is(Value::Kind::integer) || v.is(Value::Kind::real))) {
    double const x = v.is(Value::Kind::integer) ? static_cast<double>(v.integer) : v.real;
    if (!std::isfinite(x)) faults_.error(v.place, what + " = " + decoder.written(v) + " is not a finite number");
    return std::isfinite(x) ? std::optional(x) : std::nullopt;
  }
  bool const kelvins = difference && axis.dimension->absolute_temperature;
  Dimension const& dimension = kelvins ? dimension_of(axis.dimension->exponents) : *axis.dimension;
  if (!v.is(Value::Kind::text)) {
    faults_.error(v.place, what + " = " + decoder.written(v) + " has no unit (" + dimension.name + " expected). Write " +
                               in_quotes(decoder.written(v) + " " + dimension.units.front()) + "?");
    return std::nullopt;
  }
  auto const parsed = parse_quantity(v.text, dimension);
  if (!parsed.value) {
    faults_.error(v.place, what + " = " + in_quotes(v.text) + " " + parsed.problem);
    return std::nullopt;
  }
  if (kelvins) return in_unit(*parsed.value, "K");
  if (axis.spelling.empty()) {
    axis.spelling = unit_of(v.text);
    axis.units = index_units(axis.spelling);
    for (auto& k : axis.keys)
      if (k.by == AxisKey::By::value) k.spelling = axis.spelling;
  }
  return share ? *parsed.value : in_unit(*parsed.value, axis.spelling);
}

void SweepReader::check_number(AxisSpec const& axis, double number, Place const& place) {
  for (auto const& o : value_at(axis, number).sets) {
    Value v = parse_value(o.value, place.source, 1, faults_);
    stand_at(v, place);
    check(o.key, place, v);
  }
}

void SweepReader::read_values(AxisSpec& axis, AxisTable const& table, std::string const& path) {
  auto const& items = table.values->items;
  if (items.empty()) error(path + ".values", "values is empty: an axis needs one value at least");
  bool const counts = axis.dimension || axis.units == "1";
  bool const shares = axis.dimension == &share_of_all();
  for (auto const& item : items) {
    AxisValue value;
    Value as_written = item, plain = item;
    bool good = true;
    if (!shares)
      for (auto const& k : axis.keys) good = check(k.key, item.place, as_written, &plain) && good;
    if (!good) continue;
    if (counts) {
      auto const x = number(axis, plain, "a value");
      if (!x) continue;
      value = value_at(axis, *x);
      value.number = *x;
    }
    value.label = plain.is(Value::Kind::text) ? plain.text : toml_text(plain);
    if (!shares) {
      value.sets.clear();
      for (auto const& k : axis.keys) value.sets.push_back({k.key, toml_text(as_written), nullptr, k.key_written});
    } else {
      check_number(axis, *number(axis, plain, "a value"), item.place);
    }
    for (auto& o : value.sets) o.written = shared(item.place);
    if (auto const same = std::find_if(axis.values.begin(), axis.values.end(),
                                       [&](AxisValue const& v) {
                                         return v.label == value.label || v.number == value.number ||
                                                (!counts && v.sets.front().value == value.sets.front().value);
                                       });
        same != axis.values.end())
      faults_.error(item.place, in_quotes(value.label) + " is listed twice in the axis " + axis.name);
    else
      axis.values.push_back(std::move(value));
  }
}

void SweepReader::read_range(AxisSpec& axis, RangeTable const& table, std::string const& path) {
  auto const before = faults_.errors();
  if (!axis.dimension && axis.units.empty()) {
    error(path, "a range is of numbers, and " + axis.key + " takes none. List its values");
    return;
  }
  auto const from = number(axis, *table.from, "from"), to = number(axis, *table.to, "to");
  if (table.steps > 0 && table.step) error(path + ".step", "a range has steps (their number) or step (their size), not both");
  if (table.steps == 0 && !table.step)
    error(path, "a range needs \"steps\" (number of values, both ends among them) or \"step\" (their distance)");
  if (!from || !to || faults_.errors() > before) return;
  bool const log = table.scale == RangeTable::Scale::log;
  if (*from == *to) error(path + ".to", "the range begins and ends at the same value");
  if (log && table.step) error(path + ".step", "a range on a log scale has steps (their number)");
  if (log && (*from <= 0 || *to <= 0)) error(path + ".from", "a range on a log scale lies above 0");
  double count = table.steps;
  if (table.step && faults_.errors() == before) {
    auto const step = number(axis, *table.step, "step", true);
    if (!step) return;
    count = *step > 0 ? std::abs(*to - *from) / *step + 1 : 0;
    std::string const last =
        *step > 0 ? value_at(axis, *from + std::copysign(*step, *to - *from) * std::floor(count - 1)).label : "";
    if (*step <= 0)
      error(path + ".step", "step is the distance of two values: above 0, also where a range falls");
    else if (std::abs(count - std::round(count)) > 1e-9 * count)
      error(path + ".step", "this step does not end at " + value_at(axis, *to).label + ": the last value would be " + last +
                                ". Write it as \"to\", or another step");
    else if (count > 1e6)
      error(path + ".step", "the range would have " + number_text(std::round(count)) + " values; at most 1000000 are allowed");
  }
  if (faults_.errors() > before) return;
  check_number(axis, *from, table.from->place);
  check_number(axis, *to, table.to->place);
  if (faults_.errors() > before) return;
  int const n = static_cast<int>(std::round(count));
  for (int i = 0; i < n; ++i) {
    double const share = static_cast<double>(i) / (n - 1);
    double const x = i == 0       ? *from
                     : i == n - 1 ? *to
                     : log        ? *from * std::pow(*to / *from, share)
                                  : *from + (*to - *from) * share;
    axis.values.push_back(value_at(axis, x));
    for (auto& o : axis.values.back().sets) o.written = shared(decoder.place(path));
    if (i > 0 && axis.values[i].number == axis.values[i - 1].number) {
      error(path, "two steps of the range are the same value, " + axis.values[i].label + ": take fewer");
      return;
    }
  }
}

void SweepReader::read_distribution(AxisSpec& axis, DistributionTable const& table, std::string const& path) {
  using Kind = DistributionSpec::Kind;
  auto const before = faults_.errors();
  if (!axis.dimension && axis.units.empty()) {
    error(path, "a distribution is of numbers, and " + axis.key + " takes none. List its values");
    return;
  }
  DistributionSpec d;
  d.kind = table.kind;
  auto const take = [&](std::optional<Value> const& value, char const* what, double& into, bool difference = false) {
    if (!value) return;
    if (auto const x = number(axis, *value, what, difference)) into = *x;
  };
  take(table.from, "from", d.from);
  take(table.to, "to", d.to);
  take(table.mean, "mean", d.mean);
  take(table.deviation, "deviation", d.deviation, true);
  take(table.mode, "mode", d.mode);
  if (faults_.errors() > before) return;
  if (d.kind == Kind::normal && table.from.has_value() != table.to.has_value())
    error(path, "a normal distribution is cut off at both ends, or at none: give from and to");
  if ((table.from || table.to) && d.to <= d.from) error(path + ".to", "\"to\" must be above \"from\"");
  if (d.kind == Kind::log_uniform && d.from <= 0) error(path + ".from", "a log_uniform distribution lies above 0");
  if (d.kind == Kind::normal && d.deviation <= 0) error(path + ".deviation", "the deviation must be above 0");
  if (d.kind == Kind::triangular && (d.mode < d.from || d.mode > d.to))
    error(path + ".mode", "the mode must lie between \"from\" and \"to\"");
  if (axis.whole && d.to > d.from && std::floor(d.to) < std::ceil(d.from))
    error(path, "there is no whole number between \"from\" and \"to\"");
  if (faults_.errors() > before) return;
  if (table.from) check_number(axis, d.from, table.from->place);
  if (table.to) check_number(axis, d.to, table.to->place);
  if (table.mean) check_number(axis, d.mean, table.mean->place);
  for (auto& k : axis.keys) k.written = shared(decoder.place(path));
  axis.distribution = d;
}

void SweepReader::read_files(AxisSpec& axis, AxisTable const& table, std::string const& path) {
  auto const f = meaning_of(axis.key).field;
  if (!f || !f->is_path) {
    error(path, axis.key + " takes no file. List its values");
    return;
  }
  bool const list = std::holds_alternative<std::vector<std::string>*>(f->slot);
  for (std::size_t i = 0; i < table.files.size(); ++i) {
    Place const place = decoder.place(indexed(path, i));
    AxisValue value;
    value.label = stem(table.files[i]);
    std::string const text = toml_text(std::filesystem::absolute(table.files[i]).lexically_normal().string());
    for (auto const& k : axis.keys) value.sets.push_back({k.key, list ? "[" + text + "]" : text, shared(place), k.key_written});
    axis.values.push_back(std::move(value));
  }
}

void SweepReader::check_name(std::string const& name, std::string const& path) {
  static std::set<std::string> const reserved{"member", "sample", "case", "run", "runs", "status", "error", "sweep_toml"};
  if (!is_word(name))
    error(path, "an axis is named by a word of letters, digits and _ (not first), at most 64");
  else if (reserved.contains(name) || name == "and" || name == "or" || name == "not")
    error(path, "the name " + in_quotes(name) + " is taken: the index or the conditions of [[skip]] use it");
}

AxisSpec SweepReader::axis(AxisTable const& table, std::string const& path, bool sampled) {
  AxisSpec axis;
  axis.name = table.name;
  axis.long_name = table.long_name;
  axis.written = at(path);
  auto const before = faults_.errors();
  if (!decoder.good(path)) return axis;

  check_name(axis.name, path + ".name");
  std::vector<std::string> ways, movers;
  for (auto const& [given, key] : {std::pair{table.values.has_value(), "values"},
                                   {table.range.has_value(), "range"},
                                   {table.distribution.has_value(), "distribution"},
                                   {!table.files.empty(), "files"},
                                   {!table.cases.empty(), "case"},
                                   {!table.file.empty(), "file"}})
    if (given) ways.emplace_back(key);
  for (auto const& [given, key] :
       {std::pair{!table.key.empty(), "key"}, {!table.keys.empty(), "keys"}, {table.scale.has_value(), "scale"}})
    if (given) movers.emplace_back(key);
  if (ways.empty())
    error(path, "the axis " + axis.name + " has no values: give values, range, distribution, files, [[axis.case]] or file");
  if (ways.size() > 1) error(path + "." + ways[1], "the axis " + axis.name + " has both " + ways[0] + " and " + ways[1]);
  bool const cases = !ways.empty() && (ways.front() == "case" || ways.front() == "file");
  if (cases && !movers.empty()) error(path + "." + movers[0], movers[0] + " does not go with cases: each says what it sets");
  if (!cases && movers.empty()) error(path, "the axis " + axis.name + " needs \"key\": what takes the values?");
  if (movers.size() > 1)
    error(path + "." + movers[1], "the axis " + axis.name + " has both " + movers[0] + " and " + movers[1]);
  if (table.complement && !table.scale) error(path + ".complement", "complement goes with scale");
  if (table.distribution && !sampled)
    error(
        path + ".distribution",
        "a distribution is for sampled designs: latin_hypercube, sobol or saltelli. Give a range or values, or change design");
  if (!table.labels.empty() && !(table.values && table.labels.size() == table.values->items.size()) &&
      !(!table.files.empty() && table.labels.size() == table.files.size()))
    error(path + ".labels", "labels are one for each of values or files");
  if (faults_.errors() > before) return axis;

  find_keys(axis, table, path);
  if (faults_.errors() > before) return axis;
  if (table.values) read_values(axis, table, path);
  if (table.range) read_range(axis, *table.range, path + ".range");
  if (table.distribution) read_distribution(axis, *table.distribution, path + ".distribution");
  if (!table.files.empty()) read_files(axis, table, path + ".files");
  if (!table.cases.empty()) read_cases(axis, table, path);
  if (!table.file.empty()) read_case_file(axis, table.file, path + ".file");
  if (!table.labels.empty() && table.labels.size() == axis.values.size())
    for (std::size_t i = 0; i < axis.values.size(); ++i) axis.values[i].label = table.labels[i];
  if (axis.long_name.empty()) axis.long_name = axis.name;
  std::set<std::string> labels;
  if (faults_.errors() == before && !table.files.empty())
    for (std::size_t i = 0; i < axis.values.size(); ++i)
      if (!labels.insert(axis.values[i].label).second)
        error(indexed(path + ".files", i), "two files would be called " + in_quotes(axis.values[i].label) + ": give labels");
  return axis;
}

}  // namespace ondol::schema
