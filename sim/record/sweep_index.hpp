#pragma once
/// The index of a sweep as HDF5: axes as coordinates, key figures as variables, links to the file of each run.  The same input
/// gives the same bytes (no dates, no wall times).  xarray opens it as one N-dimensional dataset (docs/results-format.md).

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace ondol::sim {

inline constexpr char const* sweep_format = "ondol-sweep";
inline constexpr char const* sweep_format_version = "1.0";

struct SweepIndex {
  struct Dimension {
    std::string name, long_name;
    std::uint64_t size = 0;
  };
  struct Variable {  ///< or coordinate
    std::string name, long_name, units;
    std::vector<std::uint32_t> dimensions;  ///< empty: all, in order
    std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<std::string>> values;
  };
  std::vector<Dimension> dimensions;
  std::vector<Variable> coordinates;
  std::vector<Variable> variables;                ///< key figures; NaN where there was no run or it failed
  std::map<std::string, std::string> attributes;  ///< title, base, design, program ...
  std::string sweep_toml;                         ///< text of the sweep file
  std::vector<std::string> links;                 ///< by place, last dimension fastest: runs/KEY.h5, or empty
};

/// Atomically: written beside `path`, renamed.  Throws std::runtime_error (disk full ...); `path` is then as it was.
void write_sweep_index(std::filesystem::path const& path, SweepIndex const& index);

/// Throws InputError: no such file, not an index of ours, another major format version, damaged.
SweepIndex read_sweep_index(std::filesystem::path const& path);

}  // namespace ondol::sim
