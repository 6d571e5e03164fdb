#pragma once
/// Reading back what `Recorder` wrote: what a comparison needs of a run.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sim/state/kpi.hpp"

namespace ondol::sim {

struct ResultFile {
  std::filesystem::path path;
  std::string title, status, content_hash, code_version, start_time;
  bool complete = false;
  double ledger_residual = 0, heat_residual = 0;
  std::vector<Kpi> kpis;
  std::string scenario_toml;
};

enum class FileKind { run, sweep };

/// What a file of ours holds.  Throws InputError as read_result does.
FileKind kind_of(std::filesystem::path const& path);

/// Throws InputError: no such file, not a result of ours, another major format version, damaged, unfinished without key
/// figures.
ResultFile read_result(std::filesystem::path const& path);

}  // namespace ondol::sim
