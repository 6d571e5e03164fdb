#pragma once
/// Two sweeps side by side: each key figure at the places that both have.

#include <string>
#include <vector>

#include "sim/record/sweep_index.hpp"
#include "sim/sweep/comparison.hpp"

namespace ondol::sim {

struct ComparedVariable {
  std::string name, units, long_name;
  bool in_first = true, in_other = true;  ///< in these units
  std::size_t values = 0;                 ///< places where both have one
  std::size_t different = 0;              ///< places where they are not equal
  std::size_t beyond = 0;                 ///< places where they are further apart than they may be
  /// Where they lie furthest apart, or else the first place where one has no value.
  double first = 0, other = 0;
  std::string where;  ///< "supply = 18 degC, climate = seoul_2022"
};

struct IndexComparison {
  std::vector<ComparedVariable> variables;
  std::size_t places = 0;                           ///< that both have
  std::size_t same_runs = 0;                        ///< places where the content hash of the run is the same
  std::vector<std::string> only_first, only_other;  ///< "climate = busan": stretches of a dimension that one lacks
  std::size_t status_differs = 0;
  std::string status_where;  ///< "supply = 18 degC: complete, failed"

  std::size_t beyond()
      const;  ///< variables beyond, status and places that one lacks: 0 when nothing differs beyond the tolerance
};

/// Places belong together by the values of their coordinates, whatever their order.  Throws InputError when the dimensions are
/// not the same, when an axis has other units, or when the two share no place; `first_name` and `other_name` are for that.
IndexComparison compare_indices(SweepIndex const& first, SweepIndex const& other, Tolerance const& tolerance,
                                std::vector<std::string> const& only, std::string const& first_name,
                                std::string const& other_name);

/// Names of the variables that are numbers along all dimensions.
std::vector<std::string> figure_names(SweepIndex const& index);

}  // namespace ondol::sim
