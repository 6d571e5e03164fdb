#include "sim/engine/collective_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "scenarios/base/error.hpp"
#include "scenarios/schema/decode.hpp"
#include "sim/engine/flow_clock.hpp"
#include "sim/engine/interconnect.hpp"
#include "sim/network/collective_rates.hpp"
#include "sim/network/fluid_times.hpp"
#include "topology/build/fabrics/fabric_routes.hpp"
#include "topology/build/facility.hpp"

namespace ondol::sim {
namespace {

using Placement = CollectiveQuestion::Placement;
using schema::Scenario;
using Index = std::uint32_t;

/// Some ten seconds on SimGrid 3.32, whose work grows with the square of what is under way (62,000 flows: 154 s).
constexpr std::size_t most_flows = 16384;

/// Whose accelerators the ranks are, and the fabric between them.
struct Where {
  std::vector<std::string> pools;     ///< that ranks may come from
  std::vector<std::string> numbered;  ///< pools over which accelerators are numbered
  schema::FabricSpec const* fabric = nullptr;
};

std::string joined(std::vector<std::string> const& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

Where where(Scenario const& s, std::vector<std::string> const& pools, CollectiveQuestion const& q) {
  auto const has = [](std::vector<std::string> const& all, std::string const& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  if (!q.fabric.empty()) {
    auto const it = std::find_if(s.fabric.begin(), s.fabric.end(), [&](auto const& f) { return f.id == q.fabric; });
    if (it == s.fabric.end()) {
      std::vector<std::string> ids;
      for (auto const& f : s.fabric) ids.push_back(f.id);
      throw InputError(ids.empty()
                           ? fmt::format("--fabric {}: {} declares no [[fabric]]", q.fabric, s.file)
                           : fmt::format("--fabric: there is no fabric \"{}\"{}", q.fabric, schema::suggestion(q.fabric, ids)));
    }
    if (!q.pool.empty() && !has(it->pools, q.pool))
      throw InputError(fmt::format("--pool: fabric \"{}\" does not join pool \"{}\"{}", q.fabric, q.pool,
                                   schema::suggestion(q.pool, it->pools)));
    return {q.pool.empty() ? it->pools : std::vector{q.pool}, it->pools, &*it};
  }
  if (!q.pool.empty()) {
    if (!has(pools, q.pool))
      throw InputError(fmt::format("--pool: there is no pool \"{}\"{}", q.pool, schema::suggestion(q.pool, pools)));
    auto const* fabric = schema::fabric_of(s, q.pool);
    return {{q.pool}, fabric ? fabric->pools : std::vector{q.pool}, fabric};
  }
  std::vector<Where> all;
  for (auto const& f : s.fabric) all.push_back({f.pools, f.pools, &f});
  for (auto const& pool : pools)
    if (!schema::fabric_of(s, pool)) all.push_back({{pool}, {pool}, nullptr});
  if (all.size() != 1)
    throw InputError(
        fmt::format("--pool: {} has several pools that no one fabric joins; name one of {}", s.file, joined(pools)));
  return all[0];
}

/// Nodes with their accelerators, in rack order over the numbered pools.
struct Node {
  std::string name, rack;
  std::string const* kind;  ///< of the rack, in the catalogue
  Index first = 0, accelerators = 0;
  Index domain_base = 0, domain = 1;  ///< domains are in a row from the first accelerator of the rack group
  bool ours = true;
};

std::vector<Node> nodes_of(Scenario const& s, topology::Facility const& facility, Where const& w) {
  std::vector<Node> nodes;
  Index next = 0, base = 0;
  std::optional<Index> group;
  for (auto const& place : facility.racks) {
    auto const& g = s.racks[place.group];
    if (std::find(w.numbered.begin(), w.numbered.end(), g.pool) == w.numbered.end()) continue;
    if (group != place.group) base = next;
    group = place.group;
    auto const& rack = s.catalogue.rack.at(g.rack);
    auto const shape = topology::node_shape(s.catalogue, rack, w.fabric ? *w.fabric : schema::FabricSpec{}, 1);
    bool const ours = std::find(w.pools.begin(), w.pools.end(), g.pool) != w.pools.end();
    for (Index n = 0; n < place.nodes; ++n, next += shape.accelerators)
      nodes.push_back(
          {fmt::format("{}/n{}", place.name, n + 1), place.name, &g.rack, next, shape.accelerators, base, shape.domain, ours});
  }
  return nodes;
}

/// Those that the question lists, in its order; else all of the pools.
std::vector<Node const*> candidates(std::vector<Node> const& nodes, CollectiveQuestion const& q) {
  std::vector<Node const*> out;
  if (q.placement != Placement::listed) {
    for (auto const& n : nodes)
      if (n.ours) out.push_back(&n);
    return out;
  }
  std::set<Node const*> taken;
  for (auto const& word : q.nodes) {
    bool found = false;
    for (auto const& n : nodes) {
      if (!n.ours || (n.name != word && n.rack != word)) continue;
      found = true;
      if (!taken.insert(&n).second) throw InputError(fmt::format("--placement: node \"{}\" is named twice", n.name));
      out.push_back(&n);
    }
    if (found) continue;
    std::vector<std::string> names{"packed", "spread"};
    for (auto const& n : nodes)
      if (n.ours) names.insert(names.end(), {n.name, n.rack});
    auto const near = nearest(word, names);
    throw InputError(fmt::format(
        "--placement: there is no node or rack \"{}\"{}", word,
        near.empty() ? fmt::format("; nodes are named as \"{}\"", names[2]) : fmt::format(". Did you mean \"{}\"?", near)));
  }
  return out;
}

struct Domain {
  std::vector<Index> accelerators;
  std::string const* kind;
};

std::vector<Domain> domains_of(std::vector<Node const*> const& nodes) {
  std::vector<Domain> domains;
  std::map<Index, std::size_t> seen;  // first accelerator of the domain -> its place above
  for (auto const* n : nodes)
    for (Index a = n->first; a < n->first + n->accelerators; ++a) {
      auto const [it, fresh] = seen.emplace(a - (a - n->domain_base) % n->domain, domains.size());
      if (fresh) domains.push_back({{}, n->kind});
      domains[it->second].accelerators.push_back(a);
    }
  return domains;
}

/// Names of the nodes that hold the ranks, in their order.
std::vector<std::string> names_of(std::vector<Node> const& nodes, std::vector<Index> const& ranks) {
  std::vector<std::string> names;
  for (Index rank : ranks) {
    auto const next = std::upper_bound(nodes.begin(), nodes.end(), rank, [](Index a, Node const& n) { return a < n.first; });
    if (auto const& name = std::prev(next)->name; names.empty() || names.back() != name) names.push_back(name);
  }
  return names;
}

/// "4 or 8": the divisors of `n` next to `x`, none above `most`.
std::string divisors_near(int n, int x, int most) {
  int below = std::min(x, most), above = x;
  while (n % below != 0) --below;
  while (above < most && n % above != 0) ++above;
  return above <= most && n % above == 0 && above != below ? fmt::format("{} or {}", below, above) : fmt::format("{}", below);
}

std::size_t room_in(std::vector<Domain> const& domains, std::size_t per_domain) {
  std::size_t room = 0;
  for (auto const& d : domains) room += std::min(per_domain, d.accelerators.size());
  return room;
}

/// The domains that are used, each with the accelerators that it gives.
std::vector<Domain> placed(std::vector<Domain> domains, Where const& w, CollectiveQuestion const& q) {
  auto const n = static_cast<std::size_t>(q.ranks);
  std::string const pools = joined(w.pools);
  auto const by_size = [](Domain const& a, Domain const& b) { return a.accelerators.size() < b.accelerators.size(); };
  auto const [smallest, largest] = std::minmax_element(domains.begin(), domains.end(), by_size);
  std::size_t const most = largest->accelerators.size(), all = room_in(domains, most);
  if (n > all)
    throw InputError(q.placement == Placement::listed
                         ? fmt::format("--placement: the nodes named have {} accelerators for {} ranks", all, n)
                         : fmt::format("--ranks {}: {} has {} accelerators", n, pools, all));
  std::size_t each = q.placement == Placement::spread ? smallest->accelerators.size() : most;
  if (q.per_domain) {
    each = static_cast<std::size_t>(*q.per_domain);
    if (each > most)
      throw InputError(fmt::format("--per-domain {}: a scale-up domain of {} has {} accelerators", each, pools, most));
    if (n % each != 0)
      throw InputError(fmt::format("--per-domain {} does not divide {} ranks. Write {}?", each, n,
                                   divisors_near(q.ranks, *q.per_domain, static_cast<int>(std::min(most, n)))));
    // Whoever names a number wants it in every domain.
    domains.erase(std::remove_if(domains.begin(), domains.end(), [&](Domain const& d) { return d.accelerators.size() < each; }),
                  domains.end());
  }
  if (auto const room = room_in(domains, each); room < n)
    throw InputError(
        fmt::format("--per-domain {}: {} scale-up domains have room for {} of {} ranks", each, domains.size(), room, n));
  std::vector<Domain> used;
  std::size_t const needed = (n + each - 1) / each, have = domains.size();
  for (std::size_t i = 0, left = n; left > 0; ++i) {
    auto& d = domains[q.placement == Placement::spread ? i * have / needed : i];
    d.accelerators.resize(std::min({left, each, d.accelerators.size()}));
    left -= d.accelerators.size();
    used.push_back(std::move(d));
  }
  return used;
}

/// What joins the accelerators of one kind of rack.  Throws InputError when nothing does and something must.
workloads::Interconnect links_of(Scenario const& s, Where const& w, std::string const& kind, std::size_t domains) {
  auto const& rack = s.catalogue.rack.at(kind);
  auto const links = interconnect(s.catalogue, rack, w.fabric);
  if (domains > 1 && (links.scaleout.bytes_per_s <= 0 || links.scaleout.efficiency <= 0))
    throw InputError(
        fmt::format("these ranks lie in {} scale-up domains, and the catalogue knows no network between those of {}: "
                    "write scaleout = \"generic/roce-400g\" in node \"{}\"?",
                    domains, kind, rack.node));
  return links;
}

CollectiveAtRates by_closed_form(workloads::Interconnect const& links, CollectiveQuestion const& q, int domains) {
  CollectiveAtRates t;
  t.alone = collective_time(links, q.op, q.bytes, {.ranks = q.ranks, .per_domain = (q.ranks + domains - 1) / domains});
  t.time_s = t.alone.time_s;
  return t;
}

CollectiveAtRates by_rates(topology::Routes const& routes, workloads::Interconnect const& links, CollectiveQuestion const& q,
                           Ranks ranks) {
  return CollectiveRates(routes).time(links, q.op, q.bytes, ranks);
}

/// As by rates, with the pace of the flow that ends last.
CollectiveAtRates by_flows(topology::Routes const& routes, workloads::Interconnect const& links, CollectiveQuestion const& q,
                           Ranks ranks) {
  auto t = by_rates(routes, links, q, ranks);
  if (t.alone.scaleout_s <= 0) return t;
  auto const flows = flows_between_domains(routes, q.op, t.alone.algorithm, q.bytes, ranks);
  if (flows.size() > most_flows)
    throw InputError(
        fmt::format("--rung flows: this is {} flows at once, and SimGrid's clock takes {} in reasonable time. Write rates?",
                    flows.size(), most_flows));
  auto const ends = flow_clock_times(capacities(routes), flows);
  double const last_s = *std::max_element(ends.begin(), ends.end());
  // As in the closed form, nothing is faster than a NIC; rounding is no sharing.
  double const share = t.alone.scaleout_bytes / links.scaleout.bytes_per_s / last_s;
  t.share = share < 1 - 1e-9 ? share : 1;
  t.time_s = t.alone.time_at_share(t.share);
  return t;
}

}  // namespace

std::string CollectiveAnswer::limited_by() const {
  if (time_s <= 0) return "nothing";
  if (alone.latency_s > std::max(alone.scaleup_s, scaleout_s())) return "latency";
  return alone.scaleup_s > scaleout_s() ? "scale-up" : "scale-out";
}

CollectiveAnswer ask_collective(Scenario const& s, CollectiveQuestion const& q) {
  if (q.op == workloads::Op::send_recv && q.ranks != 2)
    throw InputError(fmt::format("--ranks {}: send-recv is between 2 ranks", q.ranks));
  auto const facility = topology::build_facility(s);
  auto const w = where(s, facility.pools, q);
  if (q.rung != CollectiveQuestion::Rung::closed && !w.fabric)
    throw InputError(
        fmt::format("--rung: rates and flows need to know the links: declare a [[fabric]] with pools = [\"{}\"], or ask "
                    "for closed",
                    w.pools.front()));
  auto const nodes = nodes_of(s, facility, w);
  auto const used = placed(domains_of(candidates(nodes, q)), w, q);

  CollectiveAnswer a;
  a.pools = w.pools;
  if (w.fabric) a.fabric = w.fabric->id;
  a.domains = static_cast<int>(used.size());
  std::set<std::string> kinds, names;
  for (auto const& d : used) {
    auto const count = static_cast<int>(d.accelerators.size());
    a.most_per_domain = std::max(a.most_per_domain, count);
    a.least_per_domain = a.ranks.empty() ? count : std::min(a.least_per_domain, count);
    a.ranks.insert(a.ranks.end(), d.accelerators.begin(), d.accelerators.end());
    kinds.insert(*d.kind);
  }
  a.nodes = names_of(nodes, a.ranks);
  std::unique_ptr<topology::Routes> routes;
  if (q.rung != CollectiveQuestion::Rung::closed)
    routes = topology::make_routes(s, facility, static_cast<std::size_t>(w.fabric - s.fabric.data()));
  for (auto const& kind : kinds) {
    names.insert(s.catalogue.accelerator.at(s.catalogue.node.at(s.catalogue.rack.at(kind).node).accelerator).name);
    auto const links = links_of(s, w, kind, used.size());
    auto const timed = q.rung == CollectiveQuestion::Rung::closed  ? by_closed_form(links, q, a.domains)
                       : q.rung == CollectiveQuestion::Rung::rates ? by_rates(*routes, links, q, a.ranks)
                                                                   : by_flows(*routes, links, q, a.ranks);
    if (timed.time_s < a.time_s) continue;
    a.alone = timed.alone;
    a.time_s = timed.time_s;
    a.share = timed.share;
    a.busiest.clear();
    for (auto const& busy : timed.busiest) a.busiest.push_back({routes->links()[busy.link].name, busy.share});
  }
  a.accelerator = joined({names.begin(), names.end()});
  if (a.time_s > 0) a.bus_bandwidth = q.bytes * workloads::bus_factor(q.op, q.ranks) / a.time_s;
  return a;
}

}  // namespace ondol::sim
