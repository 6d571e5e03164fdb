#pragma once
/// The scenario as structs that mirror the TOML.  Text becomes SI only in this room; everything behind it sees these types.
/// One struct is one table; the TOML keys are the member names.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/base/error.hpp"
#include "scenarios/schema/catalogue_spec.hpp"

namespace ondol::schema {

/// How well a number is known.  The order is the order of trust.
enum class Tier { measured, literature, datasheet, assumed, user };

/// Where a value came from: a place in a file, a catalogue entry with its source, or a default of the schema.
struct Origin {
  std::string file;
  std::size_t line = 0, column = 0;
  Tier tier = Tier::user;
  std::string source;                 ///< key in docs/references.bib, or empty
  std::string reason;                 ///< for `assumed`
  std::optional<double> uncertainty;  ///< relative standard uncertainty
  bool is_default = false;
  int draw = 0;  ///< of the catalogue, that the value is of; 0: as it was stated
};

/// Path of a value ("racks[2].count", "accelerator.nvidia/h200-sxm.idle") -> origin.
using Provenance = std::map<std::string, Origin>;

/// Days that a tariff counts as Sundays.
struct HolidayCalendarSpec {
  std::string id, name;
  std::vector<std::string> dates;  ///< "2026-01-01", local
};

struct Catalogue {
  std::map<std::string, AcceleratorSpec> accelerator;
  std::map<std::string, CalibrationSpec> calibration;
  std::map<std::string, PsuSpec> psu;
  std::map<std::string, NodeSpec> node;
  std::map<std::string, RackSpec> rack;
  std::map<std::string, PowerUnitSpec> power_unit;
  std::map<std::string, SwitchSpec> network_switch;
  std::map<std::string, OpticSpec> optic;
  std::map<std::string, InterconnectSpec> interconnect;
  std::map<std::string, CduSpec> cdu;
  std::map<std::string, CrahSpec> crah;
  std::map<std::string, ChillerSpec> chiller;
  std::map<std::string, TowerSpec> tower;
  std::map<std::string, DryCoolerSpec> dry_cooler;
  std::map<std::string, FluidSpec> fluid;
  std::map<std::string, ModelShapeSpec> model;
  std::map<std::string, TrainingStackSpec> training_stack;
  std::map<std::string, HolidayCalendarSpec> holiday_calendar;
  std::map<std::string, BreakerSpec> breaker;
};

// ---------------------------------------------------------------------------------------------------- [simulation]
struct SimulationSpec {
  std::string name;
  std::string description;
  std::int64_t start = 0;  ///< seconds since 1970-01-01T00:00Z (TOML offset date-time)
  Seconds duration{0};
  std::uint64_t seed = 1;
  int calibration_draw = 0;        ///< 0: the estimates; n: the n-th set of boards that their errors hold possible
  Seconds thermal_step{60};        ///< longest step of the temperature coupling
  Kelvin thermal_tolerance{0.05};  ///< change of a supply temperature within one step that shortens the next, kelvin difference
  int catalogue_draw = 0;          ///< 0: the values of the catalogue; n: the n-th set that their uncertainties hold possible
  std::map<std::string, double> assumed_uncertainty;  ///< by tier: relative, of catalogue values that declare none
};

struct RecordSpec {  // [record]
  Seconds period{60};
  bool halls = true, racks = true, loops = true;
  bool feeds = true;  ///< units of the power banks
  bool placements = true;
  int most_links = 1000;  ///< of declared fabrics together, beyond which their series are left out
};

// ---------------------------------------------------------------------------------------------------- [site]
struct DesignDaySpec {  // [site.weather.design_day]
  Kelvin dry_bulb{0};   ///< the day's highest
  Kelvin wet_bulb{0};   ///< at the same time
  Kelvin range{0};      ///< of the dry bulb over the day, kelvin difference
};
struct WeatherSpec {
  std::string file;          ///< EPW or hourly CSV, .gz allowed; empty: constant conditions below
  bool typical_year = true;  ///< month, day and hour of the file are used for any year of the run
  Kelvin dry_bulb{293.15};
  double relative_humidity = 0.5;
  std::vector<std::string> files;           ///< instead of `file`: years that follow each other
  std::optional<DesignDaySpec> design_day;  ///< instead of files: every day like this one
  Kelvin warming{0};                        ///< added to the dry bulb at the same relative humidity, kelvin difference
  Seconds offset{0};                        ///< time of a file that counts seconds (time_s) at the start of the run
  bool repeat = false;                      ///< series begin again after their last row
};

struct TariffBand {               ///< hours [from, to) of local time
  std::string name;               ///< "light", "mid", "peak"
  std::vector<int> months;        ///< 1..12
  std::vector<int> hours;         ///< 0..23
  std::vector<std::string> days;  ///< "weekday", "saturday", "sunday"; empty: all
  WonPerJoule price{0};
};
/// Price of each hour from a CSV file, one row an hour.
struct PriceSeriesSpec {  // [tariff.ID.series]
  std::string file;
  std::string time_column, column;
  std::string unit;           ///< of the column: "KRW/MWh"
  std::string time_zone;      ///< of its times
  bool typical_year = false;  ///< month, day and hour of the file are used for any year of the run
};
/// Demand that is charged beside the month's own.
struct DemandRatchetSpec {    // [tariff.ID.ratchet]
  std::vector<int> months;    ///< whose peaks count for the eleven months after them
  double share = 1;           ///< of such a peak
  double contract_share = 0;  ///< of the contract power: charged at least
};
/// What the demand charge changes by with the power factor of the site.
struct PowerFactorClauseSpec {  // [tariff.ID.power_factor]
  double basis = 0.9;           ///< neither penalty nor reward
  double best = 0.95;           ///< above it no more reward
  double worst = 0.6;           ///< below it no more penalty
  double rate = 0;              ///< share of the demand charge for a change of 1 (0.2: 0.2 % for each per cent)
};
struct TariffSpec {  ///< in a tariff file of the catalogue folder or inline
  enum class Kind { time_of_use, flat, hourly };
  std::string id, name;
  WonPerWatt demand_charge{0};   ///< per month, on the highest 15-minute demand
  WonPerJoule adder{0};          ///< climate, fuel adjustment
  double tax = 0.0;              ///< VAT + power fund, fraction
  std::vector<TariffBand> band;  ///< every hour of the year falls in exactly one
  Kind kind = Kind::time_of_use;
  WonPerJoule price{0};                   ///< of a flat tariff
  std::optional<PriceSeriesSpec> series;  ///< of an hourly one
  WonPerJoule fuel_adjustment{0}, climate_charge{0};
  double levy = 0;                    ///< like tax, on the same sum
  std::vector<std::string> holidays;  ///< calendars
  std::optional<DemandRatchetSpec> ratchet;
  std::optional<PowerFactorClauseSpec> power_factor;
};
struct CarbonSpec {
  KgPerJoule factor{0};
  std::string file;  ///< hourly series; empty: the constant factor
  std::string time_column = "utc_time", column = "ci_direct_g_per_kwh";
  std::string unit = "g/kWh";                  ///< of the column
  std::string time_zone = "+00:00";            ///< of its times
  bool typical_year = true;                    ///< month, day and hour of the file are used for any year of the run
  std::string renewable_column;                ///< of the file, per cent of generation; empty: not said
  double contracted_renewables = 0;            ///< share of the energy bought with certificates or by contract
  std::optional<KgPerJoule> residual_factor;   ///< of the rest on the market; none: as the grid
  KgPerJoule generator_factor{0.716 / 3.6e6};  ///< of the site's own generators: diesel, 0.265 L/kWh at full load, 2.70 kg/L
                                               ///< [epa2025factors]
};
struct SiteSpec {
  std::string name;
  double latitude = 0, longitude = 0;
  Meters elevation{0};
  std::string time_zone = "+00:00";
  WeatherSpec weather;
  std::string tariff;  ///< id
  CarbonSpec carbon;
  Watts grid_capacity{0};  ///< contract power
  Watts base_load{0};      ///< lighting, offices, security
  std::string base_load_fed_by = "utility";
  std::vector<std::string> compare_tariffs;  ///< billed beside `tariff` on the same meter
  std::vector<std::string> holidays;         ///< "2026-01-01": further days that count as Sundays
  double power_factor = 0;                   ///< at the meter, lagging; 0: not said
  std::optional<Watts> past_peak;            ///< highest demand before the run in the months that the tariff looks back at
};

// ---------------------------------------------------------------------------------------------------- [[power]]
/// A bank of equal units at one level of the power tree.  Unit i of a bank is fed by unit (i mod n) of the bank above
/// (`feed = "single"`), by two neighbouring units that share the load (`"dual"`), or by all of them (`"bus"`).
struct PowerBankSpec {
  enum class Feed { single, dual, bus };
  std::string id;
  std::string unit;  ///< catalogue power unit
  int units = 1;
  int units_needed = 0;             ///< to carry the full load; 0: all (N); units - 1: N+1
  std::vector<std::string> fed_by;  ///< ids of banks, or "utility"; none: generators
  Feed feed = Feed::bus;
  enum class Mode { double_conversion, eco };
  Mode mode = Mode::double_conversion;  ///< of UPS
  std::vector<std::string> alternate;   ///< of transfer switches: banks taken when those of fed_by are dead
  std::string breaker;                  ///< at the output of each unit; empty: none is modelled
  std::optional<Watts> breaker_rating;  ///< none: the rating of the unit
  std::optional<Meters> length;         ///< of cables; none: the one that the catalogue's loss is of
  double power_factor = 1;              ///< of what a unit delivers; its loss follows the apparent power
};

// ---------------------------------------------------------------------------------------------------- [[plant]], [[hall]]
/// What a supply set point follows, linear between two of its values.
struct ResetSpec {  // [plant.reset]
  enum class By { dry_bulb, wet_bulb, demand };
  By by = By::wet_bulb;
  Kelvin low{0}, high{0};  ///< outdoor temperatures
  Kelvin supply_at_low{0}, supply_at_high{0};
};

/// When machines of a plant start and stop.  Without this table always the fewest run that carry the heat.
struct StagingSpec {         // [plant.staging]
  Seconds minimum_on{900};   ///< that a chiller runs once started (assumed: four starts an hour, as makers allow)
  Seconds minimum_off{900};  ///< that it rests
  Seconds delay{300};        ///< that a threshold must be passed (assumed: five minutes are usual)
  double up = 0.95;          ///< of the capacity of the running machines: one more (assumed)
  double down = 0.80;        ///< of the capacity of one fewer: one less (assumed)
  Kelvin changeover{1.0};    ///< hysteresis of free cooling, kelvin difference (assumed)
};

/// Stratified chilled-water store.
struct TankSpec {  // [plant.tank]
  enum class Use { buffer, reserve, shift };
  CubicMeters volume{0};
  int layers = 10;
  WattsPerKelvin heat_loss{0};  ///< to the surroundings, all of it
  Use use = Use::buffer;
  KgPerSecond flow{0};            ///< most that it takes or gives; 0: the design flow of the loop
  std::vector<int> charge_hours;  ///< of local time
  std::vector<int> discharge_hours;
  std::optional<Kelvin> charge_temperature;  ///< none: the supply set point
};

/// Heat given to somebody who wants it.
struct HeatReuseSpec {             // [plant.reuse]
  Watts demand{0};                 ///< constant part
  WattsPerKelvin demand_slope{0};  ///< of each kelvin that the air outside is below balance_temperature
  Kelvin balance_temperature{288.15};
  std::string file;  ///< or an hourly series of the demand
  std::string time_column = "local_time", column = "demand_w";
  Kelvin temperature{0};               ///< that the sink wants
  Kelvin approach{3.0};                ///< of the exchanger, kelvin difference (assumed: plate exchangers of 2 to 5 K)
  bool heat_pump = false;              ///< lifts what is not warm enough
  double second_law_efficiency = 0.5;  ///< of the heat pump: its COP over Carnot's (assumed: 0.4 to 0.6 for large ones)
  Watts pump_power{0};                 ///< at the constant demand
};

/// A facility-water loop with its heat rejection.
struct PlantSpec {
  std::string id;
  std::string fluid = "water";
  Kelvin supply_temperature{293.15};  ///< set point of facility water to the halls
  CubicMeters volume{0};              ///< water in the loop
  JoulesPerKelvin metal_heat_capacity{0};
  KgPerSecond flow{0};  ///< design flow of the loop
  Watts pump_power{0};  ///< at design flow
  std::string chiller;
  int chillers = 0;
  std::string tower;
  int towers = 0;
  std::string dry_cooler;
  int dry_coolers = 0;
  bool economizer = false;          ///< waterside free cooling by plate exchanger (towers) or direct (dry coolers)
  Kelvin economizer_approach{2.0};  ///< of the plate exchanger, kelvin difference
  Watts condenser_pump_power{0};
  std::string fed_by;    ///< power bank of pumps, chillers, fans
  Seconds restart{60};   ///< from the return of power until it cools (assumed: chillers with fast restart; others take 5 min)
  int pumps = 2;         ///< equal pumps of the loop
  int pumps_needed = 0;  ///< for the design flow; 0: all
  std::string pumps_fed_by;                ///< empty: as fed_by
  std::optional<CubicMeters> pipe_volume;  ///< of `volume`, in the pipes to and from the halls; none: half of it
  std::optional<Kelvin>
      condenser_temperature;  ///< set point of the water to the chillers' condensers; none: wet bulb and design approach
  std::string water_class;    ///< ASHRAE TC 9.9: "W32"; empty: not checked
  std::optional<ResetSpec> reset;
  std::optional<StagingSpec> staging;
  std::optional<TankSpec> tank;
  std::optional<HeatReuseSpec> reuse;
};

/// Cooling with outdoor air.
struct AirEconomizerSpec {  // [hall.air.economizer]
  enum class Kind { outside_air, indirect };
  Kind kind = Kind::outside_air;
  double effectiveness = 0.7;          ///< of the exchanger between indoor and outdoor air, indirect (assumed: 0.6 to 0.8)
  double adiabatic_effectiveness = 0;  ///< of pads in the outdoor air: share of the wet-bulb depression; 0: none
  double cycles_of_concentration = 3;  ///< of the pads' water (assumed: they bleed off half of what evaporates)
  Watts fan_power{0};                  ///< further, at the full airflow of all CRAHs
  std::optional<Kelvin> dew_point_minimum, dew_point_maximum;  ///< of outdoor air that is let in; none: any
};

struct AirSpec {  // [hall.air]
  std::string plant;
  std::string crah;
  int crahs = 0;
  Kelvin supply_temperature{295.15};
  double recirculation = 0.05;  ///< share of rack inlet air that comes from rack exhaust
  CubicMeters volume{0};        ///< room air; racks' metal is added
  std::string fed_by;
  Seconds restart{10};  ///< from the return of power until the fans turn (assumed: drives start by themselves in seconds)
  std::vector<std::vector<double>>
      recirculation_matrix;  ///< [i][j]: share of the inlet of row i that row j exhausts; empty: `recirculation`
  Kelvin inlet_spread{0};    ///< highest less lowest inlet of a rack, kelvin difference
  std::string ashrae_class;  ///< TC 9.9: "A2"; empty: not checked
  std::optional<AirEconomizerSpec> economizer;
};
struct LiquidSpec {  // [hall.liquid]
  std::string plant;
  std::string cdu;
  int cdus = 0;
  std::string fluid = "pg25";
  Kelvin supply_temperature{305.15};  ///< technology supply set point
  std::string fed_by;
  Seconds restart{10};  ///< from the return of power until the pumps turn (assumed: as the fans)
  enum class FlowControl { constant, by_heat };
  FlowControl flow_control = FlowControl::constant;
  double minimum_flow = 0.4;               ///< of the design flow, by heat (assumed: plates want a turbulent minimum)
  std::optional<CubicMeters> pipe_volume;  ///< between CDUs and racks, both ways, of the CDUs' coolant_volume; none: half of it
  std::string technology_class;            ///< ASHRAE TC 9.9: "S40"; empty: not checked
};
/// Passive exchangers in the doors of the hall's racks, one each.
struct RearDoorSpec {  // [hall.rear_door]
  std::string plant;
  Watts rated_heat{0};       ///< of one door, as the rest
  Kelvin rated_approach{0};  ///< leaving air minus entering water, kelvin difference
  CubicMetersPerSecond airflow{0};
  KgPerSecond water_flow{0};
};
struct HallSpec {
  std::string id;
  std::string name;
  int rows = 0;  ///< for the floor plan; 0: chosen
  std::optional<AirSpec> air;
  std::optional<LiquidSpec> liquid;
  std::optional<RearDoorSpec> rear_door;
};

/// [[heat_load]]: equipment that is not simulated rack by rack.
struct HeatLoadSpec {
  std::string name;
  std::string hall;
  std::optional<Watts> power;        ///< constant; none: from `file`
  std::string file;                  ///< CSV
  std::string time_column = "t_s";   ///< seconds after the start of the run
  std::vector<std::string> columns;  ///< that are added up
  std::string unit = "W";            ///< of the columns
  double scale = 1;
  double liquid_fraction = 0;  ///< of its heat; the rest goes to the air of the hall
  std::string fed_by;          ///< power bank, or utility
  enum class Interpolation { step, linear };
  Interpolation interpolation = Interpolation::step;  ///< a row holds until the next, or a line leads to it
  Seconds offset{0};                                  ///< time of the file at the start of the run
  bool repeat = false;                                ///< the series begins again a step after its last row
};

/// [cooling]: how the plants are controlled and solved.
struct CoolingSpec {
  enum class Control { ideal, pi };
  Control control = Control::ideal;  ///< set points are met within capacity at once, or by controllers that take time
  Kelvin tolerance{5e-3};            ///< error of one step, kelvin difference
  Seconds longest_step{600};
};

// ---------------------------------------------------------------------------------------------------- [[racks]]
/// Of every accelerator of the racks: what its firmware and the energy storage of its supplies do to its power.
struct PowerSmoothingSpec {                 // [racks.power_smoothing]
  double floor = 0;                         ///< share of the power limit below which a job's accelerators do not fall
  std::optional<WattsPerSecond> ramp_up;    ///< fastest rise; none: not limited
  std::optional<WattsPerSecond> ramp_down;  ///< fastest fall
  Seconds hold{0};                          ///< that the floor is kept without work
  Joules storage{0};                        ///< usable, of the share of one accelerator; 0: none
  Watts storage_power{0};                   ///< it takes or gives at most
  double storage_efficiency = 0.95;         ///< round trip (assumed: two passes of a converter of 97.5 %)
};
struct RackGroupSpec {
  std::string rack;  ///< catalogue rack type
  int count = 0;
  std::string hall;
  std::string pool;                  ///< scheduler pool
  std::vector<std::string> fed_by;   ///< power bank(s); racks are spread over the units in order
  std::optional<Watts> power_limit;  ///< per accelerator, below the board limit
  std::optional<PowerSmoothingSpec> power_smoothing;
  int priority = 0;                     ///< larger: capped and shed later
  std::string breaker;                  ///< in each feed of each rack; empty: none is modelled
  std::optional<Watts> breaker_rating;  ///< none: what carries the rated rack alone at 80 % of it
  Seconds boot_time{300};  ///< from power to service (assumed: firmware, links and checks of a server take minutes)
};

// ---------------------------------------------------------------------------------------------------- [[fabric]]
/// The scale-out network of one or more pools.  Pools that no fabric names have two levels of switches that block nothing.
struct FabricSpec {
  enum class Kind { rail_fat_tree, fat_tree, dragonfly, torus };
  enum class Routing { ecmp, fixed, adaptive, valiant };
  std::string id;
  std::vector<std::string> pools;
  Kind kind = Kind::rail_fat_tree;
  std::string network_switch;                      ///< leaves or routers, and the others where they are not named
  std::string spine_switch, core_switch;           ///< empty: as network_switch
  std::string node_cable = "generic/400g-copper";  ///< each end of a cable between node and switch
  std::string optic = "generic/400g-dr4";          ///< each end of a cable between switches
  Meters node_cable_length{3};                     ///< assumed: the reach of passive copper [nvidia2025linkx]
  Meters cable_length{30};                         ///< assumed: a few rows; modules reach 100 m [nvidia2025mms4x00]
  std::optional<BytesPerSecond> port_bandwidth;  ///< of one port of a node and of one cable, per direction; none: as the leaves
  int nics = 0;                                  ///< ports of a node; 0: as the catalogue says of the node
  int levels = 2;
  int unit_nodes = 0;           ///< nodes of a scalable unit, or on a leaf of a plain fat tree; 0: as many as the ports take
  int pod_nodes = 0;            ///< nodes of a pod, of three levels; 0: as many as the ports take
  double oversubscription = 1;  ///< ports down / ports up of a leaf
  double core_oversubscription = 1;                         ///< the same of a spine, of three levels
  int groups = 0, routers_per_group = 0, global_links = 0;  ///< dragonfly; global links of one router
  std::vector<int> dimensions;                              ///< torus
  Routing routing = Routing::ecmp;
  bool pxn = true;        ///< rails: what crosses rails does so over the scale-up fabric of the sender
  int storage_nodes = 0;  ///< plugged in after the nodes of the pools; checkpoints go to them
  int storage_ports = 0;  ///< of one of them; 0: as a node has
  std::vector<std::string> failed;
  std::string hall;    ///< whose air the switches heat
  std::string fed_by;  ///< power bank of the switches, or utility
};

// ---------------------------------------------------------------------------------------------------- demand
/// What a job makes its accelerators and hosts do, as fractions of what the hardware could do.
struct ActivitySpec {
  double sm = 0;       ///< share of time the compute units are awake
  double compute = 0;  ///< share of the sustained matmul rate (matmul_efficiency x peak of the precision)
  double memory = 0;   ///< share of the sustained memory bandwidth
  double host = 0;     ///< share of the host's active power span
  std::string precision = "bf16";
  BytesPerSecond network{0};  ///< each accelerator sends to the others of its job, on a declared fabric
};

/// What the backward pass computes again: nothing that fused kernels keep, the attention core, or whole layers.
enum class Recompute { none, selective, full };
constexpr char const* to_string(Recompute r) {
  return r == Recompute::full ? "full" : r == Recompute::selective ? "selective" : "none";
}

/// Whether training waits while a checkpoint is written, or only while it is copied to the hosts' memory.
enum class CheckpointMode { blocking, async };

/// Weights, optimiser and step counters as frameworks write them: 105 GB of 8B to 15 TB of 1T [mlperf_storage_v2].
inline constexpr double checkpoint_bytes_a_parameter = 13.1;

struct TrainingSpec {  // [[training]]
  std::string name;
  std::string pool;
  std::string model;  ///< catalogue model shape
  int accelerators = 0;
  Seconds start{0};         ///< after simulation start
  double tokens = 0;        ///< to train on; 0: until the end of the run
  int batch_sequences = 0;  ///< global batch
  int sequence = 0;         ///< tokens a sequence
  int tensor_parallel = 1, pipeline_parallel = 1, virtual_pipeline = 1, context_parallel = 1, expert_parallel = 1;
  int micro_batch = 1;
  bool sequence_parallel = true;  ///< what tensor groups do not split otherwise, they split along the sequence
  std::string precision = "bf16";
  Recompute recompute = Recompute::none;
  std::optional<BytesPerSecond> network_bandwidth;  ///< per accelerator, scale-out; none: as its node's ports
  Seconds checkpoint_interval{0};                   ///< 0: none
  BytesPerSecond storage_bandwidth{0};              ///< shared by the job's checkpoint
  CheckpointMode checkpoint = CheckpointMode::blocking;
  std::optional<Bytes> checkpoint_size;      ///< of the whole job; none: checkpoint_bytes_a_parameter
  int evaluation_interval = 0;               ///< sequences trained between evaluations; 0: none
  int evaluation_sequences = 0;              ///< of one evaluation
  std::string stack = "megatron-core/2024";  ///< catalogue training stack
  double speed_spread = 0.01;                ///< between accelerators, relative standard deviation of the time of one kernel
  Seconds restart_time{300};  ///< of processes and communicators after a loss of nodes, before the checkpoint is read
  std::string tenant;         ///< who is billed; empty: the kind of demand
};

struct TraceSpec {  // [[trace]]
  std::string name;
  std::string file;                     ///< CSV, columns submit_s, duration_s, num_gpus[, vc]; .gz allowed
  Seconds offset{0};                    ///< trace time that is played at the start of the run
  double arrival_scale = 1.0;           ///< > 1: that many times as many jobs (each drawn again)
  std::map<std::string, double> pools;  ///< pool -> share of the jobs
  ActivitySpec activity;                ///< means
  double activity_spread = 0.0;         ///< relative standard deviation between jobs
  double estimate_factor = 1.5;         ///< user's run time estimate / run time, for backfill
  std::string tenant;                   ///< who is billed; empty: the kind of demand
};

struct MixSpec {  // [[mix]]: a synthetic stream of batch jobs
  std::string name;
  std::string pool;
  Seconds mean_interarrival{0};
  Seconds duration_median{0};
  double duration_sigma = 1.0;  ///< lognormal
  double accelerators_median = 8;
  double accelerators_sigma = 1.5;  ///< lognormal, rounded to whole nodes above one node
  int accelerators_max = 0;
  ActivitySpec activity;
  double activity_spread = 0.0;
  double estimate_factor = 1.5;
  std::string tenant;  ///< who is billed; empty: the kind of demand
};

struct ServiceSpec {  // [[service]]: inference replicas that follow the day
  std::string name;
  std::string pool;
  int accelerators = 0;
  Seconds start{0};
  ActivitySpec peak;    ///< at the busiest hour
  double valley = 0.3;  ///< activity at the quietest hour / peak
  int peak_hour = 15;   ///< local time
  std::string tenant;   ///< who is billed; empty: the kind of demand
};

struct SteadySpec {  // [[steady]]: accelerators held at one activity (idle and peak studies)
  std::string name;
  std::string pool;
  int accelerators = 0;
  Seconds start{0};
  Seconds duration{0};  ///< 0: until the end of the run
  ActivitySpec activity;
  std::string tenant;  ///< who is billed; empty: the kind of demand
};

struct PhaseWindowSpec {  // [[phase_window]]: iterations of training jobs are played phase by phase
  std::string name;
  Seconds start{0};  ///< after simulation start
  Seconds duration{0};
  Seconds period{0.01};           ///< between rows of its series
  std::vector<std::string> jobs;  ///< training jobs; empty: all
  bool racks = false;             ///< write the power of every rack
};

struct PeakShavingSpec {                // [storage.peak_shaving]
  Watts limit{0};                       ///< at the meter
  Seconds over{0};                      ///< time whose mean is limited; 0: each moment
  std::optional<Watts> recharge_below;  ///< at the meter, while it charges; none: the limit
};

struct RampLimitSpec {      // [storage.ramp]
  WattsPerSecond limit{0};  ///< at the meter, up and down
  double target = 0.5;      ///< state of charge that it returns to, with as much room for a rise as for a fall
  Seconds recovery{900};    ///< time constant of that return (assumed: slow beside ramps, fast beside jobs)
};

/// Batteries of the site that shape what the meter sees.
struct StorageSpec {  // [[storage]]
  std::string name;
  std::string unit;  ///< catalogue power unit of kind battery
  int units = 1;
  std::string at = "utility";   ///< power bank whose output they are joined to, or the meter itself
  double initial_charge = 0.5;  ///< share of the stored energy
  double reserve = 0.1;         ///< share that is kept (assumed: what makers and owners of lithium-ion keep)
  std::optional<PeakShavingSpec> peak_shaving;
  std::optional<RampLimitSpec> ramp;
  Seconds period{1};  ///< of the controller that steers the charge
};

// ---------------------------------------------------------------------------------------------------- power control
/// How caps reach the accelerators: who reads the meters how often, and what passes until a new limit holds.
struct CapChannelSpec {
  enum class Method { in_band, feed, out_of_band, power_brake };
  Method method = Method::in_band;
  std::optional<Seconds> period, delay;  ///< none: those of the method
  std::optional<Watts> floor;            ///< of one accelerator; none: what its lowest clock draws

  double period_s() const;
  double delay_s() const;
};

struct CappingSpec {  // [[capping]]: keeps every unit of a bank below a limit
  std::string name;
  std::string bank;            ///< "utility": the whole site
  double fraction = 0.95;      ///< of unit's or breaker's rating, or grid capacity (assumed: for what meters and caps miss)
  std::optional<Watts> limit;  ///< of one unit, instead
  double release = 0.98;       ///< of the limit: what is aimed at, and below which demand must be to end (assumed)
  bool after_loss = false;     ///< the limit holds also when racks with two feeds draw all from this one
  CapChannelSpec channel;
};

struct BudgetSpec {  // [[budget]]: what the site may draw for a while, as a grid operator asks
  std::string name;
  Seconds start{0};
  Seconds duration{0};         ///< 0: until the end of the run
  std::optional<Watts> power;  ///< at the meter
  std::string file;            ///< or a series: CSV with the columns time_s and power_mw; empty power: no budget
  Seconds notice{0};           ///< before each change, in which it is known
  double release = 0.99;       ///< of the budget: what is aimed at (assumed)
  CapChannelSpec channel;
};

struct SchedulerSpec {  // [scheduler]
  enum class Policy { fcfs, easy };
  Policy policy = Policy::easy;
  bool requeue = true;                       ///< a job whose nodes are lost waits for others and goes on from its checkpoint
  std::optional<WattsPerSecond> ramp_limit;  ///< of the site, by jobs that begin; none: they begin at once
};

/// [[event]]: what happens to the site from outside.
struct EventSpec {
  enum class What {
    utility_outage,
    utility_dip,
    unit_failure,
    breaker_open,
    chiller_trip,
    pump_trip,
    tower_trip,
    dry_cooler_trip,
    cdu_trip,
    crah_trip,
    set_point
  };
  enum class Side { plant, air, liquid };
  What what = What::utility_outage;
  Seconds start{0};                 ///< after the start of the run
  std::optional<Seconds> duration;  ///< none: until the end of the run
  double voltage = 0;               ///< of a dip: what is left, share of the nominal voltage
  std::string bank;                 ///< of units that fail, or whose breaker opens
  int unit = 1;                     ///< which of its units, from 1
  std::string plant, hall;          ///< whose machines trip, or whose set point moves
  int units = 0;                    ///< that trip; 0: all
  Side side = Side::plant;          ///< of a set point
  Kelvin temperature{0};            ///< the new set point

  /// Of the plant or a hall, not of the electrical chain.
  bool is_cooling() const { return what >= What::chiller_trip; }
};

/// [shedding]: racks are cut off, the least priority first, when what is live cannot carry all.
struct SheddingSpec {
  Seconds delay{1};           ///< of a shortage before racks are cut off
  double margin = 0.05;       ///< of the capacity that is then left free (assumed)
  Seconds restore_delay{60};  ///< that there must be enough for a rack before it gets power again
};

struct Scenario {
  SimulationSpec simulation;
  RecordSpec record;
  SiteSpec site;
  std::vector<PowerBankSpec> power;
  std::vector<PlantSpec> plant;
  std::vector<HallSpec> hall;
  std::vector<RackGroupSpec> racks;
  std::vector<FabricSpec> fabric;
  SchedulerSpec scheduler;
  std::vector<TrainingSpec> training;
  std::vector<TraceSpec> trace;
  std::vector<MixSpec> mix;
  std::vector<ServiceSpec> service;
  std::vector<SteadySpec> steady;
  std::vector<PhaseWindowSpec> phase_window;
  std::vector<StorageSpec> storage;
  std::vector<CappingSpec> capping;
  std::vector<BudgetSpec> budget;
  std::vector<EventSpec> event;
  std::optional<SheddingSpec> shedding;
  CoolingSpec cooling;
  std::vector<HeatLoadSpec> heat_load;

  Catalogue catalogue;  ///< the entries that the scenario names, and those they name
  std::map<std::string, TariffSpec> tariff;
  Provenance origin;
  std::vector<Fault> warnings;
  std::string file;           ///< as given; relative paths inside were resolved against their own file
  std::string resolved_toml;  ///< what `ondol dump` prints, without origins
};

/// Ports of a node in a fabric: as declared, else as the catalogue says, else one for each accelerator.
inline int ports_of(FabricSpec const& fabric, NodeSpec const& node) {
  return fabric.nics > 0 ? fabric.nics : node.nics > 0 ? node.nics : node.accelerators;
}

/// The fabric that joins a pool, if one is declared.
inline FabricSpec const* fabric_of(Scenario const& scenario, std::string const& pool) {
  for (auto const& fabric : scenario.fabric)
    for (auto const& joined : fabric.pools)
      if (joined == pool) return &fabric;
  return nullptr;
}

// ---------------------------------------------------------------------------------------------------- step files
/// What was published about a step: to judge the answer by.
struct PublishedSpec {
  enum class Role { judge, fit };
  Seconds step{0};
  Role role = Role::judge;
};

/// [[step]]: one training step on one kind of rack, without a site.
struct StepSpec {
  TrainingSpec job;  ///< its name is the step's; no pool, no start
  std::string rack;  ///< catalogue rack: accelerators, nodes and scale-up domain
  std::optional<Watts> power_limit;
  std::optional<PublishedSpec> published;
};

struct StepFile {
  std::vector<StepSpec> step;
  Scenario hardware;  ///< the catalogue entries that the steps name, origins, warnings; of a step file nothing else
};

}  // namespace ondol::schema
