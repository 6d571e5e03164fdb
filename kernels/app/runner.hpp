#pragma once
/// Goes through a plan with a bench and a meter and writes the campaign.

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "kernels/app/plan.hpp"
#include "kernels/meter/campaign.hpp"
#include "kernels/meter/probe.hpp"

namespace ondol::meter {

/// `broken`: steps failed one after another, which a device error that sticks looks like.
enum class Ended { done, stopped, lost, locked, broken };

struct RunnerSettings {
  double deadline_s = 570;
  double seconds_scale = 1;
  bool mark = false;  ///< a contaminated card is marked, not refused
};

struct Instruments {
  nvml::Library const& library;
  nvml::Device const& device;
  Clock& clock;
  Bench& bench;
  Campaign& campaign;
  std::set<unsigned> const& processes_before;
};

class Runner {
 public:
  Runner(Instruments const&, RunnerSettings, std::function<bool()> stop);
  Ended run(std::span<Step const>);
  int windows() const { return campaign_.windows(); }
  int skipped() const { return skipped_; }
  int failed() const { return failed_; }
  EnergyMeter const& meter() const { return meter_; }

 private:
  void step(Step const&);
  /// Stops what failed; that may fail in its turn.
  void rest();
  void load(Step const&);
  void idle(Step const&, char const* kernel);
  void probe_fields(Step const&);
  void alias(Step const&);
  void keep(Window, Step const&, char const* kernel);
  double toggle_of(LoadSpec const&);
  void say(std::string const& line) { campaign_.log(clock_.now_s(), line); }

  nvml::Library const& library_;
  nvml::Device const& device_;
  Clock& clock_;
  Bench& bench_;
  Campaign& campaign_;
  RunnerSettings settings_;
  std::function<bool()> stop_;
  Guard guard_;
  Sampler sampler_;
  EnergyMeter meter_;
  Json probe_;
  std::map<std::pair<Fill, Format>, double> toggles_;
  bool held_ = false;
  double start_s_ = 0.5;  ///< what starting and ending a step costs: assumed at first, then learned
  int skipped_ = 0, failed_ = 0, failed_in_a_row_ = 0;
};

}  // namespace ondol::meter
