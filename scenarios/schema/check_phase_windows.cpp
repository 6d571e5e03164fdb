#include <cmath>

#include "scenarios/schema/check_context.hpp"

namespace ondol::schema {
namespace {
// 40 million rows are 11 hours in steps of 1 ms, or five days in steps of 10 ms: 0.2 GB a series before compression.
constexpr double most_rows = 4e7;
constexpr double most_values = 2e9;
}  // namespace

void check_phase_windows(Context const& c) {
  auto const& windows = c.s.phase_window;
  double const length = c.s.simulation.duration.v;
  double racks = 0;
  for (std::size_t g = 0; g < c.s.racks.size(); ++g) racks += c.count(g);
  for (std::size_t i = 0; i < windows.size(); ++i) {
    auto const& w = windows[i];
    auto const at = [i](char const* key) { return list_path("phase_window", i, key); };
    if (!c.good(list_path("phase_window", i))) continue;
    if (w.name.find('/') != std::string::npos)
      c.error(at("name"), "the name " + in_quotes(w.name) + " is a group of the results file; it takes no \"/\"");
    if (c.s.training.empty()) c.warning(at("name"), "there is no [[training]] job that the window could play");
    if (c.good("simulation.duration") && length > 0) {
      if (w.start.v >= length)
        c.warning(at("start"), "starts when the run is already over");
      else if (w.start.v + w.duration.v > length)
        c.warning(at("duration"), "goes on after the end of the run and is cut there");
    }
    if (w.period > w.duration) c.error(at("period"), "period is longer than the window");
    double const rows = std::ceil(w.duration.v / w.period.v);
    if (rows > most_rows) {
      c.error(at("period"), "the window would have " + about(rows) + " rows; up to 40 million are written. A period of " +
                                about(w.duration.v / most_rows) + " s or longer would do, or a shorter window");
    } else if (w.racks && rows * racks > most_values) {
      c.error(at("racks"), "the window would have " + about(rows * racks) +
                               " values of racks; up to 2e9 are written. Leave racks out, or take a longer period or a "
                               "shorter window");
    }
    for (std::size_t j = 0; j < i; ++j) {
      auto const& o = windows[j];
      if (!c.good(list_path("phase_window", j)) || w.start.v >= o.start.v + o.duration.v ||
          o.start.v >= w.start.v + w.duration.v)
        continue;
      c.error(at("start"), "overlaps with the window " + in_quotes(o.name) + "; one is played at a time");
      break;
    }
  }
}

}  // namespace ondol::schema
