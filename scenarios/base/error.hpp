#pragma once
/// Errors that speak to the person who can fix them.
///
/// Libraries throw; only `main` exits.  `InputError` carries every fault found in one pass over the user's input and ends
/// the program with code 2; any other `std::exception` during a run ends it with code 3.

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ondol {

enum class Severity { error, warning };

/// One fault in the user's input: where, what, why, and what to write instead.
struct Fault {
  Severity severity = Severity::error;
  std::string file;         ///< path as the user gave it; empty for the command line
  std::size_t line = 0;     ///< 1-based; 0 when the fault has no place
  std::size_t column = 0;   ///< 1-based
  std::string source_line;  ///< the text of that line, for the caret
  std::size_t width = 1;    ///< characters the caret underlines
  std::string message;      ///< problem, reason, suggestion
};

/// "file:line:col: error: message" with the source line and a caret below it.  `colour` adds ANSI escapes.
std::string format(Fault const& fault, bool colour = false);

class InputError : public std::runtime_error {
 public:
  explicit InputError(std::vector<Fault> all);
  explicit InputError(std::string message);
  std::vector<Fault> const& faults() const { return faults_; }

 private:
  std::vector<Fault> faults_;
};

/// Candidate closest to `word` by edit distance, or empty when none is near enough to be a likely misspelling.
std::string nearest(std::string const& word, std::vector<std::string> const& candidates);

}  // namespace ondol
