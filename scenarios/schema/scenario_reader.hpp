#pragma once
/// Reading one scenario many times, each time with other overrides.

#include <filesystem>
#include <memory>
#include <vector>

#include "scenarios/schema/read.hpp"

namespace ondol::schema {

/// Holds the file, what it extends and the catalogue as parsed trees.  No thread, no open file: a process may fork with it.
class ScenarioReader {
 public:
  /// Throws InputError when the file cannot be read or is no TOML.
  explicit ScenarioReader(std::filesystem::path file, std::filesystem::path const& catalogue = {});
  ~ScenarioReader();
  ScenarioReader(ScenarioReader&&) noexcept;
  ScenarioReader& operator=(ScenarioReader&&) noexcept;

  /// As `read_scenario` of the file with these options.
  Scenario read(ReadOptions const& options);
  Scenario read(std::vector<Override> const& overrides);

 private:
  struct Trees;
  std::unique_ptr<Trees> trees_;
};

/// Every file that the scenario names and whose contents its resolved TOML does not hold: weather, traces, series, tables.
std::vector<std::filesystem::path> data_files(Scenario const& scenario);

}  // namespace ondol::schema
