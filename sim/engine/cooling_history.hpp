#pragma once
/// What cooling did over a run, by calendar month and in its hottest hours.  Intervals are cut at the hours of the site's
/// clock, so that no sum depends on how often the run reports.
///
///   PUE = energy consumed / IT energy, WUE = make-up water / IT energy, ERE = (energy consumed - heat reused)/IT energy
///                                                                                          [iso30134-2; thegreengrid2010ere]
///
/// Page: docs/models/cooling-figures.md
///
/// Without compressors: the share of an interval is 1 - min(1, mean number of chillers running), by plant; of the site the
/// plant that used them most counts. Outside the curves: the plant that was so longest counts.

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "sim/power/ledger.hpp"

namespace ondol::sim {

/// Means over an interval, and the outdoor air at its two ends.
struct CoolingSample {
  double begin_unix_s = 0, span_s = 0;
  double it_w = 0;        ///< at the input of racks and fabric switches
  double consumed_w = 0;  ///< utility and generators, less what is stored
  std::array<double, owners> owner_w{};
  double evaporated_kg = 0, drift_kg = 0, water_kg = 0;  ///< in the interval
  double reused_w = 0;
  double chillers = 0;       ///< running, all plants
  double with_chillers = 0;  ///< share of the time
  double outside_curves = 0;
  double dry_bulb_begin_k = 0, dry_bulb_end_k = 0, wet_bulb_begin_k = 0, wet_bulb_end_k = 0;
  double limited_nodes = 0, nodes = 0;  ///< slowed by temperature, and all
  double supply_excess_k = 0;           ///< the most that water to the halls is above its set point
};

/// Sums over some time.
struct CoolingSums {
  double span_s = 0;
  double it_j = 0, consumed_j = 0, reused_j = 0;
  double evaporated_kg = 0, drift_kg = 0, water_kg = 0;
  double dry_bulb_ks = 0, wet_bulb_ks = 0;  ///< integrals
  double chiller_s = 0, free_s = 0, outside_s = 0;
  double limited_node_s = 0, node_s = 0;
  double supply_excess_k = 0;
  std::array<double, owners> owner_j{};

  /// `share` of the sample, between the fractions `from` and `to` of its span.
  void add(CoolingSample const& sample, double from, double to);
  double pue() const { return ratio(consumed_j, it_j); }
  double ere() const { return ratio(consumed_j - reused_j, it_j); }
  double wue_kg_per_j() const { return ratio(water_kg, it_j); }
  double dry_bulb_k() const { return ratio(dry_bulb_ks, span_s); }
  double wet_bulb_k() const { return ratio(wet_bulb_ks, span_s); }

 private:
  static double ratio(double a, double b) { return b > 0 ? a / b : std::numeric_limits<double>::quiet_NaN(); }
};

class CoolingHistory {
 public:
  struct Month {
    int year = 0, month = 0;
    CoolingSums sums;
  };
  struct Hour {
    double begin_unix_s = 0;
    CoolingSums sums;
  };

  explicit CoolingHistory(double utc_offset_s) : utc_offset_s_(utc_offset_s) {}

  void add(CoolingSample const& sample);

  CoolingSums const& all() const { return all_; }
  std::vector<Month> const& months() const { return months_; }
  /// The whole hours of the site's clock with the highest mean wet bulb and dry bulb, of equal ones the first; the last part of
  /// an hour where the run covers no whole one.
  Hour hottest_by_wet_bulb() const { return hottest(&CoolingSums::wet_bulb_k, by_wet_bulb_); }
  Hour hottest_by_dry_bulb() const { return hottest(&CoolingSums::dry_bulb_k, by_dry_bulb_); }

 private:
  using Temperature = double (CoolingSums::*)() const;
  bool whole() const;
  Hour hottest(Temperature temperature, std::optional<Hour> const& before) const;
  void enter(std::int64_t local_hour);

  double utc_offset_s_;
  CoolingSums all_;
  std::vector<Month> months_;
  std::optional<std::int64_t> local_hour_;
  Hour hour_;
  std::optional<Hour> by_wet_bulb_, by_dry_bulb_;  ///< of the hours that are over
};

}  // namespace ondol::sim
