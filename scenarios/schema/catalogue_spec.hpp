#pragma once
/// Hardware as the catalogue describes it: plain values in SI; source, tier and uncertainty of every value are kept beside
/// them in `Provenance` (see spec.hpp).  The TOML keys are the member names.

#include <array>
#include <optional>
#include <string>
#include <vector>

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

/// Board power of one accelerator from its activity [docs/models/accelerator-power.md]:
///   P = idle + context + sm u_sm + e_flop F + e_byte B + leak (T - T_ref), clipped at `power_limit` through the clock.
struct AcceleratorSpec {
  std::string id, name, vendor, architecture;
  Watts power_limit{0};        ///< vendor's board limit (TDP/TGP)
  FlopPerSecond bf16_peak{0};  ///< dense, vendor's figure
  std::optional<FlopPerSecond> fp8_peak, fp4_peak, fp64_peak;
  double matmul_efficiency = 0.75;  ///< best measured large-GEMM rate / bf16_peak
  double memory_efficiency = 0.85;  ///< best streamed rate / memory_bandwidth
  Bytes memory{0};
  BytesPerSecond memory_bandwidth{0};
  BytesPerSecond scaleup_bandwidth{0};  ///< per direction
  Watts idle{0};                        ///< no process holds the device
  Watts context{0};                     ///< added while a process holds it (clocks up)
  Watts sm_active{0};                   ///< added with all units awake and issuing, before operations and bytes
  JoulesPerFlop energy_per_flop{0};     ///< bf16, at reference clock, random data
  double fp8_energy_ratio = 0.6;        ///< fp8 energy per FLOP / bf16
  JoulesPerByte energy_per_byte{0};     ///< HBM to register path
  WattsPerKelvin leakage_slope{0};
  Kelvin leakage_reference{318.15};
  double clock_exponent = 2.4;  ///< dynamic power ~ (f/f_max)^n along the V(f) curve
  double minimum_clock = 0.3;   ///< lowest f/f_max the limiter reaches
  Kelvin slowdown_temperature{361.15};
  Kelvin shutdown_temperature{367.15};
  KelvinPerWatt junction_to_coolant{0.05};  ///< die to coolant or inlet air, steady
  JoulesPerKelvin heat_capacity{500};       ///< die, lid, sink or cold plate, lumped
};

struct PsuSpec {
  std::string id, name;
  Watts rating{0};
  LossCurve loss;
};

enum class Cooling { air, cold_plate, immersion };

struct NodeSpec {
  std::string id, name;
  std::string accelerator;
  int accelerators = 0;
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
};

struct RackSpec {
  std::string id, name;
  std::string node;
  int nodes = 0;
  int scaleup_domain = 0;               ///< accelerators joined by the scale-up fabric; 0: those of one node
  Watts switch_power{0};                ///< scale-up and top-of-rack switches, constant
  std::string shelf;                    ///< rack-level supply (PsuSpec); empty: nodes take AC
  int shelves = 0, shelves_needed = 0;  ///< units sharing the load, and the number that carries it
  Watts rated_power{0};
  JoulesPerKelvin heat_capacity{0};  ///< metal seen by the rack's air
  CubicMeters coolant_volume{0};     ///< technology coolant in plates, manifolds and hoses
  KgPerSecond coolant_flow{0};       ///< design flow
};

/// Transformers, switchgear, UPS, busways, PDUs.
struct PowerUnitSpec {
  enum class Kind { transformer, switchgear, ups, busway, pdu, generator, battery };
  std::string id, name;
  Kind kind = Kind::transformer;
  Watts rating{0};
  LossCurve loss;
  std::optional<Joules> stored_energy;  ///< UPS battery
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
};

/// DOE-2 / EnergyPlus electric EIR chiller (Chiller:Electric:EIR).  Curves take degC.
struct ChillerSpec {
  std::string id, name;
  Watts reference_capacity{0};
  double reference_cop = 0;
  double plr_min = 0, plr_max = 0, plr_unload = 0;
  Kelvin evaporator_min{0}, evaporator_max{0};  ///< leaving-evaporator limits of the curves
  Kelvin condenser_min{0}, condenser_max{0};    ///< entering-condenser limits
  KgPerSecond evaporator_flow{0}, condenser_flow{0};
  std::array<double, 6> capacity_curve{}, eir_curve{};
  std::array<double, 3> part_load_curve{};
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
};

struct DryCoolerSpec {
  std::string id, name;
  Watts rated_heat{0};
  Kelvin design_air{0}, fluid_in{0}, fluid_out{0};
  Watts fan_power{0};
  bool adiabatic = false;
  double adiabatic_effectiveness = 0.0;  ///< of the dry-bulb to wet-bulb depression
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
};

}  // namespace ondol::schema
