#include <algorithm>

#include "scenarios/schema/check_context.hpp"

namespace ondol::schema {
namespace {

constexpr double most_accelerators = 1e7;
constexpr double bytes_per_accelerator = 600;  ///< state and settled energies of one device, and its share of its node
constexpr double most_racks = 1e6;
constexpr double most_rows = 1e8;

std::string bytes(double b) {
  char buffer[32];
  int step = 0;
  char const* const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
  while (b >= 1000 && step < 6) b /= 1000, ++step;
  std::snprintf(buffer, sizeof buffer, "%.3g %s", b, units[step]);
  return buffer;
}

// ------------------------------------------------------------------------------------------------ size
void check_size(Context const& c) {
  double total = 0, nodes = 0, racks = 0;
  for (std::size_t i = 0; i < c.s.racks.size(); ++i) {
    auto const& group = c.s.racks[i];
    auto const* rack = c.rack(group);
    total += c.count(i) * c.accelerators_per_rack(group);
    racks += c.count(i);
    nodes += c.count(i) * (rack ? rack->nodes : 0);
    auto const path = list_path("racks", i, "count");
    if (total > most_accelerators) {
      c.error(path, "the scenario would hold " + about(total) + " accelerators and need about " +
                        bytes(total * bytes_per_accelerator) + " of memory; up to 10 million are simulated");
      return;
    }
    if (nodes > most_accelerators || racks > most_racks) {
      c.error(path, "the scenario would hold " + about(racks) + " racks and " + about(nodes) +
                        " nodes; up to 1 million racks and 10 million nodes are simulated");
      return;
    }
  }
  double rows = c.s.record.period.v > 0 ? c.s.simulation.duration.v / c.s.record.period.v : 0;
  if (c.good("simulation.duration") && c.good("record.period") && rows > most_rows) {
    c.error("record.period", "the results would have " + about(rows) + " rows; up to 100 million are written");
  }
}

void check_smoothing(Context const& c) {
  for (std::size_t i = 0; i < c.s.racks.size(); ++i) {
    auto const& smoothing = c.s.racks[i].power_smoothing;
    if (!smoothing || !c.good(list_path("racks", i, "power_smoothing"))) continue;
    if (smoothing->storage.v > 0 && smoothing->storage_power.v <= 0)
      c.error(list_path("racks", i, "power_smoothing.storage"),
              "storage without storage_power: say how many watts of an accelerator it may take or give");
    if (smoothing->storage_power.v > 0 && smoothing->storage.v <= 0)
      c.error(list_path("racks", i, "power_smoothing.storage_power"),
              "storage_power without storage: say how many joules it holds");
    if (smoothing->hold.v > 0 && smoothing->floor <= 0)
      c.warning(list_path("racks", i, "power_smoothing.hold"), "hold has no effect without floor, which it keeps");
  }
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
  struct Names {
    std::string what;
    std::vector<std::string> ids;
    bool complete = true;  ///< false when a name could not be read: any reference may be to that one
  };
  std::map<std::string, Names> known{{"power", {"power bank", {}}},
                                     {"plant", {"plant", {}}},
                                     {"hall", {"hall", {}}},
                                     {"pool", {"pool of racks", {}}},
                                     {"training", {"training job", {}}}};
  auto const gather = [&](char const* kind, char const* list, char const* key, auto const& elements, auto member) {
    Names& names = known[kind];
    names.complete = decoder.good_itself(list);
    for (std::size_t i = 0; i < elements.size(); ++i) {
      auto const& id = elements[i].*member;
      if (!decoder.good_itself(list_path(list, i)) || !decoder.good_itself(list_path(list, i, key)))
        names.complete = names.complete && !id.empty();
      if (!id.empty() && std::find(names.ids.begin(), names.ids.end(), id) == names.ids.end()) names.ids.push_back(id);
    }
  };
  gather("power", "power", "id", s.power, &PowerBankSpec::id);
  gather("plant", "plant", "id", s.plant, &PlantSpec::id);
  gather("hall", "hall", "id", s.hall, &HallSpec::id);
  gather("pool", "racks", "pool", s.racks, &RackGroupSpec::pool);
  gather("training", "training", "name", s.training, &TrainingSpec::name);
  known["power"].ids.emplace_back("utility");
  for (auto const& r : decoder.references) {
    auto const names = known.find(r.kind);
    if (names == known.end() || !names->second.complete) continue;
    auto const& ids = names->second.ids;
    if (std::find(ids.begin(), ids.end(), r.id) == ids.end())
      faults.error(r.place, "there is no " + names->second.what + " " + in_quotes(r.id) + suggestion(r.id, ids));
  }
}

void check_lowest_limit(Context const& c, std::string const& path, AcceleratorSpec const& device, Watts limit) {
  if (device.power_limit_minimum && limit < *device.power_limit_minimum && c.good("accelerator." + device.id))
    c.error(path, "power_limit = " + watts(limit.v) + " is below the lowest limit that " + device.name + " takes, " +
                      watts(device.power_limit_minimum->v));
}

void check_scenario(Scenario const& scenario, Decoder const& decoder, Faults& faults) {
  Context const c{scenario, decoder, faults};
  if (c.good("site.time_zone") && !parse_time_zone(scenario.site.time_zone))
    c.error("site.time_zone", "time_zone = " + in_quotes(scenario.site.time_zone) + " is not an offset such as \"+09:00\"");
  for (std::size_t i = 0; i < scenario.racks.size(); ++i) {
    auto const& g = scenario.racks[i];
    auto const* r = c.rack(g);
    auto const* n = r ? c.node(*r) : nullptr;
    auto const* a = n ? Context::find(scenario.catalogue.accelerator, n->accelerator) : nullptr;
    if (a && g.power_limit && *g.power_limit > a->power_limit && c.good("accelerator." + a->id))
      c.error(list_path("racks", i, "power_limit"), "power_limit is above the board limit of " + watts(a->power_limit.v));
    if (a && g.power_limit) check_lowest_limit(c, list_path("racks", i, "power_limit"), *a, *g.power_limit);
  }
  check_weather(c);
  check_heat_loads(c);
  check_size(c);
  check_power(c);
  check_events(c);
  check_cooling(c);
  check_smoothing(c);
  check_fabric(c);
  check_demand(c);
  check_phase_windows(c);
  check_storage(c);
  check_capping(c);
  check_bills(c);
  if (faults.any()) return;
  warn_of_capacities(c);
  warn_of_cooling(c);
}

}  // namespace ondol::schema
