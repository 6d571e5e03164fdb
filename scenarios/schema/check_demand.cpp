#include <algorithm>
#include <cmath>
#include <map>

#include "scenarios/schema/check_context.hpp"

namespace ondol::schema {
namespace {
constexpr double most_jobs = 1e8;
}

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
    c.error(path,
            what + " " + whole(accelerators) + " accelerators, but pool " + in_quotes(name) + " has " + whole(it->second));
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
    check_layout(c, list_path("training", i), t);
    check_pauses(c, list_path("training", i), t);
    auto const group = std::find_if(c.s.racks.begin(), c.s.racks.end(), [&](auto const& g) { return g.pool == t.pool; });
    auto const* rack = group == c.s.racks.end() ? nullptr : c.rack(*group);
    auto const* node = rack ? c.node(*rack) : nullptr;
    auto const* device = node ? Context::find(c.s.catalogue.accelerator, node->accelerator) : nullptr;
    if (device) check_precision(c, list_path("training", i), t, *device);
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
    double const jobs = m.mean_interarrival.v > 0 ? length / m.mean_interarrival.v : 0;
    if (c.good(list_path("mix", i, "mean_interarrival")) && c.good("simulation.duration") && jobs > most_jobs)
      c.error(list_path("mix", i, "mean_interarrival"),
              "the stream would have " + about(jobs) + " jobs; up to 100 million are simulated");
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

}  // namespace ondol::schema
