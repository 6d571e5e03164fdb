#pragma once
/// Which readings this card answers, how often they change and what they cost: `probe.json` of a campaign.

#include "kernels/meter/alias.hpp"
#include "kernels/meter/energy_meter.hpp"
#include "kernels/meter/json.hpp"

namespace ondol::meter {

struct FieldProbe {
  nvml::Code code = nvml::function_not_found;
  double period_s = 0;        ///< of its timestamps; 0 where they did not move
  double value_period_s = 0;  ///< of its values: a timestamp may be that of the call
  double read_s = 0;
};

/// One of POWER_INSTANT, POWER_AVERAGE or memory power, read without a pause for `seconds`.
FieldProbe probe_field(nvml::Device const&, Clock&, std::uint32_t field, std::uint32_t scope, double seconds);

/// Everything that needs no load; each field is watched for `seconds`.
Json probe(nvml::Library const&, nvml::Device const&, Clock&, EnergyMeter const&, double seconds);
Json described(AliasTest const&);

}  // namespace ondol::meter
