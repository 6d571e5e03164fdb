#include "sim/network/collective_rates.hpp"

#include <algorithm>
#include <cmath>

#include "scenarios/base/error.hpp"

namespace ondol::sim {

std::vector<MaxMin::Use> usage(FlowSet const& flows) {
  topology::LinkIndex links = 0;
  for (auto link : flows.links) links = std::max(links, link + 1);
  std::vector<double> bytes(links, 0.0);
  for (std::size_t i = 0; i < flows.size(); ++i)
    for (auto link : flows.route(i)) bytes[link] += flows.bytes[i];
  std::vector<MaxMin::Use> uses;
  for (topology::LinkIndex l = 0; l < links; ++l)
    if (bytes[l] > 0) uses.push_back({l, bytes[l]});
  return uses;
}

workloads::Group group(topology::Routes const& routes, Ranks ranks) {
  std::size_t const n = ranks.size(), k = std::max<std::size_t>(1, by_domain(routes, ranks).size());
  return {.ranks = static_cast<int>(n), .per_domain = static_cast<int>((n + k - 1) / k)};
}

CollectiveRates::Pace const& CollectiveRates::pace(workloads::Op op, workloads::Algorithm algorithm, Ranks ranks) {
  constexpr std::size_t named = 8;
  auto const [it, added] = known_.try_emplace({op, algorithm, std::vector<std::uint32_t>(ranks.begin(), ranks.end())});
  Pace& pace = it->second;
  if (!added) return pace;
  auto const& links = routes_.links();
  constexpr double bytes = 1;  // loads are in proportion
  for (auto const& use : usage(flows_between_domains(routes_, op, algorithm, bytes, ranks)))
    pace.busiest.push_back({use.link, use.weight / links[use.link].bytes_per_s});
  auto const fuller = [](auto const& a, auto const& b) { return a.share != b.share ? a.share > b.share : a.link < b.link; };
  std::size_t const kept = std::min(named, pace.busiest.size());
  std::partial_sort(pace.busiest.begin(), pace.busiest.begin() + static_cast<std::ptrdiff_t>(kept), pace.busiest.end(), fuller);
  pace.busiest.resize(kept);
  pace.busiest.shrink_to_fit();
  if (kept > 0) pace.s_per_byte = pace.busiest.front().share / bytes;
  for (auto& busy : pace.busiest) busy.share /= pace.s_per_byte;
  return pace;
}

CollectiveAtRates CollectiveRates::time(workloads::Interconnect const& links, workloads::Op op, double bytes, Ranks ranks) {
  if (!(bytes >= 0) || std::isinf(bytes)) throw InputError("a collective of " + std::to_string(bytes) + " bytes");
  CollectiveAtRates answer;
  answer.alone = collective_time(links, op, bytes, group(routes_, ranks));
  answer.time_s = answer.alone.time_s;
  if (!(answer.alone.scaleout_s > 0)) return answer;
  Pace const& fullest = pace(op, answer.alone.algorithm, ranks);
  double const alone_s = answer.alone.scaleout_bytes / links.scaleout.bytes_per_s,
               share = alone_s / (fullest.s_per_byte * bytes);
  answer.busiest = fullest.busiest;
  // Sums of parts that make the whole again differ from it by rounding.
  if (share < 1 - 1e-9) {
    answer.share = share;
    answer.time_s = answer.alone.time_at_share(share);
  }
  return answer;
}

}  // namespace ondol::sim
