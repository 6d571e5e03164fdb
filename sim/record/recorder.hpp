#pragma once
/// Signal table -> HDF5 (docs/results-format.md).  Writes to "<path>.partial" in SWMR mode, flushing as it goes; `finish`
/// adds the tables, marks the file complete and renames it.  A killed run leaves a readable prefix with `complete = 0`.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "sim/state/signal_table.hpp"

namespace ondol::sim {

inline constexpr char const* results_format = "ondol-results";
inline constexpr char const* results_format_version = "1.5";

/// How a column of texts lies in the file.
enum class TextLayout {
  own_length,
  padded,  ///< to the longest, and deflated: for few different texts, or many short ones
};

/// One column of a table such as jobs or events; all columns of one table are equally long.  The units "seconds since
/// start" are written with the date of the start, so that readers see dates; NaN is then "no such time".
struct Column {
  std::string name, units, long_name;
  std::variant<std::vector<double>, std::vector<std::int64_t>, std::vector<std::string>> values;
  TextLayout texts = TextLayout::own_length;
};

struct Table {
  std::string group;
  std::vector<Column> columns;
};

/// A column made only when it is written, so that a table of a million rows is never in memory whole.
struct ColumnSource {
  std::string name, units, long_name;
  std::function<decltype(Column::values)()> make;
  TextLayout texts = TextLayout::own_length;
};

struct RunMetadata {
  std::string title;
  std::int64_t start_unix_s = 0;  ///< origin of every time axis
  std::string time_zone;
  std::string resolved_scenario;  ///< TOML text
  std::string code_version;
  std::uint64_t seed = 0;
  std::map<std::string, std::string> provenance;  ///< further root attributes: catalogue hash, command line ...
};

struct RecorderOptions {
  std::filesystem::path path;
  bool force = false;  ///< replace an existing result
};

class Recorder {
 public:
  /// Opens the file and writes axes, metadata and the tables that stand before the first report, which are not hashed.  Throws
  /// InputError when the path or its partial file exists and `force` is not set, or when it cannot be written;
  /// std::runtime_error on I/O failure (disk full ...), here and in every call below; std::logic_error when a call contradicts
  /// the table.
  Recorder(RecorderOptions options, RunMetadata metadata, SignalTable table, std::vector<Table> const& standing = {});
  ~Recorder();  ///< without `finish`: closes the partial file, leaves it where it is
  Recorder(Recorder const&) = delete;
  Recorder& operator=(Recorder const&) = delete;

  /// Appends one report at `time_s` after the start (end of the averaging interval) from the views.
  void sample(double time_s);
  /// The same for a group that the table gives a time of its own.
  void sample(std::string const& group, double time_s);

  /// Writes a table group, e.g. "jobs", "events", "kpis", "ledger".  To be called after the last `sample`.
  void table(std::string const& group, std::vector<Column> const& columns);
  void table(std::string const& group, std::vector<ColumnSource> const& columns);

  /// Root attribute, after the last `sample`.
  void attribute(std::string const& name, std::variant<double, std::int64_t, std::string> const& value);

  /// Hash of every sampled and tabled value, in order (XXH3-128, hex): equal bits <=> equal hash.
  std::string content_hash() const;

  /// `status`: "complete", "interrupted" ...; complete = (status == "complete").  Renames to the final path.
  void finish(std::string const& status);

  std::filesystem::path partial_path() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ondol::sim
