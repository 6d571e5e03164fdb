#include <algorithm>
#include <cstdio>
#include <map>
#include <tuple>

#include "topology/build/analysis.hpp"

namespace ondol::topology {
namespace {

using Row = std::vector<std::string>;

template <class... Values>
std::string print(char const* format, Values... values) {
  char text[200];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

/// Three or four digits whatever the size: "31.2 MW", "700 W".
std::string watts(double w) {
  if (w >= 1e6) return print("%.2f MW", w * 1e-6);
  if (w >= 1e3) return print("%.1f kW", w * 1e-3);
  return print("%.0f W", w);
}

std::string percent(double fraction) {
  return print("%.1f %%", fraction * 100.0);
}

/// Columns of numbers stand to the right, columns of words to the left.
std::string table(std::string const& title, std::vector<Row> const& rows) {
  auto const columns = rows.front().size();
  std::vector<std::size_t> width(columns, 0);
  std::vector<char> words(columns, 0);
  for (std::size_t c = 0; c < columns; ++c)
    for (std::size_t r = 0; r < rows.size(); ++r) {
      width[c] = std::max(width[c], rows[r][c].size());
      words[c] |= c == 0 || (r > 0 && !rows[r][c].empty() && (rows[r][c][0] < '0' || rows[r][c][0] > '9'));
    }
  std::string text = title + "\n";
  for (auto const& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < columns; ++c) {
      std::string const pad(width[c] - row[c].size(), ' ');
      line += "  " + (words[c] ? row[c] + pad : pad + row[c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text + "\n";
}

/// Losses alike in kind and size are one row.
std::string losses(std::string const& title, std::vector<Loss> const& all, bool in_racks) {
  if (all.empty()) return title + ": none\n\n";
  using Size = std::tuple<Kind, std::uint32_t, std::uint32_t, double>;
  std::map<Size, std::size_t> alike;
  std::vector<std::pair<Loss const*, Size>> first;
  for (auto const& loss : all) {
    Size const size{loss.kind, loss.racks, loss.nodes, loss.rack_w};
    if (alike[size]++ == 0) first.emplace_back(&loss, size);
  }
  constexpr std::size_t shown = 12;
  Row header{"loss of", "kind", "takes"};
  if (in_racks) header.emplace_back("rated");
  std::vector<Row> rows{header};
  for (auto const& [loss, size] : first) {
    if (rows.size() > shown) {
      rows.push_back(Row(header.size()));
      rows.back()[0] = print("%zu lesser kinds of loss", first.size() - shown);
      break;
    }
    auto const others = alike[size] - 1;
    Row row{loss->name + (others ? print(" and %zu alike", others) : ""), to_string(loss->kind),
            in_racks ? print("%u racks", loss->racks) : print("%u nodes", loss->nodes)};
    if (in_racks) row.push_back(watts(loss->rack_w));
    rows.push_back(std::move(row));
  }
  return table(print("%s: %zu", title.c_str(), all.size()), rows);
}

}  // namespace

std::string to_text(FacilityReport const& r) {
  std::string text = print("%u racks, %u nodes, %u accelerators\n", r.racks, r.nodes, r.accelerators);
  text += "Rated loads, before conversion losses: racks " + watts(r.rack_w) +
          (r.network_w > 0.0 ? ", network " + watts(r.network_w) : "") +
          (r.heat_load_w > 0.0 ? ", heat loads " + watts(r.heat_load_w) : "") + ", cooling " + watts(r.cooling_w) + ", base " +
          watts(r.base_w) + ", together " + watts(r.total_w);
  if (r.grid_capacity_w > 0.0)
    text += ": " + percent(r.total_w / r.grid_capacity_w) + " of " + watts(r.grid_capacity_w) + " grid capacity";
  text += "\n\n";

  if (!r.halls.empty()) {
    std::vector<Row> rows{{"hall", "racks", "rated", "mean rack", "largest rack", "heat to air", "heat to liquid"}};
    for (auto const& hall : r.halls)
      rows.push_back({hall.id, print("%u", hall.racks), watts(hall.rack_w), watts(hall.mean_rack_w), watts(hall.largest_rack_w),
                      watts(hall.air_heat_w), watts(hall.liquid_heat_w)});
    text += table("Halls", rows);
  }
  if (!r.heat_loads.empty()) {
    std::vector<Row> rows{{"heat load", "hall", "fed by", "highest", "to liquid", "from"}};
    for (auto const& load : r.heat_loads)
      rows.push_back({load.name, load.hall, load.fed_by, watts(load.load_w), percent(load.liquid_fraction), load.from});
    text += table("Heat loads", rows);
  }
  if (!r.power.empty()) {
    bool const capped = std::any_of(r.power.begin(), r.power.end(), [](auto const& bank) { return !bank.capped_by.empty(); });
    std::vector<Row> rows{
        {"bank", "kind", "units", "needed", "load", "capacity", "loaded", "busiest unit", "redundancy", "fed after one loss"}};
    if (capped) rows.front().push_back("capped by");
    for (auto const& bank : r.power) {
      rows.push_back({bank.id, to_string(bank.kind), print("%u", bank.units), print("%u", bank.units_needed),
                      watts(bank.load_w), watts(bank.capacity_w), percent(bank.load_fraction),
                      percent(bank.worst_unit_fraction), bank.redundancy, percent(bank.fed_fraction)});
      if (capped) rows.back().push_back(bank.capped_by.empty() ? "-" : bank.capped_by);
    }
    text += table("Power", rows);
  }
  if (!r.storage.empty()) {
    std::vector<Row> rows{{"storage", "at", "gives", "takes", "holds", "for"}};
    for (auto const& s : r.storage)
      rows.push_back({s.name, s.at, watts(s.discharge_w), watts(s.charge_w), print("%.4g MWh", s.stored_j / 3.6e9), s.task});
    text += table("Storage", rows);
  }
  if (!r.cooling.empty()) {
    std::vector<Row> rows{{"of", "kind", "units", "heat", "capacity", "loaded", "redundancy", "cooled after one loss"}};
    for (auto const& bank : r.cooling)
      rows.push_back({bank.owner, to_string(bank.kind), print("%u", bank.units), watts(bank.load_w), watts(bank.capacity_w),
                      percent(bank.load_fraction), bank.redundancy, percent(bank.cooled_fraction)});
    text += table("Cooling", rows);
  }
  if (!r.fabric.empty()) {
    std::vector<Row> rows{{"fabric", "nodes", "leaves", "spines", "switches on the way", "bisection", "of injection",
                           "less a switch", "less a cable"}};
    for (auto const& net : r.fabric)
      rows.push_back({net.pool, print("%u", net.nodes), print("%u", net.leaves), print("%u", net.spines),
                      print("%d", net.switch_hops), print("%.1f TB/s", net.bisection_bytes_per_s * 1e-12),
                      percent(net.bisection_fraction), percent(net.worst_switch_fraction), percent(net.worst_cable_fraction)});
    text += table("Fabric", rows);
    rows = {{"declared fabric", "switches", "ports used", "free", "node cables", "switch cables", "modules",
             "on the way in a unit", "switches draw", "optics draw"}};
    for (auto const& net : r.fabric)
      if (auto const& p = net.parts)
        rows.push_back({net.pool, print("%u", p->switches()), print("%u", p->ports_used), print("%u", p->ports - p->ports_used),
                        print("%u", p->node_cables), print("%u", p->switch_cables), print("%.0f", p->modules),
                        print("%d", net.switch_hops_unit), watts(p->switch_w), watts(p->optic_w)});
    if (rows.size() > 1) text += table("Parts of declared fabrics", rows);
  }
  text += losses("Single points of failure, power", r.power_single_points, true);
  text += losses("Single points of failure, cooling", r.cooling_single_points, true);
  text += losses("Single points of failure, fabric", r.fabric_single_points, false);
  for (auto const& warning : r.warnings) text += "warning: " + warning + "\n";
  return text;
}

}  // namespace ondol::topology
