#include "workloads/traces/philly.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <memory>
#include <string_view>

#include "scenarios/base/error.hpp"
#include "workloads/traces/activity.hpp"

namespace ondol::workloads {

namespace {

constexpr std::size_t longest_line = 1 << 16;
constexpr std::size_t reported_faults = 20;
constexpr double jitter_s = 3600;

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> cells;
  for (std::size_t from = 0;;) {
    auto const comma = line.find(',', from);
    cells.push_back(trim(line.substr(from, comma == std::string_view::npos ? comma : comma - from)));
    if (comma == std::string_view::npos) return cells;
    from = comma + 1;
  }
}

template <class Number>
bool parse(std::string_view text, Number& value) {
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

/// Reads plain text and gzip alike.
class Lines {
 public:
  explicit Lines(std::string const& file) : file_(gzopen(file.c_str(), "rb"), &gzclose_r), buffer_(longest_line) {
    if (!file_) throw InputError(fmt::format("cannot open the trace \"{}\"", file));
    if (std::filesystem::is_directory(file)) throw InputError(fmt::format("the trace \"{}\" is a folder", file));
    gzbuffer(file_.get(), 1 << 18);
  }

  bool next(std::string_view& line) {
    if (!gzgets(file_.get(), buffer_.data(), static_cast<int>(buffer_.size()))) return false;
    line = buffer_.data();
    ++number_;
    complete_ = !line.empty() && line.back() == '\n';
    if (complete_) line.remove_suffix(1);
    return true;
  }

  std::size_t number() const { return number_; }
  /// False for a line longer than any a trace has: the file is something else.
  bool plausible() { return complete_ || gzeof(file_.get()); }
  bool damaged() {
    int code = 0;
    gzerror(file_.get(), &code);
    return code != Z_OK && code != Z_STREAM_END;
  }

 private:
  static void gzclose_r(gzFile file) { gzclose(file); }
  std::unique_ptr<std::remove_pointer_t<gzFile>, void (*)(gzFile)> file_;
  std::vector<char> buffer_;
  std::size_t number_ = 0;
  bool complete_ = true;
};

Fault fault_at(std::string const& file, std::size_t line, std::string_view text, std::string message) {
  Fault fault;
  fault.file = file;
  fault.line = line;
  fault.column = 1;
  fault.source_line = std::string(text.substr(0, 120));
  for (auto& c : fault.source_line)
    if (static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) > '~') c = '?';  // whatever it was, it was no CSV
  fault.width = std::max<std::size_t>(1, fault.source_line.size());
  fault.message = std::move(message);
  return fault;
}

constexpr std::size_t absent = static_cast<std::size_t>(-1);

struct Columns {
  std::size_t submit = absent, duration = absent, accelerators = absent;
  std::size_t last() const { return std::max({submit, duration, accelerators}); }
};

Columns read_header(std::string const& file, std::string_view line) {
  if (line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  auto const cells = split(line);
  auto const find = [&](std::string_view name) {
    auto const at = std::find(cells.begin(), cells.end(), name);
    if (at == cells.end())
      throw InputError({fault_at(
          file, 1, line, fmt::format("no column \"{}\": the first line must name submit_s, duration_s and num_gpus", name))});
    return static_cast<std::size_t>(at - cells.begin());
  };
  return {find("submit_s"), find("duration_s"), find("num_gpus")};
}

}  // namespace

std::vector<TraceRow> read_rows(std::string const& file) {
  Lines lines(file);
  std::string_view line;
  if (!lines.next(line)) throw InputError(fmt::format("the trace \"{}\" is empty", file));
  auto const columns = read_header(file, line);

  std::vector<TraceRow> rows;
  std::vector<Fault> faults;
  while (faults.size() < reported_faults && lines.next(line)) {
    auto const fault = [&](std::string message) { faults.push_back(fault_at(file, lines.number(), line, std::move(message))); };
    if (!lines.plausible()) {
      fault("line too long: this is no CSV trace");
      break;
    }
    if (trim(line).empty()) continue;
    auto const cells = split(line);
    TraceRow row;
    if (cells.size() <= columns.last())
      fault(fmt::format("{} columns where {} are needed", cells.size(), columns.last() + 1));
    else if (!parse(cells[columns.submit], row.submit_s) || !std::isfinite(row.submit_s))
      fault(fmt::format("submit_s = \"{}\" is no number", cells[columns.submit]));
    else if (!parse(cells[columns.duration], row.duration_s) || !std::isfinite(row.duration_s) || row.duration_s < 0)
      fault(fmt::format("duration_s = \"{}\" is no number of at least 0", cells[columns.duration]));
    else if (!parse(cells[columns.accelerators], row.accelerators) || row.accelerators < 0)
      fault(fmt::format("num_gpus = \"{}\" is no count", cells[columns.accelerators]));
    else if (row.accelerators > 0 && row.duration_s > 0)  // jobs that held nothing are no demand
      rows.push_back(row);
  }
  if (lines.damaged()) faults = {fault_at(file, lines.number(), "", "the file ends in the middle: damaged gzip")};
  if (!faults.empty()) throw InputError(std::move(faults));
  std::stable_sort(rows.begin(), rows.end(), [](auto const& a, auto const& b) { return a.submit_s < b.submit_s; });
  return rows;
}

namespace {

struct Share {
  std::uint32_t pool;
  double share;
  int largest;
};

/// Pools of the trace in the order of their names, which the map gives.
std::vector<Share> shares_of(schema::TraceSpec const& trace, std::span<PoolSupply const> pools) {
  std::vector<Share> shares;
  for (auto const& [name, share] : trace.pools) {
    auto const at = std::find_if(pools.begin(), pools.end(), [&](PoolSupply const& p) { return p.name == name; });
    if (at == pools.end()) {
      std::vector<std::string> names;
      for (auto const& p : pools) names.push_back(p.name);
      auto const near = nearest(name, names);
      throw InputError(fmt::format("trace \"{}\": no pool \"{}\"{}", trace.name, name,
                                   near.empty() ? "" : fmt::format("; write \"{}\"?", near)));
    }
    if (share > 0) shares.push_back({static_cast<std::uint32_t>(at - pools.begin()), share, at->accelerators()});
  }
  if (shares.empty()) throw InputError(fmt::format("trace \"{}\": pools gives no pool a share above 0", trace.name));
  return shares;
}

/// Share drawn among the pools that can hold the job; null when none can.  Always takes one draw.
Share const* draw_pool(std::span<Share const> shares, int accelerators, RandomStream& stream) {
  double const u = stream.uniform();
  auto const draw = [&](int needed) -> Share const* {
    double total = 0, sum = 0;
    for (auto const& s : shares)
      if (s.largest >= needed) total += s.share;
    Share const* chosen = nullptr;
    for (auto const& s : shares) {
      if (s.largest < needed) continue;
      chosen = &s;
      sum += s.share;
      if (u * total < sum) break;
    }
    return chosen;
  };
  auto const* first = draw(0);
  return first->largest >= accelerators ? first : draw(accelerators);
}

}  // namespace

TraceJobs trace_jobs(schema::TraceSpec const& trace, std::span<TraceRow const> rows, std::span<PoolSupply const> pools,
                     double duration_s, RandomStream stream) {
  auto const shares = shares_of(trace, pools);
  auto const mean = activity_of(trace.activity);
  if (static_cast<double>(rows.size()) * trace.arrival_scale > most_jobs)
    throw InputError(fmt::format("trace \"{}\": arrival_scale = {} would make more than {:.0f} jobs", trace.name,
                                 trace.arrival_scale, most_jobs));
  double const sure = std::floor(trace.arrival_scale), chance = trace.arrival_scale - sure;

  TraceJobs result;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto const& row = rows[i];
    // Copies may come from up to the jitter outside the window, so that its edges are not thinner than its middle.
    double const submit_s = row.submit_s - trace.offset.v;
    if (submit_s < -jitter_s || submit_s >= duration_s + jitter_s) continue;
    int const copies = static_cast<int>(sure) + (stream.uniform() < chance ? 1 : 0);
    for (int copy = 0; copy < copies; ++copy) {
      Job job;
      job.submit_s = submit_s + (copy > 0 ? stream.uniform(-jitter_s, jitter_s) : 0.0);
      auto const* pool = draw_pool(shares, row.accelerators, stream);
      job.activity = draw_activity(mean, trace.activity_spread, stream);
      if (job.submit_s < 0 || job.submit_s >= duration_s) continue;
      if (!pool) {
        ++result.too_large;
        continue;
      }
      job.name = copy > 0 ? fmt::format("{}-{}.{}", trace.name, i, copy) : fmt::format("{}-{}", trace.name, i);
      job.kind = JobKind::trace;
      job.pool = pool->pool;
      job.accelerators = row.accelerators;
      job.work_s = row.duration_s;
      job.estimate_s = row.duration_s * trace.estimate_factor;
      job.clock_sensitivity = clock_sensitivity(job.activity);
      result.jobs.push_back(std::move(job));
    }
  }
  result.jobs = by_submission(std::move(result.jobs));
  return result;
}

TraceJobs read_trace(schema::TraceSpec const& trace, std::span<PoolSupply const> pools, double duration_s,
                     RandomStream stream) {
  return trace_jobs(trace, read_rows(trace.file), pools, duration_s, stream);
}

}  // namespace ondol::workloads
