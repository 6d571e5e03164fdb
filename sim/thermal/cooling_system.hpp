#pragma once
/// The cooling of a site as a dynamic system: halls give heat to air and coolant, plants carry it to the weather.
///
/// States (each a heat capacity): per hall the room air with the racks' metal, and the technology coolant with its metal; per
/// plant the supply and the return half of the facility water.  Between them, without delay:
///   CRAH   coil eps-NTU, water valve holds the supply air at its set point, fan speed follows the heat, fan power ~ speed^3
///   CDU    eps-NTU, facility valve holds the technology supply at its set point, pumps by affinity
///   plant  pumps follow the valves; free cooling first (dry coolers, or tower water through a plate exchanger), then the
///   fewest
///          chillers that carry the rest, their condensers cooled by towers or, without towers, by the dry coolers
/// Control is ideal within capacity: a set point is met or the equipment is at its limit, and then temperatures rise.
/// Every watt of fans inside, pumps and compressors is heat where it is dissipated.
///
/// Integrated by the explicit Runge-Kutta pair of orders 3 and 2 [bogacki1989]; energies, heats and water are quadratures with
/// the same stage weights, so heat in = heat out + heat stored holds to rounding at any step. Page:
/// docs/models/cooling-system.md

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "sim/thermal/chiller.hpp"
#include "sim/thermal/cooling_tower.hpp"
#include "sim/thermal/dry_cooler.hpp"
#include "sim/thermal/weather.hpp"

namespace ondol::sim {

/// One facility-water loop with its heat rejection.
struct PlantParams {
  double fluid_specific_heat_j_per_kg_k = 4186.0;
  double fluid_density_kg_per_m3 = 998.0;
  double supply_k = 293.15;  ///< set point of the water sent to the halls
  double volume_m3 = 0;      ///< of the whole loop
  double metal_j_per_k = 0;
  double flow_kg_per_s = 0;   ///< design
  double pump_w = 0;          ///< at design flow
  double minimum_flow = 0.2;  ///< of design, through a bypass (assumed: keeps pumps and evaporators in their range)
  std::optional<ChillerParams> chiller;
  int chillers = 0;
  std::optional<TowerParams> tower;
  int towers = 0;  ///< cells
  std::optional<DryCoolerParams> dry_cooler;
  int dry_coolers = 0;
  bool economizer = false;             ///< free cooling; always on where there are no chillers
  double economizer_approach_k = 2.0;  ///< plate exchanger: loop leaving - tower water entering at design flows
  double condenser_pump_w = 0;         ///< at full tower (or condenser) flow, whole plant
};

struct CrahParams {  ///< one unit
  double rated_heat_w = 0;
  double rated_approach_k = 0;  ///< supply air - entering water at rated heat
  double airflow_m3_per_s = 0;
  double fan_w = 0;
  double water_flow_kg_per_s = 0;
  double minimum_speed = 0.3;  ///< (assumed: keeps the floor plenum under pressure)
};

struct AirSideParams {
  std::size_t plant = 0;
  CrahParams crah;
  int crahs = 0;
  double supply_k = 295.15;          ///< set point
  double heat_capacity_j_per_k = 0;  ///< room air and the racks' metal
  double density_kg_per_m3 = 1.2;
};

struct CduParams {  ///< one unit
  double rated_heat_w = 0;
  double rated_approach_k = 0;  ///< technology supply - facility supply at rated heat
  double technology_flow_kg_per_s = 0, facility_flow_kg_per_s = 0;
  double pump_w = 0;           ///< at the technology flow above
  double minimum_speed = 1.0;  ///< 1: constant flow, as cold plates without valves want it; less: follows the heat
};

struct LiquidSideParams {
  std::size_t plant = 0;
  CduParams cdu;
  int cdus = 0;
  double supply_k = 305.15;  ///< set point of the technology supply
  double specific_heat_j_per_kg_k = 3900.0;
  double heat_capacity_j_per_k = 0;  ///< coolant in racks, pipes and CDUs, and the metal that follows it
};

/// A hall without one of the sides gives that heat to the other; a hall with neither is ventilated with outdoor air.
struct HallParams {
  std::optional<AirSideParams> air;
  std::optional<LiquidSideParams> liquid;
};

struct CoolingOptions {
  double tolerance_k = 5e-3;  ///< error of one step
  double longest_step_s = 600.0;
};

class CoolingSystem {
 public:
  struct HallMeans {
    double crah_fan_w = 0, cdu_pump_w = 0;
    double vented_w = 0;  ///< heat given straight to outdoor air (hall with neither side)
  };
  struct PlantMeans {
    double pump_w = 0;  ///< facility and condenser pumps
    double chiller_w = 0, tower_fan_w = 0, dry_cooler_fan_w = 0;
    double cooling_w = 0;                    ///< heat taken from the loop
    double heat_rejected_w = 0;              ///< heat given to the weather: cooling, compressors and condenser pumps
    double evaporated_kg = 0, water_kg = 0;  ///< in the interval; water: evaporation, drift and blow-down
    double free_cooling_share = 0;           ///< of cooling_w
    double chillers_running = 0;             ///< mean number
    double clamped_share = 0;                ///< of the time with chillers or towers outside their curves
  };
  /// Means over the interval advanced.
  struct Interval {
    double dt_s = 0;
    std::vector<HallMeans> halls;
    std::vector<PlantMeans> plants;
    int steps = 0, stages = 0;
  };
  struct PlantAvailability {
    int chillers = 0, towers = 0, dry_coolers = 0;
    double pumping = 1.0;  ///< share of the design flow that can be pumped
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
  double plant_supply_k(std::size_t plant) const;
  double plant_return_k(std::size_t plant) const;

  /// Fastest change of a supply temperature that racks see, over the last internal step [K/s].
  double fastest_rate_k_per_s() const;

  /// Heat in the capacities, relative to 0 K [J].
  double stored_energy_j() const;
  /// Since initialise(): heat in (halls, fans, pumps, compressors), heat out, and (in - out - stored)/in.
  double heat_in_j() const;
  double heat_out_j() const;
  double heat_balance_residual() const;

  /// Units in service from now on.
  void set_available(std::size_t plant, PlantAvailability const& available);
  void set_available(std::size_t hall, HallAvailability const& available);
  PlantAvailability plant_available(std::size_t plant) const;
  HallAvailability hall_available(std::size_t hall) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ondol::sim
