#include "sim/network/fluid_times.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>
#include <stdexcept>
#include <string>
#include <utility>

#include "sim/network/max_min.hpp"

namespace ondol::sim {

std::vector<double> fluid_times(std::vector<double> capacity, FlowSet const& flows) {
  // Flows that rounding alone parts end in one step; 1e-12 of the time is less than the rates are exact to.
  constexpr double together = 1e-12;
  MaxMin rates(std::move(capacity));
  struct Flow {
    double left = 0, since = 0, rate = 0, ends = std::numeric_limits<double>::infinity();
  };
  std::vector<Flow> all(flows.size());
  std::vector<double> times(flows.size(), std::numeric_limits<double>::infinity());
  std::vector<std::size_t> flow_of;  // by variable
  std::vector<MaxMin::Variable> variable(flows.size());
  std::vector<MaxMin::Use> uses;
  for (std::size_t i = 0; i < flows.size(); ++i) {
    if (!(flows.bytes[i] >= 0)) throw std::invalid_argument("a flow of " + std::to_string(flows.bytes[i]) + " bytes");
    if (flows.bytes[i] == 0) {
      times[i] = 0;
      continue;
    }
    uses.clear();
    for (auto link : flows.route(i)) uses.push_back({link, 1});
    all[i].left = flows.bytes[i];
    variable[i] = rates.add(uses);
    flow_of.push_back(i);  // variables are numbered in turn, as none has been removed
  }

  std::priority_queue<std::pair<double, std::size_t>, std::vector<std::pair<double, std::size_t>>, std::greater<>> ends;
  for (double now = 0;;) {
    rates.solve();
    for (auto v : rates.changed()) {
      auto& flow = all[flow_of[v]];
      flow.left -= flow.rate * (now - flow.since);
      flow.since = now;
      flow.rate = rates.rate(v);
      flow.ends = flow.rate > 0 ? now + std::max(0.0, flow.left) / flow.rate : std::numeric_limits<double>::infinity();
      if (flow.rate > 0) ends.emplace(flow.ends, flow_of[v]);
    }
    auto const stale = [&] { return times[ends.top().second] <= now || all[ends.top().second].ends != ends.top().first; };
    while (!ends.empty() && stale()) ends.pop();
    if (ends.empty()) return times;
    now = ends.top().first;
    double const until = now * (1 + together);
    while (!ends.empty() && ends.top().first <= until) {
      auto const [at, i] = ends.top();
      ends.pop();
      if (times[i] <= at || all[i].ends != at) continue;
      times[i] = at;
      rates.remove(variable[i]);
    }
  }
}

std::vector<double> capacities(topology::Routes const& routes) {
  std::vector<double> all;
  all.reserve(routes.links().size());
  for (auto const& link : routes.links()) all.push_back(link.bytes_per_s);
  return all;
}

}  // namespace ondol::sim
