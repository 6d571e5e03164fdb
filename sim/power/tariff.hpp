#pragma once
/// Electricity bill and carbon of a site.
///
///   energy    sum over hours of E (price of the hour's band + adder)
///   demand    per calendar month: peak 15-minute mean demand x demand charge x (covered time / length of the month)
///   tax       on all of it
///   carbon    sum over hours of E x emission factor, constant or by hour of the year
///
/// Local time is UTC plus a fixed offset (no daylight saving: Korea has none).  Energy is split exactly at the boundaries of
/// hours and 15-minute windows.  A demand window counts when it was metered in full; a month with no full window takes its
/// highest partial one.  A month the run covers in part pays the demand charge in proportion, so that runs of any length can be
/// compared; a real meter would charge the month in full, and would look back at the peaks of the last twelve months.
/// Ignores: power factor clauses, public holidays, progressive blocks, penalties above contract power.
/// Page: docs/models/tariff-and-carbon.md

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

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

struct TariffParams {
  std::vector<TariffBandParams> bands;  ///< every hour of the year in exactly one; empty: energy is free
  double adder_won_per_j = 0;
  double demand_won_per_w_month = 0;
  double tax = 0;  ///< fraction of the sum of the others
  std::int64_t utc_offset_s = 0;
};

struct CarbonParams {
  double kg_per_j = 0;
  std::vector<double> hourly_kg_per_j;  ///< UTC hours of a year from 1 January 00:00 (8760, or 8784 of a leap year), used by
                                        ///< month, day and hour in any year; empty: the constant
};

struct MonthBill {
  int year = 0, month = 0;
  double peak_w = 0;  ///< highest 15-minute mean
  double covered_s = 0, length_s = 0;
  double demand_won = 0;
};

struct Bill {
  double energy_j = 0;
  double energy_won = 0, adder_won = 0, demand_won = 0, tax_won = 0, total_won = 0;
  double carbon_kg = 0;
  std::vector<double> band_energy_j;  ///< in the order of TariffParams::bands
  std::vector<MonthBill> months;
};

class EnergyBill {
 public:
  /// Throws std::invalid_argument when bands overlap, leave hours out, or the hourly carbon series has a wrong length.
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
  };
  void enter_hour(std::int64_t local_hour);
  void close_window();

  TariffParams tariff_;
  CarbonParams carbon_;
  std::array<std::int16_t, 12 * 3 * 24> band_of_{};  ///< [month][day type][hour] -> band
  std::vector<CompensatedSum> band_j_;
  CompensatedSum energy_j_, carbon_kg_;
  std::vector<Month> months_;
  // hour and demand window in progress
  std::int64_t hour_ = std::numeric_limits<std::int64_t>::min(), window_ = hour_;
  int band_ = -1;
  double kg_per_j_ = 0;
  double window_j_ = 0, window_s_ = 0;
};

}  // namespace ondol::sim
