#include "sim/sweep/slurm_array.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "scenarios/base/error.hpp"

namespace ondol::sim {
namespace {

namespace fs = std::filesystem;

class SlurmArrays : public testing::Test {
 protected:
  ~SlurmArrays() override { fs::remove_all(folder_); }
  fs::path const folder_ = fs::temp_directory_path() / ("ondol_slurm_array_" + std::to_string(::getpid()));
  RunStore const store_{folder_};
};

TEST_F(SlurmArrays, AreFoundAgainInTheirOrder) {
  EXPECT_TRUE(arrays_of(store_).empty());
  for (std::uint64_t i = 1; i <= 11; ++i) {  // 10 and 11 come after 9
    auto array = new_array(store_, "fleet");
    array.job = 100 + i;
    array.tasks = 3;
    array.ended = i == 2;
    array.save();
  }
  auto const arrays = arrays_of(store_);
  ASSERT_EQ(arrays.size(), 11U);
  EXPECT_EQ(arrays[10].job, 111U);
  EXPECT_EQ(arrays[10].folder, folder_ / "slurm" / "11");
  EXPECT_EQ(arrays[10].tasks, 3U);
  EXPECT_TRUE(arrays[1].ended);
  EXPECT_FALSE(arrays[0].ended);
  EXPECT_NE(arrays[0].name, arrays[1].name);
}

TEST_F(SlurmArrays, HaveNamesThatAQueueCanShow) {
  EXPECT_THAT(new_array(store_, "what if? 100 | %A").name, testing::MatchesRegex("ondol-what_if__100____A-[0-9a-f]{8}"));
}

TEST_F(SlurmArrays, ThatWereNotWrittenToTheirEndAreNone) {
  auto const empty = new_array(store_, "a");
  auto const cut = new_array(store_, "a");
  std::ofstream(cut.folder / "job.json") << "{\"name\": \"a\", \"jo";
  std::ofstream(folder_ / "slurm" / "notes") << "mine";
  EXPECT_TRUE(arrays_of(store_).empty());
  EXPECT_EQ(new_array(store_, "a").folder, folder_ / "slurm" / "3") << "its folder is never that of another";
}

TEST_F(SlurmArrays, GiveTheirTasksTheirRunsWholeWithEveryCharacter) {
  auto const array = new_array(store_, "a");
  std::vector<RunRequest> runs(2);
  runs[0].key = "00ff";
  runs[0].label = "supply = 18 degC, site = \"서울\"";
  runs[0].sets.resize(2);
  runs[0].sets[0].key = "accelerator.\"nvidia/h200-sxm\".idle";
  runs[0].sets[0].value = "\"70 W\"";
  runs[0].sets[1].key = "a";
  runs[0].sets[1].value = "{ b = '\\' }";
  runs[1].key = "01";
  write_runs(array.runs(7), runs);
  auto const read = read_runs(array.runs(7));
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].key, "00ff");
  EXPECT_EQ(read[0].label, runs[0].label);
  ASSERT_EQ(read[0].sets.size(), 2U);
  EXPECT_EQ(read[0].sets[0].key, runs[0].sets[0].key);
  EXPECT_EQ(read[0].sets[0].value, runs[0].sets[0].value);
  EXPECT_EQ(read[0].sets[1].value, runs[0].sets[1].value);
  EXPECT_TRUE(read[1].sets.empty());
}

TEST_F(SlurmArrays, RefuseAListThatIsNone) {
  auto const array = new_array(store_, "a");
  EXPECT_THROW(read_runs(array.runs(0)), InputError);
  std::ofstream(array.runs(0)) << "[{\"key\": 1}]";
  EXPECT_THROW(read_runs(array.runs(0)), InputError);
}

}  // namespace
}  // namespace ondol::sim
