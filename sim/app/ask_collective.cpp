#include "sim/app/ask_collective.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "scenarios/schema/decode.hpp"
#include "scenarios/schema/quantity_text.hpp"
#include "scenarios/schema/read.hpp"
#include "sim/app/terminal.hpp"
#include "sim/engine/collective_answer.hpp"

namespace ondol::app {
namespace {

using Json = nlohmann::ordered_json;
using sim::CollectiveAnswer;
using sim::CollectiveQuestion;

constexpr char const* rungs[] = {"closed", "rates", "flows"};

int natural(char const* option, std::string const& text) {
  int n = 0;
  auto const end = text.data() + text.size();
  if (auto const [at, error] = std::from_chars(text.data(), end, n);
      error != std::errc{} || at != end || n < 1 || n > 10'000'000)
    throw InputError(fmt::format("{}: \"{}\" is no whole number from 1 to 10000000", option, text));
  return n;
}

double bytes_of(std::string const& text) {
  auto const& data = schema::dimension_of({0, 0, 0, 0, 1, 0, 0});
  auto const parsed = schema::parse_quantity(text, data);
  if (!parsed.value) throw InputError(fmt::format("--bytes {} {}", schema::in_quotes(text), parsed.problem));
  if (*parsed.value < 0) throw InputError(fmt::format("--bytes {} is negative", schema::in_quotes(text)));
  if (*parsed.value > data.limit)
    throw InputError(
        fmt::format("--bytes {} is more than {}", schema::in_quotes(text), schema::quantity_text(data.limit, data)));
  return *parsed.value;
}

CollectiveQuestion question(CollectiveCommand const& c) {
  CollectiveQuestion q;
  auto const op = workloads::op_named(c.op);
  if (!op)
    throw InputError(fmt::format("--op: there is no operation \"{}\"{}", c.op,
                                 schema::suggestion(c.op, {std::begin(workloads::op_names), std::end(workloads::op_names)})));
  q.op = *op;
  q.bytes = bytes_of(c.bytes);
  q.ranks = natural("--ranks", c.ranks);
  if (c.per_domain) q.per_domain = natural("--per-domain", *c.per_domain);
  q.pool = c.pool.value_or("");
  q.fabric = c.fabric.value_or("");
  auto const rung = std::find(std::begin(rungs), std::end(rungs), c.rung);
  if (rung == std::end(rungs))
    throw InputError(fmt::format("--rung: there is no rung \"{}\"{}", c.rung,
                                 schema::suggestion(c.rung, {std::begin(rungs), std::end(rungs)})));
  q.rung = static_cast<CollectiveQuestion::Rung>(rung - std::begin(rungs));
  if (c.placement == "spread") {
    q.placement = CollectiveQuestion::Placement::spread;
  } else if (c.placement != "packed") {
    q.placement = CollectiveQuestion::Placement::listed;
    std::istringstream in(c.placement);
    for (std::string node; std::getline(in, node, ',');) q.nodes.push_back(node);
    if (q.nodes.empty()) throw InputError("--placement is empty: write packed, spread or names of nodes");
  }
  return q;
}

std::string seconds(double s) {
  return s >= 1000 ? fmt::format("{:.0f} s", s) : with_prefix(s, "s");
}

std::string per_domain(CollectiveAnswer const& a) {
  return a.least_per_domain == a.most_per_domain ? fmt::format("{}", a.most_per_domain)
                                                 : fmt::format("{} to {}", a.least_per_domain, a.most_per_domain);
}

std::string placement(CollectiveQuestion const& q) {
  return q.placement == CollectiveQuestion::Placement::packed   ? "packed"
         : q.placement == CollectiveQuestion::Placement::spread ? "spread"
                                                                : "as listed";
}

Json to_json(CollectiveQuestion const& q, CollectiveAnswer const& a) {
  auto const& t = a.alone;
  Json out{{"op", workloads::to_string(q.op)},
           {"bytes", q.bytes},
           {"ranks", q.ranks},
           {"domains", a.domains},
           {"ranks_per_domain", {a.least_per_domain, a.most_per_domain}},
           {"placement", placement(q)},
           {"nodes", a.nodes},
           {"pools", a.pools},
           {"fabric", a.fabric.empty() ? Json(nullptr) : Json(a.fabric)},
           {"accelerator", a.accelerator},
           {"rung", rungs[static_cast<int>(q.rung)]}};
  out["time_s"] = a.time_s;
  out["bus_bandwidth_bytes_per_s"] = a.bus_bandwidth;
  out["algorithm"] = a.time_s > 0 ? Json(workloads::to_string(t.algorithm)) : Json(nullptr);
  out["limited_by"] = a.limited_by();
  out["latency_s"] = t.latency_s;
  out["scaleup"] = {{"time_s", t.scaleup_s}, {"bytes_per_rank", t.scaleup_bytes}};
  out["scaleout"] = {{"time_s", a.scaleout_s()}, {"bytes_per_rank", t.scaleout_bytes}};
  if (q.rung == CollectiveQuestion::Rung::closed) return out;
  out["alone_s"] = t.time_s;
  out["share"] = a.share;
  out["busiest_links"] = Json::array();
  for (auto const& busy : a.busiest) out["busiest_links"].push_back({{"link", busy.link}, {"share", busy.share}});
  return out;
}

void print(CollectiveCommand const& c, CollectiveQuestion const& q, CollectiveAnswer const& a) {
  bool const colour = colour_on(1);
  auto const& t = a.alone;
  fmt::print("{}\n",
             bold(fmt::format("{} of {} among {} x {}", workloads::to_string(q.op), c.bytes, q.ranks, a.accelerator), colour));
  fmt::print("  {}\n", dim(fmt::format("{} scale-up domain{} of {}, {}{}", a.domains, a.domains > 1 ? "s" : "", per_domain(a),
                                       placement(q), a.fabric.empty() ? "" : ", fabric " + a.fabric),
                           colour));
  if (a.time_s <= 0) {
    fmt::print("  {:<14} {:>12}  nothing to send\n", "time", "0 s");
    return;
  }
  fmt::print("  {:<14} {:>12}  {}, limited by {}\n", "time", seconds(a.time_s), workloads::to_string(t.algorithm),
             a.limited_by());
  fmt::print("  {:<14} {:>12}\n", "bus bandwidth", with_prefix(a.bus_bandwidth, "B/s"));
  fmt::print("  {:<14} {:>12}\n", "latency", seconds(t.latency_s));
  auto const level = [](char const* name, double time_s, double bytes) {
    if (bytes > 0) fmt::print("  {:<14} {:>12}  a rank sends {}\n", name, seconds(time_s), with_prefix(bytes, "B"));
  };
  level("scale-up", t.scaleup_s, t.scaleup_bytes);
  level("scale-out", a.scaleout_s(), t.scaleout_bytes);
  if (a.busiest.empty()) return;
  fmt::print("  {:<14} {:>10.1f} %  of its NIC's rate for the slowest flow; alone {}\n", "share", 100 * a.share,
             seconds(t.time_s));
  for (auto const& busy : a.busiest)
    fmt::print("  {:<14} {:>10.1f} %  {}\n", &busy == &a.busiest[0] ? "busiest links" : "", 100 * busy.share, busy.link);
}

}  // namespace

int ask_collective_command(CollectiveCommand const& c) {
  auto const q = question(c);
  schema::ReadOptions options;
  options.set = c.set;
  auto const scenario = schema::read_scenario(c.scenario, options);
  for (auto const& warning : scenario.warnings) std::cerr << format(warning, colour_on(2)) << '\n';
  auto const a = sim::ask_collective(scenario, q);
  if (c.json)
    std::cout << to_json(q, a).dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  else
    print(c, q, a);
  return 0;
}

}  // namespace ondol::app
