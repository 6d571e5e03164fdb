#pragma once
/// Sweep files as they are written; read_sweep makes `SweepSpec`s of them.  One struct is one table.

#include <optional>
#include <string>
#include <vector>

#include "scenarios/schema/describe.hpp"
#include "scenarios/schema/sweep_spec.hpp"

namespace ondol::schema {

struct RangeTable {  // range = { ... }
  enum class Scale { linear, log };
  std::optional<Value> from, to, step;
  int steps = 0;
  Scale scale = Scale::linear;
};

struct DistributionTable {  // distribution = { ... }
  DistributionSpec::Kind kind = DistributionSpec::Kind::uniform;
  std::optional<Value> from, to, mean, deviation, mode;
};

struct CaseTable {  // [[axis.case]]
  std::string name;
  std::optional<Value> set;
};

struct AxisTable {  // [[axis]]
  std::string name, long_name;
  std::string key;
  std::vector<std::string> keys;
  std::optional<Value> scale, complement;
  std::optional<Value> values;
  std::vector<std::string> labels;
  std::optional<RangeTable> range;
  std::optional<DistributionTable> distribution;
  std::vector<std::string> files;
  std::string file;
  std::vector<CaseTable> cases;
};

struct SkipTable {  // [[skip]]
  std::string when, why;
};

struct SweepFile {
  std::string name, description, base;
  SweepSpec::Design design = SweepSpec::Design::grid;
  int samples = 0;
  std::uint64_t seed = 1;
  SweepSpec::Keep keep = SweepSpec::Keep::all;
  std::vector<std::string> responses;
  std::optional<Value> set;
  std::optional<EnsembleSpec> ensemble;
  int members = 0;
  bool counts_members = false;  ///< ensemble = 64 instead of a table
  std::vector<AxisTable> axis;
  std::vector<SkipTable> skip;
};

// ---------------------------------------------------------------------------------------------------- sizing files
struct SizeTable {  // [size]
  std::string name, long_name, key;
  std::vector<std::string> keys;
  std::optional<Value> scale, complement, from, to, resolution;
  SizeSpec::Aim aim = SizeSpec::Aim::largest;
  int looks = 5;
  double share = 0.95;
};

struct LimitTable {  // [[limit]]
  std::string of;
  std::optional<Value> at_most, at_least;
  std::vector<std::string> in;
};

struct SizeCaseTable {  // [[case]]
  std::string name;
  std::optional<Value> set;
  std::vector<std::string> lose;
  std::optional<Seconds> start, duration;
};

struct SizeFile {
  std::string name, description, base;
  std::optional<Value> set;
  SizeTable size;
  std::vector<LimitTable> limit;
  std::vector<SizeCaseTable> cases;
  std::optional<EnsembleSpec> ensemble;
  int members = 0;
  bool counts_members = false;
};

void describe(Table&, SizeTable&);
void describe(Table&, LimitTable&);
void describe(Table&, SizeCaseTable&);
void describe(Table&, SizeFile&);
void describe(Table&, RangeTable&);
void describe(Table&, DistributionTable&);
void describe(Table&, CaseTable&);
void describe(Table&, AxisTable&);
void describe(Table&, SkipTable&);
void describe(Table&, EnsembleSpec&);
void describe(Table&, SweepFile&);

}  // namespace ondol::schema
