#pragma once
/// Calling another program and hearing what it says.

#include <string>
#include <vector>

namespace ondol::sim {

struct Answer {
  int code = 0;  ///< 127: there is no such program; 128 + n: ended by signal n
  std::string out, err;
};

/// Calls words[0], found in PATH, and waits.  Ctrl-C does not reach it: it is short, and what it did must be known.
Answer call(std::vector<std::string> const& words);

}  // namespace ondol::sim
