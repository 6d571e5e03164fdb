#include "scenarios/schema/describe.hpp"

namespace ondol::schema {
namespace {
constexpr double century = 3.2e9;  // s; longer runs and shares of them are slips of the unit
constexpr double most_units = 100000;
constexpr double most_accelerators = std::numeric_limits<int>::max();
std::vector<std::string> const precisions{"bf16", "fp8", "fp4", "fp64"};
}  // namespace

void describe(Table& t, SimulationSpec& s) {
  t("name", s.name, "of the run");
  t("description", s.description, "what the run is about");
  t.instant("start", s.start, "first moment of the run; a time without offset is local time of the site").required();
  t("duration", s.duration, "length of the run").above(0, century).required();
  t("seed", s.seed, "of every random draw").range(0, 9.3e18);
  t("calibration_draw", s.calibration_draw, "0: the energies as estimated; n: the n-th draw from their errors").range(0, 1e9);
  t("thermal_step", s.thermal_step, "longest step of the temperature coupling").range(0.01, 86400);
  t("thermal_tolerance", s.thermal_tolerance, "change of a supply temperature within one step that shortens the next")
      .difference()
      .above(0, 10);
  t("catalogue_draw", s.catalogue_draw, "0: the values of the catalogue; n: the n-th draw from their uncertainties")
      .range(0, 1e9);
  t("assumed_uncertainty", s.assumed_uncertainty,
    "relative uncertainty of catalogue values that declare none, by tier: { assumed = 0.1 }")
      .range(0, 1);
}

void describe(Table& t, RecordSpec& s) {
  t("period", s.period, "between rows of the time series").above(0, century);
  t("halls", s.halls, "write series of halls");
  t("racks", s.racks, "write series of racks");
  t("loops", s.loops, "write series of cooling loops");
  t("feeds", s.feeds, "write series of the units of power banks");
  t("placements", s.placements, "write when and where each job held accelerators");
  t("most_links", s.most_links, "write series of the links of declared fabrics where they are no more than so many; 0: never")
      .range(0, 1e7);
}

void describe(Table& t, CarbonSpec& s) {
  t("factor", s.factor, "emission of the grid's energy");
  t("file", s.file, "hourly series; none: the constant factor").file();
  t("time_column", s.time_column, "column of times in the file, the beginning of each hour");
  t("column", s.column, "column of emission factors in the file");
  t("unit", s.unit, "of that column, such as g/kWh");
  t("time_zone", s.time_zone, "offset of the file's times, such as +09:00");
  t("typical_year", s.typical_year, "month, day and hour of the file are used for any year of the run");
  t("renewable_column", s.renewable_column, "column of the file with the renewable share, in per cent");
  t("contracted_renewables", s.contracted_renewables, "share of the energy with certificates or by contract").fraction();
  t("residual_factor", s.residual_factor, "emission of the rest on the market; none: as the grid");
  t("generator_factor", s.generator_factor, "emission of the energy of the site's own generators");
}

void describe(Table& t, SiteSpec& s) {
  t("name", s.name, "of the site");
  t("latitude", s.latitude, "degrees north").range(-90, 90);
  t("longitude", s.longitude, "degrees east").range(-180, 180);
  t("elevation", s.elevation, "above the sea").range(-500, 6000);
  t("time_zone", s.time_zone, "offset of local time, such as +09:00");
  t("tariff", s.tariff, "electricity tariff").names("tariff");
  t("compare_tariffs", s.compare_tariffs, "billed beside it on the same meter").names("tariff");
  t("holidays", s.holidays, "further days that tariffs count as Sundays, such as 2026-06-03");
  t("power_factor", s.power_factor, "at the meter, lagging; 0: not said, and the tariff's clause is not applied").fraction();
  t("past_peak", s.past_peak, "highest demand before the run, in the months that the tariff looks back at");
  t("grid_capacity", s.grid_capacity, "contract power").above(0).required();
  t("base_load", s.base_load, "lighting, offices, security");
  t("base_load_fed_by", s.base_load_fed_by, "power bank of the base load, or utility").names("power");
  t("weather", s.weather, "air outside");
  t("carbon", s.carbon, "emissions of the grid");
}

void describe(Table& t, PowerBankSpec& s) {
  using Feed = PowerBankSpec::Feed;
  t("id", s.id, "name of the bank").identity();
  t("unit", s.unit, "what it is made of").names("power_unit").required();
  t("units", s.units, "equal units in the bank").range(1, most_units);
  t("units_needed", s.units_needed, "units that carry the full load; 0: all").range(0, most_units);
  t("fed_by", s.fed_by, "banks above it, or utility; none: generators").names("power");
  t("feed", s.feed, {{Feed::single, "single"}, {Feed::dual, "dual"}, {Feed::bus, "bus"}},
    "each unit from one unit above, from two, or from all");
  using Mode = PowerBankSpec::Mode;
  t("mode", s.mode, {{Mode::double_conversion, "double_conversion"}, {Mode::eco, "eco"}},
    "of UPS: load always on the inverter, or on the bypass while the input is good");
  t("alternate", s.alternate, "of transfer switches: banks that are taken when those of fed_by are dead").names("power");
  t("breaker", s.breaker, "at the output of each unit; none: not modelled").names("breaker");
  t("breaker_rating", s.breaker_rating, "none: the rating of the unit").above(0);
  t("length", s.length, "of cables; none: the one that the catalogue's loss is of").above(0, 1e5);
  t("power_factor", s.power_factor, "of what a unit delivers; its loss and its rating follow the apparent power").above(0, 1);
}

void describe(Table& t, PowerSmoothingSpec& s) {
  t("floor", s.floor, "share of the power limit below which a job's accelerators do not fall").range(0, 0.9);
  t("ramp_up", s.ramp_up, "fastest rise of an accelerator's power; none: not limited").above(0);
  t("ramp_down", s.ramp_down, "fastest fall; none: not limited").above(0);
  t("hold", s.hold, "that the floor is kept without work").range(0, 60);
  t("storage", s.storage, "usable energy of the shelf's storage, of the share of one accelerator").range(0, 1e5);
  t("storage_power", s.storage_power, "that the storage takes or gives at most, of the same share").range(0, 1e5);
  t("storage_efficiency", s.storage_efficiency, "of the storage, round trip").above(0, 1);
}

void describe(Table& t, RackGroupSpec& s) {
  t("rack", s.rack, "catalogue rack type").names("rack").required();
  t("count", s.count, "racks in the group").range(1, most_accelerators).required().judged_later();
  t("hall", s.hall, "where they stand").names("hall").required();
  t("pool", s.pool, "scheduler pool of their accelerators").required();
  t("fed_by", s.fed_by, "power banks; racks are spread over the units in order").names("power").required();
  t("power_limit", s.power_limit, "per accelerator, below the board limit").above(0);
  t("power_smoothing", s.power_smoothing, "how their power is smoothed");
  t("priority", s.priority, "larger: capped and shed later").range(-1000000, 1000000);
  t("breaker", s.breaker, "in each feed of each rack; none: not modelled").names("breaker");
  t("breaker_rating", s.breaker_rating, "none: carries the rated rack alone at 80 % of it").above(0);
  t("boot_time", s.boot_time,
    "from the return of power, or from cool after a shutdown by temperature, until its nodes take jobs")
      .range(0, 86400);
}

void describe(Table& t, FabricSpec& s) {
  using Kind = FabricSpec::Kind;
  using Routing = FabricSpec::Routing;
  char const* const a_tree = "kind = \"rail_fat_tree\" or \"fat_tree\"";
  char const* const a_dragonfly = "kind = \"dragonfly\"";
  bool const tree = s.kind == Kind::rail_fat_tree || s.kind == Kind::fat_tree;
  t("id", s.id, "name of the fabric").identity();
  t("pools", s.pools, "pools that it joins").names("pool").required();
  t("kind", s.kind,
    {{Kind::rail_fat_tree, "rail_fat_tree"},
     {Kind::fat_tree, "fat_tree"},
     {Kind::dragonfly, "dragonfly"},
     {Kind::torus, "torus"}},
    "how its switches are joined");
  t("network_switch", s.network_switch, "leaves or routers, and the others where they are not named")
      .names("network_switch")
      .required();
  t("spine_switch", s.spine_switch, "spines; none: as network_switch").names("network_switch").only_if(tree, a_tree);
  t("core_switch", s.core_switch, "cores; none: as spine_switch").names("network_switch").only_if(tree, a_tree);
  t("node_cable", s.node_cable, "each end of a cable between node and switch").names("optic");
  t("optic", s.optic, "each end of a cable between switches").names("optic");
  t("node_cable_length", s.node_cable_length, "between node and switch; counts in latency alone").range(0, 1e5);
  t("cable_length", s.cable_length, "between switches; counts in latency alone").range(0, 1e5);
  t("port_bandwidth", s.port_bandwidth, "of one port of a node and of one cable, per direction; none: a port of network_switch")
      .above(0);
  t("nics", s.nics, "ports of a node; 0: as its catalogue entry says").range(0, 1000);
  t("levels", s.levels, "of switches").range(1, 3).only_if(tree, a_tree);
  t("unit_nodes", s.unit_nodes, "nodes of a scalable unit, on a leaf or on a router; 0: as many as the ports take")
      .range(0, most_units)
      .only_if(s.kind != Kind::torus, "other kinds than torus");
  t("pod_nodes", s.pod_nodes, "nodes of a pod, of three levels; 0: as many as the ports take")
      .range(0, most_accelerators)
      .only_if(tree, a_tree);
  t("oversubscription", s.oversubscription, "ports down / ports up of a leaf").range(0.1, 1000).only_if(tree, a_tree);
  t("core_oversubscription", s.core_oversubscription, "ports down / ports up of a spine, of three levels")
      .range(0.1, 1000)
      .only_if(tree, a_tree);
  t("groups", s.groups, "groups of routers").range(1, 100000).only_if(s.kind == Kind::dragonfly, a_dragonfly);
  t("routers_per_group", s.routers_per_group, "routers of a group, all joined to each other")
      .range(1, 10000)
      .only_if(s.kind == Kind::dragonfly, a_dragonfly);
  t("global_links", s.global_links, "cables of one router to other groups")
      .range(0, 10000)
      .only_if(s.kind == Kind::dragonfly, a_dragonfly);
  t("dimensions", s.dimensions, "nodes along each dimension")
      .range(1, 1e6)
      .repeats()
      .only_if(s.kind == Kind::torus, "kind = \"torus\"");
  t("routing", s.routing,
    {{Routing::ecmp, "ecmp"}, {Routing::fixed, "static"}, {Routing::adaptive, "adaptive"}, {Routing::valiant, "valiant"}},
    "which of several equal ways a flow takes; counts in switches on the way and in how flows share links, not in watts");
  t("pxn", s.pxn, "what crosses rails does so over the sender's scale-up fabric; counts as routing does")
      .only_if(s.kind == Kind::rail_fat_tree, "kind = \"rail_fat_tree\"");
  t("storage_nodes", s.storage_nodes, "storage servers on this fabric, after the nodes of its pools; checkpoints go to them")
      .range(0, 100000);
  t("storage_ports", s.storage_ports, "ports of a storage server; 0: as a node has").range(0, 1000);
  t("failed", s.failed,
    "switches, cables and ports out of order: leaf/3, leaf/3-spine/2, leaf/3-spine/2#1, pool/r001/n1/nic/2");
  t("hall", s.hall, "whose air its switches heat").names("hall").required();
  t("fed_by", s.fed_by, "power bank of its switches, or utility").names("power").required();
}

void describe(Table& t, ActivitySpec& s) {
  t("sm", s.sm, "share of time the compute units are awake").fraction();
  t("compute", s.compute, "share of the sustained matmul rate").fraction();
  t("memory", s.memory, "share of the sustained memory bandwidth").fraction();
  t("host", s.host, "share of the host's active power span").fraction();
  t("network", s.network, "mean rate that each accelerator sends to the others of its job, where a [[fabric]] is declared");
  t("precision", s.precision, "of the operations").one_of(precisions);
}

/// What a training job is, wherever it runs and whenever it starts.
static void describe_training(Table& t, TrainingSpec& s) {
  t("model", s.model, "catalogue model shape").names("model").required();
  t("accelerators", s.accelerators, "it takes").range(1, most_accelerators).required();
  t("tokens", s.tokens, "to train on; 0: until the end of the run").range(0, 1e18);
  t("batch_sequences", s.batch_sequences, "global batch, in sequences").range(1, 100000000).required();
  t("sequence", s.sequence, "tokens of a sequence").range(1, 100000000).required();
  t("tensor_parallel", s.tensor_parallel, "degree of tensor parallelism").range(1, 1000000);
  t("pipeline_parallel", s.pipeline_parallel, "degree of pipeline parallelism").range(1, 1000000);
  t("virtual_pipeline", s.virtual_pipeline, "interleaved stages per device").range(1, 1000000);
  t("context_parallel", s.context_parallel, "degree of context parallelism").range(1, 1000000);
  t("expert_parallel", s.expert_parallel, "degree of expert parallelism, within the data-parallel ranks").range(1, 1000000);
  t("micro_batch", s.micro_batch, "sequences of a micro-batch").range(1, 1000000);
  t("sequence_parallel", s.sequence_parallel, "tensor groups also split norms and dropouts, along the sequence");
  t("precision", s.precision, "of the matmuls").one_of(precisions);
  t("recompute", s.recompute, {{Recompute::none, "none"}, {Recompute::selective, "selective"}, {Recompute::full, "full"}},
    "what the backward pass computes again");
  t("checkpoint_interval", s.checkpoint_interval, "between checkpoints; 0: none").range(0, century);
  t("storage_bandwidth", s.storage_bandwidth, "shared by the job's checkpoint");
  using Mode = CheckpointMode;
  t("checkpoint", s.checkpoint, {{Mode::blocking, "blocking"}, {Mode::async, "async"}},
    "training waits for the write, or only for the copy to the hosts");
  t("checkpoint_size", s.checkpoint_size, "of the whole job; none: 13.1 byte a parameter").above(0);
  t("evaluation_interval", s.evaluation_interval, "sequences trained between evaluations; 0: none").range(0, 2147483647);
  t("evaluation_sequences", s.evaluation_sequences, "sequences of one evaluation").range(0, 2147483647);
  t("stack", s.stack, "training framework").names("training_stack");
  t("speed_spread", s.speed_spread, "relative standard deviation of speed between accelerators").range(0, 0.5);
}

void describe(Table& t, TrainingSpec& s) {
  t("name", s.name, "of the job").identity();
  t("tenant", s.tenant, "whose energy it is; none: the kind of demand");
  t("pool", s.pool, "where it runs").names("pool").required();
  t("start", s.start, "after the start of the run").range(0, century);
  describe_training(t, s);
  t("network_bandwidth", s.network_bandwidth,
    "per accelerator, scale-out; none: of its part of its node's ports, by the [[fabric]] or the catalogue")
      .above(0);
  t("restart_time", s.restart_time, "after a loss of nodes, before the checkpoint is read").range(0, century);
}

void describe(Table& t, PublishedSpec& s) {
  using Role = PublishedSpec::Role;
  t("step", s.step, "time of the step").above(0, century).required();
  t("role", s.role, {{Role::judge, "judge"}, {Role::fit, "fit"}}, "whether a constant of the model was fitted to it");
}

void describe(Table& t, StepSpec& s) {
  t("name", s.job.name, "of the step").identity();
  t("rack", s.rack, "catalogue rack type that it runs on").names("rack").required();
  t("power_limit", s.power_limit, "per accelerator, below the board limit").above(0);
  describe_training(t, s.job);
  t("network_bandwidth", s.job.network_bandwidth, "per accelerator, scale-out; needed beyond one scale-up domain");
  t("published", s.published, "what was measured of it");
}

void describe(Table& t, TraceSpec& s) {
  t("name", s.name, "of the trace").identity();
  t("tenant", s.tenant, "whose energy it is; none: the kind of demand");
  t("file", s.file, "CSV with columns submit_s, duration_s, num_gpus[, vc]; .gz allowed").file().required();
  t("offset", s.offset, "trace time that is played at the start of the run").range(0, century);
  t("arrival_scale", s.arrival_scale, "that many times as many jobs").above(0, 1000);
  t("pools", s.pools, "pool -> share of the jobs").names("pool").range(0, 1).required();
  t("activity", s.activity, "mean activity of a job").required();
  t("activity_spread", s.activity_spread, "relative standard deviation between jobs").range(0, 2);
  t("estimate_factor", s.estimate_factor, "user's run time estimate / run time").range(1, 100);
}

void describe(Table& t, MixSpec& s) {
  t("name", s.name, "of the stream").identity();
  t("tenant", s.tenant, "whose energy it is; none: the kind of demand");
  t("pool", s.pool, "where the jobs run").names("pool").required();
  t("mean_interarrival", s.mean_interarrival, "between submissions").above(0, century).required();
  t("duration_median", s.duration_median, "of the lognormal run time").above(0, century).required();
  t("duration_sigma", s.duration_sigma, "of the logarithm of the run time").range(0, 10);
  t("accelerators_median", s.accelerators_median, "of the lognormal size").range(1, 1e7);
  t("accelerators_sigma", s.accelerators_sigma, "of the logarithm of the size").range(0, 10);
  t("accelerators_max", s.accelerators_max, "largest job").range(1, most_accelerators).required();
  t("activity", s.activity, "mean activity of a job").required();
  t("activity_spread", s.activity_spread, "relative standard deviation between jobs").range(0, 2);
  t("estimate_factor", s.estimate_factor, "user's run time estimate / run time").range(1, 100);
}

void describe(Table& t, ServiceSpec& s) {
  t("name", s.name, "of the service").identity();
  t("tenant", s.tenant, "whose energy it is; none: the kind of demand");
  t("pool", s.pool, "where it runs").names("pool").required();
  t("accelerators", s.accelerators, "it holds").range(1, most_accelerators).required();
  t("start", s.start, "after the start of the run").range(0, century);
  t("peak", s.peak, "activity at the busiest hour").required();
  t("valley", s.valley, "activity at the quietest hour / peak").fraction();
  t("peak_hour", s.peak_hour, "busiest hour, local time").range(0, 23);
}

void describe(Table& t, SteadySpec& s) {
  t("name", s.name, "of the load").identity();
  t("tenant", s.tenant, "whose energy it is; none: the kind of demand");
  t("pool", s.pool, "where it runs").names("pool").required();
  t("accelerators", s.accelerators, "it holds").range(1, most_accelerators).required();
  t("start", s.start, "after the start of the run").range(0, century);
  t("duration", s.duration, "0: until the end of the run").range(0, century);
  t("activity", s.activity, "of every accelerator").required();
}

void describe(Table& t, PhaseWindowSpec& s) {
  t("name", s.name, "of the window").identity();
  t("start", s.start, "after the start of the run").range(0, century);
  t("duration", s.duration, "length of the window").above(0, 86400 * 31).required();
  t("period", s.period, "between rows of its series").range(1e-4, 60);
  t("jobs", s.jobs, "training jobs that are played; none: all").names("training");
  t("racks", s.racks, "write the power of every rack");
}

void describe(Table& t, PeakShavingSpec& s) {
  t("limit", s.limit, "of the power at the meter").above(0).required();
  t("over", s.over, "time whose mean is limited; 0: each moment").range(0, 86400);
  t("recharge_below", s.recharge_below, "power at the meter while it charges; none: the limit").above(0);
}

void describe(Table& t, RampLimitSpec& s) {
  t("limit", s.limit, "of the change of power at the meter, up and down").above(0).required();
  t("target", s.target, "state of charge that it returns to").fraction();
  t("recovery", s.recovery, "time constant of that return").range(10, 86400);
}

void describe(Table& t, StorageSpec& s) {
  t("name", s.name, "of the storage").identity();
  t("unit", s.unit, "catalogue power unit of kind battery").names("power_unit").required();
  t("units", s.units, "equal units").range(1, most_units);
  t("at", s.at, "power bank whose output it is joined to, or utility").names("power");
  t("initial_charge", s.initial_charge, "state of charge at the start").fraction();
  t("reserve", s.reserve, "state of charge below which it gives nothing").range(0, 0.95);
  t("peak_shaving", s.peak_shaving, "keeps the meter below a limit");
  t("ramp", s.ramp, "keeps the meter from moving faster than a limit");
  t("period", s.period, "of the controller that steers the charge").range(0.01, 3600);
}

void describe(Table& t, SchedulerSpec& s) {
  using Policy = SchedulerSpec::Policy;
  t("policy", s.policy, {{Policy::fcfs, "fcfs"}, {Policy::easy, "easy"}}, "first come first served, or with EASY backfill");
  t("requeue", s.requeue, "jobs whose nodes are lost wait for others and go on from their checkpoint; else they fail");
  t("ramp_limit", s.ramp_limit, "fastest rise of the site by jobs that begin, such as 10 MW/min; none: they begin at once")
      .above(0);
}

void describe(Table& t, SheddingSpec& s) {
  t("delay", s.delay, "of a shortage before racks are cut off").range(0, 3600);
  t("margin", s.margin, "share of the capacity that is then left free").range(0, 0.9);
  t("restore_delay", s.restore_delay, "that there must be enough for a rack before it gets power again").range(0, 86400);
}

void describe(Table& t, Scenario& s) {
  t("simulation", s.simulation, "when and how long").required();
  t("record", s.record, "what is written");
  t("site", s.site, "place, grid connection, weather, tariff").required();
  t("power", s.power, "banks of electrical units, from the utility down");
  t("plant", s.plant, "facility-water loops with their heat rejection");
  t("hall", s.hall, "data halls with their cooling");
  t("racks", s.racks, "groups of equal racks");
  t("fabric", s.fabric, "scale-out networks of pools");
  t("scheduler", s.scheduler, "who runs when");
  t("training", s.training, "declared training jobs");
  t("trace", s.trace, "batch jobs from a trace file");
  t("mix", s.mix, "synthetic streams of batch jobs");
  t("service", s.service, "inference services that follow the day");
  t("steady", s.steady, "accelerators held at one activity");
  t("phase_window", s.phase_window, "stretches of the run in which training is played phase by phase");
  t("storage", s.storage, "batteries that shape the power at the meter");
  t("capping", s.capping, "controllers that keep units of the power chain below their limits");
  t("budget", s.budget, "what the site may draw for a while");
  t("event", s.event, "what happens to the site from outside: outages, dips, failures");
  t("shedding", s.shedding, "how racks are cut off when power is short");
  t("cooling", s.cooling, "how the plants are controlled and solved");
  t("heat_load", s.heat_load, "equipment that is not simulated rack by rack");
}

void describe(Table& t, StepFile& s) {
  t("step", s.step, "training steps to answer").required();
}

}  // namespace ondol::schema
