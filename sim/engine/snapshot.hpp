#pragma once
/// What a person who waits for a run may look at: numbers of the interval just settled and of the instant.  Nothing in a run
/// depends on it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ondol::sim {

struct EventRow {
  double time_s = 0;
  std::string kind, subject, cause;
};

struct Snapshot {
  double utility_w = 0, it_w = 0, cooling_w = 0;
  double loss_w = 0;  ///< between the meter and the racks
  double pue = 0;     ///< NaN: no IT power
  struct Hottest {
    std::string rack;
    double kelvin = 0;
  };
  std::optional<Hottest> inlet, accelerator;  ///< none: the site has no racks
  struct Pool {
    std::string name;
    std::uint64_t running = 0, waiting = 0;  ///< jobs
    int busy = 0, total = 0;                 ///< accelerators
  };
  std::vector<Pool> pools;
  std::vector<EventRow> events;  ///< the last ones, oldest first
};

}  // namespace ondol::sim
