#include "sim/thermal/rear_door.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "tests/sim/thermal/reference_plant.hpp"

namespace ondol::sim {
namespace {

using test::kelvin;

RearDoorParams doors(int count = 10) {
  RearDoorParams p;
  p.doors = count;
  p.rated_heat_w = 30e3;
  p.rated_approach_k = 6.0;
  p.airflow_m3_per_s = 2.0;
  p.water_flow_kg_per_s = 1.2;
  return p;
}

TEST(RearDoor, MeetsItsRating) {
  auto const p = doors();
  RearDoor const door(p, 4186.0);
  double const air = 2.0 * 1.2 * 1006.0, rise = 30e3 / air;
  // Exhaust at 30 kW: at the rating it leaves 6 K above the water, all 30 kW taken; the valve then stands open.
  double const water = kelvin(18.0), inlet = water + 6.0;
  auto const point = door.at(10 * 30e3, inlet, water, 1.0);
  EXPECT_NEAR(point.heat_w, 10 * 30e3, 1.0);
  EXPECT_NEAR(point.water_w_per_k, door.water_limit_w_per_k(), 1e-3 * door.water_limit_w_per_k());
  // Warmer water takes less: in proportion to the difference of what enters.
  double const less = door.at(10 * 30e3, inlet, water + 4.0, 1.0).heat_w;
  EXPECT_NEAR(less / (10 * 30e3), (inlet + rise - water - 4.0) / (inlet + rise - water), 1e-9);
}

TEST(RearDoor, NeverCoolsBelowTheInletNorCrosses) {
  RearDoor const door(doors(), 4186.0);
  for (double load : {1e3, 5e4, 2e5, 4e5})
    for (double water_c = 5.0; water_c < 60.0; water_c += 5.0)
      for (double share : {0.0, 0.3, 1.0}) {
        auto const point = door.at(load, kelvin(25.0), kelvin(water_c), share);
        EXPECT_GE(point.heat_w, 0.0);
        EXPECT_LE(point.heat_w, load * (1 + 1e-9));
        EXPECT_LE(point.water_w_per_k, share * door.water_limit_w_per_k() * (1 + 1e-12));
        double const air = 10 * 2.0 * 1.2 * 1006.0 * std::clamp(load / 300e3, 0.3, 1.0);
        if (point.heat_w > 0.0) {
          EXPECT_GE(kelvin(25.0) + (load - point.heat_w) / air, kelvin(water_c));  // leaving air, entering water
          EXPECT_LE(kelvin(water_c) + point.heat_w / point.water_w_per_k,
                    kelvin(25.0) + load / air + 1e-9);  // and the other end
        }
      }
}

TEST(RearDoor, RefusesADoorThatNoCoilCanBe) {
  auto p = doors();
  p.water_flow_kg_per_s = 0.1;
  EXPECT_THROW(RearDoor(p, 4186.0), std::invalid_argument);
}

}  // namespace
}  // namespace ondol::sim
