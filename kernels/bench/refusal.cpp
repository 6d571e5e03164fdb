#include "kernels/bench/refusal.hpp"

#include <sstream>

#include "kernels/activity/suite.hpp"

namespace ondol::meter {

std::string why_not(LoadSpec const& load, DeviceShape const& shape, Surroundings const& here) {
  constexpr double least_memory = 12e9, shortest_period_s = 0.01;
  auto const known = kernel_named(load.kernel);
  if (!known) return "the suite has no kernel \"" + load.kernel + "\"";
  auto const because = [&](auto const&... why) {
    std::ostringstream line;
    line << load.kernel << ": ";
    (line << ... << why);
    return line.str();
  };
  if (shape.capability < known->minimum_capability)
    return because("needs compute capability ", known->minimum_capability / 10.0, ", ", shape.product, " has ",
                   shape.capability / 10.0);
  if (!(load.sm_share > 0 && load.sm_share <= 1)) return because("sm_share ", load.sm_share, " is not in (0, 1]");
  if (load.sm_share < 1 && !known->ladder) return because("always runs on all multiprocessors; sm_share must be 1");
  if (load.period_s != 0 && !(load.period_s >= shortest_period_s))
    return because("a square wave needs a period of at least ", shortest_period_s, " s, not ", load.period_s);
  if (shape.memory_bytes < least_memory)
    return because("needs ", least_memory / 1e9, " GB of memory, ", shape.product, " has ", shape.memory_bytes / 1e9);
  bool const all_reduce = load.kernel == "nccl_all_reduce";
  if (here.devices < 2 && (all_reduce || load.kernel == "peer_copy")) return because("needs two devices, here is one");
  if (all_reduce && !here.nccl) return because("NCCL was not found when this was built");
  return {};
}

}  // namespace ondol::meter
