#include "sim/engine/bill_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

namespace ondol::sim {

namespace {

constexpr double kwh = 3.6e6, mwh = 3.6e9;  // J

TariffRow row(schema::Scenario const& scenario, std::string const& id, EnergyBill const& meter) {
  auto const bill = meter.bill();
  TariffRow row{id,
                scenario.tariff.at(id).name,
                bill.energy_won,
                bill.adder_won,
                bill.demand_won,
                bill.power_factor_won,
                bill.levy_won,
                bill.tax_won,
                bill.total_won};
  row.mean_won_per_kwh = bill.energy_j > 0 ? bill.total_won / (bill.energy_j / kwh) : std::nan("");
  return row;
}

template <class Rows, class Value>
auto column(Rows const& rows, Value value) {
  std::vector<decltype(value(rows.front()))> out;
  for (auto const& r : rows) out.push_back(value(r));
  return out;
}

}  // namespace

std::vector<TariffRow> tariff_rows(schema::Scenario const& scenario, Meters const& meters) {
  std::vector<TariffRow> rows;
  auto const& site = scenario.site;
  if (!site.tariff.empty()) rows.push_back(row(scenario, site.tariff, meters.bill()));
  for (std::size_t i = 0; i < site.compare_tariffs.size(); ++i)
    if (site.compare_tariffs[i] != site.tariff) rows.push_back(row(scenario, site.compare_tariffs[i], meters.compared()[i]));
  auto const least =
      std::min_element(rows.begin(), rows.end(), [](auto const& a, auto const& b) { return a.total_won < b.total_won; });
  if (least != rows.end()) least->cheapest = true;
  return rows;
}

double emissions_kg(schema::Scenario const& scenario, MachineRoom const& room, Bill const& bill) {
  return bill.carbon_kg + room.ledger().generated_j() * scenario.site.carbon.generator_factor.v;
}

std::vector<Kpi> bill_kpis(schema::Scenario const& scenario, MachineRoom const& room, EnergyAccount const& account) {
  auto const& carbon = scenario.site.carbon;
  auto const& ledger = room.ledger();
  auto const bill = room.bill().bill();
  auto const ratio = [](double a, double b) { return b > 0 ? a / b : std::nan(""); };
  double const bought = carbon.contracted_renewables;
  double const rest_kg = carbon.residual_factor ? carbon.residual_factor->v * bill.energy_j : bill.carbon_kg;
  double const own_kg = emissions_kg(scenario, room, bill) - bill.carbon_kg;
  auto const month = std::max_element(bill.months.begin(), bill.months.end(),
                                      [](auto const& a, auto const& b) { return a.peak_w < b.peak_w; });
  double const peak_s = month == bill.months.end() ? std::nan("") : month->peak_unix_s - double(scenario.simulation.start);
  auto const& idle = account.tenants.back();
  std::vector<Kpi> k{
      {"pue_category1", ratio(ledger.consumed_j(), room.meters().it_category1_j()), "1",
       "Power usage effectiveness, category 1 (UPS outputs)"},
      {"ref", ratio(bought * ledger.metered_j(), ledger.consumed_j()), "1",
       "Renewable energy factor, ISO/IEC 30134-3: energy with certificates or by contract"},
      {"carbon_market", ((1 - bought) * rest_kg + own_kg) / 1e3, "t", "Emissions by what the energy was bought as"},
      {"peak_demand_begin", peak_s / 3600, "h", "Beginning of the highest 15-minute demand, after the start of the run"},
      {"cost_adders", bill.adder_won / 1e6, "million KRW", "Fuel adjustment, climate charge and other adders"},
      {"cost_power_factor", bill.power_factor_won / 1e6, "million KRW", "Power factor clause; negative: reward"},
      {"cost_tax", (bill.tax_won + bill.levy_won) / 1e6, "million KRW", "Taxes and levies"},
      {"mean_price", ratio(bill.total_won, bill.energy_j / kwh), "KRW/kWh", "Bill / energy at the meter"},
      {"idle_energy", idle.total_j / mwh, "MWh", "Energy of accelerators that no job held, with its cooling and losses"},
  };
  if (!carbon.renewable_column.empty())
    k.push_back({"grid_renewables", ratio(bill.renewable_j, bill.energy_j), "1", "Renewable share of the grid's energy used"});
  auto const rows = tariff_rows(scenario, room.meters());
  if (rows.size() > 1) {
    auto const cheapest = std::find_if(rows.begin(), rows.end(), [](auto const& r) { return r.cheapest; });
    k.push_back({"cost_cheapest", cheapest->total_won / 1e6, "million KRW", "Bill by the cheapest of the compared tariffs"});
  }
  return k;
}

void write_bill_tables(Recorder& recorder, schema::Scenario const& scenario, MachineRoom const& room,
                       EnergyAccount const& account) {
  auto const& meters = room.meters();
  auto const bill = meters.bill().bill();
  if (auto const rows = tariff_rows(scenario, meters); !rows.empty()) {
    auto const won = [&](char const* name, char const* meaning, double TariffRow::*member) {
      return Column{name, "KRW", meaning, column(rows, [member](TariffRow const& r) { return r.*member; })};
    };
    recorder.table(
        "tariffs",
        std::vector<Column>{
            {"tariff", "", "Catalogue tariff; the first is the site's", column(rows, [](auto const& r) { return r.id; })},
            {"name", "", "What people call it", column(rows, [](auto const& r) { return r.name; })},
            won("energy_charge", "Energy by its prices", &TariffRow::energy_won),
            won("adders", "Fuel adjustment, climate charge and other adders", &TariffRow::adder_won),
            won("demand_charge", "Demand charge, in proportion to the time covered", &TariffRow::demand_won),
            won("power_factor", "Power factor clause; negative: reward", &TariffRow::power_factor_won),
            won("levy", "Levies", &TariffRow::levy_won),
            won("tax", "Taxes", &TariffRow::tax_won),
            won("total", "All of it", &TariffRow::total_won),
            {"mean_price", "KRW (kW h)-1", "Total / energy", column(rows, [](auto const& r) { return r.mean_won_per_kwh; })},
            {"cheapest", "1", "1: the cheapest of them",
             column(rows, [](auto const& r) { return std::int64_t{r.cheapest}; })}});
  }
  auto const& months = bill.months;
  auto const of_month = [&](char const* name, char const* units, char const* meaning, auto value) {
    return Column{name, units, meaning, column(months, value)};
  };
  double const start = static_cast<double>(scenario.simulation.start);
  recorder.table(
      "demand",
      std::vector<Column>{of_month("month", "", "Calendar month, local time",
                                   [](MonthBill const& m) { return fmt::format("{:04d}-{:02d}", m.year, m.month); }),
                          of_month("peak", "W", "Highest 15-minute demand", [](MonthBill const& m) { return m.peak_w; }),
                          of_month("begin", "s", "Beginning of those 15 minutes, after the start of the run",
                                   [start](MonthBill const& m) { return m.peak_unix_s - start; }),
                          of_month("charged", "W", "Demand that is charged", [](MonthBill const& m) { return m.charged_w; }),
                          of_month("covered", "1", "Share of the month that the run covers",
                                   [](MonthBill const& m) { return m.covered_s / m.length_s; }),
                          of_month("charge", "KRW", "Demand charge", [](MonthBill const& m) { return m.demand_won; })});

  auto const parts = [](auto const& rows, char const* key, char const* meaning) {
    auto const of = [&](char const* name, char const* what, auto value) {
      return Column{name, "J", what, column(rows, value)};
    };
    return std::vector<Column>{
        {key, "", meaning, column(rows, [](auto const& r) { return r.name; })},
        of("it_energy", "At the input of racks and fabric switches", [](auto const& r) { return r.parts.it_j; }),
        of("cooling_energy", "Its part of fans, pumps and chillers", [](auto const& r) { return r.parts.cooling_j; }),
        of("distribution_energy", "Its part of losses before the racks, lighting and offices",
           [](auto const& r) { return r.parts.rest_j; }),
        of("energy", "All of it", [](auto const& r) { return r.parts.total_j(); })};
  };
  auto pools = parts(account.pools, "pool", "Scheduler pool");
  pools.push_back({"job_energy", "J", "Of that, by jobs, with cooling and losses",
                   column(account.pools, [](auto const& p) { return p.jobs_j; })});
  pools.push_back({"idle_energy", "J", "Of that, by accelerators that no job held",
                   column(account.pools, [](auto const& p) { return p.parts.total_j() - p.jobs_j; })});
  recorder.table("energy_by_pool", std::move(pools));
  recorder.table("energy_by_vendor", parts(account.vendors, "vendor", "Who makes the accelerators"));
  auto const& tenants = account.tenants;
  double const won_per_j = account.total_j > 0 ? bill.total_won / account.total_j : 0;
  double const kg_per_j = account.total_j > 0 ? emissions_kg(scenario, room, bill) / account.total_j : 0;
  recorder.table(
      "energy_by_tenant",
      std::vector<Column>{
          {"tenant", "", "Who is billed, or the kind of demand", column(tenants, [](auto const& t) { return t.name; })},
          {"node_energy", "J", "At the input of the nodes, by accelerators held",
           column(tenants, [](auto const& t) { return t.node_j; })},
          {"energy", "J", "With cooling and losses", column(tenants, [](auto const& t) { return t.total_j; })},
          {"accelerator_hours", "h", "Accelerators held x time",
           column(tenants, [](auto const& t) { return t.accelerator_s / 3600; })},
          {"cost", "KRW", "Part of the bill, by energy", column(tenants, [&](auto const& t) { return t.total_j * won_per_j; })},
          {"carbon", "kg", "Part of the emissions, by energy",
           column(tenants, [&](auto const& t) { return t.total_j * kg_per_j; })}});
}

}  // namespace ondol::sim
