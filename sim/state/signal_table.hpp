#pragma once
/// The signal table: what the recorder may see.  A room registers a named, unit-carrying view of an array it owns; the
/// recorder samples all of them at each report.  Views must stay valid (no reallocation) until the run ends.

#include <span>
#include <string>
#include <vector>

namespace ondol::sim {

/// One axis shared by the series of a group, e.g. group "racks", axis "rack", labels "h200-a/r001", ...
struct Axis {
  std::string group;                ///< HDF5 group path without leading slash, e.g. "site", "racks"
  std::string name;                 ///< dimension name, e.g. "rack"
  std::vector<std::string> labels;  ///< coordinate values
};

/// Extra coordinates of an axis (hall of each rack, position on the floor ...), written once.
struct AxisColumn {
  std::string group, axis, name, units, long_name;
  std::vector<double> numbers;       ///< either numbers
  std::vector<std::string> strings;  ///< or strings
};

struct Series {
  std::string group;  ///< "site", "halls", "racks", "loops", ...
  std::string name;   ///< e.g. "power"
  std::string units;  ///< UDUNITS spelling: "W", "K", "degC", "kg s-1", "1"
  std::string long_name;
  std::string cell_methods;      ///< "time: mean", "time: point", "time: sum"
  std::string axis;              ///< axis name, or empty for a scalar over time
  std::span<double const> view;  ///< one value, or one per label
};

/// A group whose reports come on dates of its own, much closer than those of the others.
struct OwnTime {
  std::string group;
  double period_s = 0;
};

struct SignalTable {
  std::vector<Axis> axes;
  std::vector<AxisColumn> columns;
  std::vector<Series> series;
  std::vector<OwnTime> own_time;
};

}  // namespace ondol::sim
