#include "sim/record/recorder.hpp"

#include <fcntl.h>
#include <hdf5_hl.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <stdexcept>
#include <system_error>
#include <type_traits>

#include "scenarios/base/error.hpp"
#include "sim/record/hdf5_file.hpp"

namespace ondol::sim {

namespace {

using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr std::size_t buffer_bytes = 32u << 20;  // bound on all series buffers together
constexpr std::size_t most_chunk_rows = 1024;
constexpr std::size_t least_chunk_rows = 16;
constexpr std::size_t chunk_labels = 16;  // 1024 x 16 floats = 64 KiB: one rack over time and all racks at once both read fast
constexpr int significand_bits = 16;

/// Nearest float with `significand_bits` bits, ties to even; the zeroed tail is what deflate removes.
inline float rounded(double value) {
  constexpr unsigned dropped = 24 - significand_bits;
  auto const bits = std::bit_cast<std::uint32_t>(static_cast<float>(value));
  std::uint32_t const shorter = (bits + ((1u << (dropped - 1)) - 1) + ((bits >> dropped) & 1u)) & ~((1u << dropped) - 1);
  return std::bit_cast<float>((bits & 0x7f800000u) == 0x7f800000u ? bits : shorter);  // inf and NaN stay
}

/// "2026-07-05 15:00:00" (UTC)
std::string date(std::int64_t unix_s) {
  using namespace std::chrono;
  sys_seconds const t{seconds{unix_s}};
  auto const day = floor<days>(t);
  year_month_day const ymd{day};
  hh_mm_ss const clock{t - day};
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d", static_cast<int>(ymd.year()),
                static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return text;
}

fs::path partial_of(fs::path const& path) {
  return fs::path(path) += ".partial";
}

/// Refuses what would lose or overwrite something, and creates the empty partial file.
void claim(RecorderOptions const& options) {
  auto const& path = options.path;
  auto const partial = partial_of(path);
  std::error_code ignored;
  if (path.filename().empty())
    throw InputError("'" + path.string() + "' does not name a results file; write for example out/run.h5");
  if (fs::is_directory(path, ignored))
    throw InputError(path.string() + " is a folder; name a file in it, for example " + (path / "run.h5").string());
  if (!options.force && fs::exists(fs::symlink_status(path, ignored)))
    throw InputError(path.string() + " exists already; choose another name or pass --force to replace it");
  if (!options.force && fs::exists(partial, ignored))
    throw InputError(partial.string() +
                     " exists already: a run that was killed left it, or is still writing it; keep it under " +
                     "another name or pass --force to replace it");
  fs::remove(partial, ignored);
  int const descriptor = ::open(partial.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    std::string why = std::strerror(errno);
    auto const folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    if (errno == ENOENT) why = "the folder " + folder.string() + " does not exist";
    throw InputError("cannot write " + partial.string() + ": " + why);
  }
  ::close(descriptor);
}

void describe(hid_t object, std::string const& units, std::string const& long_name) {
  if (!units.empty()) h5::attribute(object, "units", units);
  if (!long_name.empty()) h5::attribute(object, "long_name", long_name);
}

}  // namespace

struct Recorder::Impl {
  struct Buffered {  ///< a series on its way to the file
    std::string path;
    std::span<double const> view;
    bool scalar;
    std::vector<float> rows;  ///< chunk_rows x view.size()
    h5::Handle set;
  };
  struct Group {
    std::string name;
    h5::Handle time;
  };
  /// Groups that are sampled at the same dates.
  struct Stream {
    std::string own;  ///< group with a time of its own; empty: all others
    double period_s = 0;
    std::vector<Group> groups = {};
    std::vector<Buffered> series = {};
    std::vector<double> times = {};  ///< of the rows now buffered
    std::size_t chunk_rows = most_chunk_rows;
    std::size_t stored_rows = 0;  ///< rows in full chunks on file; the buffers hold those after them
    double last_time = -std::numeric_limits<double>::infinity();
    Clock::time_point flushed = Clock::now();
  };

  RecorderOptions options;
  RunMetadata metadata;
  fs::path partial;
  h5::Handle access;
  h5::Handle file;
  std::vector<Stream> streams;  ///< the common one first
  Clock::time_point opened = Clock::now();
  XXH3_state_t hash;
  enum class Stage { sampling, tables, finished } stage = Stage::sampling;
  bool broken = false;  ///< a write failed

  Impl(RecorderOptions o, RunMetadata m) : options(std::move(o)), metadata(std::move(m)), partial(partial_of(options.path)) {
    XXH3_128bits_reset(&hash);
  }

  ~Impl() {
    if (broken) abandon();
  }

  /// Does `step`; after a failed write the file is left alone, since HDF5 may crash when it closes what it cannot flush.
  template <class Step>
  void guarded(Step const& step) {
    if (broken) throw std::logic_error("a results file that failed is written to again");
    try {
      step();
    } catch (std::runtime_error const&) {
      broken = true;
      throw;
    }
  }

  void abandon() {
    for (auto& stream : streams) {
      for (auto& s : stream.series) s.set.abandon();
      for (auto& g : stream.groups) g.time.abandon();
    }
    file.abandon();
    access.abandon();
  }

  std::string origin() const { return "seconds since " + date(metadata.start_unix_s); }

  void open_access() {
    access = {h5::check(H5Pcreate(H5P_FILE_ACCESS), "HDF5"), H5Pclose};
    h5::check(H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110), "HDF5");  // SWMR needs the 1.10 layout
  }

  h5::Handle create_group(std::string const& name) {
    h5::Handle const create(h5::check(H5Pcreate(H5P_GROUP_CREATE), "HDF5"), H5Pclose);
    h5::check(H5Pset_link_creation_order(create, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), "HDF5");
    h5::Handle const link(h5::check(H5Pcreate(H5P_LINK_CREATE), "HDF5"), H5Pclose);
    h5::check(H5Pset_create_intermediate_group(link, 1), "HDF5");  // "windows/start"
    return {h5::check(H5Gcreate2(file, name.c_str(), link, create, H5P_DEFAULT), "cannot create group " + name), H5Gclose};
  }

  void write_header() {
    std::string const conventions = "CF-1.8";
    h5::attribute(file, "Conventions", conventions);
    h5::attribute(file, "title", metadata.title);
    h5::attribute(file, "format", std::string(results_format));
    h5::attribute(file, "format_version", std::string(results_format_version));
    h5::attribute(file, "complete", std::int64_t{0});
    h5::attribute(file, "status", std::string("running"));
    h5::attribute(file, "content_hash", std::string());
    h5::attribute(file, "code_version", metadata.code_version);
    h5::attribute(file, "seed", metadata.seed);
    h5::attribute(file, "start_time", date(metadata.start_unix_s) + " UTC");
    h5::attribute(file, "time_zone", metadata.time_zone);
    for (auto const& [name, value] : metadata.provenance) h5::attribute(file, name, value);
    h5::text(file, "scenario_toml", metadata.resolved_scenario);
  }

  void write_time(Group& group, hid_t at, std::size_t chunk_rows) {
    group.time = h5::growing(at, "time", H5T_NATIVE_DOUBLE, chunk_rows, 0, 0);
    h5::check(H5DSset_scale(group.time, "time"), "cannot write time of " + group.name);
    h5::fixed_attribute(group.time, "units", origin());
    h5::fixed_attribute(group.time, "calendar", "standard");
    h5::attribute(group.time, "standard_name", std::string("time"));
    h5::attribute(group.time, "long_name", std::string("end of the reporting interval (UTC)"));
    h5::attribute(group.time, "axis", std::string("T"));
  }

  /// Axis labels and their columns; returns the scale and the CF list of the auxiliary coordinates.
  std::pair<h5::Handle, std::string> write_axis(Axis const& axis, SignalTable const& table, hid_t at) {
    auto const where = axis.group + "/" + axis.name;
    auto scale = h5::dataset(at, axis.name, axis.labels);
    h5::check(H5DSset_scale(scale, axis.name.c_str()), "cannot write axis " + where);
    std::string coordinates;
    for (auto const& column : table.columns) {
      if (column.group != axis.group || column.axis != axis.name) continue;
      auto const size = std::max(column.numbers.size(), column.strings.size());
      if (size != axis.labels.size())
        throw std::logic_error("column " + where + "." + column.name + " is not as long as its axis");
      auto const set =
          column.strings.empty() ? h5::dataset(at, column.name, column.numbers) : h5::dataset(at, column.name, column.strings);
      describe(set, column.units, column.long_name);
      h5::check(H5DSattach_scale(set, scale, 0), "cannot attach axis " + where);
      coordinates += (coordinates.empty() ? "" : " ") + column.name;
    }
    return {std::move(scale), coordinates};
  }

  void write_series(Stream& stream, Series const& s, hid_t at, hid_t time, hid_t scale, std::string const& coordinates,
                    std::size_t labels) {
    bool const scalar = s.axis.empty();
    auto const where = s.group + "/" + s.name;
    if (s.view.size() != labels) throw std::logic_error("series " + where + " is not as long as its axis");
    auto const set =
        h5::growing(at, s.name, H5T_NATIVE_FLOAT, stream.chunk_rows, scalar ? 0 : labels, std::min(labels, chunk_labels));
    describe(set, s.units, s.long_name);
    if (!s.cell_methods.empty()) h5::attribute(set, "cell_methods", s.cell_methods);
    if (!coordinates.empty()) h5::attribute(set, "coordinates", coordinates);
    h5::attribute(set, "relative_precision", std::ldexp(1.0, scalar ? -24 : -significand_bits));
    h5::check(H5DSattach_scale(set, time, 0), "cannot attach time to " + where);
    if (!scalar) h5::check(H5DSattach_scale(set, scale, 1), "cannot attach axis to " + where);
    stream.series.push_back({"/" + where, s.view, scalar, std::vector<float>(stream.chunk_rows * labels), {}});
  }

  void write_group(Stream& stream, std::string const& name, SignalTable const& table) {
    auto const at = create_group(name);
    if (stream.period_s > 0) h5::attribute(at, "period", stream.period_s);
    stream.groups.push_back({name, {}});
    auto& group = stream.groups.back();
    write_time(group, at, stream.chunk_rows);
    struct Open {
      Axis const* axis;
      h5::Handle scale;
      std::string coordinates;
    };
    std::vector<Open> axes;
    for (auto const& axis : table.axes) {
      if (axis.group != name || axis.labels.empty()) continue;
      auto [scale, coordinates] = write_axis(axis, table, at);
      axes.push_back({&axis, std::move(scale), coordinates});
    }
    for (auto const& s : table.series) {
      if (s.group != name) continue;
      if (s.axis.empty()) {
        write_series(stream, s, at, group.time, -1, "", 1);
        continue;
      }
      auto const open = std::find_if(axes.begin(), axes.end(), [&](Open const& o) { return o.axis->name == s.axis; });
      if (open != axes.end()) {
        write_series(stream, s, at, group.time, open->scale, open->coordinates, open->axis->labels.size());
      } else if (!s.view.empty()) {
        throw std::logic_error("series " + name + "/" + s.name + " names the unknown axis " + s.axis);
      }
    }
  }

  void set_up(SignalTable const& table, std::vector<Table> const& standing) {
    streams.push_back({.own = {}});
    for (auto const& own : table.own_time) streams.push_back({.own = own.group, .period_s = own.period_s});
    for (auto& stream : streams) {
      std::size_t row_bytes = 1;
      for (auto const& s : table.series)
        if (&stream_of(s.group) == &stream) row_bytes += s.view.size() * sizeof(float);
      while (stream.chunk_rows > least_chunk_rows && stream.chunk_rows * row_bytes > buffer_bytes / streams.size())
        stream.chunk_rows /= 2;
      stream.times.reserve(stream.chunk_rows);
    }
    open_access();
    h5::Handle const create(h5::check(H5Pcreate(H5P_FILE_CREATE), "HDF5"), H5Pclose);
    h5::check(H5Pset_link_creation_order(create, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED), "HDF5");
    file = {h5::check(H5Fcreate(partial.c_str(), H5F_ACC_TRUNC, create, access), "cannot create " + partial.string()),
            H5Fclose};
    write_header();
    std::vector<std::string> names;
    auto const note = [&](std::string const& name) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    };
    for (auto const& s : table.series) note(s.group);
    for (auto const& a : table.axes) note(a.group);
    for (auto const& name : names) write_group(stream_of(name), name, table);
    for (auto const& it : standing) write_table(it.group, it.columns, Hashed::no);
    // SWMR starts with every object closed; they are opened again for appending.
    for (auto& stream : streams)
      for (auto& group : stream.groups) group.time.reset();
    h5::check(H5Fstart_swmr_write(file), "cannot start to write " + partial.string());
    auto const open = [this](std::string const& path) {
      return h5::Handle(h5::check(H5Dopen2(file, path.c_str(), H5P_DEFAULT), "cannot open " + path), H5Dclose);
    };
    for (auto& stream : streams) {
      for (auto& group : stream.groups) group.time = open("/" + group.name + "/time");
      for (auto& s : stream.series) s.set = open(s.path);
    }
    flush_file();
  }

  Stream& stream_of(std::string const& group) {
    auto const own = std::find_if(streams.begin() + 1, streams.end(), [&](Stream const& s) { return s.own == group; });
    return own == streams.end() ? streams.front() : *own;
  }

  std::string lost() const { return "cannot write " + partial.string() + " (what was flushed before stays readable)"; }

  void flush_file() { h5::check(H5Fflush(file, H5F_SCOPE_LOCAL), lost()); }

  void append(Stream const& stream, hid_t set, hid_t type, std::size_t columns, bool flat, void const* rows) {
    hsize_t const size[2] = {stream.stored_rows + stream.times.size(), columns};
    hsize_t const start[2] = {stream.stored_rows, 0};
    hsize_t const count[2] = {stream.times.size(), columns};
    int const rank = flat ? 1 : 2;
    h5::check(H5Dset_extent(set, size), lost());
    h5::Handle const in_file(h5::check(H5Dget_space(set), lost()), H5Sclose);
    h5::check(H5Sselect_hyperslab(in_file, H5S_SELECT_SET, start, nullptr, count, nullptr), lost());
    h5::Handle const in_memory(h5::check(H5Screate_simple(rank, count, nullptr), lost()), H5Sclose);
    h5::check(H5Dwrite(set, type, in_memory, in_file, H5P_DEFAULT, rows), lost());
  }

  /// Writes the buffered rows.  A full chunk leaves the buffers; a part stays and is written again when its chunk is full,
  /// so that HDF5 never reads back what it wrote.
  void store(Stream& stream) {
    if (stream.times.empty()) return;
    for (auto const& s : stream.series) append(stream, s.set, H5T_NATIVE_FLOAT, s.view.size(), s.scalar, s.rows.data());
    for (auto const& group : stream.groups) append(stream, group.time, H5T_NATIVE_DOUBLE, 1, true, stream.times.data());
    flush_file();
    stream.flushed = Clock::now();
    if (stream.times.size() < stream.chunk_rows) return;
    stream.stored_rows += stream.times.size();
    stream.times.clear();
  }
  void store() {
    for (auto& stream : streams) store(stream);
  }

  void sample(std::string const& group, double time_s) {
    auto& stream = group.empty() ? streams.front() : stream_of(group);
    if (stream.own != group) throw std::logic_error("the group " + group + " has no time of its own");
    sample(stream, time_s);
  }

  void sample(Stream& stream, double time_s) {
    if (stage != Stage::sampling) throw std::logic_error("a report after the tables");
    if (!(time_s > stream.last_time) || !std::isfinite(time_s)) throw std::logic_error("reports must move forward in time");
    stream.last_time = time_s;
    std::size_t const row = stream.times.size();
    XXH3_128bits_update(&hash, &time_s, sizeof time_s);
    for (auto& s : stream.series) {
      std::size_t const n = s.view.size();
      double const* const in = s.view.data();
      float* const out = s.rows.data() + row * n;
      XXH3_128bits_update(&hash, in, n * sizeof *in);
      if (s.scalar) {
        out[0] = static_cast<float>(in[0]);
      } else {
        for (std::size_t i = 0; i < n; ++i) out[i] = rounded(in[i]);
      }
    }
    stream.times.push_back(time_s);
    // A part of a chunk is worth writing when a reader has waited 2 s; rarer in long runs, since each leaves a hole in the
    // file.
    auto const now = Clock::now();
    auto const patience = std::max<Clock::duration>(std::chrono::seconds(2), (now - opened) / 20);
    if (stream.times.size() == stream.chunk_rows || now - stream.flushed >= patience) store(stream);
  }

  void close_series() {
    bool closed = true;
    for (auto& stream : streams) {
      for (auto& s : stream.series) closed = s.set.reset() && closed;
      for (auto& g : stream.groups) closed = g.time.reset() && closed;
    }
    closed = file.reset() && closed;
    if (!closed) h5::fail(lost());
  }

  void begin_tables() {
    if (stage == Stage::finished) throw std::logic_error("the results file is finished");
    if (stage == Stage::tables) return;
    store();
    close_series();
    // The partial name keeps other writers away; a reader that follows holds a lock, and must not end the run.
    h5::check(H5Pset_file_locking(access, false, true), "HDF5");
    file = {h5::check(H5Fopen(partial.c_str(), H5F_ACC_RDWR, access), "cannot open " + partial.string() + " again"), H5Fclose};
    stage = Stage::tables;
  }

  void update(std::string const& value) {
    std::uint64_t const size = value.size();
    XXH3_128bits_update(&hash, &size, sizeof size);
    XXH3_128bits_update(&hash, value.data(), value.size());
  }
  template <class T>
  void update(std::vector<T> const& values) {
    XXH3_128bits_update(&hash, values.data(), values.size() * sizeof(T));
  }
  void update(std::vector<std::string> const& values) {
    for (auto const& value : values) update(value);
  }

  enum class Hashed { no, yes };

  /// One group with its index and columns of one length.
  class TableWriter {
   public:
    TableWriter(Impl& recorder, std::string const& name, std::size_t rows, Hashed hashed)
        : recorder_(recorder), name_(name), rows_(rows), hashed_(hashed) {
      group_ = recorder_.create_group(name);
      std::vector<std::int64_t> index(rows);
      std::iota(index.begin(), index.end(), std::int64_t{0});
      scale_ = h5::dataset(group_, "index", index);
      h5::check(H5DSset_scale(scale_, "index"), recorder_.lost());
      if (hashed_ == Hashed::yes) recorder_.update(name);
    }

    void write(Column const& c) {
      if (hashed_ == Hashed::yes) recorder_.update(c.name);
      auto const set = std::visit(
          [&](auto const& values) {
            if (values.size() != rows_)
              throw std::logic_error("column " + name_ + "/" + c.name + " is not as long as the others");
            if (hashed_ == Hashed::yes) recorder_.update(values);
            if constexpr (std::is_same_v<decltype(values), std::vector<std::string> const&>)
              if (c.texts == TextLayout::padded) return h5::padded_dataset(group_, c.name, values);
            return h5::dataset(group_, c.name, values);
          },
          c.values);
      describe(set, c.units == "seconds since start" ? recorder_.origin() : c.units, c.long_name);
      h5::check(H5DSattach_scale(set, scale_, 0), recorder_.lost());
    }

   private:
    Impl& recorder_;
    std::string name_;
    std::size_t rows_;
    Hashed hashed_;
    h5::Handle group_, scale_;
  };

  void write_table(std::string const& name, std::vector<Column> const& columns, Hashed hashed) {
    auto const length = [](Column const& c) { return std::visit([](auto const& v) { return v.size(); }, c.values); };
    auto const rows = columns.empty() ? 0 : length(columns.front());
    for (auto const& c : columns)
      if (length(c) != rows) throw std::logic_error("column " + name + "/" + c.name + " is not as long as the others");
    TableWriter writer(*this, name, rows, hashed);
    for (auto const& c : columns) writer.write(c);
  }

  void table(std::string const& name, std::vector<Column> const& columns) {
    begin_tables();
    write_table(name, columns, Hashed::yes);
  }

  void table(std::string const& name, std::vector<ColumnSource> const& columns) {
    begin_tables();
    std::optional<TableWriter> writer;
    for (auto const& source : columns) {
      Column const column{source.name, source.units, source.long_name, source.make(), source.texts};
      if (!writer) writer.emplace(*this, name, std::visit([](auto const& v) { return v.size(); }, column.values), Hashed::yes);
      writer->write(column);
    }
  }

  std::string digest() const {
    auto const h = XXH3_128bits_digest(&hash);
    char text[33];
    std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(h.high64),
                  static_cast<unsigned long long>(h.low64));
    return text;
  }

  void finish(std::string const& status) {
    begin_tables();
    h5::attribute(file, "content_hash", digest());
    h5::attribute(file, "status", status);
    h5::attribute(file, "complete", std::int64_t{status == "complete"});
    h5::check(H5Fflush(file, H5F_SCOPE_LOCAL), lost());
    if (!file.reset()) h5::fail(lost());
    sync(partial, O_RDONLY);
    if (!options.force && fs::exists(options.path))
      throw std::runtime_error(options.path.string() + " appeared during the run; the results stay in " + partial.string());
    fs::rename(partial, options.path);
    sync(options.path.has_parent_path() ? options.path.parent_path() : fs::path("."), O_RDONLY | O_DIRECTORY);
    stage = Stage::finished;
  }

  /// To the disk itself, so that a power cut after `finish` loses nothing.
  static void sync(fs::path const& path, int flags) {
    int const descriptor = ::open(path.c_str(), flags | O_CLOEXEC);
    if (descriptor < 0) throw std::runtime_error("cannot open " + path.string() + ": " + std::strerror(errno));
    int const result = ::fsync(descriptor);
    int const error = errno;
    ::close(descriptor);
    if (result != 0 && error != EINVAL) throw std::runtime_error("cannot write " + path.string() + ": " + std::strerror(error));
  }
};

Recorder::Recorder(RecorderOptions options, RunMetadata metadata, SignalTable table, std::vector<Table> const& standing) {
  h5::begin();
  claim(options);
  impl_ = std::make_unique<Impl>(std::move(options), std::move(metadata));
  impl_->guarded([&] { impl_->set_up(table, standing); });
}

Recorder::~Recorder() {
  if (impl_->broken || impl_->stage != Impl::Stage::sampling) return;
  try {
    impl_->guarded([&] { impl_->store(); });
  } catch (std::exception const&) {  // a destructor has no one to tell; what was flushed before stays readable
  }
}

void Recorder::sample(double time_s) {
  impl_->guarded([&] { impl_->sample({}, time_s); });
}

void Recorder::sample(std::string const& group, double time_s) {
  impl_->guarded([&] { impl_->sample(group, time_s); });
}

void Recorder::table(std::string const& group, std::vector<Column> const& columns) {
  impl_->guarded([&] { impl_->table(group, columns); });
}

void Recorder::table(std::string const& group, std::vector<ColumnSource> const& columns) {
  impl_->guarded([&] { impl_->table(group, columns); });
}

void Recorder::attribute(std::string const& name, std::variant<double, std::int64_t, std::string> const& value) {
  impl_->guarded([&] {
    impl_->begin_tables();
    std::visit([&](auto const& v) { h5::attribute(impl_->file, name, v); }, value);
  });
}

std::string Recorder::content_hash() const {
  return impl_->digest();
}

void Recorder::finish(std::string const& status) {
  impl_->guarded([&] { impl_->finish(status); });
}

fs::path Recorder::partial_path() const {
  return impl_->partial;
}

}  // namespace ondol::sim
