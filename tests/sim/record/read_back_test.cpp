/// Reading results and indices back, and files that are none.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <functional>

#include "scenarios/base/error.hpp"
#include "sim/record/recorder.hpp"
#include "sim/record/result_file.hpp"
#include "tests/sim/record/example_index.hpp"

namespace ondol::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ReadBackTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string const name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    folder = fs::temp_directory_path() / ("ondol_read_back_" + name + "_" + std::to_string(::getpid()));
    fs::create_directories(folder);
    path = folder / "run.h5";
  }
  void TearDown() override { fs::remove_all(folder); }

  /// A small run, left as it is when `status` is empty.
  void run(std::string const& status) {
    RunMetadata m;
    m.title = "세 랙";
    m.start_unix_s = 1783263600;
    m.resolved_scenario = "[site]\nname = \"s\"\n";
    m.code_version = "0.1.0";
    SignalTable t;
    t.series = {{"site", "power", "W", "power at the meter", "time: mean", "", std::span(&site_w, 1)}};
    Recorder r({path, true}, m, t);
    r.sample(60);
    if (status.empty()) return;
    r.table("kpis", {{"name", "", "", std::vector<std::string>{"pue", "mean_wait"}},
                     {"value", "", "", std::vector<double>{1.25, std::nan("")}},
                     {"units", "", "", std::vector<std::string>{"1", "min"}},
                     {"long_name", "", "", std::vector<std::string>{"power usage effectiveness", "wait"}}});
    r.attribute("ledger_residual", 1e-12);
    r.finish(status);
  }
  std::string said(std::function<void()> const& read) {
    try {
      read();
      return "nothing";
    } catch (InputError const& e) {
      return e.faults().front().message;
    }
  }
  std::string said_of_result(fs::path const& p) {
    return said([&] { read_result(p); });
  }
  /// Changes an attribute of the root; nothing: takes it away.
  void attribute(char const* name, char const* value) {
    hid_t const file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    H5Adelete(file, name);
    if (value) {
      hid_t const type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
      H5Tset_size(type, H5T_VARIABLE);
      hid_t const a = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
      H5Awrite(a, type, &value);
      H5Aclose(a);
      H5Sclose(space);
      H5Tclose(type);
    }
    H5Fclose(file);
  }

  fs::path folder, path;
  double site_w = 1000;
};

TEST_F(ReadBackTest, AResultAsItWasWritten) {
  run("complete");
  auto const r = read_result(path);
  EXPECT_EQ(r.title, "세 랙");
  EXPECT_EQ(r.status, "complete");
  EXPECT_TRUE(r.complete);
  EXPECT_EQ(r.code_version, "0.1.0");
  EXPECT_EQ(r.start_time, "2026-07-05 15:00:00 UTC");
  EXPECT_EQ(r.content_hash.size(), 32u);
  EXPECT_EQ(r.ledger_residual, 1e-12);
  EXPECT_EQ(r.scenario_toml, "[site]\nname = \"s\"\n");
  ASSERT_EQ(r.kpis.size(), 2u);
  EXPECT_EQ(r.kpis[0].name, "pue");
  EXPECT_EQ(r.kpis[0].value, 1.25);
  EXPECT_EQ(r.kpis[0].units, "1");
  EXPECT_EQ(r.kpis[0].long_name, "power usage effectiveness");
  EXPECT_TRUE(std::isnan(r.kpis[1].value));
}

TEST_F(ReadBackTest, AnInterruptedRunHasKeyFiguresAndAKilledOneHasNot) {
  run("interrupted");
  EXPECT_FALSE(read_result(path).complete);
  fs::remove(path);
  run("");
  EXPECT_THAT(said_of_result(path), AllOf(HasSubstr("there is no file"), HasSubstr("run.h5.partial")));
  EXPECT_THAT(said_of_result(folder / "run.h5.partial"), HasSubstr("no key figures"));
}

TEST_F(ReadBackTest, FilesThatAreNoResults) {
  EXPECT_THAT(said_of_result(folder / "nowhere.h5"), HasSubstr("there is no file"));
  EXPECT_THAT(said_of_result(folder), HasSubstr("is a folder"));
  EXPECT_THAT(said_of_result("/dev/null"), HasSubstr("not a file"));
  std::ofstream(path) << "";
  EXPECT_THAT(said_of_result(path), HasSubstr("not an HDF5 file"));
  std::ofstream(path) << "[site]\nname = \"a scenario\"\n";
  EXPECT_THAT(said_of_result(path), HasSubstr("not an HDF5 file"));
  H5Fclose(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  EXPECT_THAT(said_of_result(path), HasSubstr("not results of this program"));
  write_sweep_index(folder / "sweep.h5", example_index());
  EXPECT_THAT(said_of_result(folder / "sweep.h5"), AllOf(HasSubstr("the index of a sweep"), HasSubstr("the results of a run")));
  EXPECT_THAT(said_of_result(folder), HasSubstr("sweep.h5"));
  run("complete");
  EXPECT_THAT(said([&] { read_sweep_index(path); }), HasSubstr("is the results of a run, not the index"));
}

TEST_F(ReadBackTest, OtherVersions) {
  run("complete");
  attribute("format_version", "1.99");
  EXPECT_EQ(read_result(path).title, "세 랙");  // minor: what is not known is left alone
  attribute("format_version", "2.0");
  EXPECT_THAT(said_of_result(path), AllOf(HasSubstr("format 2.0"), HasSubstr("reads 1.x"), HasSubstr("0.1.0")));
  attribute("format_version", nullptr);
  EXPECT_THAT(said_of_result(path), HasSubstr("no version"));
}

TEST_F(ReadBackTest, WhereverItIsCutShortItIsRefused) {
  run("complete");
  auto const size = fs::file_size(path);
  std::string const bytes = [&] {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }();
  for (std::size_t left = 0; left < size; left += size / 97 + 1) {
    std::ofstream(path, std::ios::binary | std::ios::trunc).write(bytes.data(), static_cast<std::streamsize>(left));
    EXPECT_THAT(said_of_result(path), ::testing::AnyOf(HasSubstr("cut short"), HasSubstr("not an HDF5 file"))) << left;
  }
}

TEST_F(ReadBackTest, AnIndexAsItWasWritten) {
  auto const written = example_index();
  write_sweep_index(folder / "sweep.h5", written);
  auto read = read_sweep_index(folder / "sweep.h5");
  EXPECT_EQ(read.attributes, written.attributes);
  EXPECT_EQ(read.sweep_toml, written.sweep_toml);
  EXPECT_EQ(read.links, written.links);
  ASSERT_EQ(read.dimensions.size(), 3u);
  for (std::size_t d = 0; d < 3; ++d) {
    EXPECT_EQ(read.dimensions[d].name, written.dimensions[d].name);
    EXPECT_EQ(read.dimensions[d].size, written.dimensions[d].size);
  }
  // Written from what was read, it is the same file.
  write_sweep_index(folder / "again.h5", read);
  auto const bytes = [](fs::path const& p) {
    std::ifstream in(p, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  EXPECT_TRUE(bytes(folder / "again.h5") == bytes(folder / "sweep.h5"));
}

TEST_F(ReadBackTest, AnIndexWhoseVariablesDoNotFitItsDimensions) {
  path = folder / "sweep.h5";
  write_sweep_index(path, example_index());
  hid_t const file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), scale = H5Dopen2(file, "supply", H5P_DEFAULT);
  hsize_t const five = 5;
  hid_t const space = H5Screate_simple(1, &five, nullptr);
  hid_t const set = H5Dcreate2(file, "odd", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  EXPECT_GE(H5DSattach_scale(set, scale, 0), 0);
  H5Sclose(space);
  H5Dclose(set);
  H5Dclose(scale);
  H5Fclose(file);
  EXPECT_THAT(said([&] { read_sweep_index(path); }), HasSubstr("is damaged: a variable without dimensions"));
}

TEST_F(ReadBackTest, AnIndexWithLinksThatLeadNowhereOfOurs) {
  path = folder / "sweep.h5";
  auto index = example_index();
  index.links.push_back("runs/one_too_many.h5");
  write_sweep_index(path, index);
  EXPECT_THAT(said([&] { read_sweep_index(path); }), HasSubstr("runs/12 is the link of no place"));
}

}  // namespace
}  // namespace ondol::sim
