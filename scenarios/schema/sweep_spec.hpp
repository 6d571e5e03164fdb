#pragma once
/// Sweep and sizing files as structs: one base scenario, and what is changed in it.  Every change is a list of `Override`s, so
/// that each run of a sweep can be told, and run again, as `ondol run BASE --set KEY=VALUE ...`.

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/base/error.hpp"

namespace ondol::schema {

struct Dimension;
class SkipCondition;

/// A value given to one key of a scenario.
struct Override {
  std::string key;  ///< path as of --set: plant.chilled.supply_temperature, racks[0].count, accelerator."nvidia/h200-sxm".idle
  std::string value;                         ///< TOML: "\"18 degC\"", 12, { floor = 0.8 }
  std::shared_ptr<Fault const> written;      ///< place in the sweep file (message empty), quoted when the value is at fault
  std::shared_ptr<Fault const> key_written;  ///< likewise of the key
};

/// One of the values of an axis.
struct AxisValue {
  std::string label;                                         ///< as written: "18 degC", "seoul"
  double number = std::numeric_limits<double>::quiet_NaN();  ///< in the units of the axis; NaN: a text or a case
  std::vector<Override> sets;                                ///< one for a key, any number for a case
};

/// How sampled designs draw an axis: quantile function of a number in (0, 1).
struct DistributionSpec {
  enum class Kind { uniform, log_uniform, normal, triangular };
  Kind kind = Kind::uniform;
  double from = 0, to = 0;  ///< uniform, log_uniform, triangular: bounds.  normal: cut off there when to > from
  double mean = 0, deviation = 0, mode = 0;
};

/// A key that an axis moves: it takes the value of the axis (`key`), or a share of what it is at 100 % (`scale`), or what that
/// leaves of it (`complement`).
struct AxisKey {
  enum class By { value, scale, complement };
  std::string key;
  By by = By::value;
  double at_one = 1;     ///< of scale and complement: value at 100 %, in `spelling`
  std::string spelling;  ///< unit of the value in the scenario language; empty: a bare number
  bool whole = false;    ///< takes whole numbers: values are rounded
  std::shared_ptr<Fault const> written, key_written;
};

struct AxisSpec {    // [[axis]]
  std::string name;  ///< of the dimension and coordinate in the index
  std::string long_name;
  std::string key;                ///< the first one that it moves; empty: cases
  std::string units;              ///< of `number`, as the index writes it (UDUNITS: "degC", "MW", "1"); empty: labels
  std::string spelling;           ///< of that unit in the scenario language ("degC", "MW"; empty: a bare number)
  bool whole = false;             ///< the key takes whole numbers: draws are rounded
  std::vector<AxisValue> values;  ///< declared ones; with a distribution none
  std::optional<DistributionSpec> distribution;
  Fault written;                         ///< its place
  std::vector<AxisKey> keys;             ///< all that it moves; of cases none
  Dimension const* dimension = nullptr;  ///< of numbers with a unit
};

/// The axis at a number in its units: a neat text of it (and the number that this text is) for each of its keys.
AxisValue value_at(AxisSpec const& axis, double number);

/// The value of an axis at `u` in (0, 1): by its distribution, or one of its declared values with equal shares.
AxisValue axis_value(AxisSpec const& axis, double u);

/// [[skip]]: combinations that are left out.
struct SkipSpec {
  std::string when;  ///< condition on axes: 'supply >= "24 degC" and climate == "singapore"'
  std::string why;
  Fault written;
  std::shared_ptr<SkipCondition const> condition;  ///< `when`, parsed; null: not yet
};

/// [ensemble] or `ensemble = 64`: members that differ in what is not known for sure.
struct EnsembleSpec {
  int members = 0;                       ///< 0: no ensemble
  bool calibration = true;               ///< simulation.calibration_draw
  bool catalogue = true;                 ///< simulation.catalogue_draw: values that carry an uncertainty
  bool seeds = false;                    ///< each member its own simulation.seed: demand drawn anew
  std::map<std::string, double> assume;  ///< by tier: relative uncertainty of catalogue values that declare none
  std::uint64_t seed = 1;
};

struct SweepSpec {
  enum class Design { grid, zip, latin_hypercube, sobol, saltelli };
  enum class Keep {
    all,
    site,
    key_figures
  };  ///< of each run: its whole file, without halls, racks, loops, feeds, links and placements, or none
  std::string name, description;
  std::string file;  ///< as given
  std::filesystem::path base;
  Design design = Design::grid;
  int samples = 0;         ///< of latin_hypercube, sobol, saltelli
  std::uint64_t seed = 1;  ///< of the design
  Keep keep = Keep::all;
  std::vector<Override> set;  ///< for every run
  std::vector<AxisSpec> axis;
  std::vector<SkipSpec> skip;
  EnsembleSpec ensemble;
  std::vector<std::string> responses;    ///< key figures of the index; empty: all
  std::vector<std::string> command_set;  ///< those of `set` that the command line gave, as it gave them
};

/// True when a rule of the sweep leaves this combination out; `values` one an axis, in their order.
bool skipped(SweepSpec const& sweep, std::vector<AxisValue const*> const& values);

/// A limit that a size must keep.
struct LimitSpec {                          // [[limit]]
  std::string of;                           ///< key figure ("peak_power"), or "n_minus_1"
  std::optional<double> at_most, at_least;  ///< in the units of the key figure
  std::string units;                        ///< that they were written in, as the key figure has them
  Fault written;
  std::vector<std::string> in;  ///< names of cases that it is for; empty: all, and the scenario as it is ("as declared")
};

/// [[case]] of a sizing: the limits must be kept in each, and in the scenario as it is.
struct CaseSpec {
  std::string name;
  std::vector<Override> set;
  /// Instead of `set`: one unit at a time is lost, each in a run of its own.  "power": of every bank; "cooling": of every group
  /// of equal machines; or ids of banks, plants and halls.
  std::vector<std::string> lose;
  std::optional<double> start_s, duration_s;  ///< of a loss; without: from the hottest hour of the run, to the end
  Fault written;
};

/// `ondol size`: the largest or smallest value of one axis that keeps all limits.
struct SizeSpec {
  enum class Aim { largest, smallest };
  std::string name, description, file;
  std::filesystem::path base;
  std::vector<Override> set;
  AxisSpec axis;          ///< one key, or several that scale together, over a range: `distribution` uniform from..to
  double resolution = 0;  ///< of the answer, in the units of the axis
  Aim aim = Aim::largest;
  std::vector<LimitSpec> limit;
  EnsembleSpec ensemble;  ///< limits hold for `share` of its members
  double share = 0.95;
  std::vector<CaseSpec> cases;  ///< [[case]]
  int looks = 5;                ///< points of the first look at the range
};

/// Of `file`, every fault of it in one InputError.  `set` as given on the command line.  Does not read the base.
SweepSpec read_sweep(std::filesystem::path const& file, std::vector<std::string> const& set = {});
SizeSpec read_size(std::filesystem::path const& file, std::vector<std::string> const& set = {});

/// JSON Schemas of the two languages.
std::string sweep_json_schema();
std::string size_json_schema();

}  // namespace ondol::schema
