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

/// The text between the quotes of the first line `key = "..."` or `"key": "..."`; these files are written by us.
std::string said(fs::path const& file, std::string const& key) {
  std::ifstream in(file, std::ios::binary);
  for (std::string line; std::getline(in, line);) {
    std::size_t const at = line.find_first_not_of(" \"");
    if (at == std::string::npos || line.compare(at, key.size(), key) != 0) continue;
    std::size_t const sign = line.find_first_of("=:", at + key.size());
    std::size_t const begin = line.find('"', sign);
    if (sign == std::string::npos || begin == std::string::npos) continue;
    return line.substr(begin + 1, line.find('"', begin + 1) - begin - 1);
  }
  return "?";
}

}  // namespace

std::vector<Recorded> recorded_calibrations() {
  std::vector<Recorded> all;
  for (fs::path const& file : sorted(root() / "scenarios/catalogue/calibrations"))
    if (file.extension() == ".toml")
      all.push_back({said(file, "name"), said(file, "tier"), said(file, "date"), file.filename().string()});
  return all;
}

std::vector<Recorded> recorded_campaigns() {
  std::vector<Recorded> all;
  for (fs::path const& folder : sorted(root() / "kernels/recorded"))
    if (fs::exists(folder / "windows.csv"))
      all.push_back(
          {said(folder / "meta.json", "product"), "", said(folder / "meta.json", "date"), folder.filename().string()});
  return all;
}

std::string calibrations_text() {
  std::string text;
  for (Recorded const& r : recorded_calibrations())
    text += "  " + r.where + ": " + r.name + ", " + r.tier + ", " + r.date + "\n";
  return text.empty() ? "recorded calibrations: none\n" : "recorded calibrations:\n" + text;
}

}  // namespace ondol::meter
