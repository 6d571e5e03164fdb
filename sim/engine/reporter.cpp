#include "sim/engine/reporter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "scenarios/base/units.hpp"
#include "sim/engine/bill_report.hpp"

namespace ondol::sim {

namespace {
constexpr double kwh = 3.6e6;  // J
constexpr double mwh = 3.6e9;
}  // namespace

struct Reporter::Views {
  double *power, *it, *cooling, *distribution, *pue, *dry, *wet, *price, *cost, *carbon;
  std::array<double*, owners> owner{};
  double *hall_it, *hall_die_5, *hall_die_50, *hall_die_95, *hall_die_most, *hall_slowed;
  double *rack_power, *rack_inlet, *rack_die, *rack_busy;
  double *generator, *battery, *battery_stored, *unserved;
  double *feed_power, *feed_load, *feed_charge, *feed_breaker;
  double *pool_busy, *pool_total, *pool_waiting, *pool_running;
  double* heat_load = nullptr;
  double *without_storage = nullptr, *storage_power = nullptr, *storage_charge = nullptr, *storage_stored = nullptr;
};

Reporter::~Reporter() = default;

Reporter::Reporter(schema::Scenario const& scenario, topology::Facility const& facility, Assembly const& assembly,
                   bool recorded)
    : scenario_(scenario),
      facility_(facility),
      assembly_(assembly),
      halls_(recorded && scenario.record.halls),
      racks_(recorded && scenario.record.racks),
      loops_(recorded && scenario.record.loops),
      units_(recorded && scenario.record.feeds),
      cooling_(scenario, facility, assembly),
      climate_(scenario, facility),
      v_(std::make_unique<Views>()) {
  auto& v = *v_;
  auto& table = store_.table;
  auto const scalar = [&](auto&&... arguments) { return store_.scalar(arguments...); };
  auto const vector = [&](auto&&... arguments) { return store_.vector(true, arguments...); };
  auto const optional_vector = [&](auto&&... arguments) { return store_.vector(arguments...); };
  std::string const mean = "time: mean", point = "time: point", sum = "time: sum";
  v.power = scalar("site", "power", "W", "Power at the utility meter", mean);
  v.it = scalar("site", "it_power", "W",
                "Power at the input of racks, network switches and heat loads (ISO/IEC 30134-2 category 2)", mean);
  v.cooling = scalar("site", "cooling_power", "W", "Power of fans, pumps and chillers outside the racks", mean);
  v.distribution =
      scalar("site", "distribution_loss", "W", "Losses between the utility meter and racks and fabric switches", mean);
  v.pue = scalar("site", "pue", "1", "Power usage effectiveness of the interval", mean);
  v.dry = scalar("site", "dry_bulb", "degC", "Outdoor dry-bulb temperature", point);
  v.wet = scalar("site", "wet_bulb", "degC", "Outdoor wet-bulb temperature", point);
  cooling_.describe_site(store_);
  v.price = scalar("site", "price", "KRW (kW h)-1", "Energy price of the hour", point);
  v.cost = scalar("site", "cost_rate", "KRW h-1", "Energy cost rate without demand charge and tax", mean);
  v.carbon = scalar("site", "carbon_rate", "kg h-1", "Emission rate of the electricity used", mean);
  for (std::size_t o = 0; o < owners; ++o) {
    std::string const owner(name(static_cast<Owner>(o)));
    std::string spoken = owner;
    std::replace(spoken.begin(), spoken.end(), '_', ' ');
    v.owner[o] = scalar("site", "power_" + owner, "W", "Power owned by: " + spoken, mean);
  }

  v.generator = scalar("site", "generator_power", "W", "Power of the site's generators, at their terminals", mean);
  v.battery = scalar("site", "battery_power", "W", "Power that batteries give; negative: they take", mean);
  v.battery_stored =
      scalar("site", "battery_stored_power", "W", "Rate at which what UPS batteries and supplies hold grows", mean);
  v.unserved = scalar("site", "unserved_power", "W", "Power that loads without supply drew before", mean);

  std::size_t const halls = scenario.hall.size(), racks = facility.racks.size();
  std::size_t const pools = facility.pools.size();
  Axis hall_axis{"halls", "hall", {}}, rack_axis{"racks", "rack", {}};
  for (auto const& h : scenario.hall) hall_axis.labels.push_back(h.id);
  for (auto const& r : facility.racks) rack_axis.labels.push_back(r.name);

  bool const h = scenario.record.halls && halls, r = scenario.record.racks && racks;
  if (h) table.axes.push_back(hall_axis);
  v.hall_it = optional_vector(h, "halls", "hall", halls, "it_power", "W",
                              "Power at the input of the hall's racks and heat loads", mean);
  auto const dies = [&](char const* name, char const* long_name) {
    return optional_vector(h, "halls", "hall", halls, name, "degC", long_name, point);
  };
  v.hall_die_5 = dies("accelerator_p05", "Temperature that 5 % of the hall's accelerators do not exceed");
  v.hall_die_50 = dies("accelerator_p50", "Median temperature of the hall's accelerators");
  v.hall_die_95 = dies("accelerator_p95", "Temperature that 95 % of the hall's accelerators do not exceed");
  v.hall_die_most = dies("accelerator_hottest", "Hottest accelerator of the hall");
  v.hall_slowed = optional_vector(h, "halls", "hall", halls, "accelerators_slowed", "1",
                                  "Share of the hall's accelerators that work more slowly for their temperature", mean);
  cooling_.describe_halls(store_);

  if (r) {
    table.axes.push_back(rack_axis);
    AxisColumn hall{"racks", "rack", "hall", "", "Hall", {}, {}},
        row{"racks", "rack", "row", "1", "Row on the floor plan", {}, {}},
        position{"racks", "rack", "position", "1", "Position in the row", {}, {}},
        type{"racks", "rack", "type", "", "Catalogue rack type", {}, {}},
        pool{"racks", "rack", "pool", "", "Scheduler pool", {}, {}};
    for (auto const& place : facility.racks) {
      hall.strings.push_back(scenario.hall[place.hall].id);
      row.numbers.push_back(place.row);
      position.numbers.push_back(place.position);
      type.strings.push_back(scenario.racks[place.group].rack);
      pool.strings.push_back(facility.pools[place.pool]);
    }
    table.columns = {hall, row, position, type, pool};
  }
  v.rack_power = optional_vector(r, "racks", "rack", racks, "power", "W", "Power at the rack's input", mean);
  v.rack_inlet = optional_vector(r, "racks", "rack", racks, "inlet_temperature", "degC", "Air entering the rack", point);
  v.rack_die = optional_vector(r, "racks", "rack", racks, "accelerator_temperature", "degC", "Hottest accelerator", point);
  v.rack_busy = optional_vector(r, "racks", "rack", racks, "accelerators_busy", "1", "Accelerators held by jobs", point);

  cooling_.describe_loops(store_);

  Axis feed_axis{"feeds", "feed", {}};
  bool batteries = false, breakers = false;
  for (std::uint32_t u = 0; u < assembly.tree.vertices.size(); ++u) {
    if (assembly.tree.vertices[u].role != topology::PowerTree::Role::unit) continue;
    feeds_.push_back(u);
    feed_axis.labels.push_back(assembly.tree.vertices[u].name);
    batteries |= assembly.chain.vertices[u].battery.has_value();
    breakers |= assembly.chain.vertices[u].breaker.has_value();
  }
  bool const f = scenario.record.feeds && !feeds_.empty();
  if (f) {
    table.axes.push_back(feed_axis);
    AxisColumn bank{"feeds", "feed", "bank", "", "Power bank", {}, {}};
    for (auto const u : feeds_) bank.strings.push_back(scenario.power[assembly.tree.vertices[u].owner].id);
    table.columns.push_back(bank);
  }
  std::size_t const feeds = feeds_.size();
  v.feed_power = optional_vector(f, "feeds", "feed", feeds, "power", "W", "Power at the unit's output", mean);
  v.feed_load = optional_vector(f, "feeds", "feed", feeds, "load_fraction", "1", "Power over rating", mean);
  v.feed_charge = optional_vector(f && batteries, "feeds", "feed", feeds, "state_of_charge", "1",
                                  "Of its battery; none without one", point);
  v.feed_breaker = optional_vector(f && breakers, "feeds", "feed", feeds, "breaker_heat", "1",
                                   "Heat of its breaker over that at which it trips; none without one", point);
  feed_j_.assign(feeds, 0);

  Axis pool_axis{"pools", "pool", facility.pools};
  table.axes.push_back(pool_axis);
  v.pool_busy = vector("pools", "pool", pools, "accelerators_busy", "1", "Accelerators held by jobs", point);
  v.pool_total = vector("pools", "pool", pools, "accelerators_total", "1", "Accelerators of the pool", point);
  v.pool_waiting = vector("pools", "pool", pools, "jobs_waiting", "1", "Jobs in the queue", point);
  v.pool_running = vector("pools", "pool", pools, "jobs_running", "1", "Jobs that hold accelerators", point);

  if (auto const storages = scenario.storage.size()) {
    v.without_storage = scalar("site", "meter_without_storage", "W", "Power at the utility meter, had it no storage", mean);
    Axis axis{"storage", "storage", {}};
    for (auto const& s : scenario.storage) axis.labels.push_back(s.name);
    table.axes.push_back(axis);
    v.storage_power = vector("storage", "storage", storages, "power", "W", "Given by the storage; negative: taken", mean);
    v.storage_charge = vector("storage", "storage", storages, "state_of_charge", "1", "Of its stored energy", point);
    v.storage_stored =
        vector("storage", "storage", storages, "stored_power", "W", "Rate at which what it holds grows; negative: falls", mean);
    storage_j_.assign(storages, 0);
    stored_j_.assign(storages, 0);
  }

  if (auto const loads = scenario.heat_load.size()) {
    Axis axis{"heat_loads", "heat_load", {}};
    AxisColumn hall{"heat_loads", "heat_load", "hall", "", "Hall", {}, {}};
    for (auto const& l : scenario.heat_load) {
      axis.labels.push_back(l.name);
      hall.strings.push_back(l.hall);
    }
    table.axes.push_back(axis);
    table.columns.push_back(hall);
    v.heat_load = vector("heat_loads", "heat_load", loads, "power", "W", "Drawn; nothing without supply", mean);
    heat_load_j_.assign(loads, 0);
  }

  rack_j_.assign(racks, 0);
  hall_it_j_.assign(halls, 0);
  hall_slowed_s_.assign(halls, 0);
  pool_busy_s_.assign(pools, 0);
}

void Reporter::accumulate_pools(JobBook const& book, double dt) {
  for (std::size_t p = 0; p < pool_busy_s_.size(); ++p) pool_busy_s_[p] += book.busy(p) * dt;
}

void Reporter::accumulate(MachineRoom const& room, double dt) {
  span_s_ += dt;
  total_s_ += dt;
  for (std::size_t o = 0; o < owners; ++o) owner_j_[o] += room.owner_w()[o] * dt;
  utility_j_ += room.utility_w() * dt;
  auto const& chain = room.chain_means();
  generator_j_ += chain.generator_w * dt;
  battery_j_ += chain.battery_w * dt;
  chain_stored_j_ += chain.stored_w * dt;
  unserved_j_ += room.unserved_w() * dt;
  all_unserved_j_ += room.unserved_w() * dt;
  for (std::size_t u = 0; units_ && u < feeds_.size(); ++u) feed_j_[u] += room.chain().mean().output_w()[feeds_[u]] * dt;
  it_input_j_ += room.it_input_w() * dt;
  without_j_ += room.storage().meter_without_w() * dt;
  for (std::size_t s = 0; s < storage_j_.size(); ++s) {
    storage_j_[s] += room.storage().flow(s).given_w * dt;
    stored_j_[s] += room.storage().flow(s).stored_w * dt;
  }
  auto const& racks = room.racks();
  for (std::size_t i = 0; i < heat_load_j_.size(); ++i) heat_load_j_[i] += room.heat_load_w(i) * dt;
  for (std::uint32_t r = 0; r < rack_j_.size(); ++r) {
    rack_j_[r] += racks.power_w[r] * dt;
    hottest_inlet_k_ = std::max(hottest_inlet_k_, room.highest_inlet_k(r));
    if (racks.limited[r]) limited_node_s_ += facility_.racks[r].nodes * dt;
    slowed_s_ += racks.slowed[r] * dt;
    if (racks.slowed[r] > 0) hall_slowed_s_[facility_.racks[r].hall] += racks.slowed[r] * dt;
    slowed_lost_s_ += racks.lost[r] * dt;
    hot_out_s_ += racks.hot_out[r] * room.class_of_rack(static_cast<std::uint32_t>(r)).accelerators * dt;
    hottest_memory_k_ = std::max(hottest_memory_k_, racks.hottest_memory_k[r]);
    node_s_ += facility_.racks[r].nodes * dt;
  }
  cooling_.accumulate(room, dt);
  climate_.accumulate(room, dt);
  for (auto& e : climate_.take_events()) event(total_s_, std::move(e.kind), std::move(e.subject), std::move(e.cause));
}

Snapshot Reporter::snapshot(MachineRoom const& room, JobBook const& book) const {
  constexpr std::size_t last_events = 5;
  auto const owner = [&](Owner o) { return room.owner_w()[static_cast<std::size_t>(o)]; };
  auto const& chain = room.chain_means();
  double consumed_w = room.utility_w() + chain.generator_w - chain.stored_w;
  for (std::size_t s = 0; s < stored_j_.size(); ++s) consumed_w -= room.storage().flow(s).stored_w;
  Snapshot s;
  s.utility_w = room.utility_w();
  s.it_w = room.it_input_w();
  for (Owner const o : cooling_owners) s.cooling_w += owner(o);
  s.loss_w = consumed_w - s.it_w - s.cooling_w - owner(Owner::site_base);
  s.pue = s.it_w > 0 ? consumed_w / s.it_w : std::nan("");
  auto const hottest = [&](std::vector<double> const& kelvin) -> std::optional<Snapshot::Hottest> {
    auto const most = std::max_element(kelvin.begin(), kelvin.end());
    if (most == kelvin.end() || !(*most > 0)) return std::nullopt;
    return Snapshot::Hottest{facility_.racks[static_cast<std::size_t>(most - kelvin.begin())].name, *most};
  };
  s.inlet = hottest(room.racks().inlet_k);
  s.accelerator = hottest(room.racks().hottest_k);
  for (std::size_t p = 0; p < facility_.pools.size(); ++p)
    s.pools.push_back({facility_.pools[p], book.running(p), book.waiting(p), book.busy(p), book.total(p)});
  auto const first = events_.size() > last_events ? events_.size() - last_events : 0;
  s.events.assign(events_.begin() + static_cast<std::ptrdiff_t>(first), events_.end());
  return s;
}

void Reporter::close(MachineRoom const& room, JobBook const& book, double unix_s) {
  auto& v = *v_;
  double const span = span_s_ > 0 ? span_s_ : 1.0;
  close_site(room, unix_s, span);
  for (double const hottest : room.racks().hottest_k) hottest_die_k_ = std::max(hottest_die_k_, hottest);
  for (std::size_t i = 0; i < heat_load_j_.size(); ++i) v.heat_load[i] = heat_load_j_[i] / span;
  if (halls_) close_halls(room, span);
  cooling_.close(room, halls_, loops_);
  if (racks_) close_racks(room, span);
  if (units_) close_feeds(room, span);
  for (std::size_t p = 0; p < facility_.pools.size(); ++p) {
    v.pool_busy[p] = book.busy(p);
    v.pool_total[p] = book.total(p);
    v.pool_waiting[p] = static_cast<double>(book.waiting(p));
    v.pool_running[p] = static_cast<double>(book.running(p));
  }

  for (std::size_t s = 0; s < storage_j_.size(); ++s) {
    v.storage_power[s] = storage_j_[s] / span;
    v.storage_charge[s] = room.storage().state_of_charge(s);
    v.storage_stored[s] = stored_j_[s] / span;
    storage_j_[s] = stored_j_[s] = 0;
  }
  if (v.without_storage) {
    *v.without_storage = without_j_ / span;
    ramp_.add(*v.power, span);
    ramp_without_.add(*v.without_storage, span);
  }

  generator_j_ = battery_j_ = chain_stored_j_ = unserved_j_ = 0;
  std::fill(feed_j_.begin(), feed_j_.end(), 0.0);
  span_s_ = without_j_ = utility_j_ = it_input_j_ = 0;
  owner_j_.fill(0);
  std::fill(rack_j_.begin(), rack_j_.end(), 0.0);
  std::fill(hall_slowed_s_.begin(), hall_slowed_s_.end(), 0.0);
  std::fill(heat_load_j_.begin(), heat_load_j_.end(), 0.0);
}

void Reporter::close_site(MachineRoom const& room, double unix_s, double span_s) {
  auto& v = *v_;
  auto const owner = [&](Owner o) { return owner_j_[static_cast<std::size_t>(o)] / span_s; };
  for (std::size_t o = 0; o < owners; ++o) *v.owner[o] = owner_j_[o] / span_s;
  *v.power = utility_j_ / span_s;
  *v.it = it_input_j_ / span_s;
  *v.cooling = 0;
  for (Owner const o : cooling_owners) *v.cooling += owner(o);
  *v.generator = generator_j_ / span_s;
  *v.battery = battery_j_ / span_s;
  *v.battery_stored = chain_stored_j_ / span_s;
  *v.unserved = unserved_j_ / span_s;
  double consumed_j = utility_j_ + generator_j_ - chain_stored_j_;
  for (double const j : stored_j_) consumed_j -= j;
  *v.distribution = consumed_j / span_s - *v.it - *v.cooling - owner(Owner::site_base);
  *v.pue = it_input_j_ > 0 ? consumed_j / it_input_j_ : std::nan("");
  *v.dry = to_celsius(Kelvin{room.weather().dry_bulb_k});
  *v.wet = to_celsius(Kelvin{room.weather().wet_bulb_k});
  double const price = room.bill().price_won_per_j(unix_s - 0.5 * span_s_);
  *v.price = price * kwh;
  *v.cost = price * *v.power * 3600.0;
  *v.carbon = room.bill().carbon_kg_per_j(unix_s - 0.5 * span_s_) * *v.power * 3600.0;
  peak_w_ = std::max(peak_w_, *v.power);
  wet_bulb_max_k_ = std::max(wet_bulb_max_k_, room.weather().wet_bulb_k);
}

void Reporter::close_halls(MachineRoom const& room, double span_s) {
  auto& v = *v_;
  std::fill(hall_it_j_.begin(), hall_it_j_.end(), 0.0);
  for (std::size_t r = 0; r < rack_j_.size(); ++r) hall_it_j_[facility_.racks[r].hall] += rack_j_[r];
  for (std::size_t i = 0; i < heat_load_j_.size(); ++i) hall_it_j_[assembly_.heat_loads[i].hall] += heat_load_j_[i];
  for (std::size_t h = 0; h < hall_it_j_.size(); ++h) v.hall_it[h] = hall_it_j_[h] / span_s;
  for (std::size_t h = 0; h < hall_it_j_.size(); ++h) {
    count_.clear();
    room.count_accelerators(static_cast<std::uint32_t>(h), count_);
    for (auto const& [view, share] : {std::pair{v.hall_die_5, 0.05}, {v.hall_die_50, 0.5}, {v.hall_die_95, 0.95}})
      view[h] = to_celsius(Kelvin{count_.quantile_k(share)});
    double most = std::nan("");
    for (std::size_t r = 0; r < rack_j_.size(); ++r)
      if (facility_.racks[r].hall == h) most = std::fmax(most, to_celsius(Kelvin{room.racks().hottest_k[r]}));
    v.hall_die_most[h] = most;
    double const all = assembly_.accelerators_of_hall[h];
    v.hall_slowed[h] = all > 0 ? hall_slowed_s_[h] / all / span_s : std::nan("");
  }
}

void Reporter::close_racks(MachineRoom const& room, double span_s) {
  auto& v = *v_;
  for (std::size_t r = 0; r < rack_j_.size(); ++r) {
    v.rack_power[r] = rack_j_[r] / span_s;
    v.rack_inlet[r] = to_celsius(Kelvin{room.racks().inlet_k[r]});
    v.rack_die[r] = to_celsius(Kelvin{room.racks().hottest_k[r]});
    v.rack_busy[r] = room.racks().busy[r];
  }
}

void Reporter::close_feeds(MachineRoom const& room, double span_s) {
  auto& v = *v_;
  for (std::size_t u = 0; u < feeds_.size(); ++u) {
    auto const rating = assembly_.chain.vertices[feeds_[u]].rating_w;
    v.feed_power[u] = feed_j_[u] / span_s;
    v.feed_load[u] = rating > 0 ? v.feed_power[u] / rating : std::nan("");
    v.feed_charge[u] = room.chain().state_of_charge(feeds_[u]);
    v.feed_breaker[u] = room.chain().breaker_heat(feeds_[u]);
  }
}

void Reporter::Ramp::add(double mean_w, double span_s) {
  if (last_s > 0) fastest_w_per_s = std::max(fastest_w_per_s, std::abs(mean_w - last_w) / ((last_s + span_s) / 2));
  last_w = mean_w;
  last_s = span_s;
  peak_w = std::max(peak_w, mean_w);
}

void Reporter::add_storage(std::vector<Kpi>& kpis, MachineRoom const& room, double duration_s) const {
  auto const& storage = room.storage();
  SiteStorage::Totals all;
  double cycles = 0;
  for (std::size_t s = 0; s < storage.size(); ++s) {
    auto const& t = storage.totals(s);
    all.given_j += t.given_j;
    all.loss_j += t.loss_j;
    all.ramp_missed_s = std::max(all.ramp_missed_s, t.ramp_missed_s);
    all.ramp_short_w = std::max(all.ramp_short_w, t.ramp_short_w);
    all.limit_missed_s = std::max(all.limit_missed_s, t.limit_missed_s);
    all.over_limit_w = std::max(all.over_limit_w, t.over_limit_w);
    cycles = std::max(cycles, t.given_j / storage.capacity_j(s));
  }
  double const span = std::max(duration_s, 1e-9);
  auto const add = [&](char const* name, double value, char const* units, char const* long_name) {
    kpis.push_back({name, value, units, long_name});
  };
  add("peak_power_without_storage", ramp_without_.peak_w / 1e6, "MW",
      "Highest mean power of a report, had the site no storage");
  add("report_ramp", 60 * ramp_.fastest_w_per_s / 1e6, "MW/min", "Largest change of mean power from one report to the next");
  add("report_ramp_without_storage", 60 * ramp_without_.fastest_w_per_s / 1e6, "MW/min",
      "Largest change from one report to the next, had the site no storage");
  add("storage_given", all.given_j / mwh, "MWh", "Energy that storage gave at its terminals");
  add("storage_stored", room.ledger().stored_j() / mwh, "MWh", "More in storage at the end than at the start");
  add("storage_cycles", cycles, "1", "Energy given / stored energy, of the storage that worked most");
  add("storage_loss", all.loss_j / mwh, "MWh", "Lost in storage, its own consumption included");
  auto const some = [&](auto const& has) { return std::any_of(scenario_.storage.begin(), scenario_.storage.end(), has); };
  if (some([](auto const& s) { return s.ramp.has_value(); })) {
    add("ramp_missed", all.ramp_missed_s / span, "1", "Share of the time in which storage fell short of its ramp limit");
    add("ramp_short", all.ramp_short_w / 1e6, "MW", "Most that storage fell short of its ramp limit");
  }
  if (some([](auto const& s) { return s.peak_shaving.has_value(); })) {
    add("peak_missed", all.limit_missed_s / span, "1", "Share of the time above the limit of peak shaving");
    add("peak_over", all.over_limit_w / 1e6, "MW", "Most that the meter was above the limit of peak shaving");
  }
}

std::vector<Kpi> Reporter::kpis(MachineRoom const& room, JobBook const& book, double duration_s) const {
  auto const& ledger = room.ledger();
  auto const bill = room.bill().bill();
  double const emissions = emissions_kg(scenario_, room, bill);
  double const total = ledger.metered_j(), it2 = ledger.it_category2_j();
  auto const ratio = [](double a, double b) { return b > 0 ? a / b : std::nan(""); };
  double cooling = 0, distribution = 0;
  for (Owner const o : cooling_owners) cooling += ledger.of(o);
  for (Owner o : {Owner::transformer_loss, Owner::switchgear_loss, Owner::ups_loss, Owner::busway_loss, Owner::pdu_loss,
                  Owner::generator_loss, Owner::battery_loss})
    distribution += ledger.of(o);
  double peak_15 = 0;
  for (auto const& m : bill.months) peak_15 = std::max(peak_15, m.peak_w);

  std::array<double, 5> count{};
  double waits = 0, started = 0, slowdown = 0, finished = 0, tokens = 0, flop = 0, busy_s = 0, total_acc = 0;
  double interruptions = 0, lost_s = 0, trained_s = 0, training_s = 0;
  for (std::uint32_t j = 0; j < book.jobs().size(); ++j) {
    auto const& job = book.jobs()[j];
    auto const& r = book.record(j);
    ++count[static_cast<std::size_t>(r.phase)];
    if (r.start_s >= 0) {
      waits += r.start_s - job.submit_s;
      ++started;
    }
    if (r.phase == JobPhase::done) {
      double const run = r.end_s - r.start_s;
      slowdown += (r.end_s - job.submit_s) / std::max(run, 10.0);  // bounded at 10 s, as the field reports it
      ++finished;
    }
    tokens += job.tokens_per_s * r.done_s;
    flop += job.model_flop_per_s * r.done_s;
    interruptions += r.interruptions;
    lost_s += r.lost_s * job.accelerators;
    if (job.kind == workloads::JobKind::training && r.start_s >= 0) {
      trained_s += r.done_s * job.accelerators;
      training_s += ((r.end_s >= 0 ? r.end_s : duration_s) - r.start_s) * job.accelerators;
    }
  }
  for (std::size_t p = 0; p < pool_busy_s_.size(); ++p) {
    busy_s += pool_busy_s_[p];
    total_acc += book.total(p);
  }
  double const submitted = static_cast<double>(book.jobs().size());

  // Sites of heat loads alone have neither.
  auto const hottest = [](double k) { return k > 0 ? to_celsius(Kelvin{k}) : std::nan(""); };
  std::vector<Kpi> k{
      {"energy", total / mwh, "MWh", "Energy at the utility meter"},
      {"it_energy", it2 / mwh, "MWh", "Energy at the input of racks and fabric switches"},
      {"cooling_energy", cooling / mwh, "MWh", "Energy of fans, pumps and chillers outside the racks"},
      {"distribution_loss", distribution / mwh, "MWh", "Losses between the meter and racks and fabric switches"},
      {"mean_power", ratio(total, duration_s) / 1e6, "MW", "Mean power at the meter"},
      {"peak_power", peak_w_ / 1e6, "MW", "Highest mean power of a report interval"},
      {"peak_demand_15min", peak_15 / 1e6, "MW", "Highest 15-minute demand"},
      {"load_factor", ratio(ratio(total, duration_s), peak_15), "1", "Mean power / highest 15-minute demand"},
      {"pue", ledger.pue_category2(), "1", "Power usage effectiveness, ISO/IEC 30134-2 category 2"},
      {"pue_category3", ledger.pue_category3(), "1", "Power usage effectiveness, category 3"},
      {"wue", ratio(room.water_kg(), it2 / kwh), "kg/kWh",
       "Water usage effectiveness: make-up water per IT energy (1 kg = 1 L)"},
      {"cue", ratio(emissions, it2 / kwh), "kg/kWh", "Carbon usage effectiveness"},
      {"water", room.water_kg() / 1e3, "m3", "Make-up water"},
      {"carbon", emissions / 1e3, "t", "Emissions of the electricity used"},
      {"cost_energy", bill.energy_won / 1e6, "million KRW", "Energy charge"},
      {"cost_demand", bill.demand_won / 1e6, "million KRW", "Demand charge, in proportion to the time covered"},
      {"cost_total", bill.total_won / 1e6, "million KRW", "Bill with adders and tax"},
      {"jobs_submitted", submitted, "1", "Jobs of the run"},
      {"jobs_done", count[static_cast<std::size_t>(JobPhase::done)], "1", "Jobs that ended"},
      {"jobs_running", count[static_cast<std::size_t>(JobPhase::running)], "1", "Jobs running at the end"},
      {"jobs_waiting", count[static_cast<std::size_t>(JobPhase::waiting)] + count[static_cast<std::size_t>(JobPhase::pending)],
       "1", "Jobs waiting at the end"},
      {"jobs_failed", count[static_cast<std::size_t>(JobPhase::failed)], "1", "Jobs lost"},
      {"mean_wait", ratio(waits, started) / 60, "min", "Mean wait of the jobs that started"},
      {"mean_bounded_slowdown", ratio(slowdown, finished), "1", "Mean of (wait + run) / max(run, 10 s) of the jobs that ended"},
      {"utilisation", ratio(busy_s, total_acc * duration_s), "1", "Accelerators held by jobs"},
      {"tokens", tokens / 1e9, "1e9", "Tokens trained"},
      {"model_flop", flop / 1e21, "ZFLOP", "Model FLOP of training jobs"},
      {"hottest_inlet", hottest(hottest_inlet_k_), "degC", "Highest rack inlet temperature"},
      {"hottest_accelerator", hottest(hottest_die_k_), "degC", "Hottest accelerator at a report"},
      {"hottest_memory", hottest(hottest_memory_k_), "degC", "Hottest memory of an accelerator"},
      {"throttled", ratio(limited_node_s_, node_s_), "1", "Share of node time in racks slowed by temperature"},
      {"thermal_slowed_hours", slowed_s_ / 3600, "h", "Accelerators that work more slowly for temperature, times hours"},
      {"thermal_lost_hours", (slowed_lost_s_ + hot_out_s_) / 3600, "h",
       "Accelerator-hours of work not done for temperature: slowed, or shut down until cool"},
      {"job_interruptions", interruptions, "1", "Times that a job lost its nodes and waited for others"},
      {"lost_work", lost_s / 3600, "h", "Accelerator-hours of work since the last checkpoint that interruptions lost"},
      {"effective_training_time", ratio(trained_s, training_s), "1",
       "Training kept, at the declared rates / accelerator time since each job's first start"},
  };
  cooling_.add_kpis(k);
  climate_.add_kpis(k);
  if (!room.storage().none()) add_storage(k, room, duration_s);
  auto const& chain = assembly_.chain;
  bool const lives =
      !chain.happenings.empty() || !chain.generators.empty() || chain.shedding ||
      std::any_of(chain.vertices.begin(), chain.vertices.end(), [](auto const& x) { return x.breaker || x.feed_breaker; });
  if (lives) {
    auto const& n = room.chain().counts();
    k.insert(k.end(), {{"generated_energy", ledger.generated_j() / mwh, "MWh", "Energy of the site's generators"},
                       {"energy_stored", ledger.stored_j() / mwh, "MWh", "More in batteries at the end than at the start"},
                       {"unserved_energy", all_unserved_j_ / mwh, "MWh", "Energy that loads without supply would have drawn"},
                       {"lost_accelerator_hours", lost_accelerator_s_ / 3600, "h",
                        "Accelerators of racks without power, or not booted yet, times hours"},
                       {"ride_through_events", double(n.ride_throughs), "1",
                        "Times that loads or UPS lived on what they hold, until supply was back or it was spent"},
                       {"transfers", double(n.transfers), "1", "Transfers of switches, both ways"},
                       {"breaker_trips", double(n.breaker_trips), "1", "Breakers tripped by overload"},
                       {"generator_hours", n.generator_s / 3600, "h", "Hours of all sets together, running"},
                       {"fuel", n.fuel_m3 * 1e3, "L", "Fuel burnt by the sets"}});
  }
  return k;
}

void Reporter::write_tables(Recorder& recorder, MachineRoom const& room, JobBook const& book,
                            std::vector<Kpi> const& kpis) const {
  // Column by column: a month holds a quarter of a million jobs.
  auto const column = [&](std::string name, std::string units, std::string long_name, auto value) {
    auto make = [&book, value] {
      std::vector<decltype(value(0U))> values;
      values.reserve(book.jobs().size());
      for (std::uint32_t j = 0; j < book.jobs().size(); ++j) values.push_back(value(j));
      return decltype(Column::values)(std::move(values));
    };
    return ColumnSource{std::move(name), std::move(units), std::move(long_name), std::move(make)};
  };
  auto const& jobs = book.jobs();
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  auto const date = [](double s) { return s >= 0 ? s : none; };
  auto const mean_share = [&](std::uint32_t j, double share_s) {
    auto const& r = book.record(j);
    bool const shares =
        r.start_s >= 0 && r.settled_s > r.start_s && schema::fabric_of(scenario_, facility_.pools[jobs[j].pool]);
    return shares ? share_s / (r.settled_s - r.start_s) : none;
  };
  recorder.table(
      "jobs",
      std::vector<ColumnSource>{
          column("name", "", "Job", [&](std::uint32_t j) { return jobs[j].name; }),
          column("kind", "", "Stream the job belongs to",
                 [&](std::uint32_t j) { return std::string(workloads::to_string(jobs[j].kind)); }),
          column("pool", "", "Scheduler pool", [&](std::uint32_t j) { return facility_.pools[jobs[j].pool]; }),
          column("accelerators", "1", "Accelerators held", [&](std::uint32_t j) { return std::int64_t{jobs[j].accelerators}; }),
          column("submit", "s", "Arrival after the start of the run", [&](std::uint32_t j) { return jobs[j].submit_s; }),
          column("start", "s", "Start after the start of the run",
                 [&](std::uint32_t j) { return date(book.record(j).start_s); }),
          column("end", "s", "End after the start of the run", [&](std::uint32_t j) { return date(book.record(j).end_s); }),
          column("state", "", "State at the end of the run",
                 [&](std::uint32_t j) { return std::string(to_string(book.record(j).phase)); }),
          column("energy", "J", "Share of its nodes' input energy, by accelerators",
                 [&](std::uint32_t j) { return book.record(j).energy_j; }),
          column("mean_speed", "1", "Progress relative to the declared rates",
                 [&](std::uint32_t j) {
                   auto const& r = book.record(j);
                   double const run = r.start_s >= 0 ? r.settled_s - r.start_s : 0;
                   return run > 0 ? r.done_s / run : none;
                 }),
          column("mean_network_share", "1", "Share of its scale-out rate that the job got, where a fabric is declared",
                 [&](std::uint32_t j) { return mean_share(j, book.record(j).network_share_s); }),
          column("mean_storage_share", "1", "Share of its rate to storage that the job got, where a fabric is declared",
                 [&](std::uint32_t j) { return mean_share(j, book.record(j).storage_share_s); }),
          column("interruptions", "1", "Times that it lost its nodes and waited for others",
                 [&](std::uint32_t j) { return std::int64_t{book.record(j).interruptions}; }),
          column("lost_work", "s", "Work since the last checkpoint that interruptions lost, at the declared rates",
                 [&](std::uint32_t j) { return book.record(j).lost_s; }),
      });
  std::vector<double> time;
  std::vector<std::string> event_kind, subject, cause;
  for (auto const& e : events_) {
    time.push_back(e.time_s);
    event_kind.push_back(e.kind);
    subject.push_back(e.subject);
    cause.push_back(e.cause);
  }
  recorder.table("events", std::vector<Column>{{"time", "s", "After the start of the run", time},
                                               {"kind", "", "What happened", event_kind},
                                               {"subject", "", "To whom", subject},
                                               {"cause", "", "Why", cause}});
  std::vector<std::string> kpi_name, kpi_units, kpi_long;
  std::vector<double> value;
  for (auto const& k : kpis) {
    kpi_name.push_back(k.name);
    value.push_back(k.value);
    kpi_units.push_back(k.units);
    kpi_long.push_back(k.long_name);
  }
  recorder.table("kpis", std::vector<Column>{{"name", "", "Key figure", kpi_name},
                                             {"value", "", "Value in the units beside it", value},
                                             {"units", "", "Units", kpi_units},
                                             {"long_name", "", "Meaning", kpi_long}});
  std::vector<std::string> owner;
  std::vector<double> joules;
  for (std::size_t o = 0; o < owners; ++o) {
    owner.emplace_back(sim::name(static_cast<Owner>(o)));
    joules.push_back(room.ledger().of(static_cast<Owner>(o)));
  }
  cooling_.write_tables(recorder);
  recorder.table("ledger",
                 std::vector<Column>{{"owner", "", "Owner of the energy", owner}, {"energy", "J", "Energy owned", joules}});
}

}  // namespace ondol::sim
