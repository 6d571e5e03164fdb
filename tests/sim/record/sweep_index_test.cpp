#include "sim/record/sweep_index.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>

#include "tests/sim/record/example_index.hpp"

namespace ondol::sim {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SweepIndexTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string const name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    folder = fs::temp_directory_path() / ("ondol_sweep_index_" + name + "_" + std::to_string(::getpid()));
    fs::create_directories(folder);
    path = folder / "sweep.h5";
  }
  void TearDown() override { fs::remove_all(folder); }

  std::string bytes() const {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }
  std::size_t files() const { return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {})); }

  fs::path folder, path;
};

struct Reader {
  hid_t file;
  explicit Reader(fs::path const& p) : file(H5Fopen(p.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)) { EXPECT_GE(file, 0); }
  ~Reader() { H5Fclose(file); }

  std::vector<double> numbers(char const* name) const {
    hid_t const set = H5Dopen2(file, name, H5P_DEFAULT), space = H5Dget_space(set);
    std::vector<double> out(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    EXPECT_GE(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()), 0);
    H5Sclose(space);
    H5Dclose(set);
    return out;
  }
  bool attached(char const* set, char const* scale, unsigned dimension) const {
    hid_t const a = H5Dopen2(file, set, H5P_DEFAULT), b = H5Dopen2(file, scale, H5P_DEFAULT);
    bool const yes = H5DSis_attached(a, b, dimension) > 0;
    H5Dclose(a);
    H5Dclose(b);
    return yes;
  }
};

TEST_F(SweepIndexTest, ScalesAreAttachedAsHdf5Itself) {
  write_sweep_index(path, example_index());
  Reader const r(path);
  EXPECT_THAT(r.numbers("supply"), ElementsAre(18, 24.5));
  EXPECT_THAT(r.numbers("member"), ElementsAre(0, 1));  // no coordinate of its own: numbers
  char const* const dimensions[] = {"supply", "climate", "member"};
  for (unsigned d = 0; d < 3; ++d) {
    EXPECT_TRUE(r.attached("pue", dimensions[d], d));
    EXPECT_TRUE(r.attached("status", dimensions[d], d));
    EXPECT_FALSE(r.attached("pue", dimensions[d], (d + 1) % 3));
  }
  EXPECT_TRUE(r.attached("wet_bulb", "climate", 0));
  EXPECT_TRUE(r.attached("runs_of_climate", "climate", 0));
}

TEST_F(SweepIndexTest, EqualInputGivesEqualBytesAtAnotherTime) {
  auto index = example_index();
  for (int i = 0; i < 300; ++i) {  // enough links and variables for the trees of HDF5's large groups
    index.links.push_back("runs/more" + std::to_string(i) + ".h5");
    index.variables.push_back({"kpi_" + std::to_string(i), "one of many", "W", {}, std::vector<double>(12, i)});
  }
  write_sweep_index(path, index);
  auto const first = bytes();
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));      // dates in HDF5 are whole seconds
  auto const used = std::make_unique<std::string>(1 << 20, '\xa5');  // what memory held before must not show
  std::free(std::memset(std::malloc(1 << 16), 0x5a, 1 << 16));
  write_sweep_index(path, index);
  EXPECT_TRUE(first == bytes());
  EXPECT_EQ(files(), 1u);
}

TEST_F(SweepIndexTest, EqualBytesFromAnotherProcessWithOtherMemory) {
  // glibc fills memory on malloc and free with bytes that differ between the two: none may get into the file.
  std::vector<std::string> images;
  for (auto const* fill : {"glibc.malloc.perturb=17", "glibc.malloc.perturb=202"}) {
    ::setenv("GLIBC_TUNABLES", fill, 1);
    auto const program = std::string(ONDOL_BINARY_DIR "/tests/example_index ") + path.string();
    ASSERT_EQ(std::system(program.c_str()), 0);
    images.push_back(bytes());
  }
  ::unsetenv("GLIBC_TUNABLES");
  write_sweep_index(path, example_index());
  EXPECT_TRUE(images[0] == images[1]);
  EXPECT_TRUE(images[0] == bytes());
}

TEST_F(SweepIndexTest, LinksLeadToTheFilesOfRuns) {
  fs::create_directories(folder / "runs");
  hid_t const run = H5Fcreate((folder / "runs/key5.h5").c_str(), H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT);
  H5Gclose(H5Gcreate2(run, "site", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Fclose(run);
  write_sweep_index(path, example_index());
  Reader const r(path);
  EXPECT_GT(H5Lexists(r.file, "runs/5/site", H5P_DEFAULT), 0);
  EXPECT_GT(H5Lexists(r.file, "runs/0", H5P_DEFAULT), 0);  // dangling: the file may have been thrown away
  EXPECT_EQ(H5Lexists(r.file, "runs/4", H5P_DEFAULT), 0);  // skipped
}

TEST_F(SweepIndexTest, OneRunWithoutDimensions) {
  SweepIndex x;
  x.variables = {{"pue", "", "1", {}, std::vector<double>{1.2}}, {"run", "", "", {}, std::vector<std::string>{"key"}}};
  x.links = {"runs/key.h5"};
  write_sweep_index(path, x);
  EXPECT_THAT(Reader(path).numbers("pue"), ElementsAre(1.2));
}

TEST_F(SweepIndexTest, FullDiskLeavesTheOldFileAndNothingElse) {
  write_sweep_index(path, example_index());
  auto const before = bytes();
  auto larger = example_index();
  larger.sweep_toml.assign(100'000, '#');
  pid_t const child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit const limit{64 << 10, 64 << 10};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    try {
      write_sweep_index(path, larger);
    } catch (std::runtime_error const& e) {
      std::exit(std::string(e.what()).find("sweep.h5: File too large") != std::string::npos ? 0 : 2);
    }
    std::exit(1);
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_TRUE(bytes() == before);
  EXPECT_EQ(files(), 1u);
}

TEST_F(SweepIndexTest, FolderThatIsNotThere) {
  try {
    write_sweep_index(folder / "nowhere" / "sweep.h5", example_index());
    FAIL();
  } catch (std::runtime_error const& e) {
    EXPECT_THAT(e.what(), HasSubstr("No such file"));
  }
}

TEST_F(SweepIndexTest, MisuseIsALogicError) {
  auto const refused = [&](auto const& change) {
    auto x = example_index();
    change(x);
    EXPECT_THROW(write_sweep_index(path, x), std::logic_error);
    EXPECT_FALSE(fs::exists(path));
  };
  refused([](SweepIndex& x) { std::get<std::vector<double>>(x.variables[0].values).pop_back(); });
  refused([](SweepIndex& x) { x.variables.push_back(x.variables[0]); });
  refused([](SweepIndex& x) { x.variables[0].name = "runs"; });
  refused([](SweepIndex& x) { x.coordinates[0].dimensions = {1}; });
  refused([](SweepIndex& x) { x.dimensions[0].size = 3; });
}

}  // namespace
}  // namespace ondol::sim
