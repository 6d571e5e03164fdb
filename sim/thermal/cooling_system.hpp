#pragma once
/// The cooling of a site as a dynamic system: halls give heat to air and coolant, plants carry it to the weather.
///
/// What flows where and what it does: cooling_network.hpp.  Between the cells of that network, without delay:
///   CRAH   coil eps-NTU, water valve holds the supply air at its set point, fan speed follows the heat, fan power ~ speed^3
///   CDU    eps-NTU, facility valve holds the technology supply at its set point, pumps by affinity
///   plant  pumps follow the valves; free cooling first (dry coolers, or tower water through a plate exchanger), then the
///          fewest chillers that carry the rest, their condensers cooled by towers or, without towers, by the dry coolers
/// Every watt of fans inside, pumps and compressors is heat where it is dissipated.  A set point is met or the equipment is at
/// its limit, and then temperatures rise.
///
/// Solved by a linearly implicit pair with ideal control (linearly_implicit.hpp), by CVODE with PI control (cvode_solver.hpp).
/// Page: docs/models/cooling-system.md

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/thermal/hall_cooling.hpp"
#include "sim/thermal/heat_rejection.hpp"
#include "sim/thermal/rear_door.hpp"
#include "sim/thermal/weather.hpp"

namespace ondol::sim {

/// A hall without one of the sides gives that heat to the other; a hall with neither is ventilated with outdoor air.
struct HallParams {
  std::optional<AirSideParams> air;
  std::optional<LiquidSideParams> liquid;
  std::optional<RearDoorParams> rear_door = {};
};

struct CoolingOptions {
  enum class Control { ideal, pi };
  double tolerance_k = 5e-3;  ///< error of one step
  double longest_step_s = 600.0;
  Control control = Control::ideal;
};

/// Something that the plant did by itself within an interval.
struct CoolingEvent {
  enum class Of { plant, air, liquid };
  double offset_s = 0;  ///< since the start of the interval
  Of of = Of::plant;
  std::size_t index = 0;  ///< of the plant or hall
  std::string kind, text;
};

class CoolingSystem {
 public:
  struct HallMeans {
    double crah_fan_w = 0, cdu_pump_w = 0;
    double vented_w = 0;      ///< heat given straight to outdoor air: hall with neither side, economiser and its fans
    double economizer_w = 0;  ///< of it taken from the hall by an economiser
    double door_w = 0;        ///< heat taken by rear doors
    double evaporated_kg = 0, water_kg = 0;  ///< in the interval, pads of an economiser
  };
  struct PlantMeans {
    double pump_w = 0;            ///< facility and condenser pumps
    double condenser_pump_w = 0;  ///< of it
    double flow_kg_per_s = 0;     ///< of the loop
    double chiller_w = 0, tower_fan_w = 0, dry_cooler_fan_w = 0;
    double cooling_w = 0;        ///< heat taken from the loop
    double heat_rejected_w = 0;  ///< heat given to the weather: cooling, compressors and condenser pumps
    double evaporated_kg = 0, drift_kg = 0, water_kg = 0;  ///< in the interval; water: these two and blow-down
    double free_cooling_share = 0;                         ///< of cooling_w
    double chillers_running = 0;                           ///< mean number
    double clamped_share = 0;                              ///< of the time with chillers or towers outside their curves
    double reuse_w = 0;                                    ///< heat given to a sink that wants it, its pump's with it
    double tank_w = 0, tank_loss_w = 0;      ///< cooling that a tank gives the loop; heat that it gives its surroundings
    double set_point_k = 0;                  ///< in force at the end
    std::optional<double> condenser_k = {};  ///< water that enters chillers, at the end
  };
  /// Means over the interval advanced.
  struct Interval {
    double dt_s = 0;
    std::vector<HallMeans> halls;
    std::vector<PlantMeans> plants;
    int steps = 0, stages = 0;
  };
  struct HallAvailability {
    int crahs = 0, cdus = 0;
  };

  /// Throws std::invalid_argument on parameters without meaning, naming the plant or hall by number.
  CoolingSystem(std::vector<PlantParams> plants, std::vector<HallParams> halls, CoolingOptions options = {});
  ~CoolingSystem();
  CoolingSystem(CoolingSystem&&) noexcept;
  CoolingSystem& operator=(CoolingSystem&&) noexcept;

  /// Puts the system into the steady state of these heats and this weather; false when there is none (the plant cannot carry
  /// the heat), and then it starts at its set points.
  bool initialise(std::span<double const> hall_air_heat_w, std::span<double const> hall_liquid_heat_w,
                  WeatherSample const& weather);

  /// Advances by dt_s >= 0 with constant heats and weather linear between `start` and `end`.
  Interval const& advance(double dt_s, std::span<double const> hall_air_heat_w, std::span<double const> hall_liquid_heat_w,
                          WeatherSample const& start, WeatherSample const& end);

  bool has_air(std::size_t hall) const;
  bool has_liquid(std::size_t hall) const;
  double air_supply_k(std::size_t hall) const;
  double air_return_k(std::size_t hall) const;
  double liquid_supply_k(std::size_t hall) const;
  double liquid_return_k(std::size_t hall) const;
  double liquid_rack_k(std::size_t hall) const;  ///< coolant leaving the racks
  double plant_supply_k(std::size_t plant) const;
  double plant_return_k(std::size_t plant) const;

  /// Coolant at the cold plates, mean of what enters and leaves them; without flow what stands in the racks.
  double liquid_mean_k(std::size_t hall) const;
  /// Flow over its design value.
  double liquid_flow_share(std::size_t hall) const;
  double air_flow_share(std::size_t hall) const;

  /// Fastest change of a supply temperature that racks see, over the last internal step [K/s].
  double fastest_rate_k_per_s() const;

  /// Heat in the capacities, relative to 0 K [J].
  double stored_energy_j() const;
  /// Since initialise(): heat in (halls, fans, pumps, compressors), heat out, and (in - out - stored)/in.
  double heat_in_j() const;
  double heat_out_j() const;
  double heat_balance_residual() const;

  /// What happened since the last call, in order of time.
  std::vector<CoolingEvent> take_events();

  /// Set points from now on.
  void set_plant_set_point(std::size_t plant, double supply_k);  ///< ends a reset
  void set_air_set_point(std::size_t hall, double supply_k);
  void set_liquid_set_point(std::size_t hall, double supply_k);

  /// What a tank that shifts load is to do from now on.
  void set_tank_order(std::size_t plant, TankOrder order);
  /// Demand of the sink of a plant from now on; none: as its parameters say.
  void set_reuse_demand(std::size_t plant, std::optional<double> demand_w);

  /// Units in service from now on.
  void set_plant_available(std::size_t plant, PlantAvailability const& available);
  void set_hall_available(std::size_t hall, HallAvailability const& available);
  PlantAvailability plant_available(std::size_t plant) const;
  HallAvailability hall_available(std::size_t hall) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ondol::sim
