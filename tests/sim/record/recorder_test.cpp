#include "sim/record/recorder.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bit>
#include <chrono>
#include <cmath>
#include <csignal>
#include <fstream>
#include <functional>
#include <limits>
#include <thread>

#include "scenarios/base/error.hpp"

namespace ondol::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A scratch folder, and a tiny site with three racks whose values the test sets by hand.
class RecorderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string const name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    folder = fs::temp_directory_path() / ("ondol_recorder_" + name + "_" + std::to_string(::getpid()));
    fs::create_directories(folder);
    path = folder / "run.h5";
  }
  void TearDown() override { fs::remove_all(folder); }

  SignalTable signals() {
    SignalTable t;
    t.axes = {{"racks", "rack", {"a/r1", "a/r2", "b/랙"}}, {"loops", "loop", {}}};
    t.columns = {{"racks", "rack", "hall", "", "hall of the rack", {}, {"a", "a", "b"}},
                 {"racks", "rack", "position", "m", "place in the row", {0.0, 0.6, 0.0}, {}}};
    t.series = {{"site", "power", "W", "power at the meter", "time: mean", "", std::span(&site_w, 1)},
                {"racks", "power", "W", "rack power", "time: mean", "rack", rack_w},
                {"loops", "heat", "W", "heat of a loop", "time: mean", "loop", {}}};
    return t;
  }
  RunMetadata metadata() {
    RunMetadata m;
    m.title = "three racks";
    m.start_unix_s = 1783263600;  // 2026-07-05 15:00:00 UTC
    m.time_zone = "Asia/Seoul";
    m.resolved_scenario = "[site]\nname = \"세 랙\"\n";
    m.code_version = "0.1.0";
    m.seed = 0xffffffffffffffffULL;
    m.provenance = {{"catalogue_hash", "abc"}};
    return m;
  }
  /// Report i: site 1000 i + 0.1, racks i, 10 i, 1/3.
  void report(Recorder& r, int i) {
    site_w = 1000.0 * i + 0.1;
    rack_w = {1.0 * i, 10.0 * i, 1.0 / 3.0};
    r.sample(60.0 * (i + 1));
  }

  fs::path folder, path;
  double site_w = 0.0;
  std::vector<double> rack_w = std::vector<double>(3);
};

struct File {
  hid_t id;
  explicit File(fs::path const& p, unsigned flags = H5F_ACC_RDONLY) : id(H5Fopen(p.c_str(), flags, H5P_DEFAULT)) {}
  ~File() {
    if (id >= 0) H5Fclose(id);
  }
};

std::vector<hsize_t> shape(hid_t file, char const* name) {
  hid_t const set = H5Dopen2(file, name, H5P_DEFAULT), space = H5Dget_space(set);
  std::vector<hsize_t> size(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
  H5Sget_simple_extent_dims(space, size.data(), nullptr);
  H5Sclose(space);
  H5Dclose(set);
  return size;
}

std::vector<double> values(hid_t file, char const* name) {
  std::size_t n = 1;
  for (auto const s : shape(file, name)) n *= s;
  std::vector<double> out(n);
  hid_t const set = H5Dopen2(file, name, H5P_DEFAULT);
  EXPECT_GE(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()), 0) << name;
  H5Dclose(set);
  return out;
}

std::vector<std::string> strings(hid_t file, char const* name, char const* attribute = nullptr) {
  hid_t const object = H5Oopen(file, name, H5P_DEFAULT);
  hid_t const a = attribute ? H5Aopen(object, attribute, H5P_DEFAULT) : -1;
  if (attribute && a < 0) {
    H5Oclose(object);
    return {"no attribute"};
  }
  hid_t const space = attribute ? H5Aget_space(a) : H5Dget_space(object);
  hid_t const type = attribute ? H5Aget_type(a) : H5Dget_type(object);
  EXPECT_EQ(H5Tget_cset(type), H5T_CSET_UTF8);
  EXPECT_GT(H5Tis_variable_str(type), 0);
  std::vector<char*> raw(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  EXPECT_GE(attribute ? H5Aread(a, type, raw.data()) : H5Dread(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw.data()), 0);
  std::vector<std::string> const out(raw.begin(), raw.end());
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, raw.data());
  H5Tclose(type);
  H5Sclose(space);
  if (attribute) H5Aclose(a);
  H5Oclose(object);
  return out;
}

std::string text(hid_t file, char const* name, char const* attribute = nullptr) {
  return strings(file, name, attribute).at(0);
}

/// Of fixed length, as netCDF's own tools ask for dates.
std::string fixed_text(hid_t file, char const* object, char const* attribute) {
  hid_t const a = H5Aopen_by_name(file, object, attribute, H5P_DEFAULT, H5P_DEFAULT);
  hid_t const type = H5Aget_type(a);
  EXPECT_EQ(H5Tis_variable_str(type), 0) << attribute;
  std::string out(H5Tget_size(type), '\0');
  EXPECT_GE(H5Aread(a, type, out.data()), 0) << attribute;
  H5Tclose(type);
  H5Aclose(a);
  return out;
}

template <class T>
T number(hid_t file, char const* object, char const* name, hid_t type) {
  T value{};
  hid_t const a = H5Aopen_by_name(file, object, name, H5P_DEFAULT, H5P_DEFAULT);
  EXPECT_GE(H5Aread(a, type, &value), 0) << name;
  H5Aclose(a);
  return value;
}

bool attached(hid_t file, char const* set, char const* scale, unsigned dimension) {
  hid_t const a = H5Dopen2(file, set, H5P_DEFAULT), b = H5Dopen2(file, scale, H5P_DEFAULT);
  bool const yes = H5DSis_attached(a, b, dimension) > 0;
  H5Dclose(a);
  H5Dclose(b);
  return yes;
}

template <class E>
std::string message(std::function<void()> const& action) {
  try {
    action();
  } catch (E const& e) {
    return e.what();
  }
  return "no exception";
}

TEST_F(RecorderTest, WritesWhatItWasGiven) {
  {
    Recorder r({path}, metadata(), signals());
    EXPECT_EQ(r.partial_path(), folder / "run.h5.partial");
    for (int i = 0; i < 3; ++i) report(r, i);
    r.table("kpis", {{"name", "", "", std::vector<std::string>{"pue", "peak"}},
                     {"value", "", "", std::vector<double>{1.25, 4e7}},
                     {"end", "seconds since start", "", std::vector<double>{1.0, std::nan("")}},
                     {"count", "1", "a count", std::vector<std::int64_t>{3, -4}}});
    r.table("events", {{"time", "s", "", std::vector<double>{}}, {"kind", "", "", std::vector<std::string>{}}});
    r.attribute("wall_seconds", 0.5);
    r.finish("complete");
  }
  EXPECT_FALSE(fs::exists(folder / "run.h5.partial"));
  File const f(path);
  ASSERT_GE(f.id, 0);
  EXPECT_EQ(text(f.id, "/", "format"), "ondol-results");
  EXPECT_EQ(text(f.id, "/", "format_version"), "1.5");
  EXPECT_EQ(text(f.id, "/", "status"), "complete");
  EXPECT_EQ(text(f.id, "/", "time_zone"), "Asia/Seoul");
  EXPECT_EQ(text(f.id, "/", "catalogue_hash"), "abc");
  EXPECT_EQ(text(f.id, "/", "start_time"), "2026-07-05 15:00:00 UTC");
  EXPECT_EQ(number<std::int64_t>(f.id, "/", "complete", H5T_NATIVE_INT64), 1);
  EXPECT_EQ(number<std::uint64_t>(f.id, "/", "seed", H5T_NATIVE_UINT64), 0xffffffffffffffffULL);
  EXPECT_EQ(number<double>(f.id, "/", "wall_seconds", H5T_NATIVE_DOUBLE), 0.5);
  EXPECT_EQ(text(f.id, "scenario_toml"), "[site]\nname = \"세 랙\"\n");

  EXPECT_THAT(values(f.id, "/site/time"), ElementsAre(60.0, 120.0, 180.0));
  EXPECT_EQ(fixed_text(f.id, "/site/time", "units"), "seconds since 2026-07-05 15:00:00");
  EXPECT_EQ(fixed_text(f.id, "/site/time", "calendar"), "standard");
  EXPECT_THAT(values(f.id, "/site/power"), ElementsAre(0.1f, 1000.1f, 2000.1f));
  EXPECT_EQ(text(f.id, "/site/power", "units"), "W");
  EXPECT_EQ(text(f.id, "/site/power", "cell_methods"), "time: mean");
  EXPECT_TRUE(attached(f.id, "/site/power", "/site/time", 0));

  EXPECT_THAT(shape(f.id, "/racks/power"), ElementsAre(3, 3));
  EXPECT_THAT(strings(f.id, "/racks/rack"), ElementsAre("a/r1", "a/r2", "b/랙"));
  EXPECT_THAT(strings(f.id, "/racks/hall"), ElementsAre("a", "a", "b"));
  EXPECT_THAT(values(f.id, "/racks/position"), ElementsAre(0.0, 0.6, 0.0));
  EXPECT_EQ(text(f.id, "/racks/power", "coordinates"), "hall position");
  EXPECT_TRUE(attached(f.id, "/racks/power", "/racks/time", 0));
  EXPECT_TRUE(attached(f.id, "/racks/power", "/racks/rack", 1));
  EXPECT_TRUE(attached(f.id, "/racks/hall", "/racks/rack", 0));
  auto const rack = values(f.id, "/racks/power");
  EXPECT_EQ(rack[3], 1.0);
  EXPECT_EQ(rack[7], 20.0);
  double const precision = number<double>(f.id, "/racks/power", "relative_precision", H5T_NATIVE_DOUBLE);
  EXPECT_EQ(precision, 0x1p-16);
  EXPECT_NEAR(rack[2], 1.0 / 3.0, precision / 3.0);
  EXPECT_NE(rack[2], 1.0f / 3.0f);  // rounded indeed

  EXPECT_THAT(strings(f.id, "/kpis/name"), ElementsAre("pue", "peak"));
  EXPECT_THAT(values(f.id, "/kpis/value"), ElementsAre(1.25, 4e7));
  EXPECT_THAT(values(f.id, "/kpis/count"), ElementsAre(3, -4));
  EXPECT_EQ(text(f.id, "/kpis/end", "units"), "seconds since 2026-07-05 15:00:00");
  EXPECT_TRUE(attached(f.id, "/kpis/value", "/kpis/index", 0));
  EXPECT_THAT(shape(f.id, "/events/time"), ElementsAre(0));
  EXPECT_THAT(shape(f.id, "/events/kind"), ElementsAre(0));
}

TEST_F(RecorderTest, StandingTablesAreThereFromTheStartAndAreNotHashed) {
  auto const parts = [](std::string const& first) {
    return std::vector<Table>{
        {"parts",
         {{"name", "", "What it is called", std::vector<std::string>{first, "랙 3", ""}, TextLayout::padded},
          {"holder", "1", "", std::vector<std::int64_t>{-1, 0, 0}}}},
        {"none", {{"name", "", "", std::vector<std::string>{}, TextLayout::padded}}}};
  };
  std::string hash;
  {
    Recorder r({path}, metadata(), signals(), parts("hall"));
    report(r, 0);
    hash = r.content_hash();
  }  // killed: no table was written at the end
  {
    File const f(folder / "run.h5.partial", H5F_ACC_RDONLY | H5F_ACC_SWMR_READ);
    ASSERT_GE(f.id, 0);
    EXPECT_THAT(values(f.id, "/parts/holder"), ElementsAre(-1, 0, 0));
    EXPECT_TRUE(attached(f.id, "/parts/name", "/parts/index", 0));
    EXPECT_EQ(text(f.id, "/parts/name", "long_name"), "What it is called");
    EXPECT_THAT(shape(f.id, "/none/name"), ElementsAre(0));
    char names[3][7] = {};
    hid_t const set = H5Dopen2(f.id, "/parts/name", H5P_DEFAULT), type = H5Dget_type(set);
    ASSERT_EQ(H5Tget_size(type), 5u);  // "랙 3" in UTF-8
    EXPECT_EQ(H5Tget_cset(type), H5T_CSET_UTF8);
    hid_t const longer = H5Tcopy(type);
    H5Tset_size(longer, sizeof names[0]);
    EXPECT_GE(H5Dread(set, longer, H5S_ALL, H5S_ALL, H5P_DEFAULT, names), 0);
    H5Tclose(longer);
    H5Tclose(type);
    H5Dclose(set);
    EXPECT_THAT(std::vector<std::string>(names, names + 3), ElementsAre("hall", "랙 3", ""));
  }
  Recorder r({path, true}, metadata(), signals(), parts("room"));
  report(r, 0);
  EXPECT_EQ(r.content_hash(), hash);
}

TEST_F(RecorderTest, KeepsEveryRowAcrossChunks) {
  int const rows = 2500;  // two full chunks and a part
  {
    Recorder r({path}, metadata(), signals());
    for (int i = 0; i < rows; ++i) report(r, i);
    r.finish("complete");
  }
  File const f(path);
  auto const time = values(f.id, "/racks/time");
  auto const rack = values(f.id, "/racks/power");
  ASSERT_EQ(time.size(), rows);
  ASSERT_EQ(rack.size(), 3u * rows);
  for (int i = 0; i < rows; ++i) {
    ASSERT_EQ(time[i], 60.0 * (i + 1));
    ASSERT_EQ(rack[3 * i], i);
    ASSERT_EQ(rack[3 * i + 1], 10.0 * i);
  }
}

TEST_F(RecorderTest, KeepsInfinityAndNotANumber) {
  double const inf = std::numeric_limits<double>::infinity();
  {
    Recorder r({path}, metadata(), signals());
    // The NaN has every bit of its significand set, which a careless rounding carries over into -0.
    rack_w = {-inf, std::bit_cast<double>(~std::uint64_t{0} >> 1), -0.0};
    r.sample(1.0);
    r.finish("complete");
  }
  auto const rack = values(File(path).id, "/racks/power");
  EXPECT_EQ(rack[0], -inf);
  EXPECT_TRUE(std::isnan(rack[1]));
  EXPECT_TRUE(std::signbit(rack[2]) && rack[2] == 0.0);
}

TEST_F(RecorderTest, ManyRacksShrinkTheChunkNotTheContents) {
  std::vector<double> wide(20000);
  SignalTable t;
  t.axes = {{"racks", "rack", std::vector<std::string>(wide.size(), "x")}};
  t.series = {{"racks", "power", "W", "", "", "rack", wide}};
  {
    Recorder r({path}, metadata(), t);
    for (int i = 0; i < 600; ++i) {
      wide[19999] = i;
      r.sample(i);
    }
    r.finish("complete");
  }
  File const f(path);
  hid_t const set = H5Dopen2(f.id, "/racks/power", H5P_DEFAULT), plist = H5Dget_create_plist(set);
  hsize_t chunk[2];
  H5Pget_chunk(plist, 2, chunk);
  EXPECT_EQ(chunk[0], 256);  // 512 rows of 80 kB would pass 32 MiB
  H5Pclose(plist);
  H5Dclose(set);
  EXPECT_EQ(values(f.id, "/racks/power").back(), 599.0);
}

TEST_F(RecorderTest, HashFollowsTheBits) {
  auto const run = [&](double nudge, std::string const& word) {
    RecorderOptions o{path, true};
    Recorder r(o, metadata(), signals());
    for (int i = 0; i < 5; ++i) report(r, i);
    rack_w[1] = 7.0 + nudge;
    r.sample(1000.0);
    r.table("jobs", {{"name", "", "", std::vector<std::string>{word, "c"}}});
    r.finish("complete");
    EXPECT_EQ(text(File(path).id, "/", "content_hash"), r.content_hash());
    return r.content_hash();
  };
  auto const once = run(0.0, "ab");
  EXPECT_EQ(once.size(), 32u);
  EXPECT_EQ(once, run(0.0, "ab"));
  EXPECT_NE(once, run(1e-15, "ab"));  // below the stored precision, yet another run
  EXPECT_NE(once, run(0.0, "a"));
}

TEST_F(RecorderTest, InterruptedRunIsNamedSo) {
  {
    Recorder r({path}, metadata(), signals());
    report(r, 0);
    r.finish("interrupted");
  }
  File const f(path);
  EXPECT_EQ(text(f.id, "/", "status"), "interrupted");
  EXPECT_EQ(number<std::int64_t>(f.id, "/", "complete", H5T_NATIVE_INT64), 0);
}

TEST_F(RecorderTest, AbandonedRunLeavesAllItsReports) {
  {
    Recorder r({path}, metadata(), signals());
    for (int i = 0; i < 3; ++i) report(r, i);
  }
  EXPECT_FALSE(fs::exists(path));
  File const f(folder / "run.h5.partial");
  ASSERT_GE(f.id, 0);
  EXPECT_EQ(text(f.id, "/", "status"), "running");
  EXPECT_EQ(shape(f.id, "/site/power"), std::vector<hsize_t>{3});
}

TEST_F(RecorderTest, KilledRunLeavesAReadablePrefix) {
  int pipe_ends[2];
  ASSERT_EQ(::pipe(pipe_ends), 0);
  pid_t const child = ::fork();
  if (child == 0) {
    Recorder r({path}, metadata(), signals());
    for (int i = 0; i < 2100; ++i) report(r, i);  // two chunks flushed, 52 reports only in memory
    [[maybe_unused]] auto const n = ::write(pipe_ends[1], "x", 1);
    for (;;) ::pause();
  }
  char byte;
  ASSERT_EQ(::read(pipe_ends[0], &byte, 1), 1);
  auto const partial = folder / "run.h5.partial";
  auto const holds_prefix = [&] {
    File const f(partial, H5F_ACC_RDONLY | H5F_ACC_SWMR_READ);
    ASSERT_GE(f.id, 0);
    EXPECT_EQ(number<std::int64_t>(f.id, "/", "complete", H5T_NATIVE_INT64), 0);
    auto const time = values(f.id, "/racks/time");
    auto const rack = values(f.id, "/racks/power");
    ASSERT_GE(time.size(), 2048u);
    ASSERT_EQ(rack.size(), 3 * time.size());
    for (std::size_t i = 0; i < time.size(); ++i) ASSERT_EQ(rack[3 * i + 1], 10.0 * static_cast<double>(i));
  };
  holds_prefix();  // while it is being written
  ASSERT_EQ(::kill(child, SIGKILL), 0);
  ::waitpid(child, nullptr, 0);
  holds_prefix();  // and after it was killed
  EXPECT_FALSE(fs::exists(path));
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);

  // The prefix is not lost to the next run by accident.
  EXPECT_THAT(message<InputError>([&] { Recorder r({path}, metadata(), signals()); }), HasSubstr("--force"));
  Recorder r({path, true}, metadata(), signals());
  report(r, 0);
  r.finish("complete");
  EXPECT_EQ(shape(File(path).id, "/site/power"), std::vector<hsize_t>{1});
}

TEST_F(RecorderTest, SlowRunIsFlushedBeforeItsChunkIsFull) {
  Recorder r({path}, metadata(), signals());
  report(r, 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(2100));
  report(r, 1);
  {
    // A reader in another process, as HDF5 keeps one view of a file per process.
    pid_t const child = ::fork();
    if (child == 0) {
      File const f(r.partial_path(), H5F_ACC_RDONLY | H5F_ACC_SWMR_READ);
      ::_exit(f.id >= 0 && shape(f.id, "/racks/power") == std::vector<hsize_t>{2, 3} ? 0 : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  for (int i = 2; i < 1500; ++i) report(r, i);
  r.finish("complete");
  auto const rack = values(File(path).id, "/racks/power");
  for (int i = 0; i < 1500; ++i) ASSERT_EQ(rack[3 * i + 1], 10.0 * i);
}

TEST_F(RecorderTest, RefusesToOverwrite) {
  std::ofstream(path) << "precious";
  EXPECT_THAT(message<InputError>([&] { Recorder r({path}, metadata(), signals()); }), HasSubstr("exists already"));
  EXPECT_THAT(message<InputError>([&] { Recorder r({path}, metadata(), signals()); }), HasSubstr("--force"));
  EXPECT_FALSE(fs::exists(folder / "run.h5.partial"));
  EXPECT_EQ(fs::file_size(path), 8u);
  Recorder r({path, true}, metadata(), signals());
  report(r, 0);
  EXPECT_EQ(fs::file_size(path), 8u);  // replaced only when the new results are whole
  r.finish("complete");
  EXPECT_GT(fs::file_size(path), 8u);
}

TEST_F(RecorderTest, FileThatAppearsDuringTheRunIsKept) {
  Recorder r({path}, metadata(), signals());
  report(r, 0);
  std::ofstream(path) << "precious";
  EXPECT_THAT(message<std::runtime_error>([&] { r.finish("complete"); }), HasSubstr("run.h5.partial"));
  EXPECT_EQ(fs::file_size(path), 8u);
}

TEST_F(RecorderTest, RefusesPlacesItCannotWriteTo) {
  auto const refusal = [&](fs::path const& p) {
    return message<InputError>([&] { Recorder r({p, true}, metadata(), signals()); });
  };
  EXPECT_THAT(refusal(folder / "none" / "run.h5"), HasSubstr("does not exist"));
  EXPECT_THAT(refusal(folder), HasSubstr("is a folder"));
  EXPECT_THAT(refusal(""), HasSubstr("does not name"));
  EXPECT_THAT(refusal("/proc/run.h5"), HasSubstr("cannot write /proc/run.h5.partial"));
  std::ofstream(folder / "plain") << "x";
  EXPECT_THAT(refusal(folder / "plain" / "run.h5"), HasSubstr("Not a directory"));
}

TEST_F(RecorderTest, FullDiskIsAnErrorAndKeepsThePrefix) {
  // A file-size limit stands in for the full disk: write() fails in the same place.  In a child, since the limit stays.
  pid_t const child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit const limit{256 << 10, 256 << 10};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    int result = 1;
    try {
      Recorder r({path}, metadata(), signals());
      std::uint64_t noise = 1;
      for (int i = 0; i < 200000; ++i) {
        for (auto& w : rack_w) w = static_cast<double>((noise = noise * 6364136223846793005ULL + 1442695040888963407ULL) >> 20);
        r.sample(i);
      }
      r.finish("complete");
    } catch (std::runtime_error const& e) {
      result = std::string(e.what()).find("File too large") != std::string::npos ? 0 : 2;
    }
    std::exit(result);  // with its exit handlers: HDF5's crashes after a failed close
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_FALSE(fs::exists(path));
  File const f(folder / "run.h5.partial", H5F_ACC_RDONLY | H5F_ACC_SWMR_READ);
  ASSERT_GE(f.id, 0);
  EXPECT_EQ(number<std::int64_t>(f.id, "/", "complete", H5T_NATIVE_INT64), 0);
  EXPECT_GE(values(f.id, "/racks/time").size(), 1024u);
}

TEST_F(RecorderTest, MisuseIsALogicError) {
  auto const wrong = [&](std::function<void(SignalTable&)> const& change) {
    auto t = signals();
    change(t);
    return message<std::logic_error>([&] { Recorder r({path, true}, metadata(), t); });
  };
  EXPECT_THAT(wrong([](auto& t) { t.series[1].axis = "nodes"; }), HasSubstr("unknown axis nodes"));
  EXPECT_THAT(wrong([](auto& t) { t.series[1].view = t.series[1].view.first(2); }), HasSubstr("not as long"));
  EXPECT_THAT(wrong([](auto& t) { t.columns[0].strings.pop_back(); }), HasSubstr("not as long"));
  Recorder r({path, true}, metadata(), signals());
  report(r, 1);
  EXPECT_THROW(r.sample(60.0), std::logic_error);
  EXPECT_THROW(r.sample(std::nan("")), std::logic_error);
  EXPECT_THROW(r.table("t", {{"a", "", "", std::vector<double>{1.0}}, {"b", "", "", std::vector<double>{}}}), std::logic_error);
  r.attribute("x", std::string("y"));
  EXPECT_THROW(report(r, 2), std::logic_error);
}

TEST_F(RecorderTest, AGroupMayHaveATimeOfItsOwn) {
  auto table = signals();
  double fine_w = 0;
  table.own_time = {{"windows/w", 0.01}};
  table.series.push_back({"windows/w", "power", "W", "power at the meter", "time: mean", "", std::span(&fine_w, 1)});
  Recorder r({path}, metadata(), table);
  report(r, 0);
  for (int i = 0; i < 2000; ++i) {
    fine_w = i;
    r.sample("windows/w", 30.0 + 0.01 * (i + 1));
  }
  report(r, 1);
  EXPECT_THROW(r.sample("racks", 200.0), std::logic_error);
  r.finish("complete");
  File const f(path);
  EXPECT_THAT(shape(f.id, "/site/power"), ElementsAre(2));
  EXPECT_THAT(shape(f.id, "/windows/w/power"), ElementsAre(2000));
  EXPECT_EQ(values(f.id, "/windows/w/power")[1999], 1999);
  EXPECT_DOUBLE_EQ(values(f.id, "/windows/w/time")[0], 30.01);
  EXPECT_THAT(values(f.id, "/site/time"), ElementsAre(60, 120));
  EXPECT_EQ(text(f.id, "/windows/w/power", "units"), "W");
}

}  // namespace
}  // namespace ondol::sim
