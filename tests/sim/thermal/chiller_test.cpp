#include "sim/thermal/chiller.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/sim/thermal/reference_plant.hpp"

namespace ondol::sim {
namespace {

using test::carrier;
using test::kelvin;
using test::trane;

// Worked from the published curves: modelica-buildings ElectricEIR.mo.
TEST(Chiller, TraneMeetsItsCheckPoints) {
  Chiller const chiller(trane());
  auto const point = chiller.at(kelvin(6.67), kelvin(29.44));
  EXPECT_NEAR(point.available_w, 2372e3, 0.5e3);
  double const full = chiller.power_w(point, point.available_w);
  EXPECT_NEAR(full, 359e3, 0.5e3);
  EXPECT_NEAR(point.available_w / full, 6.60, 0.005);
  EXPECT_NEAR(0.5 * point.available_w / chiller.power_w(point, 0.5 * point.available_w), 7.23, 0.005);
  EXPECT_FALSE(point.clamped);
}

TEST(Chiller, CarrierMeetsItsCheckPoints) {
  Chiller const chiller(carrier());
  auto const point = chiller.at(kelvin(6.67), kelvin(29.44));
  EXPECT_NEAR(point.available_w, 1387e3, 0.5e3);
  double const full = chiller.power_w(point, point.available_w);
  EXPECT_NEAR(full, 233e3, 0.5e3);
  EXPECT_NEAR(point.available_w / full, 5.96, 0.005);
  EXPECT_NEAR(0.5 * point.available_w / chiller.power_w(point, 0.5 * point.available_w), 5.86, 0.005);
}

TEST(Chiller, CyclesAndFalselyLoadsAtLowLoad) {
  auto params = carrier();
  params.plr_min = 0.1;
  params.plr_unload = 0.2;
  Chiller const chiller(params);
  auto const point = chiller.at(kelvin(6.67), kelvin(29.44));
  double const at_unload = chiller.power_w(point, 0.20 * point.available_w);
  EXPECT_DOUBLE_EQ(chiller.power_w(point, 0.12 * point.available_w), at_unload);                     // hot gas bypass
  EXPECT_NEAR(chiller.power_w(point, 0.05 * point.available_w), 0.5 * at_unload, 1e-9 * at_unload);  // half the time
  EXPECT_EQ(chiller.power_w(point, 0.0), 0.0);
  EXPECT_NEAR(chiller.running_share(point, 0.05 * point.available_w), 0.5, 1e-12);
  EXPECT_EQ(chiller.running_share(point, 0.12 * point.available_w), 1.0);
  EXPECT_EQ(chiller.running_share(point, 0.0), 0.0);
}

TEST(Chiller, ClampsToTheCurvesAndSaysSo) {
  Chiller const chiller(trane());
  auto const cold = chiller.at(kelvin(6.67), kelvin(5.0)), limit = chiller.at(kelvin(6.67), 285.93);
  EXPECT_TRUE(cold.clamped);
  EXPECT_DOUBLE_EQ(cold.full_power_w, limit.full_power_w);
  auto const warm_water = chiller.at(kelvin(18.0), kelvin(25.0));
  EXPECT_TRUE(warm_water.clamped);
  EXPECT_DOUBLE_EQ(warm_water.available_w, chiller.at(282.04, kelvin(25.0)).available_w);
}

TEST(Chiller, LosesCapacityAboveItsCondenserLimit) {
  Chiller const chiller(trane());
  auto const at_limit = chiller.at(kelvin(6.67), 302.59), above = chiller.at(kelvin(6.67), 312.59);
  EXPECT_NEAR(above.available_w, 0.5 * at_limit.available_w, 1.0);
  EXPECT_GT(above.full_power_w / above.available_w, at_limit.full_power_w / at_limit.available_w);
  EXPECT_EQ(chiller.at(kelvin(6.67), 323.0).available_w, 0.0);
}

TEST(Chiller, StagesTheFewestUnits) {
  Chiller const chiller(trane());
  auto const point = chiller.at(kelvin(6.67), kelvin(29.44));
  double const each = 1.04 * point.available_w;
  EXPECT_EQ(chiller.units_needed(point, 0.0, 4), 0);
  EXPECT_EQ(chiller.units_needed(point, 1.0, 4), 1);
  EXPECT_EQ(chiller.units_needed(point, each, 4), 1);
  EXPECT_EQ(chiller.units_needed(point, 1.001 * each, 4), 2);
  EXPECT_EQ(chiller.units_needed(point, 9.0 * each, 4), 4);
}

/// York YT 563 kW, inlet vanes, of ElectricReformulatedEIR.mo; its curves miss its COP by 7 %, which the arithmetic does not
/// mind.
ChillerParams reformulated() {
  ChillerParams p;
  p.curves = ChillerParams::Curves::reformulated;
  p.reference_capacity_w = 562.6e3;
  p.reference_cop = 10.61;
  p.plr_min = p.plr_unload = 0.09;
  p.plr_max = 1.02;
  p.evaporator_min_k = 279.26, p.evaporator_max_k = 285.93;
  p.condenser_min_k = 291.62, p.condenser_max_k = 306.67;
  p.condenser_flow_kg_per_s = 24.1;
  p.capacity_curve = {-0.2841837, -0.1006253, -0.003157589, 0.1221758, -0.003003466, 0.006704017};
  p.eir_curve = {-0.5308783, -0.08364102, -0.00405497, 0.1347115, -0.001805617, 0.003054789};
  p.part_load_surface = {4.931998, -0.2128161, 0.0003520769, -8.586753, 13.75722, 0.194051, 0.0, -8.859038, 0.0, 0.0};
  return p;
}

TEST(ReformulatedChiller, ClosesTheHeatBalanceOfItsCondenser) {
  auto const p = reformulated();
  Chiller const chiller(p);
  double const te = 6.11, entering = 18.5, rate = p.condenser_flow_kg_per_s * 4186.0;
  auto const point = chiller.at(kelvin(te), kelvin(entering));
  auto const biquadratic = [&](auto const& c, double t) {
    return c[0] + c[1] * te + c[2] * te * te + c[3] * t + c[4] * t * t + c[5] * te * t;
  };
  for (double x : {0.3, 0.6, 0.9}) {
    double const load = x * point.available_w, power = chiller.power_w(point, load);
    double const t = entering + (load + power) / rate;  // leaves the condenser
    double const available = p.reference_capacity_w * biquadratic(p.capacity_curve, t), y = load / available;
    double const part = 4.931998 - 0.2128161 * t + 0.0003520769 * t * t - 8.586753 * y + 13.75722 * y * y + 0.194051 * t * y -
                        8.859038 * y * y * y;
    EXPECT_NEAR(power, available / p.reference_cop * biquadratic(p.eir_curve, t) * part, 1e-3) << x;
  }
}

TEST(ReformulatedChiller, TurnsIntoTheEirChillerWhereNothingDependsOnTheLeavingTemperature) {
  auto flat = reformulated(), eir = reformulated();
  flat.capacity_curve = flat.eir_curve = {1.0, 0.0, 0.0, 0.0, 0.0, 0.0};
  flat.part_load_surface = {0.1, 0.0, 0.0, 0.4, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0};
  eir = flat;
  eir.curves = ChillerParams::Curves::eir;
  eir.part_load_curve = {0.1, 0.4, 0.5};
  Chiller const a(flat), b(eir);
  auto const pa = a.at(kelvin(7.0), kelvin(20.0)), pb = b.at(kelvin(7.0), kelvin(20.0));
  EXPECT_DOUBLE_EQ(pa.available_w, pb.available_w);
  for (double x : {0.05, 0.5, 1.0}) EXPECT_DOUBLE_EQ(a.power_w(pa, x * 5e5), b.power_w(pb, x * 5e5));
}

TEST(Chiller, AirCooledFollowsTheDryBulb) {
  // York YCAL0033EE, 101 kW.
  ChillerParams p;
  p.reference_capacity_w = 100582.0;
  p.reference_cop = 3.1;
  p.plr_max = 1.15;
  p.evaporator_min_k = 277.59, p.evaporator_max_k = 283.15;
  p.condenser_min_k = 297.04, p.condenser_max_k = 324.82;
  p.capacity_curve = {-0.2660645697, 0.0998714035, -0.0023814154, 0.0628316481, -0.0009644649, -0.0011249224};
  p.eir_curve = {0.1807017787, 0.0271530312, -0.0004553574, 0.0188175079, 0.0002623276, -0.0012881189};
  p.part_load_curve = {0.0, 1.0, 0.0};
  p.air_cooled = true;
  Chiller const chiller(p);
  auto const point = chiller.at(kelvin(6.67), kelvin(35.0));
  EXPECT_NEAR(point.available_w, 1.049 * 100582.0, 60.0);  // by hand from the curves
  EXPECT_NEAR(point.available_w / chiller.power_w(point, point.available_w), 3.037, 0.002);
  double before = 0;
  for (double dry : {24.0, 30.0, 36.0, 42.0, 48.0}) {
    auto const at = chiller.at(kelvin(6.67), kelvin(dry));
    double const per_watt = chiller.power_w(at, 60e3) / 60e3;
    EXPECT_GT(per_watt, before) << dry;
    before = per_watt;
  }
}

TEST(Chiller, RefusesNonsense) {
  ChillerParams none;
  EXPECT_THROW(Chiller{none}, std::invalid_argument);
}

}  // namespace
}  // namespace ondol::sim
