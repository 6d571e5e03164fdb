#include <gmock/gmock.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "scenarios/base/error.hpp"
#include "workloads/traces/activity.hpp"
#include "workloads/traces/demand.hpp"
#include "workloads/traces/mix.hpp"
#include "workloads/traces/philly.hpp"

namespace ondol::workloads {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct Folder : ::testing::Test {
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() /
      ("ondol_traces_" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "_" +
       ::testing::UnitTest::GetInstance()->current_test_info()->name() + "_" + std::to_string(getpid()));
  void SetUp() override { std::filesystem::create_directories(folder); }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string write(std::string const& name, std::string const& text) {
    auto const path = folder / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
};

template <class Act>
std::string message(Act act) {
  try {
    act();
  } catch (InputError const& error) {
    return error.what();
  }
  return "";
}

std::vector<PoolSupply> two_pools() {
  PoolSupply small;
  small.name = "small";
  small.nodes = 2;
  small.accelerators_per_node = 8;
  auto large = small;
  large.name = "large";
  large.nodes = 100;
  return {small, large};
}

schema::TraceSpec spec(std::string file, double scale = 1) {
  schema::TraceSpec t;
  t.name = "batch";
  t.file = std::move(file);
  t.arrival_scale = scale;
  t.pools = {{"large", 1.0}};
  t.activity = {0.8, 0.4, 0.3, 0.2, "bf16"};
  return t;
}

using ReadRows = Folder;
using ReadTrace = Folder;
using Demand = Folder;

TEST_F(ReadRows, HeaderDecidesTheOrderAndRowsComeSorted) {
  auto const file = write("t.csv", "num_gpus,vc,duration_s,submit_s\r\n2,a,60.5,30\r\n\n8,b,10,-5\n1,c,0,40\n0,c,9,41\n");
  auto const rows = read_rows(file);
  ASSERT_EQ(rows.size(), 2u);  // a job of no length and one of no accelerators are no demand
  EXPECT_EQ(rows[0].submit_s, -5);
  EXPECT_EQ(rows[0].accelerators, 8);
  EXPECT_EQ(rows[1].duration_s, 60.5);
}

TEST_F(ReadRows, GzipReadsAsPlain) {
  auto const path = (folder / "t.csv.gz").string();
  auto* const gz = gzopen(path.c_str(), "wb");
  gzputs(gz, "submit_s,duration_s,num_gpus\n1,2,3\n");
  gzclose(gz);
  EXPECT_EQ(read_rows(path).size(), 1u);
}

TEST_F(ReadRows, EveryFaultNamesFileAndLine) {
  auto const file = write("bad.csv", "submit_s,duration_s,num_gpus\n1,2,3\n1,x,3\n1,2\nnan,2,1\n1,-2,1\n1,2,1.5\n");
  auto const text = message([&] { read_rows(file); });
  EXPECT_THAT(text, AllOf(HasSubstr(file + ":3:1: error: duration_s = \"x\""), HasSubstr(file + ":4:"), HasSubstr(file + ":5:"),
                          HasSubstr(file + ":6:"), HasSubstr(file + ":7:")));
}

TEST_F(ReadRows, WhatIsNoTraceIsRefused) {
  EXPECT_THAT(message([&] { read_rows((folder / "none.csv").string()); }), HasSubstr("cannot open"));
  EXPECT_THAT(message([&] { read_rows(folder.string()); }), HasSubstr("folder"));
  EXPECT_THAT(message([&] { read_rows(write("e.csv", "")); }), HasSubstr("empty"));
  EXPECT_THAT(message([&] { read_rows(write("h.csv", "submit_s,num_gpus\n")); }), HasSubstr("no column \"duration_s\""));
  EXPECT_THAT(message([&] {
                read_rows(write("b.csv", std::string("\x7f"
                                                     "ELF\x01\x02\0\0",
                                                     8)));
              }),
              HasSubstr("no column"));
  EXPECT_THAT(message([&] { read_rows(write("l.csv", "submit_s,duration_s,num_gpus\n" + std::string(100000, '1'))); }),
              HasSubstr("line too long"));
}

TEST_F(ReadRows, ACutGzipIsDamaged) {
  auto const path = (folder / "t.csv.gz").string();
  auto* const gz = gzopen(path.c_str(), "wb");
  gzputs(gz, "submit_s,duration_s,num_gpus\n");
  for (int i = 0; i < 5000; ++i) gzprintf(gz, "%d,%d,1\n", i * 7919 % 10007, 1 + i * 104729 % 997);
  gzclose(gz);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  EXPECT_THAT(message([&] { read_rows(path); }), HasSubstr("damaged"));
}

TEST_F(ReadTrace, PlaysOnlyTheWindowFromTheOffset) {
  auto t = spec(write("t.csv", "submit_s,duration_s,num_gpus\n0,10,1\n100,10,2\n199,10,3\n200,10,4\n"));
  t.offset = Seconds{100};
  auto const jobs = read_trace(t, two_pools(), 100, {1, "s"}).jobs;
  ASSERT_EQ(jobs.size(), 2u);
  EXPECT_EQ(jobs[0].submit_s, 0);
  EXPECT_EQ(jobs[0].accelerators, 2);
  EXPECT_EQ(jobs[0].estimate_s, 15);
  EXPECT_EQ(jobs[0].pool, 1u);
  EXPECT_EQ(jobs[0].activity, (Activity{0.8, 0.4, 0.3, 0.2, Precision::bf16}));
  EXPECT_NEAR(jobs[0].clock_sensitivity, 4.0 / 7.0, 1e-12);
  EXPECT_EQ(jobs[1].submit_s, 99);
}

std::vector<TraceRow> many_rows(int n) {
  std::vector<TraceRow> rows;
  for (int i = 0; i < n; ++i) rows.push_back({i * 86400.0 / n, 100.0 + i, 1 + i % 8});
  return rows;
}

TEST(TraceJobs, ScaleMultipliesAndThins) {
  auto const rows = many_rows(20000);
  for (double const scale : {0.25, 1.0, 2.5}) {
    auto const jobs = trace_jobs(spec("", scale), rows, two_pools(), 86400, {1, "s"}).jobs;
    // Copies that the jitter carries over an edge are lost on one side and, at the trace's own ends, not replaced: 4 %.
    double const expected = 20000 * scale, noise = 4 * std::sqrt(expected) + (scale > 1 ? 0.04 * expected : 0);
    EXPECT_NEAR(static_cast<double>(jobs.size()), expected, scale == 1.0 ? 0 : noise);
    EXPECT_TRUE(std::is_sorted(jobs.begin(), jobs.end(), [](auto const& a, auto const& b) { return a.submit_s < b.submit_s; }));
    EXPECT_GE(jobs.front().submit_s, 0);
    EXPECT_LT(jobs.back().submit_s, 86400);
  }
  EXPECT_THROW(trace_jobs(spec("", 1e6), rows, two_pools(), 86400, {1, "s"}), InputError);
}

TEST(TraceJobs, CopiesComeWithinAnHourOfTheirOriginal) {
  std::vector<TraceRow> const rows(1, {40000, 60, 1});
  auto const jobs = trace_jobs(spec("", 1000), rows, two_pools(), 86400, {1, "s"}).jobs;
  ASSERT_EQ(jobs.size(), 1000u);
  EXPECT_EQ(std::count_if(jobs.begin(), jobs.end(), [](auto const& j) { return j.submit_s == 40000; }), 1);
  EXPECT_NEAR(jobs.front().submit_s, 40000 - 3600, 60);
  EXPECT_NEAR(jobs.back().submit_s, 40000 + 3600, 60);
}

TEST(TraceJobs, PoolsGetTheirSharesAndLargeJobsGoWhereTheyFit) {
  auto t = spec("");
  t.pools = {{"small", 0.25}, {"large", 0.75}};
  auto rows = many_rows(20000);
  auto result = trace_jobs(t, rows, two_pools(), 86400, {1, "s"});
  auto const small = std::count_if(result.jobs.begin(), result.jobs.end(), [](auto const& j) { return j.pool == 0; });
  EXPECT_NEAR(static_cast<double>(small) / 20000, 0.25, 0.015);

  for (auto& r : rows) r.accelerators = 17;  // small has 16
  result = trace_jobs(t, rows, two_pools(), 86400, {1, "s"});
  EXPECT_EQ(result.jobs.size(), 20000u);
  EXPECT_TRUE(std::all_of(result.jobs.begin(), result.jobs.end(), [](auto const& j) { return j.pool == 1; }));

  for (auto& r : rows) r.accelerators = 801;
  result = trace_jobs(t, rows, two_pools(), 86400, {1, "s"});
  EXPECT_EQ(result.jobs.size(), 0u);
  EXPECT_EQ(result.too_large, 20000u);
}

TEST(TraceJobs, UnknownPoolIsNamedWithItsNeighbour) {
  auto t = spec("");
  t.pools = {{"lagre", 1}};
  EXPECT_THAT(message([&] { trace_jobs(t, many_rows(1), two_pools(), 10, {1, "s"}); }), HasSubstr("write \"large\"?"));
}

TEST(DrawActivity, SpreadMovesAllFractionsTogetherAndStaysWithinOne) {
  RandomStream stream(1, "a");
  Activity const mean{0.8, 0.4, 0.2, 0.1, Precision::fp8};
  double sum = 0, squares = 0;
  for (int i = 0; i < 20000; ++i) {
    auto const a = draw_activity(mean, 0.2, stream);
    EXPECT_LE(a.sm, 1);
    EXPECT_GE(a.compute, 0);
    EXPECT_NEAR(a.compute, 2 * a.memory, 1e-12);
    sum += a.compute;
    squares += a.compute * a.compute;
  }
  double const m = sum / 20000;
  EXPECT_NEAR(m, 0.4, 0.004);
  EXPECT_NEAR(std::sqrt(squares / 20000 - m * m), 0.08, 0.004);
}

schema::MixSpec mix_spec() {
  schema::MixSpec m;
  m.name = "mix";
  m.pool = "large";
  m.mean_interarrival = Seconds{10};
  m.duration_median = Seconds{600};
  m.activity = {0.8, 0.4, 0.3, 0.2, "bf16"};
  return m;
}

TEST(MixJobs, PoissonArrivalsLognormalTimesWholeNodes) {
  auto const jobs = mix_jobs(mix_spec(), two_pools()[1], 1, 200000, {1, "mix"});
  double const n = static_cast<double>(jobs.size());
  EXPECT_NEAR(n, 20000, 4 * std::sqrt(20000.0));
  std::vector<double> work, size;
  double logs = 0, squares = 0;
  for (auto const& j : jobs) {
    work.push_back(j.work_s);
    size.push_back(j.accelerators);
    logs += std::log(j.work_s);
    squares += std::pow(std::log(j.work_s), 2);
    ASSERT_GE(j.accelerators, 1);
    ASSERT_LE(j.accelerators, 800);
    ASSERT_TRUE(j.accelerators <= 8 || j.accelerators % 8 == 0);
  }
  std::nth_element(work.begin(), work.begin() + static_cast<std::ptrdiff_t>(work.size() / 2), work.end());
  EXPECT_NEAR(work[work.size() / 2], 600, 20);
  EXPECT_NEAR(std::sqrt(squares / n - std::pow(logs / n, 2)), 1.0, 0.03);
  std::nth_element(size.begin(), size.begin() + static_cast<std::ptrdiff_t>(size.size() / 2), size.end());
  EXPECT_EQ(size[size.size() / 2], 8);
}

TEST(MixJobs, RefusesAStreamWithoutEnd) {
  auto m = mix_spec();
  m.mean_interarrival = Seconds{0};
  EXPECT_THROW(mix_jobs(m, two_pools()[1], 1, 10, {1, "mix"}), InputError);
  m.mean_interarrival = Seconds{1e-9};
  EXPECT_THROW(mix_jobs(m, two_pools()[1], 1, 1e5, {1, "mix"}), InputError);
}

schema::Scenario scenario(std::string const& file) {
  schema::Scenario s;
  s.simulation.duration = Seconds{86400};
  s.simulation.seed = 42;
  auto t = spec(file, 1.5);
  t.activity_spread = 0.2;
  s.trace.push_back(t);
  s.mix.push_back(mix_spec());
  schema::ServiceSpec v;
  v.name = "chat";
  v.pool = "small";
  v.accelerators = 8;
  s.service.push_back(v);
  schema::SteadySpec y;
  y.name = "burn";
  y.pool = "small";
  y.accelerators = 4;
  y.start = Seconds{100};
  s.steady.push_back(y);
  return s;
}

std::string small_trace() {
  std::string text = "submit_s,duration_s,num_gpus\n";
  for (int i = 0; i < 500; ++i) text += std::to_string(i * 150) + "," + std::to_string(60 + i) + ",2\n";
  return text;
}

std::vector<Job> of_kind(std::vector<Job> jobs, JobKind kind) {
  std::erase_if(jobs, [kind](Job const& j) { return j.kind != kind; });
  return jobs;
}

TEST_F(Demand, SameSeedSameJobsAndAnotherSeedOthers) {
  auto s = scenario(write("t.csv", small_trace()));
  auto const jobs = demand(s, two_pools());
  EXPECT_EQ(jobs, demand(s, two_pools()));
  s.simulation.seed = 43;
  EXPECT_NE(jobs, demand(s, two_pools()));
  EXPECT_TRUE(std::is_sorted(jobs.begin(), jobs.end(), [](auto const& a, auto const& b) { return a.submit_s < b.submit_s; }));
}

TEST_F(Demand, AnotherStreamMovesNoDrawOfTheOthers) {
  auto s = scenario(write("t.csv", small_trace()));
  auto const before = demand(s, two_pools());
  auto more = mix_spec();
  more.name = "another";
  more.activity_spread = 0.5;
  s.mix.insert(s.mix.begin(), more);
  s.trace.insert(s.trace.begin(), spec(write("u.csv", small_trace()), 2.0));
  s.trace.front().name = "second";
  auto after = demand(s, two_pools());
  std::erase_if(after, [](Job const& j) { return j.name.starts_with("another") || j.name.starts_with("second"); });
  EXPECT_EQ(before, after);
}

TEST_F(Demand, TablesThatDifferOnlyInNameDrawApart) {
  auto s = scenario(write("t.csv", small_trace()));
  auto twin = s.mix[0];
  twin.name = "twin";
  s.mix.push_back(twin);
  auto const mixed = of_kind(demand(s, two_pools()), JobKind::mix);
  auto const first = [&](std::string const& name) {
    return std::find_if(mixed.begin(), mixed.end(), [&](Job const& j) { return j.name == name + "-0"; })->submit_s;
  };
  EXPECT_NE(first("mix"), first("twin"));
}

TEST_F(Demand, ServicesFollowTheDayAndAreReserved) {
  auto const jobs = demand(scenario(write("t.csv", small_trace())), two_pools());
  auto const services = of_kind(jobs, JobKind::service);
  ASSERT_EQ(services.size(), 1u);
  ASSERT_TRUE(services[0].profile);
  EXPECT_EQ((*services[0].profile)[15], 1);
  EXPECT_TRUE(services[0].reserved);
  EXPECT_EQ(services[0].work_s, open_ended);
  EXPECT_FALSE(of_kind(jobs, JobKind::trace)[0].reserved);
  EXPECT_EQ(of_kind(jobs, JobKind::steady)[0].work_s, open_ended);
}

TEST_F(Demand, EveryFaultInOnePassWithThePlaceOfItsTable) {
  auto s = scenario((folder / "none.csv").string());
  s.service[0].accelerators = 17;
  s.steady[0].pool = "smal";
  s.origin["service[0].accelerators"] = {.file = "a.toml",
                                         .line = 12,
                                         .column = 5,
                                         .tier = schema::Tier::user,
                                         .source = "",
                                         .reason = "",
                                         .uncertainty = std::nullopt,
                                         .is_default = false};
  auto const text = message([&] { demand(s, two_pools()); });
  EXPECT_THAT(text, AllOf(HasSubstr("a.toml:12:5: error: service \"chat\": accelerators = 17, but pool \"small\" has 16"),
                          HasSubstr("write \"small\"?"), HasSubstr("cannot open")));
}

TEST_F(Demand, JobsTooLargeForEveryPoolAreReported) {
  auto s = scenario(write("t.csv", small_trace() + "5000,60,900\n"));
  std::vector<Fault> warnings;
  demand(s, two_pools(), &warnings);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_THAT(warnings[0].message, HasSubstr("larger than every pool"));
}

/// The public trace that is shipped: the counts that its source states.
TEST(PhillyTrace, HasTheStatedJobs) {
  auto const rows = read_rows(std::string(ONDOL_SOURCE_DIR) + "/scenarios/data/jobs/philly.csv.gz");
  EXPECT_NEAR(static_cast<double>(rows.size()), 68497, 0.01 * 68497);  // jobs of no length are left out
  auto const largest =
      std::max_element(rows.begin(), rows.end(), [](auto const& a, auto const& b) { return a.accelerators < b.accelerators; });
  EXPECT_EQ(largest->accelerators, 128);
  auto const single = std::count_if(rows.begin(), rows.end(), [](auto const& r) { return r.accelerators == 1; });
  EXPECT_NEAR(static_cast<double>(single) / static_cast<double>(rows.size()), 0.94, 0.01);
  EXPECT_LE(rows.back().submit_s, 110 * 86400.0);
}

}  // namespace
}  // namespace ondol::workloads
