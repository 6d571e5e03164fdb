#include "scenarios/schema/describe.hpp"

namespace ondol::schema {

void describe(Table& t, LossCurve& s) {
  using Form = LossCurve::Form;
  bool const quadratic = s.form == Form::quadratic, affine = s.form == Form::affine, table = s.form == Form::table;
  t("form", s.form, {{Form::quadratic, "quadratic"}, {Form::affine, "affine"}, {Form::table, "table"}},
    "how the loss follows the load")
      .required();
  t("no_load", s.no_load, "no-load loss, fraction of the rating")
      .range(0, 1)
      .required()
      .only_if(quadratic, "form = \"quadratic\"");
  t("proportional", s.proportional, "part proportional to the load, fraction of the rating")
      .range(0, 1)
      .only_if(quadratic, "form = \"quadratic\"");
  t("square", s.square, "part that grows with the square of the load, fraction of the rating")
      .range(0, 1)
      .only_if(quadratic, "form = \"quadratic\"");
  t("constant", s.constant, "constant power").only_if(affine, "form = \"affine\"");
  t("efficiency", s.efficiency, "efficiency beyond the constant power")
      .above(0, 1)
      .required()
      .only_if(affine, "form = \"affine\" or \"table\"")
      .drawn_by_loss();
  t("efficiency", s.load_efficiency, "efficiency at each load")
      .above(0, 1)
      .required()
      .only_if(table, "form = \"affine\" or \"table\"")
      .drawn_by_loss();
  t("load", s.load, "loads as fractions of the rating, increasing")
      .above(0, 2)
      .required()
      .only_if(table, "form = \"table\"")
      .fixed();
}

void describe(Table& t, AcceleratorSpec& s) {
  t("name", s.name, "what people call it").required();
  t("vendor", s.vendor, "who makes it").required();
  t("architecture", s.architecture, "generation of the chip");
  t("power_limit", s.power_limit, "vendor's board limit (TDP)").above(0).required().nameplate();
  t("bf16_peak", s.bf16_peak, "dense peak rate in bf16, vendor's figure").above(0).required().nameplate();
  t("fp8_peak", s.fp8_peak, "dense peak rate in fp8").above(0).nameplate();
  t("fp4_peak", s.fp4_peak, "dense peak rate in fp4").above(0).nameplate();
  t("fp64_peak", s.fp64_peak, "dense peak rate in fp64").above(0).nameplate();
  t("tf32_peak", s.tf32_peak, "dense peak rate in tf32").above(0).nameplate();
  t("int8_peak", s.int8_peak, "dense peak rate in int8").above(0).nameplate();
  t("matmul_efficiency", s.matmul_efficiency, "best measured large-GEMM rate / peak").above(0, 1);
  t("memory_efficiency", s.memory_efficiency, "best streamed rate / memory_bandwidth").above(0, 1);
  t("memory", s.memory, "memory of the device").above(0).required().nameplate();
  t("memory_bandwidth", s.memory_bandwidth, "peak memory bandwidth").above(0).required().nameplate();
  t("scaleup_bandwidth", s.scaleup_bandwidth, "to its scale-up domain, per direction").nameplate();
  t("interconnect", s.interconnect, "how its collectives use those links").names("interconnect");
  t("calibration", s.calibration, "energy of its operations and bytes").names("calibration").required();
  t("kernel_times", s.kernel_times, "measured kernels of it or its nearest kin, a file of kernel_times/");
  t("slowdown_temperature", s.slowdown_temperature, "die temperature at which the clock is lowered").nameplate();
  t("shutdown_temperature", s.shutdown_temperature, "die temperature at which the device stops").nameplate();
  t("junction_to_coolant", s.junction_to_coolant, "from die to coolant or inlet air, steady").above(0);
  t("heat_capacity", s.heat_capacity, "die, lid and sink or cold plate, lumped").above(0);
  t("power_limit_minimum", s.power_limit_minimum, "lowest limit that the vendor lets people set").above(0).nameplate();
  t("limiter_time", s.limiter_time, "time constant with which the power limit sees power; 0: at once").range(0, 10);
  t("die_share", s.die_share, "part of junction_to_coolant between die and sink or cold plate").range(0.01, 0.95);
  t("die_time", s.die_time, "time constant of the die against its sink").range(0.001, 100);
  t("operating_temperature", s.operating_temperature,
    "die temperature that the clock does not exceed.nameplate(); none: 2 K below slowdown");
  t("memory_rise", s.memory_rise, "hottest memory over the sink at no board power").difference().range(0, 100);
  t("memory_share", s.memory_share, "what board power adds to that, part of junction_to_coolant").range(0, 1);
  t("memory_temperature", s.memory_temperature, "memory temperature that the clock does not exceed").nameplate();
  t("resistance_spread", s.resistance_spread, "standard deviation of the thermal resistance between boards").range(0, 0.3);
  t("power_spread", s.power_spread, "standard deviation of power at the same work between boards").range(0, 0.3);
}

void describe(Table& t, ChannelEnergies& s) {
  for (std::size_t i = 0; i < meter::channels; ++i) {
    char const* const channel = meter::channel_names[i].data();
    if (i < ChannelEnergies::operations)
      t(channel, s.per_operation[i], "of one operation at the reference clock");
    else
      t(channel, s.per_byte[i - ChannelEnergies::operations], "of one byte at the reference clock");
  }
}

void describe(Table& t, CalibrationThermal& s) {
  t("fast_resistance", s.fast_resistance, "from die to sink").above(0);
  t("fast_time", s.fast_time, "time constant of the die").above(0);
  t("slow_resistance", s.slow_resistance, "from sink to coolant").above(0);
  t("slow_time", s.slow_time, "time constant of the sink").above(0);
}

void describe(Table& t, CalibrationQuality& s) {
  t("windows_fit", s.windows_fit, "windows that were fitted");
  t("windows_held_out", s.windows_held_out, "windows that judged the fit");
  t("condition_number", s.condition_number, "of the scaled normal equations");
  t("r2", s.r2, "share of the variance explained").range(-1e9, 1);
  t("fit_mape", s.fit_mape, "mean absolute error of the fitted windows");
  t("leave_one_kernel_out_mape", s.leave_one_kernel_out_mape, "the same, each kernel judged by a fit without it");
  t("held_out_mape", s.held_out_mape, "mean absolute error of the held-out windows");
  t("held_out_worst", s.held_out_worst, "largest error of a held-out window");
  t("held_out_bias", s.held_out_bias, "mean error of the held-out windows, with its sign").range(-10, 10);
}

void describe(Table& t, CalibrationSpec& s) {
  t("name", s.name, "what people call the board").required();
  t("format", s.format, "version of the form of this entry").above(0);
  t("date", s.date, "day of the measurement, year-month-day");
  t("driver", s.driver, "version of the driver it ran under");
  t("board", s.board, "the board that was measured");
  t("note", s.note, "what else a reader should know");
  t("reference_clock", s.reference_clock, "clock of the multiprocessors at which the energies hold").above(0).required();
  t("minimum_clock", s.minimum_clock, "lowest clock that the limiter reaches").above(0).required();
  t("lowest_clock", s.lowest_clock, "lowest clock that was seen").above(0);
  t("lowest_temperature", s.lowest_temperature, "lowest temperature that was seen");
  t("highest_temperature", s.highest_temperature, "highest temperature that was seen");
  t("highest_power", s.highest_power, "highest power that was seen").above(0);
  t("reference_temperature", s.reference_temperature, "temperature at which the powers hold");
  t("idle", s.idle, "power when no process holds the device").required();
  t("context", s.context, "added while a process holds it");
  t("awake", s.awake, "added with all multiprocessors running warps");
  t("leakage_slope", s.leakage_slope, "leakage power per kelvin");
  t("voltage_slope", s.voltage_slope, "V/V_ref falls by this for the whole of the clock").range(0, 1);
  t("voltage_floor", s.voltage_floor, "V/V_ref goes no lower").above(0, 1);
  t("limit_held", s.limit_held, "mean power that the limiter holds / limit").above(0, 1.1);
  t("parameters", s.parameters, "names of the values in covariance, such as idle or control.tensor_bf16");
  t("covariance", s.covariance, "of the values over their estimates");
  t("control", s.control, "energy of an operation or byte whatever its bits");
  t("data", s.data, "energy added when all bits flip that random operands flip");
  t("thermal", s.thermal, "from warm-up and cool-down");
  t("quality", s.quality, "how well the fit met its windows");
}

void describe(Table& t, PsuSpec& s) {
  t("name", s.name, "what people call it").required();
  t("rating", s.rating, "output rating").above(0).required().nameplate();
  t("loss", s.loss, "loss by load").required().drawn_as_one();
  t("standby", s.standby, "drawn by a unit that rests").range(0, 1e4);
}

namespace {
std::vector<std::pair<SupplySharing, char const*>> sharing() {
  return {{SupplySharing::all, "all"}, {SupplySharing::needed, "needed"}, {SupplySharing::staged, "staged"}};
}
}  // namespace

void describe(Table& t, NodeSpec& s) {
  t("name", s.name, "what people call it").required();
  t("accelerator", s.accelerator, "its accelerators").names("accelerator");
  t("accelerators", s.accelerators, "number of accelerators").range(0, 100000).required();
  t("scaleup", s.scaleup, {{ScaleUp::none, "none"}, {ScaleUp::switched, "switched"}, {ScaleUp::direct, "direct"}},
    "accelerators reach each other through switches, by links to each other, or only over the network");
  t("nics", s.nics, "ports to the network; 0: one for each accelerator").range(0, 1000);
  t("host_idle", s.host_idle, "CPUs, memory, NICs, board and drives with no work; no fans, no supply losses").required();
  t("host_active", s.host_active, "the same at full host activity").required().drawn_with("host_idle");
  t("psu", s.psu, "its power supply; none: fed with DC by the rack shelf").names("psu");
  t("psus", s.psus, "power supplies").range(1, 1000);
  t("psus_needed", s.psus_needed, "power supplies that carry the full load").range(1, 1000);
  t("psu_sharing", s.psu_sharing, sharing(),
    "all supplies share the load, or only the needed ones and the others sleep, or as many as lose least");
  t("cooling", s.cooling, {{Cooling::air, "air"}, {Cooling::cold_plate, "cold_plate"}, {Cooling::immersion, "immersion"}},
    "what takes the heat");
  t("liquid_fraction", s.liquid_fraction, "share of the heat taken by liquid").fraction();
  t("fan_rated", s.fan_rated, "all fans at full speed");
  t("fan_minimum_speed", s.fan_minimum_speed, "fraction of full speed").above(0, 1).nameplate();
  t("airflow", s.airflow, "at full fan speed");
  t("fan_power_exponent", s.fan_power_exponent, "fan power goes with this power of speed").range(1, 4);
  t("fan_target", s.fan_target,
    "temperature at which fans hold the hottest die.nameplate(); none: 12 K below its slowdown temperature");
  t("sink_flow_share", s.sink_flow_share, "share of junction_to_coolant that falls with flow past the sink; 0: by cooling")
      .fraction();
  t("sink_exponent", s.sink_exponent, "flow^-sink_exponent; 0: by cooling").range(0, 2);
  t("rated_power", s.rated_power, "vendor's maximum at the node input").above(0).required().nameplate();
  t("scaleout", s.scaleout, "how collectives use its NICs; none: nothing leaves the node").names("interconnect");
}

void describe(Table& t, CollectiveCurveSpec& s) {
  t("quick_base", s.quick_base, "small messages: time whatever the ranks").range(0, 1).required();
  t("quick_step", s.quick_step, "added by each further rank").range(0, 1).required();
  t("quick_efficiency", s.quick_efficiency, "rate / link rate").above(0, 1).required();
  t("bulk_base", s.bulk_base, "large messages: fixed time whatever the ranks").range(0, 1).required();
  t("bulk_step", s.bulk_step, "added to it by each further rank").range(0, 1).required();
  t("efficiency", s.efficiency, "rate of the largest messages / link rate").above(0, 1).required();
  t("own_share", s.own_share, "of a rank's own part of the buffer that takes link time as well").fraction().required();
  t("ramp", s.ramp, "the rate comes in with the square root of ramp / bytes").required();
}

void describe(Table& t, SwitchReductionSpec& s) {
  t("bulk_base", s.bulk_base, "fixed time").range(0, 1).required();
  t("efficiency", s.efficiency, "rate of the largest buffers / link rate").above(0, 1).required();
  t("ramp", s.ramp, "the rate comes in with the square root of ramp / bytes").required();
}

void describe(Table& t, InterconnectSpec& s) {
  using L = InterconnectSpec::Level;
  bool const up = s.level == L::scaleup, out = s.level == L::scaleout;
  static constexpr char const* in_domain = "level = \"scaleup\"";
  static constexpr char const* between = "level = \"scaleout\"";
  t("name", s.name, "what people call it").required();
  t("level", s.level, {{L::scaleup, "scaleup"}, {L::scaleout, "scaleout"}}, "within a scale-up domain or between domains")
      .required();
  t("peer_bandwidth", s.peer_bandwidth, "to one peer where links are direct, per direction")
      .above(0)
      .only_if(up, in_domain)
      .nameplate();
  t("nvls_ranks", s.nvls_ranks, "fewest ranks that all-reduce in the switch; 0: it cannot")
      .range(0, 100000)
      .only_if(up, in_domain);
  t("all_reduce", s.all_reduce, "times of all-reduces among the ranks").required().only_if(up, in_domain);
  t("all_gather", s.all_gather, "times of all-gathers and broadcasts").required().only_if(up, in_domain);
  t("reduce_scatter", s.reduce_scatter, "times of reduce-scatters").required().only_if(up, in_domain);
  t("all_to_all", s.all_to_all, "times of all-to-alls and single messages").required().only_if(up, in_domain);
  t("nvls", s.nvls, "times of all-reduces in the switch").only_if(up, in_domain);
  t("bandwidth", s.bandwidth, "one accelerator's share of its node's NICs, per direction")
      .above(0)
      .required()
      .only_if(out, between)
      .nameplate();
  t("efficiency", s.efficiency, "rate of the largest messages / bandwidth").above(0, 1).required().only_if(out, between);
  t("all_to_all_efficiency", s.all_to_all_efficiency, "the same for all-to-all").above(0, 1).required().only_if(out, between);
  t("ramp", s.ramp, "the rate comes in with the square root of ramp / bytes").required().only_if(out, between);
  t("base_latency", s.base_latency, "of a collective, whatever its size and ranks")
      .range(0, 1)
      .required()
      .only_if(out, between);
  t("hop_latency", s.hop_latency, "of each level of a tree, small message").range(0, 1).required().only_if(out, between);
  t("chunk_latency", s.chunk_latency, "added at each level when full chunks fill the pipeline")
      .range(0, 1)
      .required()
      .only_if(out, between);
  t("chunk", s.chunk, "message that takes half of that").required().only_if(out, between);
  t("ring_step", s.ring_step, "of each step of a ring between domains").range(0, 1).required().only_if(out, between);
  t("peer_step", s.peer_step, "of each rank of other domains in an all-to-all").range(0, 1).required().only_if(out, between);
  t("in_network_reduction", s.in_network_reduction, "its switches reduce").only_if(out, between);
}

void describe(Table& t, RackSpec& s) {
  t("name", s.name, "what people call it").required();
  t("node", s.node, "its nodes").names("node");
  t("nodes", s.nodes, "number of nodes").range(0, 100000).required();
  t("scaleup_domain", s.scaleup_domain, "accelerators that the scale-up fabric joins; 0: those of one node").range(0, 1000000);
  t("switch_power", s.switch_power, "scale-up switches and others of its own, constant");
  t("network_share_power", s.network_share_power, "share of leaf and spine switches, where no [[fabric]] counts them");
  t("shelf", s.shelf, "rack-level power supply; none: nodes take AC").names("psu");
  t("shelves", s.shelves, "units sharing the load").range(0, 1000);
  t("shelves_needed", s.shelves_needed, "units that carry the full load").range(0, 1000);
  t("shelf_sharing", s.shelf_sharing, sharing(), "as psu_sharing of a node");
  t("rated_power", s.rated_power, "highest power of the rack").above(0).required().nameplate();
  t("heat_capacity", s.heat_capacity, "metal seen by the rack's air");
  t("coolant_volume", s.coolant_volume, "technology coolant in plates, manifolds and hoses");
  t("coolant_flow", s.coolant_flow, "design flow of technology coolant").nameplate();
}

void describe(Table& t, BatterySpec& s) {
  t("discharge_power", s.discharge_power,
    "most that it gives.nameplate(); none: the rating; of a UPS, one and a half times that")
      .above(0);
  t("charge_power", s.charge_power, "most that it takes.nameplate(); none: a tenth of a UPS's rating, the rating of a battery")
      .above(0);
  t("efficiency", s.efficiency, "round trip").above(0, 1);
  t("rate_exponent", s.rate_exponent, "Peukert's exponent; 1: the same energy at every rate").range(1, 2);
  t("rated_discharge", s.rated_discharge, "time in which all of stored_energy is given").above(0, 1e6).nameplate();
  t("reserve", s.reserve, "share that is never drawn").range(0, 0.99).nameplate();
  t("taper_from", s.taper_from, "state of charge above which charging slows.nameplate(); 1: never").above(0, 1);
  t("standing", s.standing, "loss at rest");
  t("response_time", s.response_time, "time constant of its inverter").range(0, 10);
}

void describe(Table& t, OverloadSpec& s) {
  t("load", s.load, "share of the rating").above(1, 10).required().nameplate();
  t("time", s.time, "that it is carried").above(0, 1e6).required().nameplate();
}

void describe(Table& t, UpsSpec& s) {
  t("eco_loss", s.eco_loss, "loss by load in eco mode.drawn_as_one(); none: 1 % of the load");
  t("transfer_time", s.transfer_time, "without output when eco mode goes to the battery").range(0, 1).nameplate();
  t("return_delay", s.return_delay, "that the input must be good before it is used again").range(0, 3600).nameplate();
  t("walk_in", s.walk_in, "ramp of the rectifier from nothing to the rating").range(0, 600).nameplate();
  t("input_minimum", s.input_minimum, "share of the nominal voltage below which the battery takes over")
      .range(0.1, 1)
      .nameplate();
  t("eco_return", s.eco_return, "in double conversion before it goes back to eco mode").range(0, 36000).nameplate();
  t("retransfer", s.retransfer, "that the load must be bearable before it leaves the bypass").range(0, 36000).nameplate();
  t("restart", s.restart, "that the input must be back before a unit that went off starts by itself").range(0, 1e6).nameplate();
  t("overload", s.overload, "loads above the rating and how long the inverter carries them, from the least load up");
  t("bypass_overload", s.bypass_overload, "the same of the bypass");
}

void describe(Table& t, GeneratorSpec& s) {
  t("start_time", s.start_time, "to rated speed and voltage").range(0, 3600);
  t("synchronising", s.synchronising, "of each further unit to the bus").range(0, 3600);
  t("block", s.block, "largest step of load, share of the rating").above(0, 1).nameplate();
  t("block_interval", s.block_interval, "between two steps of load").above(0, 600).nameplate();
  t("cool_down", s.cool_down, "without load before it stops").range(0, 36000).nameplate();
  t("fuel_full_load", s.fuel_full_load, "fuel at the rating");
  t("fuel_no_load", s.fuel_no_load, "fuel without load").drawn_with("fuel_full_load");
  t("tank", s.tank, "fuel of each unit.nameplate(); 0: never empty");
}

void describe(Table& t, TransferSpec& s) {
  t("transfer_time", s.transfer_time, "without output on the way from one source to the other").range(0, 60).nameplate();
  t("delay", s.delay, "of the preferred source's failure before anything is done").range(0, 3600).nameplate();
  t("alternate_delay", s.alternate_delay, "that the alternate must have been good").range(0, 3600).nameplate();
  t("return_delay", s.return_delay, "that the preferred source must be good before the load goes back")
      .range(0, 86400)
      .nameplate();
  t("input_minimum", s.input_minimum, "share of the nominal voltage below which a source has failed").range(0.1, 1).nameplate();
}

void describe(Table& t, PowerUnitSpec& s) {
  using K = PowerUnitSpec::Kind;
  t("name", s.name, "what people call it").required();
  t("kind", s.kind,
    {{K::transformer, "transformer"},
     {K::switchgear, "switchgear"},
     {K::ups, "ups"},
     {K::busway, "busway"},
     {K::pdu, "pdu"},
     {K::generator, "generator"},
     {K::battery, "battery"},
     {K::cable, "cable"},
     {K::transfer_switch, "transfer_switch"}},
    "what it is")
      .required();
  t("rating", s.rating, "output rating").above(0).required().nameplate();
  t("loss", s.loss, "loss by load").required().drawn_as_one();
  t("stored_energy", s.stored_energy, "of its battery");
  bool const stores = s.kind == K::ups || s.kind == K::battery;
  t("battery", s.battery, "how the battery gives and takes").only_if(stores, "kind = \"ups\" or \"battery\"");
  t("ups", s.ups, "eco mode, overload and the return of the input").only_if(s.kind == K::ups, "kind = \"ups\"");
  t("generator", s.generator, "start, load steps and fuel").only_if(s.kind == K::generator, "kind = \"generator\"");
  t("transfer", s.transfer, "times of a transfer").only_if(s.kind == K::transfer_switch, "kind = \"transfer_switch\"");
  t("cable_length", s.cable_length, "that the loss is of")
      .above(0, 1e5)
      .only_if(s.kind == K::cable, "kind = \"cable\"")
      .fixed();
}

void describe(Table& t, BreakerSpec& s) {
  using E = BreakerSpec::Element;
  t("name", s.name, "what people call it").required();
  t("element", s.element, {{E::thermal, "thermal"}, {E::i2t, "i2t"}},
    "what heats: a bimetal or its image, or the integral of I2t")
      .required();
  t("time_constant", s.time_constant, "of its heat").above(0, 1e6).required();
  t("trip_heat", s.trip_heat, "at which it opens, in units of the rated current squared").above(0, 1e4).nameplate();
  t("pickup", s.pickup, "current below which it cools, in units of the rating")
      .range(1, 2)
      .only_if(s.element == E::i2t, "element = \"i2t\"")
      .nameplate();
  t("short_time", s.short_time, "current of the short-time trip, in units of the rating.nameplate(); 0: none").range(0, 1000);
  t("short_time_delay", s.short_time_delay, "of the short-time trip").range(0, 60).nameplate();
  t("instantaneous", s.instantaneous, "current of the instantaneous trip, in units of the rating.nameplate(); 0: none")
      .range(0, 1000);
  t("clearing_time", s.clearing_time, "of the instantaneous trip").range(0, 1).nameplate();
}

void describe(Table& t, SwitchSpec& s) {
  t("name", s.name, "what people call it").required();
  t("ports", s.ports, "number of ports").range(1, 100000).required();
  t("port_bandwidth", s.port_bandwidth, "of one port, per direction").above(0).required().nameplate();
  t("power", s.power, "without optics").required();
  t("latency", s.latency, "port to port");
}

void describe(Table& t, OpticSpec& s) {
  t("name", s.name, "what people call it").required();
  t("bandwidth", s.bandwidth, "per direction").above(0).required().nameplate();
  t("power", s.power, "of one module").required();
}

void describe(Table& t, CduSpec& s) {
  t("name", s.name, "what people call it").required();
  t("rated_heat", s.rated_heat, "heat at the rated approach").above(0).required().fixed();
  t("rated_approach", s.rated_approach, "technology supply minus facility supply at rated heat and flows")
      .difference()
      .above(0)
      .required();
  t("technology_flow", s.technology_flow, "rated flow to the racks").above(0).required().fixed();
  t("facility_flow", s.facility_flow, "rated flow of facility water").above(0).required().fixed();
  t("pump_power", s.pump_power, "at rated technology flow").required();
  t("coolant_volume", s.coolant_volume, "its own, beside the racks'");
  t("metal_heat_capacity", s.metal_heat_capacity, "exchanger and pipes");
}

void describe(Table& t, CrahSpec& s) {
  t("name", s.name, "what people call it").required();
  t("rated_heat", s.rated_heat, "heat at the rated approach").above(0).required().nameplate();
  t("rated_approach", s.rated_approach, "supply air minus entering water at rated heat").difference().above(0).required();
  t("airflow", s.airflow, "full airflow").above(0).required().nameplate();
  t("fan_power", s.fan_power, "at full airflow").required();
  t("water_flow", s.water_flow, "rated flow of facility water").above(0).required().nameplate();
  t("minimum_speed", s.minimum_speed, "least airflow of a turning fan, share of the full one").fraction().nameplate();
}

void describe(Table& t, ChillerSpec& s) {
  double const any = std::numeric_limits<double>::infinity();
  bool const reformulated = s.curves == ChillerSpec::Curves::reformulated;
  t("name", s.name, "what people call it").required();
  t("reference_capacity", s.reference_capacity, "cooling at reference conditions").above(0).required().nameplate();
  t("reference_cop", s.reference_cop, "cooling / power at reference conditions").above(0, 50).required();
  t("plr_min", s.plr_min, "lowest part load").range(0, 1).required().nameplate();
  t("plr_max", s.plr_max, "highest part load").above(0, 2).required().nameplate();
  t("plr_unload", s.plr_unload, "below it the machine cycles").range(0, 1).required().nameplate();
  t("evaporator_min", s.evaporator_min, "lowest leaving-evaporator temperature of the curves").required().nameplate();
  t("evaporator_max", s.evaporator_max, "highest leaving-evaporator temperature of the curves").required().nameplate();
  t("curves", s.curves, {{ChillerSpec::Curves::eir, "eir"}, {ChillerSpec::Curves::reformulated, "reformulated"}},
    "of what the curves are functions: entering or, reformulated, leaving condenser temperature");
  t("condenser", s.condenser, {{ChillerSpec::Condenser::water, "water"}, {ChillerSpec::Condenser::air, "air"}},
    "what cools the condenser; air: outdoor air, its fans within the power");
  t("condenser_min", s.condenser_min, "lowest condenser temperature of the curves").required().nameplate();
  t("condenser_max", s.condenser_max, "highest condenser temperature of the curves").required().nameplate();
  t("evaporator_flow", s.evaporator_flow, "rated flow of chilled water").required().nameplate();
  t("condenser_flow", s.condenser_flow, "rated flow of condenser water or air").required().nameplate();
  t("capacity_curve", s.capacity_curve, "capacity factor, biquadratic in degC").range(-any, any).required().nameplate();
  t("eir_curve", s.eir_curve, "power factor, biquadratic in degC").range(-any, any).required().nameplate();
  t("part_load_curve", s.part_load_curve, "power factor, quadratic in part load")
      .range(-any, any)
      .required()
      .only_if(!reformulated, "curves = \"eir\"")
      .nameplate();
  t("part_load_surface", s.part_load_surface,
    "power factor, 1, T, T^2, x, x^2, T x, T^3, x^3, T^2 x, T x^2 of leaving condenser water and part load")
      .range(-any, any)
      .required()
      .only_if(reformulated, "curves = \"reformulated\"")
      .nameplate();
}

void describe(Table& t, TowerSpec& s) {
  t("name", s.name, "what people call it").required();
  t("rated_heat", s.rated_heat, "heat at design conditions").above(0).required().nameplate();
  t("design_wet_bulb", s.design_wet_bulb, "wet bulb of the air").required().nameplate();
  t("design_range", s.design_range, "water in minus water out").difference().above(0).required().nameplate();
  t("design_approach", s.design_approach, "water out minus wet bulb").difference().above(0).required().nameplate();
  t("water_flow", s.water_flow, "design flow").above(0).required().nameplate();
  t("fan_power", s.fan_power, "at full speed").required();
  t("drift_fraction", s.drift_fraction, "drift loss / circulating water").range(0, 0.1);
  t("cycles_of_concentration", s.cycles_of_concentration, "dissolved solids of the basin / make-up").above(1, 100);
  using enum TowerSpec::Correlation;
  t("correlation", s.correlation, {{yorkcalc, "yorkcalc"}, {merkel, "merkel"}}, "how water and air are taken to meet");
  t("airflow", s.airflow, "at design.nameplate(); by default air leaves saturated at the mean water temperature").above(0);
  t("minimum_speed", s.minimum_speed,
    "least airflow of a turning fan, share of the full one.nameplate(); below it the fan cycles")
      .above(0, 1);
  t("free_convection", s.free_convection, "share of the capacity that is left with the fan off").range(0, 0.5);
  t("fan_air", s.fan_air, "airflows of the fan map, shares of the full one, increasing").fraction().fixed();
  t("fan_power_share", s.fan_power_share,
    "powers of the fan map, shares of fan_power.nameplate(); by default the cube of fan_air")
      .range(0, 2);
}

void describe(Table& t, DryCoolerSpec& s) {
  t("name", s.name, "what people call it").required();
  t("rated_heat", s.rated_heat, "heat at design conditions").above(0).required().nameplate();
  t("design_air", s.design_air, "entering air").required().nameplate();
  t("fluid_in", s.fluid_in, "entering fluid").required().nameplate();
  t("fluid_out", s.fluid_out, "leaving fluid").required().nameplate();
  t("fan_power", s.fan_power, "at full speed").required();
  t("adiabatic", s.adiabatic, "pads or spray wet the entering air");
  t("adiabatic_effectiveness", s.adiabatic_effectiveness, "of the wet-bulb depression").fraction();
  t("cycles_of_concentration", s.cycles_of_concentration, "dissolved solids of the pads' water / make-up").above(1, 100);
  t("minimum_speed", s.minimum_speed,
    "least airflow of a turning fan, share of the full one.nameplate(); below it the fans cycle")
      .fraction();
}

void describe(Table& t, FluidSpec& s) {
  t("name", s.name, "what people call it").required();
  t("specific_heat", s.specific_heat, "at working temperature").above(0).required();
  t("density", s.density, "at working temperature").above(0).required();
}

void describe(Table& t, ModelShapeSpec& s) {
  t("name", s.name, "what people call it").required();
  t("parameters", s.parameters, "all parameters").above(0, 1e18).required().fixed();
  t("active_parameters", s.active_parameters, "used per token (mixture of experts).fixed(); 0: all").range(0, 1e18);
  t("layers", s.layers, "transformer layers").range(1, 1000000).required();
  t("hidden", s.hidden, "hidden size").range(1, 10000000).required();
  t("heads", s.heads, "attention heads").range(1, 1000000).required();
  t("kv_heads", s.kv_heads, "key-value heads; 0: as many as heads").range(0, 1000000);
  t("ffn_hidden", s.ffn_hidden, "inner size of the feed-forward part; 0: unknown").range(0, 100000000);
  t("vocabulary", s.vocabulary, "tokens of the vocabulary").range(0, 100000000);
  t("head_dim", s.head_dim, "size of one head; 0: hidden / heads").range(0, 100000);
  t("experts", s.experts, "experts of a layer; 0: none").range(0, 1000000);
  t("experts_a_token", s.experts_a_token, "experts that one token meets").range(0, 1000000);
  t("expert_hidden", s.expert_hidden, "inner size of one expert").range(0, 100000000);
  t("shared_experts", s.shared_experts, "experts that every token meets").range(0, 1000000);
  t("dense_layers", s.dense_layers, "first layers without experts").range(0, 1000000);
  t("expert_node_limit", s.expert_node_limit, "scale-up domains that one token's experts lie in; 0: any").range(0, 1000000);
  t("kv_latent", s.kv_latent, "width of compressed keys and values; 0: not compressed").range(0, 10000000);
  t("query_latent", s.query_latent, "width of compressed queries; 0: not compressed").range(0, 10000000);
  t("rope_dim", s.rope_dim, "rotated part of a head beside head_dim, with kv_latent").range(0, 100000);
}

void describe(Table& t, TrainingStackSpec& s) {
  t("name", s.name, "what people call it").required();
  t("kernel_efficiency", s.kernel_efficiency, "time of kernels alone / within a step").above(0, 2).required();
  t("fused_attention", s.fused_attention, "attention scores stay on the chip");
  t("fused_elementwise", s.fused_elementwise, "gradients summed inside products, element-wise kernels fused");
  t("sharded_optimizer", s.sharded_optimizer, "optimiser state split among replicas");
  t("gradient_bytes", s.gradient_bytes, "of one gradient between replicas").range(1, 4).fixed();
  t("tensor_overlap", s.tensor_overlap, "share of tensor groups' messages split along with products").fraction();
  t("context_overlap", s.context_overlap, "share of context groups' messages hidden behind attention").fraction();
  t("expert_overlap", s.expert_overlap, "share of expert groups' messages hidden behind products").fraction();
  t("pipeline_overlap", s.pipeline_overlap, "share of messages between stages hidden while all stages work").fraction();
  t("expert_dispatch", s.expert_dispatch, {{ExpertDispatch::copies, "copies"}, {ExpertDispatch::once_a_node, "once_a_node"}},
    "a row goes over the fabric to each of its experts, or once to each domain that holds some");
  t("dispatch_bytes", s.dispatch_bytes, "of one value on its way to experts.fixed(); back it has 2").range(0.5, 4);
  t("expert_sm_share", s.expert_sm_share, "share of multiprocessors that expert messages take from kernels beside them")
      .range(0, 0.9);
  t("kept_bytes", s.kept_bytes, "of one value that a product keeps for its backward pass").range(0.5, 4).fixed();
  t("light_recompute", s.light_recompute, "outputs of norms, activations and latents' products are computed again");
  t("data_overlap", s.data_overlap, "share of gradients' and weights' messages hidden behind kernels").fraction();
  t("launch", s.launch, "host's time to start one kernel").range(0, 1);
}

void describe(Table& t, TariffBand& s) {
  t("name", s.name, "light, mid, peak").required();
  t("months", s.months, "1..12; empty: all").range(1, 12);
  t("hours", s.hours, "hours of local time, 0..23; empty: all").range(0, 23);
  t("days", s.days, "kinds of day; empty: all").one_of({"weekday", "saturday", "sunday"});
  t("price", s.price, "of energy").required();
}

void describe(Table& t, PriceSeriesSpec& s) {
  t("file", s.file, "CSV with one row an hour, .gz allowed").file().required();
  t("time_column", s.time_column, "its column of times, the beginning of each hour").required();
  t("column", s.column, "its column of prices").required();
  t("unit", s.unit, "of the prices, such as KRW/MWh").required();
  t("time_zone", s.time_zone, "offset of its times, such as +09:00").required();
  t("typical_year", s.typical_year, "month, day and hour of the file are used for any year of the run");
}

void describe(Table& t, DemandRatchetSpec& s) {
  t("months", s.months, "whose peaks count in the eleven months after them").range(1, 12);
  t("share", s.share, "of such a peak that is charged").fraction().nameplate();
  t("contract_share", s.contract_share, "of the contract power, charged at least").fraction().nameplate();
}

void describe(Table& t, PowerFactorClauseSpec& s) {
  t("basis", s.basis, "power factor without penalty or reward").range(0, 1).nameplate();
  t("best", s.best, "above it no more reward").range(0, 1).nameplate();
  t("worst", s.worst, "below it no more penalty").range(0, 1).nameplate();
  t("rate", s.rate, "share of the demand charge for each unit of power factor").range(0, 10).required().nameplate();
}

void describe(Table& t, TariffSpec& s) {
  using Kind = TariffSpec::Kind;
  t("name", s.name, "what people call it").required();
  t("kind", s.kind, {{Kind::time_of_use, "time_of_use"}, {Kind::flat, "flat"}, {Kind::hourly, "hourly"}},
    "prices by bands of hours, one price, or a series of hours");
  t("demand_charge", s.demand_charge, "per month, on the highest 15-minute demand");
  t("adder", s.adder, "further charges on every unit of energy");
  t("fuel_adjustment", s.fuel_adjustment, "on every unit of energy");
  t("climate_charge", s.climate_charge, "on every unit of energy");
  t("tax", s.tax, "value-added tax, fraction of all charges").range(0, 1).nameplate();
  t("levy", s.levy, "further taxes, fraction of all charges").range(0, 1).nameplate();
  t("holidays", s.holidays, "calendars of days that count as Sundays").names("holiday_calendar");
  t("ratchet", s.ratchet, "demand that is charged beside the month's own");
  t("power_factor", s.power_factor, "how the demand charge follows site.power_factor");
  t("price", s.price, "of energy, all the time").required().only_if(s.kind == Kind::flat, "kind = \"flat\"");
  t("series", s.series, "prices by the hour").required().only_if(s.kind == Kind::hourly, "kind = \"hourly\"");
  t("band", s.band, "price bands.drawn_as_one(); every hour of the year falls in exactly one")
      .required()
      .only_if(s.kind == Kind::time_of_use, "kind = \"time_of_use\"");
}

void describe(Table& t, HolidayCalendarSpec& s) {
  t("name", s.name, "what people call it").required();
  t("dates", s.dates, "such as 2026-01-01").required();
}

}  // namespace ondol::schema
