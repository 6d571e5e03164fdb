#include "sim/sweep/outcome.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <csignal>
#include <fstream>
#include <limits>

#include "scenarios/base/error.hpp"
#include "scenarios/base/random.hpp"

namespace ondol::sim {
namespace {

namespace fs = std::filesystem;

class OutcomeTest : public testing::Test {
 protected:
  OutcomeTest() { store.create(); }
  ~OutcomeTest() override { fs::remove_all(store.folder()); }
  fs::path const folder = fs::path(testing::TempDir()) / ("outcome-" + std::to_string(::getpid()));
  RunStore const store{folder};
};

Outcome some() {
  Outcome o;
  o.key = "00ff";
  o.content_hash = "abc";
  o.kpis = {{"pue", 1.1 + 0.1, "1", "Power \"usage\" effectiveness"}, {"energy", 1e300 / 3, "MWh", "전력"}};
  o.ledger_residual = -0.0;
  o.wall_s = 1.0 / 3;
  return o;
}

std::string text_of(fs::path const& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(OutcomeTest, comes_back_bit_for_bit) {
  auto o = some();
  RandomStream random(1, "outcome");
  for (int i = 0; i < 1000; ++i) o.kpis.push_back({"k" + std::to_string(i), std::bit_cast<double>(random.next()), "W", ""});
  for (double const x : {0.0, -0.0, std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::infinity(),
                         -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()})
    o.kpis.push_back({"edge", x, "", ""});
  store.save(o);
  auto const back = store.load(o.key);
  ASSERT_TRUE(back);
  ASSERT_EQ(back->kpis.size(), o.kpis.size());
  for (std::size_t i = 0; i < o.kpis.size(); ++i) {
    if (std::isnan(o.kpis[i].value))
      EXPECT_TRUE(std::isnan(back->kpis[i].value));
    else
      EXPECT_EQ(std::bit_cast<std::uint64_t>(back->kpis[i].value), std::bit_cast<std::uint64_t>(o.kpis[i].value));
    EXPECT_EQ(back->kpis[i].name, o.kpis[i].name);
    EXPECT_EQ(back->kpis[i].long_name, o.kpis[i].long_name);
  }
  EXPECT_TRUE(std::signbit(back->ledger_residual));
  EXPECT_EQ(back->wall_s, o.wall_s);
  EXPECT_EQ(back->content_hash, "abc");
}

TEST_F(OutcomeTest, a_failed_one_keeps_its_reason) {
  auto o = some();
  o.status = Outcome::Status::failed;
  o.error = "ended by signal 9\nand more";
  store.save(o);
  auto const back = store.load(o.key);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->status, Outcome::Status::failed);
  EXPECT_EQ(back->error, o.error);
}

TEST_F(OutcomeTest, any_byte_that_is_lost_or_changed_makes_it_as_if_it_were_not_there) {
  auto const o = some();
  store.save(o);
  auto const good = text_of(store.outcome(o.key));
  ASSERT_TRUE(store.load(o.key));
  for (std::size_t at = 0; at < good.size(); at += 5) {
    auto bad = good;
    bad[at] = bad[at] == '7' ? '8' : '7';
    std::ofstream(store.outcome(o.key), std::ios::binary) << bad;
    if (auto const back = store.load(o.key)) FAIL() << "byte " << at << " changed, and still read";
    std::ofstream(store.outcome(o.key), std::ios::binary) << good.substr(0, at);
    EXPECT_FALSE(store.load(o.key) && at + 1 < good.size()) << "cut off at " << at;
  }
}

TEST_F(OutcomeTest, of_another_key_is_not_taken) {
  store.save(some());
  fs::copy_file(store.outcome("00ff"), store.outcome("beef"));
  EXPECT_FALSE(store.load("beef"));
}

TEST_F(OutcomeTest, a_write_that_fails_says_so_and_leaves_nothing_new) {
  auto o = some();
  store.save(o);
  pid_t const child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit const limit{64, 64};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    o.content_hash = "another";
    try {
      store.save(o);
    } catch (std::runtime_error const& e) {
      ::_exit(std::string(e.what()).starts_with("cannot write ") ? 0 : 2);
    }
    ::_exit(1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(store.load(o.key)->content_hash, "abc");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "runs"), {}), 1);
}

TEST_F(OutcomeTest, a_second_runner_is_refused_and_parts_work_together) {
  {
    StoreLock const first(store, StoreLock::Kind::alone);
    EXPECT_THROW(StoreLock(store, StoreLock::Kind::alone), InputError);
    EXPECT_THROW(StoreLock(store, StoreLock::Kind::shared), InputError);
  }
  StoreLock const part(store, StoreLock::Kind::shared), other(store, StoreLock::Kind::shared);
  EXPECT_THROW(StoreLock(store, StoreLock::Kind::alone), InputError);
}

TEST_F(OutcomeTest, a_lock_that_a_killed_runner_left_locks_nothing) {
  pid_t const child = ::fork();
  if (child == 0) {
    StoreLock const held(store, StoreLock::Kind::alone);
    ::raise(SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(fs::exists(folder / "lock"));
  EXPECT_NO_THROW(StoreLock(store, StoreLock::Kind::alone));
}

TEST(RunStore, says_where_it_cannot_write) {
  EXPECT_THROW(RunStore("/proc/nowhere").create(), InputError);
}

}  // namespace
}  // namespace ondol::sim
