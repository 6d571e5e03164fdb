#pragma once
/// What was measured before: campaigns and calibrations that come with the sources.

#include <string>
#include <vector>

namespace ondol::meter {

struct Recorded {
  std::string where, name{}, tier{}, date{};  ///< empty: not said
};
/// Entries of scenarios/catalogue/calibrations/*.toml, by id.
std::vector<Recorded> recorded_calibrations();
/// Folders below kernels/recorded with a windows.csv, by path.
std::vector<Recorded> recorded_campaigns();
/// As lines for people; says so when there are none.
std::string calibrations_text();
std::string campaigns_text();

}  // namespace ondol::meter
