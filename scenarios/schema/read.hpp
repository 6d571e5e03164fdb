#pragma once
/// Reading scenarios: TOML text with units -> checked structs.  All faults of one file tree come in one `InputError`.

#include <filesystem>
#include <string>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "scenarios/schema/sweep_spec.hpp"

namespace ondol::schema {

struct ReadOptions {
  std::vector<std::string> set;      ///< "path.to.key=value" overrides, value in TOML syntax or a bare word
  std::optional<std::string> until;  ///< date-time or duration that replaces the end of the run
  std::optional<std::uint64_t> seed;
  bool laid_out = true;             ///< steps: their parallel sizes must go together; a search chooses its own
  std::filesystem::path catalogue;  ///< folder; empty: `catalogue_folder()`
  std::vector<Override> overrides;  ///< of a sweep, after `set`; their faults quote the sweep file
};

/// The catalogue folder: $ONDOL_CATALOGUE, else beside the program, else the source tree it was built from.
std::filesystem::path catalogue_folder();

/// Whole catalogue (for `ondol catalogue`).  Throws InputError.
Catalogue read_catalogue(std::filesystem::path const& folder, Provenance& origin);

/// Scenario with its catalogue entries, checked.  Throws InputError with every fault found.
Scenario read_scenario(std::filesystem::path const& file, ReadOptions const& options = {});

/// The [[step]] tables of a step file, or the [[training]] jobs of a scenario on the racks of their pools.  Throws InputError
/// with every fault found.
StepFile read_steps(std::filesystem::path const& file, ReadOptions const& options = {});

/// TOML text of the resolved scenario; with `origins`, each line ends in a comment that says where its value comes from.
std::string dump(Scenario const& scenario, bool origins);

/// JSON Schema (draft 2020-12) of the scenario language, and of step files, as text.
std::string json_schema();
std::string step_json_schema();

}  // namespace ondol::schema
