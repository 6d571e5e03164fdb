#pragma once
/// A meter on the simulated accelerator, as the program builds it.

#include "kernels/meter/energy_meter.hpp"
#include "tests/kernels/simulated.hpp"

namespace ondol::meter {

struct Instrument {
  explicit Instrument(std::string const& faults = "", std::map<std::string, std::string> const& changes = {},
                      std::uint64_t seed = 1)
      : card(faults, changes, seed),
        library(fake_library),
        device(library, card.bench().shape().pci_bus_id),
        guard(device, nvml::processes_on_all(library)),
        sampler(device, card.clock(), [](Sample const&) {}),
        meter(device, card.clock(), sampler, guard, [] { return false; }) {
    meter.learn_counter(12);
  }
  /// The windows of one load.
  std::vector<Window> measure(LoadSpec const& load, Request const& request = {}) {
    card.bench().start(load, 1000);
    auto windows = meter.watch(request);
    card.bench().stop();
    return windows;
  }
  Simulated card;
  nvml::Library library;
  nvml::Device device;
  Guard guard;
  Sampler sampler;
  EnergyMeter meter;
};

}  // namespace ondol::meter
