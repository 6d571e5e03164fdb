#include "sim/control/cap_allocation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <queue>
#include <tuple>

#include "sim/state/shedding_order.hpp"

namespace ondol::sim {
namespace {

constexpr double full = 1e-12;  // of a limit

/// Raises the racks of one priority together until demands and limits stop them.
class Filling {
 public:
  Filling(CapProblem const& p, CapAnswer& answer, std::vector<double>& used_w)
      : p_(p), answer_(answer), used_w_(used_w), limits_(p.headroom_w.size()), first_(p.headroom_w.size() + 1) {}

  void raise(std::vector<std::uint32_t> const& racks) {
    list_by_limit(racks);
    phase_.assign(p_.racks.size(), Phase::waits);
    for (auto& limit : limits_) limit = {};
    events_ = {};
    for (auto const i : racks) {
      auto const& r = p_.racks[i];
      if (r.demand_w <= r.floor_w) continue;
      events_.push({r.floor_w / r.weight, What::starts, i, 0});
    }
    while (!events_.empty()) {
      auto const event = events_.top();
      events_.pop();
      switch (event.what) {
        case What::starts:
          start(event.at, event.who);
          break;
        case What::arrives:
          if (phase_[event.who] == Phase::rises) stop(event.at, event.who, p_.racks[event.who].demand_w);
          break;
        case What::fills:
          if (limits_[event.who].version == event.version) fill(event.at, event.who);
          break;
      }
    }
  }

 private:
  enum class Phase : std::uint8_t { waits, rises, stopped };
  enum class What : std::uint8_t { arrives, fills, starts };  // in this order at one level
  struct Event {
    double at;
    What what;
    std::uint32_t who, version;
    bool operator<(Event const& o) const { return std::tie(at, what, who) > std::tie(o.at, o.what, o.who); }
  };
  struct Limit {
    double slope = 0, at = 0;  ///< watts a level; level at which used_w holds
    std::uint32_t version = 0;
    bool closed = false;
  };

  void list_by_limit(std::vector<std::uint32_t> const& racks) {
    std::fill(first_.begin(), first_.end(), 0);
    for (auto const i : racks) each_share(i, [&](CapShare const& s) { ++first_[s.limit + 1]; });
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    under_.resize(first_.back());
    auto next = first_;
    for (auto const i : racks) each_share(i, [&](CapShare const& s) { under_[next[s.limit]++] = i; });
  }

  template <class Do>
  void each_share(std::uint32_t rack, Do const& act) const {
    auto const& r = p_.racks[rack];
    for (std::uint32_t k = 0; k < r.shares; ++k) act(p_.shares[r.first_share + k]);
  }

  /// The limit's use grows at another rate from this level on.
  void turn(double at, std::uint32_t g, double slope) {
    auto& limit = limits_[g];
    used_w_[g] += limit.slope * (at - limit.at);
    limit.at = at;
    limit.slope += slope;
    ++limit.version;
    double const left = std::max(0.0, p_.headroom_w[g] - used_w_[g]);
    if (slope < 0 && limit.slope <= full * std::abs(slope)) limit.slope = 0;
    if (limit.slope > 0 && !limit.closed) events_.push({at + left / limit.slope, What::fills, g, limit.version});
  }

  void start(double at, std::uint32_t i) {
    bool shut = false;
    each_share(i, [&](CapShare const& s) {
      shut |=
          limits_[s.limit].closed || p_.headroom_w[s.limit] - used_now(s.limit, at) <= full * std::abs(p_.headroom_w[s.limit]);
    });
    if (shut) {
      phase_[i] = Phase::stopped;
      mark(i, at);
      return;
    }
    auto const& r = p_.racks[i];
    phase_[i] = Phase::rises;
    each_share(i, [&](CapShare const& s) { turn(at, s.limit, s.share * r.weight); });
    events_.push({r.demand_w / r.weight, What::arrives, i, 0});
  }

  void stop(double at, std::uint32_t i, double budget_w) {
    phase_[i] = Phase::stopped;
    answer_.budget_w[i] = budget_w;
    each_share(i, [&](CapShare const& s) { turn(at, s.limit, -s.share * p_.racks[i].weight); });
  }

  void fill(double at, std::uint32_t g) {
    limits_[g].closed = true;
    for (auto k = first_[g]; k < first_[g + 1]; ++k) {
      auto const i = under_[k];
      if (phase_[i] != Phase::rises) continue;
      answer_.bound[g] = 1;
      auto const& r = p_.racks[i];
      stop(at, i, std::clamp(at * r.weight, r.floor_w, r.demand_w));
    }
  }

  double used_now(std::uint32_t g, double at) const { return used_w_[g] + limits_[g].slope * (at - limits_[g].at); }

  /// Which limits keep this rack at its floor.
  void mark(std::uint32_t i, double at) {
    each_share(i, [&](CapShare const& s) {
      double const h = p_.headroom_w[s.limit];
      if (limits_[s.limit].closed || h - used_now(s.limit, at) <= full * std::abs(h)) answer_.bound[s.limit] = 1;
    });
  }

  CapProblem const& p_;
  CapAnswer& answer_;
  std::vector<double>& used_w_;
  std::vector<Limit> limits_;
  std::vector<std::uint32_t> first_, under_;  ///< racks of the priority, by limit
  std::vector<Phase> phase_;
  std::priority_queue<Event> events_;
};

/// Takes racks out, the least first, until the floors of the others fit.
void shed(CapProblem const& p, CapAnswer& answer, std::vector<double>& used_w, std::vector<std::uint8_t>& out) {
  auto const over = [&](std::uint32_t g) {
    return used_w[g] > p.headroom_w[g] + 1e-9 * std::max(1.0, std::abs(p.headroom_w[g]));
  };
  bool any = false;
  for (std::uint32_t g = 0; g < used_w.size(); ++g) any |= over(g);
  if (!any) return;
  std::vector<std::uint32_t> order(p.racks.size());
  std::iota(order.begin(), order.end(), 0U);
  auto const rank = [&](std::uint32_t i) { return SheddingRank{p.racks[i].priority, p.racks[i].floor_w, i}; };
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return rank(a).goes_before(rank(b)); });
  for (auto const i : order) {
    auto const& r = p.racks[i];
    bool helps = false;
    for (std::uint32_t k = 0; k < r.shares; ++k) helps |= over(p.shares[r.first_share + k].limit);
    if (!helps || r.floor_w <= 0) continue;
    out[i] = 1;
    answer.shed.push_back(i);
    for (std::uint32_t k = 0; k < r.shares; ++k) {
      auto const& s = p.shares[r.first_share + k];
      used_w[s.limit] -= s.share * r.floor_w;
      answer.bound[s.limit] = 1;
    }
  }
}

}  // namespace

CapAnswer allocate_caps(CapProblem const& p) {
  CapAnswer answer;
  answer.budget_w.resize(p.racks.size());
  answer.bound.assign(p.headroom_w.size(), 0);
  std::vector<double> used_w(p.headroom_w.size());
  for (std::uint32_t i = 0; i < p.racks.size(); ++i) {
    auto const& r = p.racks[i];
    answer.budget_w[i] = r.floor_w;
    for (std::uint32_t k = 0; k < r.shares; ++k) {
      auto const& s = p.shares[r.first_share + k];
      used_w[s.limit] += s.share * r.floor_w;
    }
  }
  std::vector<std::uint8_t> out(p.racks.size());
  shed(p, answer, used_w, out);
  for (auto const i : answer.shed) answer.budget_w[i] = 0;

  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < p.racks.size(); ++i)
    if (!out[i]) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return p.racks[a].priority > p.racks[b].priority; });
  Filling filling(p, answer, used_w);
  std::vector<std::uint32_t> level;
  for (std::size_t first = 0; first < order.size();) {
    level.clear();
    int const priority = p.racks[order[first]].priority;
    while (first < order.size() && p.racks[order[first]].priority == priority) level.push_back(order[first++]);
    filling.raise(level);
  }
  return answer;
}

}  // namespace ondol::sim
