#pragma once
/// Electricity bill and carbon of a site.
///
///   energy    sum over hours of E x price: of the hour's band, or of the hour of a series
///   adders    E x (fuel adjustment, climate charge and others)
///   demand    per calendar month: charged demand x demand charge x (covered time / length of the month)
///             charged = max(peak of the month, share x highest peak of the ratchet's months among this and the eleven before,
///             share x contract power), a peak being the highest 15-minute mean              [kepco2011ratchet, kepcoterms]
///   power factor   demand x rate x (basis - pf), pf within [worst, best]
///   tax, levy on all of it
///   carbon    sum over hours of E x emission factor, constant or by hour
///
/// Local time is UTC plus a fixed offset (no daylight saving: Korea has none).  Energy is split exactly at the boundaries of
/// hours and 15-minute windows.  A demand window counts when it was metered in full; a month with no full window takes its
/// highest partial one.  A month the run covers in part pays the demand charge in proportion, so that runs of any length can be
/// compared; a real meter would charge the month in full.  Public holidays count as Sundays.
/// Ignores: progressive blocks, penalties above contract power, leading power factors.
/// Page: docs/models/tariff-and-carbon.md

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "sim/power/civil_time.hpp"
#include "sim/power/hourly_series.hpp"
#include "sim/power/ledger.hpp"

namespace ondol::sim {

enum class DayType : std::uint8_t { weekday, saturday, sunday };

struct TariffBandParams {
  std::string name;
  std::vector<int> months;    ///< 1..12; empty: all
  std::vector<int> hours;     ///< 0..23; empty: all
  std::vector<DayType> days;  ///< empty: all
  double won_per_j = 0;
};

/// Demand that is charged beside the month's own.
struct DemandRatchet {
  std::vector<int> months;    ///< 1..12, whose peaks count in the eleven months after them
  double share = 1;           ///< of such a peak
  double contract_share = 0;  ///< of the contract power
  double contract_w = 0;
  double past_peak_w = 0;  ///< highest peak of such months before the first one billed; counts in its first eleven months
};

struct PowerFactorClause {
  double basis = 0.9, best = 0.95, worst = 0.6;
  double rate = 0;          ///< share of the demand charge for a change of 1
  double power_factor = 1;  ///< of the site
};

struct TariffParams {
  std::vector<TariffBandParams> bands;  ///< every hour of the year in exactly one; empty: see `hourly_won_per_j`
  double adder_won_per_j = 0;
  double demand_won_per_w_month = 0;
  double tax = 0;  ///< fraction of the sum of the others
  std::int64_t utc_offset_s = 0;
  double levy = 0;                     ///< likewise
  HourlySeries hourly_won_per_j;       ///< instead of bands; empty too: energy is free
  std::vector<std::int64_t> holidays;  ///< days since 1970, local, in order
  std::optional<DemandRatchet> ratchet;
  std::optional<PowerFactorClause> power_factor;
};

struct CarbonParams {
  double kg_per_j = 0;
  HourlySeries hourly_kg_per_j;  ///< empty: the constant
  HourlySeries renewable_share;  ///< of the grid's energy; empty: not known
};

struct MonthBill {
  int year = 0, month = 0;
  double peak_w = 0;  ///< highest 15-minute mean
  double covered_s = 0, length_s = 0;
  double demand_won = 0;
  double charged_w = 0;    ///< what the demand charge was on
  double peak_unix_s = 0;  ///< beginning of those 15 minutes
};

struct Bill {
  double energy_j = 0;
  double energy_won = 0, adder_won = 0, demand_won = 0, tax_won = 0, total_won = 0;
  double carbon_kg = 0;
  std::vector<double> band_energy_j;  ///< in the order of TariffParams::bands
  std::vector<MonthBill> months;
  double power_factor_won = 0, levy_won = 0;
  double renewable_j = 0;  ///< of the grid's mix; 0 where that is not known
};

class EnergyBill {
 public:
  /// Throws std::invalid_argument when bands overlap or leave hours out, or a typical year has a wrong length.
  EnergyBill(TariffParams tariff, CarbonParams carbon);

  /// Mean power over [start, start + duration); calls come in order of time and do not overlap.
  void add(double unix_start_s, double duration_s, double mean_w);

  Bill bill() const;

  double price_won_per_j(double unix_s) const;  ///< energy price and adder of that hour
  double carbon_kg_per_j(double unix_s) const;  ///< emission factor of that hour

 private:
  struct Month {
    int year, month;
    double full_peak_w, partial_peak_w, covered_s;  // full: negative until a window was metered in full
    std::int64_t full_window, partial_window;       // of those peaks
  };
  DayType day_type(CivilHour const& local) const;
  void enter_hour(std::int64_t local_hour);
  double charged_w(std::vector<MonthBill> const& months, std::size_t which) const;
  void close_window();

  TariffParams tariff_;
  CarbonParams carbon_;
  std::array<std::int16_t, 12 * 3 * 24> band_of_{};  ///< [month][day type][hour] -> band
  std::vector<CompensatedSum> band_j_;
  CompensatedSum energy_j_, carbon_kg_, hourly_won_, renewable_j_;
  std::vector<Month> months_;
  // hour and demand window in progress
  std::int64_t hour_ = std::numeric_limits<std::int64_t>::min(), window_ = hour_;
  int band_ = -1;
  double kg_per_j_ = 0, won_per_j_ = 0, renewable_ = 0;  // won: of the hourly series
  double window_j_ = 0, window_s_ = 0;
};

}  // namespace ondol::sim
