#pragma once
/// Work on many things in forked processes that only talk: a line from a worker is heard by the parent.

#include <atomic>
#include <functional>
#include <string>

namespace ondol::sim {

using Say = std::function<void(std::string const& line)>;

/// Forks `count` processes; each does `work(worker, say)` and ends.  Returns when all have, false when `stop` ended them.
/// Throws std::runtime_error when one was killed or threw.  Workers die with their parent.
bool run_workers(int count, std::function<void(int worker, Say const&)> const& work,
                 std::function<void(int worker, std::string const& line)> const& hear, std::atomic<int> const* stop = nullptr);

}  // namespace ondol::sim
