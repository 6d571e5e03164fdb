#pragma once
/// Watts that arrive at a guarded point of the feed for one more watt drawn at a vertex below it:
///
///   c_g(g) = 1,   c_g(v) = (1 + dL_v/dP) mean of c_g over the feeders of v that carry   (equal units in parallel share
///   equally)
///
/// Where `after_loss` is set, a vertex with several feeders draws all of it through the one that leads to g: what g must carry
/// when the other feeds of its racks are lost.
/// Page: docs/models/power-capping.md

#include <cstdint>
#include <span>
#include <vector>

namespace ondol::sim {

/// Feeders of vertex v are feeders[first[v]] .. feeders[first[v] + count[v] - 1], each > v.
struct FeedLinks {
  std::span<std::uint32_t const> first, count, feeders;
  std::span<std::uint8_t const> carries = {};  ///< by entry of `feeders`; empty: all do
};

enum class FeedCase { normal, after_loss };

/// By vertex; `marginal_loss`: d loss / d output of each.
inline std::vector<double> feed_shares(FeedLinks const& links, std::span<double const> marginal_loss, std::uint32_t guarded,
                                       FeedCase which) {
  std::vector<double> share(links.first.size(), 0.0);
  share[guarded] = 1;
  for (std::uint32_t v = guarded; v-- > 0;) {
    double sum = 0, most = 0;
    int carriers = 0;
    for (std::uint32_t k = links.first[v]; k < links.first[v] + links.count[v]; ++k) {
      if (!links.carries.empty() && !links.carries[k]) continue;
      double const above = share[links.feeders[k]];
      sum += above;
      most = above > most ? above : most;
      ++carriers;
    }
    if (sum <= 0) continue;
    share[v] = (1 + marginal_loss[v]) * (which == FeedCase::normal ? sum / carriers : most);
  }
  return share;
}

}  // namespace ondol::sim
