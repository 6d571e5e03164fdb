#include "kernels/fit/campaign.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace ondol::meter::fit {

std::string Campaign::about(std::string_view key) const {
  auto const found = meta.find(key);
  return found == meta.end() ? "" : found->second;
}

Campaign read_campaign(std::filesystem::path const& folder) {
  if (!std::filesystem::is_directory(folder)) throw std::runtime_error(folder.string() + ": no folder of a campaign");
  Campaign c;
  c.folder = folder;
  c.windows = read_windows(folder / "windows.csv");
  c.samples = read_table(folder / "samples.csv");
  c.clock_trace = read_table(folder / "clocktrace.csv");
  if (std::ifstream in(folder / "meta.json", std::ios::binary); in)
    c.meta = flat_json({std::istreambuf_iterator<char>(in), {}}, (folder / "meta.json").string());
  return c;
}

}  // namespace ondol::meter::fit
