#pragma once
/// Which equipment of a plant takes the heat of the facility loop, at what power and with how much water.
///
/// In this order, so that the loop leaves at its set point where capacity allows:
///   1 dry coolers in the loop itself (with `economizer`, before air-cooled chillers, or where they are all there is)
///   2 tower water through a plate exchanger, fans slowed to what is needed
///   3 the plate exchanger at full fan speed and flow, chillers for the rest, both on the same tower water
///   4 chillers alone: condenser water at its set point, or else at wet bulb + design approach (towers) or dry bulb
///     + design approach (dry coolers), within the chiller curves; air-cooled chillers at the dry bulb
/// The fewest chillers that carry the load run, or as many as a mode says (staging.hpp).  Tower water follows the heat
/// down to a quarter; as many cells as 0.75 of their design flow allows are wet; condenser pumps ~ flow^3.  No delay.
/// Ignores: pipes' heat gain, basin heat, plate fouling.   Page: docs/models/cooling-system.md

#include <optional>

#include "sim/thermal/chiller.hpp"
#include "sim/thermal/cooling_tower.hpp"
#include "sim/thermal/dry_cooler.hpp"
#include "sim/thermal/heat_exchanger.hpp"
#include "sim/thermal/heat_reuse.hpp"
#include "sim/thermal/staging.hpp"
#include "sim/thermal/supply_reset.hpp"
#include "sim/thermal/thermal_storage.hpp"
#include "sim/thermal/weather.hpp"

namespace ondol::sim {

/// One facility-water loop with its heat rejection.
struct PlantParams {
  double fluid_specific_heat_j_per_kg_k = 4186.0;
  double fluid_density_kg_per_m3 = 998.0;
  double supply_k = 293.15;         ///< set point of the water sent to the halls
  double volume_m3 = 0;             ///< of the whole loop
  double pipe_volume_m3 = 0;        ///< of it, in the pipes to and from the halls
  double metal_j_per_k = 0;         ///< spread over the volume
  double flow_kg_per_s = 0;         ///< design
  double pump_w = 0;                ///< at design flow
  int pumps = 1, pumps_needed = 1;  ///< equal ones, and how many of them the design flow takes
  double minimum_flow = 0.2;        ///< of design, through a bypass (assumed: keeps pumps and evaporators in their range)
  std::optional<ChillerParams> chiller;
  int chillers = 0;
  std::optional<TowerParams> tower;
  int towers = 0;  ///< cells
  std::optional<DryCoolerParams> dry_cooler;
  int dry_coolers = 0;
  bool economizer = false;             ///< free cooling; always on where there are no chillers
  double economizer_approach_k = 2.0;  ///< plate exchanger: loop leaving - tower water entering at design flows
  double condenser_pump_w = 0;         ///< at full tower (or condenser) flow, whole plant
  std::optional<double> condenser_k;   ///< set point of condenser water entering chillers
  std::optional<SupplyResetParams> reset = {};
  std::optional<PlantStagingParams> staging = {};
  std::optional<TankParams> tank = {};
  std::optional<HeatReuseParams> reuse = {};
};

/// Units of a plant that are in service.
struct PlantAvailability {
  int chillers = 0, towers = 0, dry_coolers = 0;
  double pumping = 1.0;  ///< share of the design flow that can be pumped
  bool powered = true;   ///< the machines, a heat pump among them
};

struct RejectionPoint {
  double cooling_w = 0;  ///< taken from the loop
  double free_w = 0;     ///< of it without chillers
  double chiller_w = 0, condenser_pump_w = 0, tower_fan_w = 0, dry_cooler_fan_w = 0;
  double evaporated_kg_per_s = 0, drift_kg_per_s = 0, water_kg_per_s = 0;
  int chillers = 0;             ///< that share the load
  double running = 0;           ///< of them at a moment, where they cycle
  bool clamped = false;         ///< chillers or towers outside their curves
  double chilled_wanted_w = 0;  ///< asked of the chillers
  double unit_w = 0;            ///< most that one of them can cool now; 0: not asked
  double free_margin_k = 0;     ///< by which the weather is colder (or, negative, warmer) than full free cooling needs
  double free_reach_k = 0;      ///< by which the water that comes back is warmer than free cooling that is off could make it
  std::optional<double> condenser_k = {};  ///< of the water that enters chillers without free cooling
  double rejected_w() const { return cooling_w + chiller_w + condenser_pump_w; }
};

class HeatRejection {
 public:
  /// Throws std::invalid_argument when the plant could never reject heat.
  explicit HeatRejection(PlantParams const& params);

  /// For loop water entering at `entering_k` with capacity rate `loop_w_per_k`, to leave at `set_point_k`; `header_k` is the
  /// present supply temperature, at which chillers that cannot keep the set point work.
  RejectionPoint at(double entering_k, double loop_w_per_k, double set_point_k, double header_k, WeatherSample const& weather,
                    PlantAvailability const& available, PlantMode const& mode = {}) const;

 private:
  struct TowerFlow;
  struct Chilled;
  struct Chillers;
  TowerFlow tower_flow(double share, int cells) const;
  double coldest_tower_k(double heat_w, TowerFlow const& flow, TowerAir const& air) const;
  void finish_towers(RejectionPoint& point, double heat_w, TowerFlow const& flow, double wanted_k, TowerAir const& air) const;
  Chilled chill(double evaporator_k, double condenser_k, double load_w, Chillers const& on) const;
  static void add(RejectionPoint& point, Chilled const& chilled);
  void with_towers(RejectionPoint& point, double entering_k, double wanted_w, double loop_w_per_k, double evaporator_k,
                   TowerAir const& air, int cells, Chillers const& on, FreeCooling free_cooling) const;
  RejectionPoint chillers_on_dry_coolers(double wanted_w, double evaporator_k, WeatherSample const& weather, int dry_coolers,
                                         Chillers const& on) const;

  double loop_design_w_per_k_, condenser_pump_w_;
  std::optional<double> condenser_k_;
  bool air_cooled_, economizer_;
  int chillers_, towers_, dry_coolers_;
  Chiller chiller_;
  CoolingTower tower_;
  DryCooler dry_cooler_;
  CounterflowExchanger plate_;
};

}  // namespace ondol::sim
