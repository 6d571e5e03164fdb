#pragma once
/// Which runs a sweep asks for: axes -> dimensions and runs.  No process is started here and no scenario is read.

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/schema/sweep_spec.hpp"

namespace ondol::sim {

/// More runs than this are refused, with their number, before any is made.
inline constexpr std::uint64_t most_runs = 1'000'000;

/// A dimension of the index: an axis of a grid, "case" of a zip, "sample" of a sampled design, "member" of an ensemble.
struct Dimension {
  std::string name, long_name;
  std::uint32_t size = 0;
};

/// A coordinate of the index, along one dimension: the values of an axis, numbers of members.
struct Coordinate {
  std::string name, long_name, units;  ///< units empty: labels
  std::uint32_t dimension = 0;
  std::vector<double> numbers;
  std::vector<std::string> labels;  ///< as written, also of numbers
};

struct PlannedRun {
  std::vector<std::uint32_t> at;       ///< place along each dimension
  std::vector<schema::Override> sets;  ///< of the sweep, then of the axes, then of the member (simulation.calibration_draw ...)
  std::string label;                   ///< "supply = 18 degC, climate = seoul, member = 3"
};

struct Plan {
  std::vector<Dimension> dimensions;
  std::vector<Coordinate> coordinates;
  std::vector<PlannedRun> runs;  ///< in the order of the index, last dimension fastest; without those skipped
  std::uint64_t skipped = 0;     ///< combinations that rules leave out
};

/// Throws InputError: too many runs, axes of a zip of unequal length, nothing left after the rules ...
Plan plan(schema::SweepSpec const& sweep);

}  // namespace ondol::sim
