#include "kernels/app/recorded.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace ondol::meter {
namespace {

namespace fs = std::filesystem;

/// ONDOL_ROOT, else where this program was built from.
fs::path root() {
  char const* const own = std::getenv("ONDOL_ROOT");
  return own && *own ? own : ONDOL_METER_ROOT;
}

std::vector<fs::path> sorted(fs::path const& folder) {
  std::vector<fs::path> all;
  std::error_code error;
  for (fs::directory_entry const& e : fs::directory_iterator(folder, error)) all.push_back(e.path());
  std::sort(all.begin(), all.end());
  return all;
}

/// What stands between the quotes of a line `key = "..."` or `"key": "..."`; these files are written by programs of the house.
std::string quoted(std::string const& line, std::string const& key) {
  std::size_t const at = line.find_first_not_of(" \"");
  if (at == std::string::npos || line.compare(at, key.size(), key) != 0) return "";
  std::size_t const sign = line.find_first_of("=:", at + key.size()), begin = line.find('"', sign);
  if (sign == std::string::npos || begin == std::string::npos) return "";
  return line.substr(begin + 1, line.find('"', begin + 1) - begin - 1);
}

void fill(Recorded& r, std::string const& line) {
  for (auto const& [key, value] : {std::pair{"name", &r.name}, {"product", &r.name}, {"tier", &r.tier}, {"date", &r.date}})
    if (value->empty()) *value = quoted(line, key);
}

/// Each entry `[calibration."id"]` of a file.
void calibrations_of(fs::path const& file, std::vector<Recorded>& all) {
  std::ifstream in(file, std::ios::binary);
  std::string const head = "[calibration.\"";
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("[")) {
      inside = line.starts_with(head) && line.ends_with("\"]");
      if (inside) all.push_back({.where = line.substr(head.size(), line.size() - head.size() - 2)});
    } else if (inside) {
      fill(all.back(), line);
    }
  }
}

std::string listed(char const* what, std::vector<Recorded> const& all) {
  std::string lines = std::string("recorded ") + what + (all.empty() ? ": none\n" : ":\n");
  for (Recorded const& r : all) {
    lines += "  " + r.where + ": " + r.name;
    if (!r.tier.empty()) lines += ", " + r.tier;
    if (!r.date.empty()) lines += ", " + r.date;
    lines += "\n";
  }
  return lines;
}

}  // namespace

std::vector<Recorded> recorded_calibrations() {
  std::vector<Recorded> all;
  for (fs::path const& file : sorted(root() / "scenarios/catalogue/calibrations"))
    if (file.extension() == ".toml") calibrations_of(file, all);
  std::sort(all.begin(), all.end(), [](Recorded const& a, Recorded const& b) { return a.where < b.where; });
  return all;
}

std::vector<Recorded> recorded_campaigns() {
  std::vector<Recorded> all;
  std::error_code error;
  for (fs::directory_entry const& e : fs::recursive_directory_iterator(root() / "kernels/recorded", error)) {
    if (e.path().filename() != "windows.csv") continue;
    fs::path const folder = e.path().parent_path();
    Recorded r{.where = folder.lexically_relative(root() / "kernels/recorded").string()};
    std::ifstream in(folder / "meta.json", std::ios::binary);
    for (std::string line; std::getline(in, line);) fill(r, line);
    all.push_back(r);
  }
  std::sort(all.begin(), all.end(), [](Recorded const& a, Recorded const& b) { return a.where < b.where; });
  return all;
}

std::string calibrations_text() {
  return listed("calibrations", recorded_calibrations());
}
std::string campaigns_text() {
  return listed("campaigns", recorded_campaigns());
}

}  // namespace ondol::meter
