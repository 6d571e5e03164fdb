#include "sim/app/catalogue_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <vector>

#include "sim/app/terminal.hpp"
#include "sim/app/tier_text.hpp"

namespace ondol::app {

namespace {

struct Row {
  std::string kind, id, name, figures;
  std::set<schema::Tier> tiers;
  std::set<std::string> sources;
};

std::string lower(std::string s) {
  std::transform(s.begin(), s.end(), s.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return s;
}

template <class Spec, class Figures>
void add(std::vector<Row>& rows, std::string const& kind, std::map<std::string, Spec> const& entries,
         schema::Provenance const& origin, Figures figures) {
  for (auto const& [id, spec] : entries) {
    Row row{kind, id, spec.name, figures(spec), {}, {}};
    std::string const prefix = kind + "." + id + ".";
    for (auto it = origin.lower_bound(prefix); it != origin.end() && it->first.starts_with(prefix); ++it) {
      if (it->second.is_default) continue;
      row.tiers.insert(it->second.tier);
      if (!it->second.source.empty()) row.sources.insert(it->second.source);
    }
    rows.push_back(std::move(row));
  }
}

}  // namespace

int list_catalogue(schema::Catalogue const& c, schema::Provenance const& origin, std::string const& query, bool json) {
  std::vector<Row> rows;
  add(rows, "accelerator", c.accelerator, origin, [](auto const& s) {
    return fmt::format("{:.0f} W, {:.0f} TFLOP/s bf16, {:.0f} GB, {:.2f} TB/s", s.power_limit.v, s.bf16_peak.v / 1e12,
                       s.memory.v / 1e9, s.memory_bandwidth.v / 1e12);
  });
  add(rows, "calibration", c.calibration, origin, [](auto const& s) {
    auto const bf16 = s.control.of(meter::index(meter::Channel::tensor_bf16));
    auto const bf16_data = s.data.of(meter::index(meter::Channel::tensor_bf16));
    auto const read = s.control.of(meter::index(meter::Channel::hbm_read));
    auto const read_data = s.data.of(meter::index(meter::Channel::hbm_read));
    std::string text = fmt::format("idle {:.0f} W", s.idle.v);
    if (bf16) text += fmt::format(", bf16 {:.2f} pJ/FLOP", (*bf16 + bf16_data.value_or(0)) * 1e12);
    if (read) text += fmt::format(", HBM {:.0f} pJ/B", (*read + read_data.value_or(0)) * 1e12);
    return text + (s.date.empty() ? "" : ", " + s.date);
  });
  add(rows, "node", c.node, origin, [](auto const& s) {
    return fmt::format("{} x {}, {:.1f} kW rated", s.accelerators, s.accelerator, s.rated_power.v / 1e3);
  });
  add(rows, "rack", c.rack, origin,
      [](auto const& s) { return fmt::format("{} x {}, {:.1f} kW rated", s.nodes, s.node, s.rated_power.v / 1e3); });
  add(rows, "psu", c.psu, origin, [](auto const& s) { return fmt::format("{:.0f} W", s.rating.v); });
  add(rows, "power_unit", c.power_unit, origin, [](auto const& s) { return fmt::format("{:.2f} MW", s.rating.v / 1e6); });
  add(rows, "breaker", c.breaker, origin, [](auto const& s) {
    return fmt::format("{}, time constant {:.0f} s", s.element == schema::BreakerSpec::Element::i2t ? "I2t" : "thermal",
                       s.time_constant.v);
  });
  add(rows, "network_switch", c.network_switch, origin,
      [](auto const& s) { return fmt::format("{} x {:.0f} Gbit/s, {:.0f} W", s.ports, s.port_bandwidth.v * 8e-9, s.power.v); });
  add(rows, "interconnect", c.interconnect, origin, [](auto const& i) {
    return i.level == schema::InterconnectSpec::Level::scaleup ? std::string("within a domain")
                                                               : fmt::format("{:.1f} GB/s an accelerator", i.bandwidth.v / 1e9);
  });
  add(rows, "optic", c.optic, origin,
      [](auto const& s) { return fmt::format("{:.0f} Gbit/s, {:.1f} W", s.bandwidth.v * 8e-9, s.power.v); });
  add(rows, "cdu", c.cdu, origin, [](auto const& s) {
    return fmt::format("{:.0f} kW at {:.1f} K approach, pumps {:.1f} kW", s.rated_heat.v / 1e3, s.rated_approach.v,
                       s.pump_power.v / 1e3);
  });
  add(rows, "crah", c.crah, origin,
      [](auto const& s) { return fmt::format("{:.0f} kW, fans {:.1f} kW", s.rated_heat.v / 1e3, s.fan_power.v / 1e3); });
  add(rows, "chiller", c.chiller, origin,
      [](auto const& s) { return fmt::format("{:.0f} kW, COP {:.2f}", s.reference_capacity.v / 1e3, s.reference_cop); });
  add(rows, "tower", c.tower, origin,
      [](auto const& s) { return fmt::format("{:.0f} kW, fan {:.1f} kW", s.rated_heat.v / 1e3, s.fan_power.v / 1e3); });
  add(rows, "dry_cooler", c.dry_cooler, origin,
      [](auto const& s) { return fmt::format("{:.0f} kW, fans {:.1f} kW", s.rated_heat.v / 1e3, s.fan_power.v / 1e3); });
  add(rows, "fluid", c.fluid, origin,
      [](auto const& s) { return fmt::format("{:.0f} J/(kg K), {:.0f} kg/m3", s.specific_heat.v, s.density.v); });
  add(rows, "model", c.model, origin, [](auto const& s) {
    return fmt::format("{:.1f} B parameters, {} layers, hidden {}", s.parameters / 1e9, s.layers, s.hidden);
  });
  add(rows, "training_stack", c.training_stack, origin, [](auto const& s) {
    return fmt::format("kernels {:.2f}, tensor messages {:.0f} % hidden", s.kernel_efficiency, 100 * s.tensor_overlap);
  });

  std::istringstream words(lower(query));
  std::vector<std::string> wanted;
  for (std::string w; words >> w;) wanted.push_back(w);
  std::erase_if(rows, [&](Row const& r) {
    std::string const hay = lower(r.kind + " " + r.id + " " + r.name + " " + r.figures);
    return !std::all_of(wanted.begin(), wanted.end(), [&](auto const& w) { return hay.find(w) != std::string::npos; });
  });

  if (json) {
    nlohmann::ordered_json out = nlohmann::ordered_json::array();
    for (auto const& r : rows) {
      nlohmann::ordered_json tiers = nlohmann::ordered_json::array();
      for (auto t : r.tiers) tiers.push_back(tier_text(t));
      out.push_back(
          {{"kind", r.kind}, {"id", r.id}, {"name", r.name}, {"figures", r.figures}, {"tiers", tiers}, {"sources", r.sources}});
    }
    std::cout << out.dump(2) << '\n';
    return 0;
  }
  bool const colour = colour_on(1);
  std::string kind;
  for (auto const& r : rows) {
    if (r.kind != kind) {
      kind = r.kind;
      fmt::print("{}\n", bold(kind, colour));
    }
    std::string tiers, sources;
    for (auto t : r.tiers) tiers += (tiers.empty() ? "" : ", ") + std::string(tier_text(t));
    for (auto const& s : r.sources) sources += (sources.empty() ? "" : ", ") + s;
    fmt::print("  {:<28} {:<48} {}\n", r.id, r.figures, dim(tiers + (sources.empty() ? "" : " [" + sources + "]"), colour));
  }
  if (rows.empty()) fmt::print("nothing in the catalogue matches \"{}\"\n", query);
  return 0;
}

}  // namespace ondol::app
