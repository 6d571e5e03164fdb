#pragma once
/// ondol size: the largest or smallest value of one axis that keeps all limits.

#include <atomic>
#include <string>
#include <vector>

namespace ondol::app {

struct SizeOptions {
  std::string file, output;
  std::vector<std::string> set;
  int jobs = 0;  ///< 0: one a processor
  bool resume = false, force = false, json = false;
  std::atomic<int> const* stop = nullptr;
};

/// 0 an answer; 1 none, or one beyond which limits are kept again; 3 what ends it is a run that failed.
int size_command(SizeOptions const&);

}  // namespace ondol::app
