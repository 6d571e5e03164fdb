#pragma once
/// `ondol compare`: runs, or sweeps, side by side.

#include <string>
#include <vector>

namespace ondol::app {

struct CompareOptions {
  std::vector<std::string> files;      ///< at least two
  std::vector<std::string> tolerance;  ///< empty: nothing is judged
  std::vector<std::string> only;       ///< names of key figures; empty: all
  bool all = false;                    ///< equal figures too
  bool json = false;
};

/// 0, or 1 when a tolerance is given and something lies beyond it.  Throws InputError.
int compare_command(CompareOptions const&);
/// The same of files that are all indices of sweeps.
int compare_sweeps(CompareOptions const&);

}  // namespace ondol::app
