#include "sim/app/sweep_folder.hpp"

#include <sched.h>

#include <algorithm>
#include <filesystem>

#include "scenarios/base/error.hpp"

namespace ondol::app {

namespace fs = std::filesystem;

int processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? std::max(1, CPU_COUNT(&set)) : 1;
}

void refuse_used(sim::RunStore const& store) {
  if (!store.used()) return;
  throw InputError(
      store.folder().string() +
      " is not empty; go on with what is there by --resume, begin anew by --force, or choose another folder by -o");
}

void begin_anew(sim::RunStore const& store) {
  for (auto const* part : {"runs", "logs", "slurm"}) fs::remove_all(store.folder() / part);
  fs::remove(store.index());
  store.create();
}

}  // namespace ondol::app
