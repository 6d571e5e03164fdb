#pragma once
/// What the readers of sweep and sizing files share: values for paths of keys, and axes.

#include <memory>
#include <string>
#include <vector>

#include "scenarios/schema/decode.hpp"
#include "scenarios/schema/key_path.hpp"
#include "scenarios/schema/sweep_file.hpp"

namespace ondol::schema {

/// A path and a value, where they stand.
struct PathValue {
  std::string path;
  Place path_place;
  Value value;
};

class SweepReader {
 public:
  SweepReader(Sources& sources, Faults& faults) : decoder(sources, faults, origin_), sources_(sources), faults_(faults) {}

 private:
  Provenance origin_;

 public:
  Decoder decoder;

  /// Of [set] or a case: each value checked by the description of its key.
  std::vector<Override> overrides(Value const& table);
  /// "key=value" of the command line.
  std::vector<Override> overrides(std::vector<std::string> const& set);
  AxisSpec axis(AxisTable const& table, std::string const& path, bool sampled);

  /// Number of `value` in the units of the axis; the first one gives the axis its unit.  `difference`: of two such numbers.
  std::optional<double> number(AxisSpec& axis, Value const& value, std::string const& what, bool difference = false);
  /// Keys that an axis moves, by `key`, `keys`, `scale` and `complement`.
  void find_keys(AxisSpec& axis, AxisTable const& table, std::string const& path);
  /// Whether the keys of the axis can take this number.
  void check_number(AxisSpec const& axis, double number, Place const& place);

  void check_ensemble(EnsembleSpec const& ensemble);
  /// Whether an axis may have this name.
  void check_name(std::string const& name, std::string const& path);

  void error(std::string const& path, std::string message) { faults_.error(decoder.place(path), std::move(message)); }
  Fault at(std::string const& path) const { return sources_.fault(decoder.place(path)); }

 private:
  std::shared_ptr<Fault const> shared(Place const& place) const { return std::make_shared<Fault const>(sources_.fault(place)); }
  std::optional<Field> field(std::string const& path, Place const& place);
  /// Whether `value` is right for the key at `path`; names of files in it are made absolute, tags settled in `plain`.
  bool check(std::string const& path, Place const& path_place, Value& value, Value* plain = nullptr);
  std::optional<Override> override_of(PathValue entry);
  bool add_key(AxisSpec& axis, std::string const& key, Place const& place, AxisKey::By by);

  void read_values(AxisSpec& axis, AxisTable const& table, std::string const& path);
  void read_range(AxisSpec& axis, RangeTable const& table, std::string const& path);
  void read_distribution(AxisSpec& axis, DistributionTable const& table, std::string const& path);
  void read_files(AxisSpec& axis, AxisTable const& table, std::string const& path);
  void read_cases(AxisSpec& axis, AxisTable const& table, std::string const& path);
  void read_case_file(AxisSpec& axis, std::string const& file, std::string const& path);

  Sources& sources_;
  Faults& faults_;
};

}  // namespace ondol::schema
