#pragma once
/// What the cross checks share: the scenario, where its values stand, and words for sizes.

#include <cstdio>
#include <string>
#include <utility>

#include "scenarios/schema/checks.hpp"

namespace ondol::schema {

inline std::string list_path(std::string const& list, std::size_t i, std::string const& key = {}) {
  return list + "[" + std::to_string(i) + "]" + (key.empty() ? "" : "." + key);
}

inline std::string watts(double w) {
  char buffer[32];
  auto const [scale, unit] = w >= 1e6 ? std::pair{1e6, "MW"} : w >= 1e3 ? std::pair{1e3, "kW"} : std::pair{1.0, "W"};
  std::snprintf(buffer, sizeof buffer, "%.4g %s", w / scale, unit);
  return buffer;
}

/// Three digits: 3.2e+13.
inline std::string about(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", x);
  return text;
}

/// A whole number however large.
inline std::string whole(double x) {
  char text[64];
  std::snprintf(text, sizeof text, "%.0f", x);
  return text;
}

struct Context {
  Scenario const& s;
  Decoder const& decoder;
  Faults& faults;

  bool good(std::string const& path) const { return decoder.good(path); }
  void error(std::string const& path, std::string message) const { faults.error(decoder.place(path), std::move(message)); }
  void warning(std::string const& path, std::string message) const { faults.warning(decoder.place(path), std::move(message)); }

  template <class Spec>
  static Spec const* find(std::map<std::string, Spec> const& entries, std::string const& id) {
    auto const it = entries.find(id);
    return it == entries.end() ? nullptr : &it->second;
  }
  RackSpec const* rack(RackGroupSpec const& g) const { return find(s.catalogue.rack, g.rack); }
  NodeSpec const* node(RackSpec const& r) const { return find(s.catalogue.node, r.node); }
  double accelerators_per_rack(RackGroupSpec const& g) const {
    auto const* r = rack(g);
    auto const* n = r ? node(*r) : nullptr;
    return n ? static_cast<double>(r->nodes) * n->accelerators : 0;
  }
  double count(std::size_t group) const {
    auto const it = decoder.oversized.find(list_path("racks", group, "count"));
    return it == decoder.oversized.end() ? s.racks[group].count : it->second;
  }
};

/// One entry of `check_catalogue`; `path` such as "calibration.vendor/id".
void check_calibration(Context const& c, std::string const& path, CalibrationSpec const& calibration);
void check_tariff(Context const& c, std::string const& path, TariffSpec const& tariff);
void check_holidays(Context const& c, std::string const& path, HolidayCalendarSpec const& calendar);
/// The parts of `check_scenario`.
void check_demand(Context const& c);
/// Whether the job's parallel sizes divide what they split; `path` such as "training[0]".
void check_layout(Context const& c, std::string const& path, TrainingSpec const& job);
/// A precision that the accelerator has no rate of its own for.
void check_precision(Context const& c, std::string const& path, TrainingSpec const& job, AcceleratorSpec const& device);
/// A limit that the vendor's tools refuse to set.
void check_lowest_limit(Context const& c, std::string const& path, AcceleratorSpec const& device, Watts limit);
/// Its checkpoints and evaluations.
void check_pauses(Context const& c, std::string const& path, TrainingSpec const& job);
void check_power(Context const& c);
void check_events(Context const& c);
void check_cooling(Context const& c);
/// Heat of a hall's racks at their ratings [W].
struct HallHeat {
  double air = 0, liquid = 0;
};
HallHeat rated_heat(Context const& c, HallSpec const& hall);
void check_fabric(Context const& c);
/// Tariffs to compare, holidays and grid factors of the site.
void check_bills(Context const& c);
/// Weather, and loads that are given instead of racks.
void check_weather(Context const& c);
void check_heat_loads(Context const& c);
void check_phase_windows(Context const& c);
void check_storage(Context const& c);
void check_capping(Context const& c);
/// Possible, but hardly meant; of a scenario without faults.
void warn_of_capacities(Context const& c);
void warn_of_cooling(Context const& c);

}  // namespace ondol::schema
