#include <cstdio>

#include "topology/build/report_parts.hpp"

namespace ondol::topology {
namespace {

template <class... Values>
std::string line(char const* format, Values... values) {
  char text[400];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

std::string guard(PowerBankReport const& bank) {
  return bank.capped_by.empty() ? "no [[capping]] keeps it below" : "capped by " + bank.capped_by;
}

constexpr double mega = 1e-6;
constexpr double full = 1.0 + 1e-9;

}  // namespace

void warn_of_overload(FacilityReport& report) {
  auto& warnings = report.warnings;
  if (report.grid_capacity_w > 0.0 && report.total_w > report.grid_capacity_w * full)
    warnings.push_back(line("rated loads of %.2f MW exceed the grid capacity of %.2f MW", report.total_w * mega,
                            report.grid_capacity_w * mega));
  for (auto const& bank : report.power) {
    if (bank.load_fraction > full)
      warnings.push_back(line("%s carries %.2f MW at rated load, more than the %.2f MW of its %u needed units; %s",
                              bank.id.c_str(), bank.load_w * mega, bank.capacity_w * mega, bank.units_needed,
                              guard(bank).c_str()));
    else if (bank.worst_unit_fraction > full)
      warnings.push_back(line("the load of %s is unevenly spread: its busiest unit carries %.0f %% of its rating; %s",
                              bank.id.c_str(), bank.worst_unit_fraction * 100.0, guard(bank).c_str()));
    if (bank.units_needed < bank.units && bank.redundancy == "N")
      warnings.push_back(
          line("%s has %u units where %u are needed, but its wiring makes no use of the spare: losing %s leaves "
               "%.1f %% of the load",
               bank.id.c_str(), bank.units, bank.units_needed, bank.worst_loss.c_str(), bank.fed_fraction * 100.0));
  }
  for (auto const& bank : report.cooling)
    if (bank.load_fraction > full)
      warnings.push_back(line("%u %ss of \"%s\" face %.2f MW of heat at rated load, more than their %.2f MW", bank.units,
                              to_string(bank.kind), bank.owner.c_str(), bank.load_w * mega, bank.capacity_w * mega));
}

}  // namespace ondol::topology
