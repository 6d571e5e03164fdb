#pragma once
/// What is left of a run, and where.  DIR is the folder of a sweep:
///
///   DIR/sweep.h5            the index (results-format.md), written whole when the last run has ended
///   DIR/runs/KEY.json       outcome of a finished run, written last: a run without it is not done
///   DIR/runs/KEY.h5         its results, unless the sweep keeps key figures alone
///   DIR/logs/KEY.log        what it said
///   DIR/lock                locked by the runner while it runs; a file that is left there locks nothing
///
/// KEY is the content hash of the resolved scenario, of the data files that it names and of the program, so that equal runs are
/// run once and a changed program or scenario never takes an old result for its own.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/state/kpi.hpp"

namespace ondol::sim {

struct Outcome {
  enum class Status { complete, failed };
  std::string key;
  Status status = Status::complete;
  std::string error;  ///< of a failed one: "ended by signal 9 (killed; the system may have run out of memory)"
  std::vector<Kpi> kpis;
  std::string content_hash;  ///< of its results, or of its key figures where no file is kept
  double ledger_residual = 0, heat_residual = 0;
  double wall_s = 0;        ///< not in the index: it differs from run to run
  double peak_bytes = 0;    ///< resident; likewise
  double simulation_s = 0;  ///< of wall_s: from the first instant to the last
};

class RunStore {
 public:
  explicit RunStore(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path const& folder() const { return folder_; }
  std::filesystem::path index() const { return folder_ / "sweep.h5"; }
  std::filesystem::path results(std::string const& key) const { return folder_ / "runs" / (key + ".h5"); }
  std::filesystem::path outcome(std::string const& key) const { return folder_ / "runs" / (key + ".json"); }
  std::filesystem::path log(std::string const& key) const { return folder_ / "logs" / (key + ".log"); }

  /// Nothing when there is none, or when it is damaged (it is then run again).  Failed ones are kept to be told, and run again
  /// by a resume.
  std::optional<Outcome> load(std::string const& key) const;
  /// Atomically: to a temporary file, synced, renamed.  Throws std::runtime_error (disk full).
  void save(Outcome const& outcome) const;

  /// Makes the folders.  Throws InputError when it cannot (read-only, a file of that name).
  void create() const;
  /// Removes what a run that was killed left half-written.
  void clean(std::string const& key) const;
  /// True when something is in the folder, of a sweep or not.
  bool used() const;

 private:
  std::filesystem::path folder_;
};

/// Holds DIR/lock for as long as it lives.  The kernel lets go of it however the holder ends.
class StoreLock {
 public:
  enum class Kind {
    alone,   ///< a runner of the whole sweep
    shared,  ///< one of several that each run a part
  };
  /// Throws InputError when another holds it.
  StoreLock(RunStore const& store, Kind kind);
  ~StoreLock();
  StoreLock(StoreLock const&) = delete;
  StoreLock& operator=(StoreLock const&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace ondol::sim
