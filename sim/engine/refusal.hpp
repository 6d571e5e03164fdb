#pragma once
/// Input that is found wrong once files are read: told at the place of the key that named them.

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/base/error.hpp"
#include "scenarios/schema/spec.hpp"

namespace ondol::sim {

inline Fault fault_at(schema::Scenario const& scenario, std::string const& path, Severity severity, std::string message) {
  Fault fault;
  fault.severity = severity;
  if (auto const at = scenario.origin.find(path); at != scenario.origin.end()) {
    fault.file = at->second.file;
    fault.line = at->second.line;
    fault.column = at->second.column;
  }
  fault.message = std::move(message);
  return fault;
}

[[noreturn]] inline void refuse(schema::Scenario const& scenario, std::string const& path, std::string message) {
  throw InputError(std::vector<Fault>{fault_at(scenario, path, Severity::error, std::move(message))});
}

/// What a line of a data file says cannot be used.
[[noreturn]] inline void refuse_line(std::string const& file, std::size_t line, std::string message) {
  Fault fault;
  fault.file = file;
  fault.line = line;
  fault.column = 1;
  fault.message = std::move(message);
  throw InputError(std::vector<Fault>{fault});
}

}  // namespace ondol::sim
