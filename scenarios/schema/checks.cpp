#include "scenarios/schema/checks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace ondol::schema {
namespace {

constexpr double most_accelerators = 1e7;
constexpr double bytes_per_accelerator = 600;  ///< state and settled energies of one device, and its share of its node
constexpr double most_rows = 1e8;

std::string in_quotes(std::string const& s) {
  return "\"" + s + "\"";
}

std::string list_path(std::string const& list, std::size_t i, std::string const& key = {}) {
  return list + "[" + std::to_string(i) + "]" + (key.empty() ? "" : "." + key);
}

std::string watts(double w) {
  char buffer[32];
  auto const [scale, unit] = w >= 1e6 ? std::pair{1e6, "MW"} : w >= 1e3 ? std::pair{1e3, "kW"} : std::pair{1.0, "W"};
  std::snprintf(buffer, sizeof buffer, "%.4g %s", w / scale, unit);
  return buffer;
}

std::string bytes(double b) {
  char buffer[32];
  int step = 0;
  char const* const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  while (b >= 1000 && step < 6) b /= 1000, ++step;
  std::snprintf(buffer, sizeof buffer, "%.3g %s", b, units[step]);
  return buffer;
}

/// What the checks share.
struct Context {
  Scenario const& s;
  Decoder const& decoder;
  Faults& faults;

  bool good(std::string const& path) const { return decoder.good(path); }
  void error(std::string const& path, std::string message) const { faults.error(decoder.place(path), std::move(message)); }
  void warning(std::string const& path, std::string message) const { faults.warning(decoder.place(path), std::move(message)); }

  template <class Spec>
  static Spec const* find(std::map<std::string, Spec> const& entries, std::string const& id) {
    auto const it = entries.find(id);
    return it == entries.end() ? nullptr : &it->second;
  }
  RackSpec const* rack(RackGroupSpec const& g) const { return find(s.catalogue.rack, g.rack); }
  NodeSpec const* node(RackSpec const& r) const { return find(s.catalogue.node, r.node); }
  double accelerators_per_rack(RackGroupSpec const& g) const {
    auto const* r = rack(g);
    auto const* n = r ? node(*r) : nullptr;
    return n ? static_cast<double>(r->nodes) * n->accelerators : 0;
  }
  double count(std::size_t group) const {
    auto const it = decoder.oversized.find(list_path("racks", group, "count"));
    return it == decoder.oversized.end() ? s.racks[group].count : it->second;
  }
};

// ------------------------------------------------------------------------------------------------ size
void check_size(Context const& c) {
  double total = 0;
  for (std::size_t i = 0; i < c.s.racks.size(); ++i) {
    double const here = c.count(i) * c.accelerators_per_rack(c.s.racks[i]);
    total += here;
    auto const path = list_path("racks", i, "count");
    if (total > most_accelerators) {
      char number[32];
      std::snprintf(number, sizeof number, "%.3g", total);
      c.error(path, "the scenario would hold " + std::string(number) + " accelerators and need about " +
                        bytes(total * bytes_per_accelerator) + " of memory; up to 10 million are simulated");
      return;
    }
    if (c.decoder.oversized.contains(path)) {
      c.error(path, "count is more than any site holds");
      return;
    }
  }
  double rows = c.s.record.period.v > 0 ? c.s.simulation.duration.v / c.s.record.period.v : 0;
  if (c.good("simulation.duration") && c.good("record.period") && rows > most_rows) {
    char number[32];
    std::snprintf(number, sizeof number, "%.3g", rows);
    c.error("record.period", "the results would have " + std::string(number) + " rows; up to 100 million are written");
  }
}

// ------------------------------------------------------------------------------------------------ power
void check_power(Context const& c) {
  auto const& banks = c.s.power;
  std::map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < banks.size(); ++i) {
    index.emplace(banks[i].id, i);
    if (banks[i].id == "utility" && c.good(list_path("power", i, "id")))
      c.error(list_path("power", i, "id"), "\"utility\" is the grid connection and cannot be a bank's id");
    if (banks[i].units_needed > banks[i].units && c.good(list_path("power", i)))
      c.error(list_path("power", i, "units_needed"), "units_needed = " + std::to_string(banks[i].units_needed) +
                                                         " is more than units = " + std::to_string(banks[i].units));
  }
  // A bank fed by itself, however long the way: depth-first, each circle told once.
  enum class Mark { unseen, open, done };
  std::vector<Mark> mark(banks.size(), Mark::unseen);
  std::vector<std::size_t> stack;
  auto const visit = [&](auto const& self, std::size_t i) -> void {
    mark[i] = Mark::open;
    stack.push_back(i);
    for (auto const& feeder : banks[i].fed_by) {
      auto const it = index.find(feeder);
      if (it == index.end()) continue;
      if (mark[it->second] == Mark::open) {
        std::string circle;
        for (auto k = std::find(stack.begin(), stack.end(), it->second); k != stack.end(); ++k) circle += banks[*k].id + " <- ";
        c.error(list_path("power", i, "fed_by"), "power would flow in a circle: " + circle + feeder);
      } else if (mark[it->second] == Mark::unseen) {
        self(self, it->second);
      }
    }
    stack.pop_back();
    mark[i] = Mark::done;
  };
  if (banks.size() <= 10000)
    for (std::size_t i = 0; i < banks.size(); ++i)
      if (mark[i] == Mark::unseen) visit(visit, i);
}

// ------------------------------------------------------------------------------------------------ cooling
bool needs_air(NodeSpec const& n) {
  return n.cooling == Cooling::air || n.liquid_fraction < 1;
}
bool needs_liquid(NodeSpec const& n) {
  return n.cooling != Cooling::air && n.liquid_fraction > 0;
}

void check_cooling(Context const& c) {
  for (std::size_t i = 0; i < c.s.plant.size(); ++i) {
    auto const& p = c.s.plant[i];
    if (!c.good(list_path("plant", i))) continue;
    for (auto const& [key, id, n] : {std::tuple{"chiller", &p.chiller, p.chillers}, std::tuple{"tower", &p.tower, p.towers},
                                     std::tuple{"dry_cooler", &p.dry_cooler, p.dry_coolers}}) {
      if (id->empty() && n > 0)
        c.error(list_path("plant", i, key + std::string("s")),
                std::string(key) + "s = " + std::to_string(n) + ", but no " + key + " is named");
      if (!id->empty() && n == 0)
        c.error(list_path("plant", i, key), std::string(key) + " is named, but " + key + "s is 0 or missing");
    }
    if (p.towers == 0 && p.dry_coolers == 0 && p.chillers == 0)
      c.error(list_path("plant", i),
              "plant " + in_quotes(p.id) + " has nothing that takes its heat: no chiller, tower or dry cooler");
    else if (p.towers == 0 && p.dry_coolers == 0)
      c.error(list_path("plant", i), "plant " + in_quotes(p.id) + " has chillers but no tower or dry cooler for their heat");
  }
  std::map<std::string, HallSpec const*> halls;
  for (auto const& h : c.s.hall) halls.emplace(h.id, &h);
  for (std::size_t i = 0; i < c.s.racks.size(); ++i) {
    auto const& g = c.s.racks[i];
    auto const* r = c.rack(g);
    auto const* n = r ? c.node(*r) : nullptr;
    auto const hall = halls.find(g.hall);
    if (!n || hall == halls.end() || !c.good("node." + r->node)) continue;
    auto const& h = *hall->second;
    std::size_t const at = static_cast<std::size_t>(hall->second - c.s.hall.data());
    if (needs_air(*n) && !h.air && c.good(list_path("hall", at, "air")))
      c.error(list_path("racks", i, "hall"),
              "hall " + in_quotes(g.hall) + " has no [hall.air], but rack " + in_quotes(g.rack) + " gives heat to the air");
    if (needs_liquid(*n) && !h.liquid && c.good(list_path("hall", at, "liquid")))
      c.error(list_path("racks", i, "hall"),
              "hall " + in_quotes(g.hall) + " has no [hall.liquid], but rack " + in_quotes(g.rack) + " is cooled by liquid");
  }
}

// ------------------------------------------------------------------------------------------------ demand
void check_demand(Context const& c) {
  std::map<std::string, double> pool;
  bool known = true;  // every pool's size
  for (std::size_t i = 0; i < c.s.racks.size(); ++i) {
    auto const& g = c.s.racks[i];
    auto const* r = c.rack(g);
    if (!c.good(list_path("racks", i)) || !r || (r->nodes > 0 && !c.node(*r))) known = false;
    pool[g.pool] += c.count(i) * c.accelerators_per_rack(g);
  }
  auto const fits = [&](std::string const& path, std::string const& name, double accelerators, std::string const& what) {
    auto const it = pool.find(name);
    if (!known || it == pool.end() || !c.good(path) || accelerators <= it->second) return;
    char have[32], want[32];
    std::snprintf(have, sizeof have, "%.0f", it->second);
    std::snprintf(want, sizeof want, "%.0f", accelerators);
    c.error(path, what + " " + want + " accelerators, but pool " + in_quotes(name) + " has " + have);
  };
  std::map<std::string, std::string> names;
  auto const unique = [&](std::string const& list, std::size_t i, std::string const& name) {
    auto const path = list_path(list, i, "name");
    if (!c.good(path)) return;
    if (auto const [it, fresh] = names.emplace(name, path); !fresh && !it->second.starts_with(list + "["))
      c.error(path, "the name " + in_quotes(name) + " is taken by " + it->second.substr(0, it->second.find('.')) +
                        "; results are kept by name");
  };
  double const length = c.s.simulation.duration.v;
  auto const begins = [&](std::string const& path, Seconds start) {
    if (c.good(path) && c.good("simulation.duration") && start.v >= length && length > 0)
      c.warning(path, "starts when the run is already over");
  };
  for (std::size_t i = 0; i < c.s.training.size(); ++i) {
    auto const& t = c.s.training[i];
    auto const at = [i](char const* key) { return list_path("training", i, key); };
    unique("training", i, t.name);
    fits(at("accelerators"), t.pool, t.accelerators, "takes");
    begins(at("start"), t.start);
    if (!c.good(list_path("training", i))) continue;
    double const replica = 1.0 * t.tensor_parallel * t.pipeline_parallel * t.context_parallel;
    if (std::fmod(t.accelerators, replica) != 0) {
      char number[32];
      std::snprintf(number, sizeof number, "%.0f", replica);
      c.error(at("accelerators"), "accelerators = " + std::to_string(t.accelerators) +
                                      " is not a multiple of tensor x pipeline x context = " + number +
                                      " accelerators of one replica");
      continue;
    }
    double const replicas = t.accelerators / replica;
    if (std::fmod(t.batch_sequences, replicas * t.micro_batch) != 0) {
      char number[32];
      std::snprintf(number, sizeof number, "%.0f x %d", replicas, t.micro_batch);
      c.error(at("batch_sequences"), "batch_sequences = " + std::to_string(t.batch_sequences) +
                                         " is not a multiple of replicas x micro_batch = " + number);
    }
    if (auto const* m = Context::find(c.s.catalogue.model, t.model); m && c.good("model." + t.model)) {
      double const stages = 1.0 * t.pipeline_parallel * t.virtual_pipeline;
      if (stages > m->layers)
        c.error(at("pipeline_parallel"), "more pipeline stages (" + std::to_string(static_cast<long long>(stages)) +
                                             ") than layers (" + std::to_string(m->layers) + ") of " + t.model);
      if (t.tensor_parallel > m->heads)
        c.error(at("tensor_parallel"), "tensor_parallel = " + std::to_string(t.tensor_parallel) + " is more than the " +
                                           std::to_string(m->heads) + " attention heads of " + t.model);
    }
    if (t.virtual_pipeline > 1 && t.pipeline_parallel == 1)
      c.warning(at("virtual_pipeline"), "virtual_pipeline has no effect without pipeline_parallel");
    if (t.checkpoint_interval.v > 0 && t.storage_bandwidth.v <= 0)
      c.error(at("checkpoint_interval"), "checkpoints need storage_bandwidth");
  }
  for (std::size_t i = 0; i < c.s.trace.size(); ++i) {
    auto const& t = c.s.trace[i];
    unique("trace", i, t.name);
    if (!c.good(list_path("trace", i, "pools"))) continue;
    double sum = 0;
    for (auto const& [name, share] : t.pools) sum += share;
    if (std::abs(sum - 1) > 1e-6)
      c.error(list_path("trace", i, "pools"), "the shares of the pools sum to " + number_text(sum) + ", not to 1");
  }
  for (std::size_t i = 0; i < c.s.mix.size(); ++i) {
    auto const& m = c.s.mix[i];
    unique("mix", i, m.name);
    fits(list_path("mix", i, "accelerators_max"), m.pool, m.accelerators_max, "the largest job takes");
    if (c.good(list_path("mix", i)) && m.accelerators_median > m.accelerators_max)
      c.error(list_path("mix", i, "accelerators_median"), "the median job is larger than accelerators_max");
  }
  for (std::size_t i = 0; i < c.s.service.size(); ++i) {
    unique("service", i, c.s.service[i].name);
    fits(list_path("service", i, "accelerators"), c.s.service[i].pool, c.s.service[i].accelerators, "holds");
    begins(list_path("service", i, "start"), c.s.service[i].start);
  }
  for (std::size_t i = 0; i < c.s.steady.size(); ++i) {
    unique("steady", i, c.s.steady[i].name);
    fits(list_path("steady", i, "accelerators"), c.s.steady[i].pool, c.s.steady[i].accelerators, "holds");
    begins(list_path("steady", i, "start"), c.s.steady[i].start);
  }
}

// ------------------------------------------------------------------------------------------------ capacities
/// Possible, but hardly meant: loads above ratings.
void warn_of_capacities(Context const& c) {
  double const everything = [&] {
    double w = c.s.site.base_load.v;
    for (auto const& g : c.s.racks)
      if (auto const* r = c.rack(g)) w += g.count * r->rated_power.v;
    return w;
  }();
  if (everything > c.s.site.grid_capacity.v)
    c.warning("site.grid_capacity", "the racks and the base load are rated " + watts(everything) +
                                        " before losses and cooling, above the contract of " + watts(c.s.site.grid_capacity.v));
  for (std::size_t b = 0; b < c.s.power.size(); ++b) {
    auto const& bank = c.s.power[b];
    auto const* unit = Context::find(c.s.catalogue.power_unit, bank.unit);
    if (!unit) continue;
    double load = 0;
    for (auto const& g : c.s.racks)
      if (auto const* r = c.rack(g); r && std::find(g.fed_by.begin(), g.fed_by.end(), bank.id) != g.fed_by.end())
        load += g.count * r->rated_power.v / static_cast<double>(g.fed_by.size());
    double const rating = unit->rating.v * (bank.units_needed ? bank.units_needed : bank.units);
    if (load > rating)
      c.warning(list_path("power", b),
                "bank " + in_quotes(bank.id) + " is rated " + watts(rating) + ", its racks " + watts(load));
  }
  std::map<std::string, double> to_plant;
  for (std::size_t h = 0; h < c.s.hall.size(); ++h) {
    auto const& hall = c.s.hall[h];
    double air = 0, liquid = 0;
    for (auto const& g : c.s.racks) {
      auto const* r = c.rack(g);
      auto const* n = r ? c.node(*r) : nullptr;
      if (!n || g.hall != hall.id) continue;
      double const share = n->cooling == Cooling::air ? 0 : n->liquid_fraction;
      liquid += g.count * r->rated_power.v * share;
      air += g.count * r->rated_power.v * (1 - share);
    }
    if (hall.air) {
      to_plant[hall.air->plant] += air;
      if (auto const* u = Context::find(c.s.catalogue.crah, hall.air->crah); u && air > u->rated_heat.v * hall.air->crahs)
        c.warning(list_path("hall", h, "air.crahs"), std::to_string(hall.air->crahs) + " air handlers are rated " +
                                                         watts(u->rated_heat.v * hall.air->crahs) +
                                                         ", the air heat of the racks " + watts(air));
    }
    if (hall.liquid) {
      to_plant[hall.liquid->plant] += liquid;
      if (auto const* u = Context::find(c.s.catalogue.cdu, hall.liquid->cdu); u && liquid > u->rated_heat.v * hall.liquid->cdus)
        c.warning(list_path("hall", h, "liquid.cdus"), std::to_string(hall.liquid->cdus) + " CDUs are rated " +
                                                           watts(u->rated_heat.v * hall.liquid->cdus) +
                                                           ", the liquid heat of the racks " + watts(liquid));
    }
  }
  for (std::size_t p = 0; p < c.s.plant.size(); ++p) {
    auto const& plant = c.s.plant[p];
    auto const* chiller = Context::find(c.s.catalogue.chiller, plant.chiller);
    auto const* tower = Context::find(c.s.catalogue.tower, plant.tower);
    auto const* dry = Context::find(c.s.catalogue.dry_cooler, plant.dry_cooler);
    double const rejected =
        (tower ? tower->rated_heat.v * plant.towers : 0) + (dry ? dry->rated_heat.v * plant.dry_coolers : 0);
    double const cooled = chiller && !plant.economizer ? chiller->reference_capacity.v * plant.chillers : rejected;
    double const rating = std::min(rejected, cooled);
    double const heat = to_plant[plant.id];
    if (rating > 0 && heat > rating)
      c.warning(list_path("plant", p),
                "plant " + in_quotes(plant.id) + " is rated " + watts(rating) + ", the heat of its halls " + watts(heat));
  }
}

// ------------------------------------------------------------------------------------------------ catalogue entries
void check_loss(Context const& c, std::string const& path, LossCurve const& l) {
  if (!c.good(path) || l.form != LossCurve::Form::table) return;
  if (l.load.size() != l.load_efficiency.size())
    c.error(path + ".efficiency",
            "load has " + std::to_string(l.load.size()) + " points, efficiency " + std::to_string(l.load_efficiency.size()));
  if (!std::is_sorted(l.load.begin(), l.load.end(), std::less_equal<>{}) && l.load.size() > 1)
    c.error(path + ".load", "the loads must increase from point to point");
}

void check_tariff(Context const& c, std::string const& path, TariffSpec const& t) {
  if (!c.good(path) || t.band.empty()) return;
  static char const* const kinds_of_day[] = {"weekday", "saturday", "sunday"};
  std::array<int, 12 * 3 * 24> owner{};
  owner.fill(-1);
  auto const holds = [](auto const& list, auto const& x) {
    return list.empty() || std::find(list.begin(), list.end(), x) != list.end();
  };
  auto const hour_name = [&](std::size_t slot) {
    char text[64];
    std::snprintf(text, sizeof text, "month %zu, %s, %zu h", slot / 72 + 1, kinds_of_day[slot / 24 % 3], slot % 24);
    return std::string(text);
  };
  for (std::size_t b = 0; b < t.band.size(); ++b) {
    auto const& band = t.band[b];
    std::size_t overlaps = 0, first = 0;
    int with = -1;
    for (std::size_t slot = 0; slot < owner.size(); ++slot) {
      if (!holds(band.months, static_cast<int>(slot / 72 + 1)) || !holds(band.days, std::string(kinds_of_day[slot / 24 % 3])) ||
          !holds(band.hours, static_cast<int>(slot % 24)))
        continue;
      if (owner[slot] >= 0) {
        if (overlaps++ == 0) first = slot, with = owner[slot];
      } else {
        owner[slot] = static_cast<int>(b);
      }
    }
    if (overlaps)
      c.error(path + ".band[" + std::to_string(b) + "]", "band " + in_quotes(band.name) + " overlaps band " +
                                                             in_quotes(t.band[static_cast<std::size_t>(with)].name) + " in " +
                                                             std::to_string(overlaps) + " hours, first " + hour_name(first));
  }
  auto const gaps = std::count(owner.begin(), owner.end(), -1);
  if (gaps)
    c.error(path, "the bands leave out " + std::to_string(gaps) + " of 864 kinds of hour, first " +
                      hour_name(static_cast<std::size_t>(std::find(owner.begin(), owner.end(), -1) - owner.begin())));
}

}  // namespace

std::optional<std::int64_t> parse_time_zone(std::string_view t) {
  if (t == "Z") return 0;
  auto const digit = [&](std::size_t i) { return t[i] >= '0' && t[i] <= '9'; };
  if (t.size() != 6 || (t[0] != '+' && t[0] != '-') || !digit(1) || !digit(2) || t[3] != ':' || !digit(4) || !digit(5))
    return std::nullopt;
  int const hours = (t[1] - '0') * 10 + (t[2] - '0'), minutes = (t[4] - '0') * 10 + (t[5] - '0');
  if (hours > 14 || minutes > 59) return std::nullopt;
  return (t[0] == '-' ? -1 : 1) * (std::int64_t{hours} * 3600 + minutes * 60);
}

void check_names(Scenario const& s, Decoder const& decoder, Faults& faults) {
  std::map<std::string, std::vector<std::string>> known;
  for (auto const& p : s.power) known["power"].push_back(p.id);
  known["power"].emplace_back("utility");
  for (auto const& p : s.plant) known["plant"].push_back(p.id);
  for (auto const& h : s.hall) known["hall"].push_back(h.id);
  for (auto const& g : s.racks)
    if (std::find(known["pool"].begin(), known["pool"].end(), g.pool) == known["pool"].end()) known["pool"].push_back(g.pool);
  std::map<std::string, std::string> const what{
      {"power", "power bank"}, {"plant", "plant"}, {"hall", "hall"}, {"pool", "pool of racks"}};
  for (auto& [kind, ids] : known) std::erase(ids, "");
  for (auto const& r : decoder.references) {
    if (kind_named(r.kind)) continue;
    auto const& ids = known[r.kind];
    if (std::find(ids.begin(), ids.end(), r.id) == ids.end())
      faults.error(r.place, "there is no " + what.at(r.kind) + " " + in_quotes(r.id) + suggestion(r.id, ids));
  }
}

void check_scenario(Scenario const& scenario, Decoder const& decoder, Faults& faults) {
  Context const c{scenario, decoder, faults};
  if (c.good("site.time_zone") && !parse_time_zone(scenario.site.time_zone))
    c.error("site.time_zone", "time_zone = " + in_quotes(scenario.site.time_zone) + " is not an offset such as \"+09:00\"");
  check_size(c);
  check_power(c);
  check_cooling(c);
  check_demand(c);
  if (!faults.any()) warn_of_capacities(c);
}

void check_catalogue(Scenario const& s, Decoder const& decoder, Faults& faults) {
  Context const c{s, decoder, faults};
  for (auto const& [id, a] : s.catalogue.accelerator) {
    auto const path = "accelerator." + id;
    if (!c.good(path)) continue;
    if (a.idle > a.power_limit) c.error(path + ".idle", "idle is above power_limit");
    if (a.slowdown_temperature > a.shutdown_temperature)
      c.error(path + ".slowdown_temperature", "slowdown_temperature is above shutdown_temperature");
  }
  for (auto const& [id, n] : s.catalogue.node) {
    auto const path = "node." + id;
    if (!c.good(path)) continue;
    if (n.accelerators > 0 && n.accelerator.empty())
      c.error(path, path + " needs \"accelerator\": it has " + std::to_string(n.accelerators));
    if (n.host_active < n.host_idle) c.error(path + ".host_active", "host_active is below host_idle");
    if (n.psus_needed > n.psus) c.error(path + ".psus_needed", "psus_needed is more than psus");
    if (n.cooling == Cooling::air && n.liquid_fraction > 0)
      c.error(path + ".liquid_fraction", "an air-cooled node gives no heat to liquid");
    if (n.cooling != Cooling::air && n.liquid_fraction <= 0)
      c.error(path + ".cooling", "a liquid-cooled node needs liquid_fraction above 0");
    if (n.fan_rated.v > 0 && n.airflow.v <= 0) c.error(path + ".fan_rated", "fans need airflow");
  }
  for (auto const& [id, r] : s.catalogue.rack) {
    auto const path = "rack." + id;
    if (!c.good(path)) continue;
    if (r.nodes > 0 && r.node.empty()) c.error(path, path + " needs \"node\": it has " + std::to_string(r.nodes));
    if (r.shelves_needed > r.shelves) c.error(path + ".shelves_needed", "shelves_needed is more than shelves");
    if (!r.shelf.empty() && r.shelves < 1) c.error(path + ".shelf", "shelf is named, but shelves is 0 or missing");
  }
  for (auto const& [id, p] : s.catalogue.psu) check_loss(c, "psu." + id + ".loss", p.loss);
  for (auto const& [id, p] : s.catalogue.power_unit) check_loss(c, "power_unit." + id + ".loss", p.loss);
  for (auto const& [id, ch] : s.catalogue.chiller) {
    auto const path = "chiller." + id;
    if (!c.good(path)) continue;
    if (ch.plr_min > ch.plr_max) c.error(path + ".plr_min", "plr_min is above plr_max");
    if (ch.evaporator_min > ch.evaporator_max) c.error(path + ".evaporator_min", "evaporator_min is above evaporator_max");
    if (ch.condenser_min > ch.condenser_max) c.error(path + ".condenser_min", "condenser_min is above condenser_max");
  }
  for (auto const& [id, d] : s.catalogue.dry_cooler) {
    auto const path = "dry_cooler." + id;
    if (!c.good(path)) continue;
    if (d.fluid_out >= d.fluid_in) c.error(path + ".fluid_out", "fluid_out is not below fluid_in");
    if (d.fluid_out <= d.design_air && !d.adiabatic)
      c.error(path + ".fluid_out", "fluid_out is not above design_air, as in any dry cooler");
  }
  for (auto const& [id, t] : s.tariff) check_tariff(c, "tariff." + id, t);
}

}  // namespace ondol::schema
