#pragma once
/// ondol sweep: one base scenario, many runs of it.

#include <atomic>
#include <string>
#include <vector>

#include "sim/sweep/slurm.hpp"

namespace ondol::app {

struct SweepOptions {
  std::string file, output;
  std::vector<std::string> set;
  int jobs = 0;  ///< 0: one a processor
  bool resume = false, force = false, fail_fast = false, list = false, json = false, no_index = false;
  std::string memory;  ///< "2 GiB"; empty: no limit
  std::string part;    ///< "3/16": only the third of 16 parts, without an index
  std::atomic<int> const* stop = nullptr;
  std::string engine = "local";  ///< or "slurm"
  sim::SlurmOptions slurm;
  bool detach = false;  ///< of Slurm: submit, do not wait
  std::string runs;     ///< of a task: the list of runs that it has to do
};

int sweep_command(SweepOptions const&);

}  // namespace ondol::app
