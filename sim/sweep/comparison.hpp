#pragma once
/// Key figures of runs side by side, and which of them lie further apart than they may.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/record/result_file.hpp"

namespace ondol::sim {

/// How far a figure may lie from that of the first file.
struct Allowance {
  double amount = 0;  ///< in the units of the figure, or as a share of the first one's size
  bool relative = false;
  bool keeps(double first, double other) const;  ///< NaN is near to NaN alone
};

struct Tolerance {
  std::map<std::string, Allowance> of;  ///< by name of the figure
  Allowance otherwise;                  ///< all others: equal
  Allowance const& operator[](std::string const& name) const;
};

/// Of "0", "1%", "pue=0.001,energy=1%", each text any number of them.  `figures` are the names there are.  Throws InputError.
Tolerance parse_tolerance(std::vector<std::string> const& texts, std::vector<std::string> const& figures);

/// Of "pue,energy", each text any number of names: those names.  Throws InputError for one that is not among `figures`.
std::vector<std::string> parse_figures(std::vector<std::string> const& texts, std::vector<std::string> const& figures);

struct ComparedFigure {
  std::string name, units, long_name;
  std::vector<std::optional<double>> values;  ///< by file; nothing: it has no such figure in these units
  std::vector<bool> beyond;                   ///< by file: further from the first than it may be, or only one has it
  bool equal() const;                         ///< the same in all files
};

/// All figures of all files in the order of the first; `only` those, when there are any.
std::vector<ComparedFigure> compare_figures(std::vector<ResultFile> const& files, Tolerance const& tolerance,
                                            std::vector<std::string> const& only = {});

}  // namespace ondol::sim
