#pragma once
/// The folder of a campaign (kernels/README.md): written as it goes, valid whenever its writer is cut off.

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/activity/load.hpp"
#include "kernels/activity/window.hpp"
#include "kernels/meter/json.hpp"
#include "kernels/meter/sampler.hpp"

namespace ondol::meter {

class Campaign {
 public:
  /// Makes the folder; one that holds a campaign is never written over.  Throws std::runtime_error.
  explicit Campaign(std::filesystem::path folder);
  std::filesystem::path const& folder() const { return folder_; }
  /// Numbers the window and writes it to the disk.
  void add(Window);
  int windows() const { return windows_; }
  void add(Sample const&);
  void add(std::vector<ClockPoint> const&);
  /// A line of log.txt, with the meter's time before it.
  void log(double t_s, std::string_view line);
  void write(std::string_view file, Json const&);

 private:
  std::ofstream open(char const* file) const;
  std::filesystem::path folder_;
  std::ofstream windows_csv_, samples_csv_, clocktrace_csv_, log_txt_;
  int windows_ = 0;
};

}  // namespace ondol::meter
