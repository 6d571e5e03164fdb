#include "tests/scenarios/scratch.hpp"

namespace ondol::schema {
namespace {

using ::testing::ElementsAre;

TEST(Read, takes_every_table_of_the_language) {
  auto const s = read_scenario(fixtures / "whole.toml", with_fixtures());
  EXPECT_EQ(s.simulation.start, 1782831600);  // date -d 2026-07-01T00:00:00+09:00 +%s
  EXPECT_EQ(s.simulation.duration, Seconds{7 * 86400.0});
  EXPECT_EQ(s.simulation.seed, 42U);
  EXPECT_FALSE(s.record.racks);
  EXPECT_TRUE(s.record.halls);
  EXPECT_DOUBLE_EQ(s.site.carbon.factor.v, 0.4173 / 3.6e6);
  EXPECT_EQ(s.site.weather.file, (fixtures / "weather.csv").string());
  ASSERT_EQ(s.power.size(), 2U);
  EXPECT_EQ(s.power[1].feed, PowerBankSpec::Feed::dual);
  EXPECT_THAT(s.power[1].fed_by, ElementsAre("main"));
  EXPECT_EQ(s.plant.at(0).pump_power, Watts{15e3});
  EXPECT_EQ(s.plant.at(0).fluid, "water");
  ASSERT_TRUE(s.hall.at(0).air && s.hall.at(0).liquid);
  EXPECT_DOUBLE_EQ(s.hall[0].air->supply_temperature.v, 297.15);
  EXPECT_EQ(s.hall[0].liquid->fluid, "pg25");
  EXPECT_EQ(s.racks.at(1).power_limit, Watts{350});
  EXPECT_FALSE(s.racks.at(0).power_limit);
  EXPECT_FALSE(s.racks[0].power_smoothing);
  ASSERT_TRUE(s.racks[1].power_smoothing);
  EXPECT_EQ(s.racks[1].power_smoothing->ramp_up, WattsPerSecond{2000});
  EXPECT_FALSE(s.racks[1].power_smoothing->ramp_down);
  EXPECT_EQ(s.scheduler.policy, SchedulerSpec::Policy::fcfs);
  EXPECT_EQ(s.training.at(0).network_bandwidth, BytesPerSecond{12.5e9});
  EXPECT_EQ(s.trace.at(0).pools.at("air"), 0.7);
  EXPECT_EQ(s.mix.at(0).mean_interarrival, Seconds{300});
  EXPECT_EQ(s.service.at(0).peak.precision, "fp8");
  EXPECT_EQ(s.steady.at(0).activity.sm, 1.0);
  EXPECT_EQ(s.tariff.at("acme/two").band.size(), 2U);
  EXPECT_DOUBLE_EQ(s.tariff.at("acme/two").demand_charge.v, 6.63);
  EXPECT_TRUE(s.warnings.empty()) << format(s.warnings.front());
}

TEST(Read, keeps_only_the_catalogue_entries_that_are_named_and_those_they_name) {
  auto const s = read_scenario(fixtures / "whole.toml", with_fixtures());
  EXPECT_EQ(s.catalogue.accelerator.size(), 2U);
  EXPECT_TRUE(s.catalogue.psu.contains("acme/3k"));
  EXPECT_TRUE(s.catalogue.dry_cooler.empty());
  EXPECT_EQ(s.catalogue.psu.at("acme/3k").loss.form, LossCurve::Form::table);
  EXPECT_THAT(s.catalogue.psu.at("acme/3k").loss.load_efficiency, ElementsAre(0.9, 0.96, 0.94));
  EXPECT_EQ(s.catalogue.power_unit.at("acme/ups").loss.constant, Watts{13e3});
  EXPECT_EQ(s.catalogue.power_unit.at("acme/ups").stored_energy, Joules{180e6});
  EXPECT_EQ(s.catalogue.node.at("acme/wet4").cooling, Cooling::cold_plate);
}

}  // namespace
}  // namespace ondol::schema
