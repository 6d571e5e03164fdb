#pragma once
/// A folder that `measure` or a converter of published tables wrote.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "kernels/activity/window.hpp"
#include "kernels/fit/table.hpp"

namespace ondol::meter::fit {

struct Campaign {
  std::filesystem::path folder;
  std::vector<Window> windows;
  Table samples, clock_trace;                            ///< empty where the file is absent
  std::map<std::string, std::string, std::less<>> meta;  ///< top-level texts and numbers of meta.json

  /// Of meta.json; empty where it is silent.
  std::string about(std::string_view key) const;
};

Campaign read_campaign(std::filesystem::path const& folder);

}  // namespace ondol::meter::fit
