#pragma once
/// Hardware as the catalogue describes it: plain values in SI; source, tier and uncertainty of every value are kept beside
/// them in `Provenance` (see spec.hpp).  The TOML keys are the member names.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "kernels/activity/channel.hpp"
#include "scenarios/base/units.hpp"

namespace ondol::schema {

/// Loss of a conversion stage as a function of its output power P (rating R, x = P/R), valid for 0 <= x <= ~1.2:
///   quadratic: R (a + b x + c x^2)      a no-load, b proportional, c load (I^2R) part, as fractions of the rating
///   affine:    (P + k)/eta - P          k a constant power, eta an efficiency
///   table:     P (1/eta(x) - 1)         efficiency linear between (load, efficiency) points; below the first point the loss
///                                       is that of the first point (no-load loss)
struct LossCurve {
  enum class Form { quadratic, affine, table };
  Form form = Form::quadratic;
  double no_load = 0.0, proportional = 0.0, square = 0.0;
  Watts constant{0.0};
  double efficiency = 1.0;
  std::vector<double> load;             ///< fraction of rating, increasing, > 0
  std::vector<double> load_efficiency;  ///< same length, in (0, 1]
};

/// What a device can do, who makes it and how its heat leaves it.
struct AcceleratorSpec {
  std::string id, name, vendor, architecture;
  Watts power_limit{0};        ///< vendor's board limit (TDP/TGP)
  FlopPerSecond bf16_peak{0};  ///< dense, vendor's figure
  std::optional<FlopPerSecond> fp8_peak, fp4_peak, fp64_peak, tf32_peak, int8_peak;
  double matmul_efficiency = 0.75;  ///< best measured large-GEMM rate / bf16_peak
  double memory_efficiency = 0.85;  ///< best streamed rate / memory_bandwidth
  Bytes memory{0};
  BytesPerSecond memory_bandwidth{0};
  BytesPerSecond scaleup_bandwidth{0};            ///< per direction
  std::string interconnect = "generic/switched";  ///< how its collectives use those links
  std::string calibration;                        ///< energy of what it does
  std::string kernel_times;                       ///< measured kernels of it or its nearest kin; empty: none
  Kelvin slowdown_temperature{361.15};
  Kelvin shutdown_temperature{367.15};
  KelvinPerWatt junction_to_coolant{0.05};   ///< die to coolant or inlet air, steady
  JoulesPerKelvin heat_capacity{500};        ///< die, lid, sink or cold plate, lumped
  std::optional<Watts> power_limit_minimum;  ///< lowest limit that the vendor lets people set
  Seconds limiter_time{0};                   ///< over which the power limit sees power; no maker says
  // How its heat goes and what follows [docs/models/junction.md, docs/models/thermal-limit.md].
  double die_share = 0.4;  ///< of junction_to_coolant, from die to sink or cold plate (assumed: half on A100)
  Seconds die_time{0.2};   ///< time constant of the die against the sink [yang2024parttime: A100]
  std::optional<Kelvin> operating_temperature;  ///< at which the clock holds the die; none: 2 K below slowdown [hopperlogs2025]
  Kelvin memory_rise{17};             ///< hottest memory over the sink at no board power, kelvin difference [hu2024acme]
  double memory_share = 0.1;          ///< of junction_to_coolant: what board power adds to that [hu2024acme]
  Kelvin memory_temperature{368.15};  ///< at which the clock holds the memory (assumed: 95 degC, as nvidia-smi on H100)
  double resistance_spread = 0.05;    ///< standard deviation between boards (assumed: mounting and paste)
  double power_spread = 0.02;         ///< the same, of power at the same work (assumed: 5 % between those of a node)
};

/// One number for each channel of kernels/activity/channel.hpp that the calibration knows; the keys are the channels' names.
struct ChannelEnergies {
  static constexpr std::size_t operations = meter::index(meter::Channel::shared);  ///< channels counted in operations
  std::array<std::optional<JoulesPerFlop>, operations> per_operation;
  std::array<std::optional<JoulesPerByte>, meter::channels - operations> per_byte;

  std::optional<double> of(std::size_t channel) const {
    if (channel < operations) {
      auto const& e = per_operation[channel];
      return e ? std::optional(e->v) : std::nullopt;
    }
    auto const& e = per_byte[channel - operations];
    return e ? std::optional(e->v) : std::nullopt;
  }
};

struct CalibrationThermal {
  std::optional<KelvinPerWatt> fast_resistance, slow_resistance;
  std::optional<Seconds> fast_time, slow_time;
};

/// How well the fit met its windows; shares.
struct CalibrationQuality {
  int windows_fit = 0, windows_held_out = 0;
  double condition_number = 0, r2 = 0;
  double fit_mape = 0, leave_one_kernel_out_mape = 0;
  double held_out_mape = 0, held_out_worst = 0, held_out_bias = 0;
};

/// Energy of one board's operations and bytes, and what the clock does to it [docs/models/gpu-energy.md]; the file is written
/// by the meter's fit or from published tables [kernels/README.md].
struct CalibrationSpec {
  static constexpr int newest_format = 1;
  std::string id, name, date, driver, board, note;
  int format = newest_format;  ///< of the file
  Hertz reference_clock{0};
  Hertz minimum_clock{0};             ///< lowest the limiter reaches
  std::optional<Hertz> lowest_clock;  ///< with the next three: what was seen
  std::optional<Kelvin> lowest_temperature, highest_temperature;
  std::optional<Watts> highest_power;
  Kelvin reference_temperature{318.15};  ///< at which idle and the rest hold
  Watts idle{0};                         ///< no process holds the device
  Watts context{0};                      ///< added while a process holds it (clocks up)
  Watts awake{0};                        ///< added with all multiprocessors running warps
  WattsPerKelvin leakage_slope{0};
  double voltage_slope = 0;
  double voltage_floor = 1;
  double limit_held = 1;                        ///< power that the limiter holds on the mean / limit
  std::vector<std::string> parameters;          ///< those of `covariance`, in its order
  std::vector<std::vector<double>> covariance;  ///< of the values over their estimates
  ChannelEnergies control, data;
  std::optional<CalibrationThermal> thermal;
  std::optional<CalibrationQuality> quality;
};

struct PsuSpec {
  std::string id, name;
  Watts rating{0};
  LossCurve loss;
  Watts standby{5};  ///< of a unit that rests
};

enum class Cooling { air, cold_plate, immersion };

/// How accelerators of one scale-up domain reach each other: through switches at their full rate, or by links of their own to
/// each of the others, which share that rate.
enum class ScaleUp { none, switched, direct };

/// Which supplies of a node or rack carry its load: all of them; only as many as are needed while the others sleep (cold
/// redundancy); or as many as lose least, their spares always among them.
enum class SupplySharing { all, needed, staged };

struct NodeSpec {
  std::string id, name;
  std::string accelerator;
  int accelerators = 0;
  ScaleUp scaleup = ScaleUp::switched;
  int nics = 0;          ///< scale-out ports; 0: one for each accelerator
  Watts host_idle{0};    ///< CPUs, DRAM, NICs, NVSwitch, board, drives with no work (fans and supply losses not included)
  Watts host_active{0};  ///< the same at full host activity
  std::string psu;       ///< empty: fed at 48/54 V DC by the rack shelf
  int psus = 1, psus_needed = 1;
  Cooling cooling = Cooling::air;
  double liquid_fraction = 0.0;     ///< share of node heat taken by liquid
  Watts fan_rated{0};               ///< all fans at full speed
  double fan_minimum_speed = 0.3;   ///< fraction of full speed
  CubicMetersPerSecond airflow{0};  ///< at full fan speed
  Watts rated_power{0};             ///< vendor's maximum at the node input
  std::string scaleout;             ///< how collectives use its NICs; empty: none
  SupplySharing psu_sharing = SupplySharing::all;
  double sink_flow_share = 0;        ///< of junction_to_coolant, that falls with flow past the sink; 0: by `cooling`
  double sink_exponent = 0;          ///< with which it falls; 0: by `cooling`
  std::optional<Kelvin> fan_target;  ///< of the hottest die, that fans hold; none: 12 K below its slowdown temperature
  double fan_power_exponent = 3.0;   ///< of speed
};

/// Times of one collective operation within a scale-up domain [docs/models/collectives.md].
struct CollectiveCurveSpec {
  Seconds quick_base{0}, quick_step{0};
  double quick_efficiency = 0;
  Seconds bulk_base{0}, bulk_step{0};
  double efficiency = 0, own_share = 0;
  Bytes ramp{0};
};

/// All-reduce in the switches of a scale-up domain.
struct SwitchReductionSpec {
  Seconds bulk_base{0};
  double efficiency = 0;
  Bytes ramp{0};
};

/// How a communication library drives one kind of link.
struct InterconnectSpec {
  enum class Level { scaleup, scaleout };
  std::string id, name;
  Level level = Level::scaleup;
  // within a domain
  std::optional<BytesPerSecond> peer_bandwidth;  ///< to one peer where links are direct
  int nvls_ranks = 0;                            ///< fewest ranks that all-reduce in the switch; 0: it cannot
  CollectiveCurveSpec all_reduce, all_gather, reduce_scatter, all_to_all;
  std::optional<SwitchReductionSpec> nvls;
  // between domains
  BytesPerSecond bandwidth{0};  ///< one accelerator's share of its node's NICs, per direction
  double efficiency = 0, all_to_all_efficiency = 0;
  Seconds base_latency{0}, hop_latency{0}, chunk_latency{0}, ring_step{0}, peer_step{0};
  Bytes chunk{0}, ramp{0};
  bool in_network_reduction = false;
};

struct RackSpec {
  std::string id, name;
  std::string node;
  int nodes = 0;
  int scaleup_domain = 0;               ///< accelerators joined by the scale-up fabric; 0: those of one node
  Watts switch_power{0};                ///< scale-up switches and others of its own, constant
  Watts network_share_power{0};         ///< share of leaf and spine switches, where no [[fabric]] counts them
  std::string shelf;                    ///< rack-level supply (PsuSpec); empty: nodes take AC
  int shelves = 0, shelves_needed = 0;  ///< units sharing the load, and the number that carries it
  Watts rated_power{0};
  JoulesPerKelvin heat_capacity{0};  ///< metal seen by the rack's air
  CubicMeters coolant_volume{0};     ///< technology coolant in plates, manifolds and hoses
  KgPerSecond coolant_flow{0};       ///< design flow
  SupplySharing shelf_sharing = SupplySharing::all;
};

/// Of a UPS or of a site: what stored_energy of the unit can give and take.
struct BatterySpec {                     // [power_unit."...".battery]
  std::optional<Watts> discharge_power;  ///< at its terminals; none: the rating; of a UPS, one and a half times that
  std::optional<Watts> charge_power;     ///< none: a tenth of the rating of a UPS, the rating of a battery
  double efficiency = 0.92;              ///< round trip (assumed: lithium-ion cells with their own electronics)
  double rate_exponent = 1.0;            ///< Peukert's; 1: every rate gives all (assumed: lithium-ion loses little)
  Seconds rated_discharge{3600};         ///< in which stored_energy is given in full
  double reserve = 0.0;                  ///< share that is never drawn
  double taper_from = 0.9;               ///< state of charge above which charging slows (assumed: constant voltage phase)
  Watts standing{0};                     ///< loss at rest
  Seconds response_time{0.05};           ///< time constant of its inverter (assumed: 20 to 100 ms are usual)
};

/// A load above the rating and how long it is carried.
struct OverloadSpec {
  double load = 0;  ///< of the rating
  Seconds time{0};
};

struct UpsSpec {  // [power_unit."...".ups]
  std::optional<LossCurve>
      eco_loss;  ///< with the load on the bypass; none: 1 % of the load (assumed: 99 % as printed for eco modes)
  Seconds transfer_time{0.004};  ///< without output when eco mode goes to the battery (assumed: makers print 2 to 4 ms)
  Seconds return_delay{3};       ///< that the input must be good before it is used again (assumed)
  Seconds walk_in{15};           ///< ramp of the rectifier from nothing to the rating (assumed: 10 to 30 s are usual)
  double input_minimum = 0.85;   ///< of the nominal voltage; below it the battery takes over (assumed: -15 % is usual)
  Seconds eco_return{60};        ///< in double conversion before it goes back to eco mode (assumed)
  Seconds retransfer{10};        ///< that the load must be bearable before it leaves the bypass (assumed)
  Seconds restart{60};           ///< that the input must be back before a unit that went off starts by itself (assumed)
  std::vector<OverloadSpec> overload{
      {1.10, Seconds{3600}}, {1.25, Seconds{600}}, {1.50, Seconds{60}}};  ///< of the inverter (assumed: typical)
  std::vector<OverloadSpec> bypass_overload{{1.25, Seconds{3600}},
                                            {1.50, Seconds{600}}};  ///< (assumed: fuses and thyristors bear more)
};

struct GeneratorSpec {        // [power_unit."...".generator]
  Seconds start_time{10};     ///< to rated speed and voltage (NFPA 110 Type 10)
  Seconds synchronising{5};   ///< of each further unit to the bus (assumed)
  double block = 0.5;         ///< largest step of load, share of the rating (assumed: ISO 8528-5 G2 with turbocharging)
  Seconds block_interval{5};  ///< between two steps (assumed: recovery of the frequency)
  Seconds cool_down{300};     ///< without load before it stops (assumed)
  CubicMetersPerSecond fuel_full_load{0};  ///< at its rating
  CubicMetersPerSecond fuel_no_load{0};    ///< running idle
  CubicMeters tank{0};                     ///< of each unit; 0: never empty
};

struct TransferSpec {           // [power_unit."...".transfer]
  Seconds transfer_time{0.1};   ///< without output on the way from one source to the other
  Seconds delay{1};             ///< of the preferred source's failure before anything is done (assumed)
  Seconds alternate_delay{0};   ///< that the alternate must have been good
  Seconds return_delay{300};    ///< that the preferred source must be good before the load goes back
  double input_minimum = 0.85;  ///< of the nominal voltage; below it a source has failed
};

/// Transformers, switchgear, cables, UPS, busways, PDUs, transfer switches, generators, batteries.
struct PowerUnitSpec {
  enum class Kind { transformer, switchgear, ups, busway, pdu, generator, battery, cable, transfer_switch };
  std::string id, name;
  Kind kind = Kind::transformer;
  Watts rating{0};
  LossCurve loss;                       ///< of a cable: of one of `cable_length`
  std::optional<Joules> stored_energy;  ///< of its battery
  std::optional<BatterySpec> battery;
  std::optional<UpsSpec> ups;
  std::optional<GeneratorSpec> generator;
  std::optional<TransferSpec> transfer;
  Meters cable_length{100};  ///< that the loss of a cable is of
};

/// Protection by overcurrent; currents in units of its rating, which the place where it stands gives.
struct BreakerSpec {
  enum class Element { thermal, i2t };
  std::string id, name;
  Element element = Element::thermal;
  Seconds time_constant{0};  ///< of its heat
  double trip_heat = 1.44;   ///< at which it opens, square of the current that it just does not hold for ever
  double pickup = 1.125;     ///< of an i2t element: below it the element cools
  double short_time = 0;     ///< current of the short-time trip; 0: it has none
  Seconds short_time_delay{0.3};
  double instantaneous = 0;  ///< current of the instantaneous trip; 0: it has none
  Seconds clearing_time{0.02};
};

struct SwitchSpec {
  std::string id, name;
  int ports = 0;
  BytesPerSecond port_bandwidth{0};
  Watts power{0};  ///< without optics
  Seconds latency{0};
};

struct OpticSpec {
  std::string id, name;
  BytesPerSecond bandwidth{0};
  Watts power{0};
};

struct CduSpec {
  std::string id, name;
  Watts rated_heat{0};
  Kelvin rated_approach{0};  ///< technology supply minus facility supply at rated heat and flows, kelvin difference
  KgPerSecond technology_flow{0}, facility_flow{0};
  Watts pump_power{0};
  CubicMeters coolant_volume{0};  ///< its own, beside the racks'
  JoulesPerKelvin metal_heat_capacity{0};
};

struct CrahSpec {  ///< computer-room air handler or fan-wall module
  std::string id, name;
  Watts rated_heat{0};
  Kelvin rated_approach{0};  ///< supply air minus entering water at rated heat, kelvin difference
  CubicMetersPerSecond airflow{0};
  Watts fan_power{0};  ///< at full airflow
  KgPerSecond water_flow{0};
  double minimum_speed = 0.3;  ///< (assumed: keeps the floor plenum under pressure)
};

/// DOE-2 / EnergyPlus electric chiller, by EIR curves (Chiller:Electric:EIR) or the reformulated ones.  Curves take degC.
struct ChillerSpec {
  enum class Curves { eir, reformulated };
  enum class Condenser { water, air };
  std::string id, name;
  Watts reference_capacity{0};
  double reference_cop = 0;
  double plr_min = 0, plr_max = 0, plr_unload = 0;
  Kelvin evaporator_min{0}, evaporator_max{0};  ///< leaving-evaporator limits of the curves
  Kelvin condenser_min{0}, condenser_max{0};    ///< entering-condenser limits; of reformulated curves: leaving
  KgPerSecond evaporator_flow{0}, condenser_flow{0};
  std::array<double, 6> capacity_curve{}, eir_curve{};
  std::array<double, 3> part_load_curve{};
  Curves curves = Curves::eir;
  Condenser condenser = Condenser::water;  ///< air: outdoor air, its fans within the power
  std::array<double, 10> part_load_surface{};
};

struct TowerSpec {
  std::string id, name;
  Watts rated_heat{0};
  Kelvin design_wet_bulb{0};
  Kelvin design_range{0}, design_approach{0};  ///< kelvin differences
  KgPerSecond water_flow{0};
  Watts fan_power{0};
  double drift_fraction = 2e-5;  ///< of circulating water
  double cycles_of_concentration = 5;
  enum class Correlation { yorkcalc, merkel };
  Correlation correlation = Correlation::yorkcalc;
  std::optional<CubicMetersPerSecond> airflow;   ///< at design; none: air leaves saturated at the mean water temperature
  double minimum_speed = 0.2;                    ///< least air flow of the turning fan; below it the fan cycles
  double free_convection = 0.125;                ///< share of the capacity that is left with the fan off
  std::vector<double> fan_air, fan_power_share;  ///< map: share of the air flow -> share of fan_power; empty: cubic
};

struct DryCoolerSpec {
  std::string id, name;
  Watts rated_heat{0};
  Kelvin design_air{0}, fluid_in{0}, fluid_out{0};
  Watts fan_power{0};
  bool adiabatic = false;
  double adiabatic_effectiveness = 0.0;  ///< of the dry-bulb to wet-bulb depression
  double cycles_of_concentration = 3;    ///< of the pads' water (assumed: pads bleed off about half of what evaporates)
  double minimum_speed = 0.1;            ///< below it the fans cycle (assumed: usual for EC fans)
};

struct FluidSpec {
  std::string id, name;
  JoulesPerKgKelvin specific_heat{0};
  KgPerCubicMeter density{0};
};

/// Transformer language model shape for training jobs.
struct ModelShapeSpec {
  std::string id, name;
  double parameters = 0;         ///< total
  double active_parameters = 0;  ///< per token (MoE); 0: all
  int layers = 0, hidden = 0, heads = 0, kv_heads = 0, ffn_hidden = 0, vocabulary = 0;
  int head_dim = 0;                      ///< 0: hidden / heads; with kv_latent of values, and of keys without rope_dim
  int experts = 0, experts_a_token = 0;  ///< of a layer; 0: no mixture, or not said
  int expert_hidden = 0;                 ///< inner size of one expert
  int shared_experts = 0;                ///< that every token meets, each of expert_hidden
  int dense_layers = 0;                  ///< of a mixture, the first ones without experts
  int expert_node_limit = 0;             ///< domains that the experts of one token may lie in; 0: any
  int kv_latent = 0, query_latent = 0;   ///< compressed keys and values, queries; 0: not compressed
  int rope_dim = 0;                      ///< of a compressed head, beside head_dim: what is rotated
};

/// Whether a row goes to each of its experts by itself, or over the fabric once to each domain that holds some.
enum class ExpertDispatch { copies, once_a_node };

/// What a training framework fuses, and what it hides behind products; by default nothing hides and kernels are the tables'.
/// [docs/models/training-step.md].
struct TrainingStackSpec {
  std::string id, name;
  double kernel_efficiency = 1;   ///< time of kernels alone / within a step; the one number fitted to step times
  bool fused_attention = true;    ///< scores never in memory, the causal half of them not computed
  bool fused_elementwise = true;  ///< gradients summed inside products; rotations, residuals and norms in few passes
  bool sharded_optimizer = true;  ///< optimiser state split among the ranks that hold the same weights
  double gradient_bytes = 4;      ///< of one gradient on its way between replicas
  double tensor_overlap = 0;      ///< share of tensor groups' messages that are split along with products
  double context_overlap = 0;     ///< the same of context groups
  double expert_overlap = 0;      ///< the same of expert groups
  double pipeline_overlap = 0;    ///< the same of messages between stages while all stages work
  ExpertDispatch expert_dispatch = ExpertDispatch::copies;
  double dispatch_bytes = 2;     ///< of one value of a row on its way to experts; back: 2
  double expert_sm_share = 0;    ///< of multiprocessors: hidden messages of experts take them from kernels
  double kept_bytes = 2;         ///< of one value that a product keeps for its backward pass
  bool light_recompute = false;  ///< outputs of norms, activations and latents' products computed again, not kept
  double data_overlap = 0;       ///< share of gradients' and weights' messages that may hide behind kernels
  Seconds launch{4e-6};          ///< the host takes to start one kernel
};

}  // namespace ondol::schema
