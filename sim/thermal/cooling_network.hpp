#pragma once
/// Cells of water, coolant and air with their heat capacities, what flows between them, and the rates of change of it all.
///
///   plant   supply end -> n cells of pipe -> halls and bypass -> n cells of pipe -> return end -> heat rejection -> supply end
///   liquid  CDUs -> cells of pipe -> racks -> cells of pipe -> CDUs
///   air     CRAHs -> cold side -> racks -> hot side (with the racks' metal) -> CRAHs
///   cell    C dT/dt = w (T_before - T) + heat,   w = flow x specific heat
///   door    racks -> rear doors -> hot side: what doors take never reaches the room (rear_door.hpp)
///   tank    buffer: cells of the pipe to the halls.  Else layers beside the plant (thermal_storage.hpp): charged from its
///   supply
///           end, discharged with water of its return end.  `reserve` gives what machines cannot (to the watt) and is filled up
///           again with a fifth of its flow while they can; `shift` does what it is told, as long as it is warm or cold enough
///   reuse   a sink takes heat from what comes back from the halls, before the return end (heat_reuse.hpp)
///
/// A chain of n cells passes a step as the sum of n exponential delays (Erlang): mean delay volume/flow, spread 1/sqrt(n) of it
/// [levenspiel1999, eq. 14.1].  Without flow each cell keeps its heat: the racks' cell then takes all that racks give.
/// When racks draw more air than CRAHs blow (their fans hold the design rise, assumed), the rest comes from the hot side.
/// Facility water and coolant have constant density and specific heat: over 20 to 50 degC rho cp changes by about 1 % for water
/// and PG25 [incropera2007, table A.6; ashrae2021fundamentals], less than is known of volumes.
///
/// Control: `ideal` solves for the positions that meet set points (hall_cooling.hpp, heat_rejection.hpp, pump_group.hpp);
/// `pi` moves them by controllers (pi_controller.hpp), states beside the temperatures:
///   valves of CRAHs and CDUs      by supply temperature; equal percentage, rangeability 50 (assumed, common for control
///   valves) fans of CRAHs                 by what racks draw (pressure of the containment) and, when the return is warm,
///   beyond it pumps of the plant            by differential pressure at the valves heat rejection                du/dt = (F
///   (T_return - T_set) - u)/t, u heat that machines are asked to take; t = 90 s with
///                                 chillers, else 30 s (assumed: guide vanes and drives are ramped over a minute or two)
/// Water leaves no colder than 3 K below its set point (assumed: low-temperature cut-out).
///
/// Ignores: heat lost from pipes, different lengths of way, stratification, thermosiphon.   Page: docs/models/cooling-system.md

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/thermal/cooling_rates.hpp"
#include "sim/thermal/cooling_system.hpp"
#include "sim/thermal/pi_controller.hpp"
#include "sim/thermal/pump_group.hpp"
#include "sim/thermal/sparse_factors.hpp"

namespace ondol::sim {

class CoolingNetwork {
 public:
  using Control = CoolingOptions::Control;
  static constexpr std::size_t absent = static_cast<std::size_t>(-1);

  struct Plant {
    PlantParams params;
    HeatRejection rejection;
    PlantAvailability available{};
    PumpGroup pumps{};
    TurningGroup turning{};  ///< of the pumps needed
    double design_w_per_k = 0;
    std::size_t supply = 0, header = 0;  ///< cells: leaving the plant, entering halls
    std::size_t gather = 0, back = 0;    ///< leaving halls, entering the plant
    double valves_w_per_k = 0;           ///< full water flow of everything it feeds
    PiController pump_control{};
    std::size_t speed = absent, speed_integral = absent, taken = absent;  ///< states of pi control
    std::optional<SupplyReset> reset{};
    std::optional<PlantStager> stager{};
    std::optional<HeatReuse> reuse{};
    std::optional<double> reuse_demand_w{};
    std::optional<StratifiedTank> tank{};       ///< reserve or shift
    std::size_t top = absent, bottom = absent;  ///< layers
    std::size_t buffer_end = absent;            ///< last of the cells of a buffer; they begin after `supply`
    TankOrder order = TankOrder::hold;
  };
  struct Air {
    AirSide side;
    std::size_t plant = 0, cold = 0, hot = 0;
    TurningGroup turning{};
    PiController valve_control{}, fan_control{};
    std::size_t valve = absent, valve_integral = absent, fan = absent, fan_integral = absent;
  };
  struct Liquid {
    LiquidSide side;
    std::size_t plant = 0, first = 0, inlet = 0, rack = 0, cdu = 0;  ///< cells: first after the CDUs, last before the racks
    TurningGroup turning{};
    PiController valve_control{};
    std::size_t valve = absent, valve_integral = absent;
  };
  struct Hall {
    std::optional<Air> air;
    std::optional<Liquid> liquid;
    std::optional<RearDoor> door;
    CoolingSystem::HallAvailability available;
    double air_w = 0, liquid_w = 0, vented_w = 0;  ///< inputs of this interval, routed to the sides that exist
  };
  /// What a side does at one instant, as far as the linear part of the slopes needs it.
  struct SideFlow {
    double flow_w_per_k = 0, recirculated_w_per_k = 0, water_w_per_k = 0;
    double heat_per_return_w_per_k = 0, heat_per_water_w_per_k = 0;
    double supply_k = 0;  ///< leaving the CRAHs or CDUs
    double outdoor_per_return_w_per_k = 0;
  };
  struct PlantFlow {
    double flow_w_per_k = 0;
    double cooling_per_return_w_per_k = 0;
    double tank_w_per_k = 0;  ///< charging; negative: discharging
    double valves_open = 0;   ///< of the most open valve that it feeds
  };
  /// All rates at one instant: slopes of the states and the integrands of the means.
  struct Stage {
    std::vector<double> slope;
    std::vector<HallRates> halls;
    std::vector<PlantRates> plants;
    std::vector<SideFlow> air, liquid;
    std::vector<PlantFlow> flows;
  };

  CoolingNetwork(std::vector<PlantParams> const& plants, std::vector<HallParams> const& halls, Control control);

  std::size_t size() const { return state_.size(); }
  std::size_t cells() const { return capacity_.size(); }  ///< temperatures; they come first
  Stage stage() const;

  /// Inputs of the interval that begins now: heats constant, weather linear over `interval_s`.
  void begin(double interval_s, std::span<double const> air_w, std::span<double const> liquid_w, WeatherSample const& start,
             WeatherSample const& end);
  /// Time of the interval at which evaluate() counts from 0.
  void set_offset(double offset_s) { offset_s_ = offset_s; }
  /// Rates `at_s` into the interval.
  void evaluate(double at_s, std::span<double const> y, Stage& out) { evaluate(at_s, y, out, control_); }
  void evaluate(double at_s, std::span<double const> y, Stage& out, Control control);

  /// I - g A, factored; A holds what flows and exchangers of `stage` do linearly, and conserves heat exactly.
  SparseFactors const& factored(Stage const& stage, double g);
  /// Heat that the linear part takes from the cells per kelvin of the change `k`, by plant [W].
  double sink_w(std::size_t plant, Stage const& stage, std::span<double const> k) const;
  /// The same of outdoor air in a hall.
  double outdoor_sink_w(std::size_t hall, Stage const& stage, std::span<double const> k) const;

  /// Staging, resets and stores begin, with a plant that does what `now` says; till then all is ideal and tanks stand still.
  void begin_control(Stage const& now);
  /// `dt_s` has passed and the plants do what `now` says: staging and resets decide.
  void decide(double dt_s, Stage const& now);
  /// Time until a decision may fall [s].
  double next_decision_s() const;
  std::vector<std::pair<std::size_t, StagingDecision>> take_decisions();  ///< by plant

  /// Set points everywhere, returns warmer by what the heat makes of the flow.
  void guess_steady();
  /// Actuators and integrals where ideal control has them at these temperatures.
  void place_actuators();
  /// Availability and set points stay as they are; what coasts comes to rest.
  void settle_machines();
  void advance_machines(double dt_s);
  /// Something coasts or starts.
  bool machines_move() const;

  double input_w() const { return input_w_; }
  double stored_j(std::span<double const> y) const;

  std::vector<double>& state() { return state_; }
  std::vector<double> const& state() const { return state_; }
  std::vector<double> const& capacity() const { return capacity_; }
  /// Error of each state that counts as one kelvin.
  std::vector<double> const& scale() const { return scale_; }
  std::vector<Plant>& plants() { return plants_; }
  std::vector<Plant> const& plants() const { return plants_; }
  std::vector<Hall>& halls() { return halls_; }
  std::vector<Hall> const& halls() const { return halls_; }
  Control control() const { return control_; }

 private:
  std::size_t add_cell(double temperature_k, double joules_per_k);
  std::size_t add_chain(double temperature_k, double joules_per_k, int cells);
  std::size_t add_actuator(double position, double scale);
  void add_plant(PlantParams const& p, std::size_t number);
  void add_hall(HallParams const& p, std::size_t number);
  void add_actuators();
  void find_pattern();
  template <class Add>
  void linear_part(Stage const& stage, Add const& add) const;
  WeatherSample weather(double at_s) const;
  double door_w(Hall const& hall, std::span<double const> y, double water_share);
  void evaluate_air(Hall const& hall, double at_s, SidePoint const& point, double room_w, std::span<double const> y, Stage& out,
                    std::size_t h);
  void evaluate_liquid(Hall const& hall, SidePoint const& point, std::span<double const> y, Stage& out, std::size_t h);
  /// Loop water through machines, water into the tank (negative: out of it), and what machines are to make of it.
  struct Machines {
    double machines_w_per_k = 0, tank_w_per_k = 0, target_k = 0;
  };
  Machines machines(Plant const& plant, double flow_w_per_k, double target_k, double back_k, double supply_k,
                    WeatherSample const& weather, std::span<double const> y, PlantRates& rates, std::span<double> slope) const;
  static void note_valve(PlantFlow& flow, double water_w_per_k, double limit_w_per_k);
  void evaluate_plant(std::size_t p, double at_s, WeatherSample const& weather, std::span<double const> y, Stage& out,
                      Control control);

  Control control_;
  std::vector<Plant> plants_;
  std::vector<Hall> halls_;
  std::vector<double> state_, capacity_, scale_;
  SparseFactors factors_;
  WeatherSample from_, to_;
  double interval_s_ = 0, offset_s_ = 0, input_w_ = 0;
  bool controlled_ = false;  ///< staging, resets and stores work
  // Of the evaluation in progress, by plant.
  std::vector<double> water_, heat_, water_share_;
  std::vector<PumpGroup::Point> pumped_;
};

}  // namespace ondol::sim
