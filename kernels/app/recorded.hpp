#pragma once
/// What was measured before: campaigns and calibrations that come with the sources.

#include <string>
#include <vector>

namespace ondol::meter {

struct Recorded {
  std::string name, tier, date, where;
};
/// scenarios/catalogue/calibrations/*.toml, by file name.
std::vector<Recorded> recorded_calibrations();
/// kernels/recorded/*/windows.csv, by folder name.
std::vector<Recorded> recorded_campaigns();
/// As lines for people; says so when there are none.
std::string calibrations_text();

}  // namespace ondol::meter
