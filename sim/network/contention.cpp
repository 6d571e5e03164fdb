#include "sim/network/contention.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "scenarios/base/error.hpp"
#include "sim/network/collective_flows.hpp"
#include "workloads/demand/iteration_time.hpp"

namespace ondol::sim {
namespace {

using Index = std::uint32_t;
using workloads::Traffic;

/// Jobs are told of a share that moved by so much of itself, and looked at again when the mean load of a link that they cross
/// has moved by so much of its capacity.
constexpr double share_resolution = 1e-3, load_resolution = 2e-3;
/// All-to-all over more domains is sent to so many of them, at even distances: the same bytes at every NIC, nearly the same
/// above.
constexpr std::size_t most_peers = 16;
/// Shares that would swing between two states are drawn together from here on, and left as they are at the end.
constexpr int rounds_before_damping = 8, most_rounds = 40;

struct Use {
  topology::LinkIndex link = 0;
  double flows = 0;
};

/// What one pattern of a job puts on the links.
struct Sender {
  Index job = 0;
  std::vector<Use> uses;    ///< by link
  double alone = 0;         ///< byte/s of one rank
  double bytes = 0;         ///< of one rank, an iteration; of a steady sender: a second
  std::size_t traffic = 0;  ///< which of the iteration's
  bool steady = false;
  double mean = 0, told = 0;  ///< byte/s of one rank, over time; and as those who meet it last heard
  double share = 1;
  std::optional<topology::LinkIndex> narrowest;  ///< none: held back by nothing

  double wanted() const { return steady ? std::min(alone, bytes) : alone; }
};

struct Running {
  std::vector<Index> senders;
  std::shared_ptr<workloads::Iteration const> iteration;  ///< none: sends steadily
  workloads::FabricShare share, told;                     ///< told: last handed out
};

}  // namespace

struct Contention::Impl {
  Impl(topology::Routes const& r, std::vector<Index> servers)
      : routes(r), storage(std::move(servers)), links(r.links().size()), flows(r.links().size(), 0.0) {
    for (std::size_t l = 0; l < links.size(); ++l) links[l].capacity = r.links()[l].bytes_per_s;
  }

  topology::Routes const& routes;
  std::vector<Index> storage;
  struct User {
    Index sender = 0;
    double flows = 0;
  };
  struct Link {
    double capacity = 0;
    double peak = 0, load = 0;  ///< if all who cross it sent at once, and of their means
    std::vector<User> users;
    /// A link that could carry all who cross it at once holds nobody back; most are the job's own ports.
    bool narrow() const { return peak > capacity * (1 + 1e-12); }
    /// What a sender gets at the least: the others keep their means.
    double at_least(double its_flows, double its_mean) const { return (capacity - (load - its_flows * its_mean)) / its_flows; }
  };
  std::vector<Link> links;
  std::vector<Sender> senders;
  std::vector<Index> free_senders;
  std::vector<Running> jobs;
  std::vector<Index> dirty;          ///< jobs to look at, unordered
  std::vector<std::uint8_t> marked;  ///< of those
  std::size_t looked_at = 0;
  struct Meter {
    double bytes = 0, since_s = 0;  ///< carried, until then
  };
  std::vector<Meter> meters;  ///< by link; empty: nobody asks
  double now_s = 0;
  // Scratch.
  std::vector<double> flows;  ///< by link
  std::vector<topology::LinkIndex> touched, way;
  std::vector<double> shares;  ///< by traffic

  void mark(Index job) {
    if (marked[job]) return;
    marked[job] = 1;
    dirty.push_back(job);
  }
  void measure(Link& link) {
    link.peak = link.load = 0;
    for (auto const& u : link.users) {
      link.peak += u.flows * senders[u.sender].wanted();
      link.load += u.flows * senders[u.sender].mean;
    }
  }
  void carry(topology::LinkIndex link) {
    auto& m = meters[link];
    m.bytes += links[link].load * (now_s - std::exchange(m.since_s, now_s));
  }
  void set_mean(Sender& s, double mean) {
    if (!meters.empty())
      for (auto const& use : s.uses) carry(use.link);
    for (auto const& use : s.uses) links[use.link].load += use.flows * (mean - s.mean);
    s.mean = mean;
  }
  /// Those who meet the sender, once it has moved the load of a link enough, and whose narrowest link that was or may become.
  void mark_users(Sender& s) {
    double const change = std::abs(s.mean - s.told);
    bool any = false;
    for (auto const& use : s.uses) {
      auto const& link = links[use.link];
      if (!link.narrow() || change * use.flows < load_resolution * link.capacity) continue;
      any = true;
      for (auto const& user : link.users) {
        Sender const& u = senders[user.sender];
        if (u.job == s.job || marked[u.job]) continue;
        if (u.narrowest == use.link || link.at_least(user.flows, u.mean) < u.share * u.wanted()) mark(u.job);
      }
    }
    if (any) s.told = s.mean;
  }

  /// One rank's bytes, or `part` of them, from one accelerator to another.
  void send(Index from, Index to, double part) {
    for (std::uint64_t f = 0; f < connections; ++f) {
      way.clear();
      if (!routes.route(from, to, f, way))
        throw InputError("no way left in the fabric from " + routes.name(from) + " to " + routes.name(to));
      for (auto const link : way) {
        if (flows[link] == 0) touched.push_back(link);
        flows[link] += part / connections;
      }
    }
  }

  /// Groups of the pattern, each cut into the domains that it crosses.
  void send(std::span<Index const> at, Traffic const& t) {
    if (t.pattern == Traffic::Pattern::to_storage) return store(at);
    auto const n = static_cast<Index>(std::max(1, t.members)), stride = static_cast<Index>(std::max(1, t.stride));
    std::vector<std::vector<Index>> domains;
    for (Index block = 0; block + Index{n} * stride <= at.size(); block += n * stride)
      for (Index first = block; first < block + stride; ++first) {
        domains.clear();
        for (Index i = 0; i < n; ++i) {
          Index const a = at[first + i * stride];
          if (domains.empty() || routes.domain_of(domains.back().front()) != routes.domain_of(a)) domains.emplace_back();
          domains.back().push_back(a);
        }
        between(domains, t.pattern);
      }
  }

  void store(std::span<Index const> at) {
    if (storage.empty()) return;
    for (std::size_t r = 0; r < at.size(); ++r) send(at[r], storage[r % storage.size()], 1);
  }

  /// Ranks of one domain share what leaves it, each by its own NIC: to its counterpart in the other domain.
  void between(std::vector<std::vector<Index>> const& domains, Traffic::Pattern pattern) {
    std::size_t const k = domains.size();
    if (k < 2) return;
    auto const to = [&](std::size_t d, std::size_t e, double part) {
      for (std::size_t i = 0; i < domains[d].size(); ++i) send(domains[d][i], domains[e][i % domains[e].size()], part);
    };
    for (std::size_t d = 0; d < k; ++d) switch (pattern) {
        case Traffic::Pattern::ring:
          to(d, (d + 1) % k, 1);
          break;
        case Traffic::Pattern::neighbour:  // activations to the next stage, gradients to the one before
          if (d + 1 < k) to(d, d + 1, 0.5);
          if (d > 0) to(d, d - 1, 0.5);
          break;
        case Traffic::Pattern::to_storage:
          break;
        case Traffic::Pattern::all_to_all: {
          std::size_t const peers = std::min(k - 1, most_peers);
          for (std::size_t i = 0; i < peers; ++i) to(d, (d + 1 + i * (k - 1) / peers) % k, 1.0 / static_cast<double>(peers));
          break;
        }
      }
  }

  void forget_flows() {
    for (auto const link : touched) flows[link] = 0;
    touched.clear();
  }

  /// Takes over the flows gathered; nothing when none leave their domain.
  void add_sender(Index job, double alone, double bytes, std::size_t traffic, bool steady) {
    if (touched.empty()) return;
    std::sort(touched.begin(), touched.end());
    Index slot = static_cast<Index>(senders.size());
    if (free_senders.empty())
      senders.emplace_back();
    else
      slot = free_senders.back(), free_senders.pop_back();
    Sender& s = senders[slot];
    s = {.job = job, .uses = {}, .alone = alone, .bytes = bytes, .traffic = traffic, .steady = steady, .narrowest = {}};
    s.uses.reserve(touched.size());
    for (auto const link : touched) {
      s.uses.push_back({link, flows[link]});
      links[link].users.push_back({slot, flows[link]});
      measure(links[link]);
    }
    forget_flows();
    jobs[job].senders.push_back(slot);
  }

  Running& begin(Index job) {
    if (job >= jobs.size()) jobs.resize(job + 1), marked.resize(job + 1, 0);
    assert(jobs[job].senders.empty() && "started twice");
    jobs[job] = {};
    return jobs[job];
  }

  void settle_in(Index job) {
    auto const& r = jobs[job];
    set_means(r, 1);
    if (!r.senders.empty()) mark(job);
    for (auto const s : r.senders) mark_users(senders[s]);
  }

  void set_means(Running const& r, workloads::FabricShare share) {
    double const T = r.iteration ? workloads::mean_duration_s(*r.iteration, share) : 1;
    for (auto const at : r.senders) {
      auto& s = senders[at];
      set_mean(s, r.iteration ? s.bytes / T : share.network * s.bytes);
    }
  }

  /// Rate at which `mine` flows of sender `at` fill the link while the others send at their means.
  double rate(Index at, Link const& link, double mine) const {
    double others = 0, fastest = 0, all = mine;
    for (auto const& u : link.users) {
      if (u.sender == at) continue;
      others += u.flows * senders[u.sender].mean;
      fastest = std::max(fastest, senders[u.sender].mean);
      all += u.flows;
    }
    double x = (link.capacity - others) / mine;
    if (x >= fastest) return x;
    // Some others are pushed below their means: fill from the fair share of all up.
    x = link.capacity / all;
    for (std::size_t step = 0; step <= link.users.size(); ++step) {
      double bound = 0, pushed = mine;
      for (auto const& u : link.users) {
        if (u.sender == at) continue;
        double const m = senders[u.sender].mean;
        m <= x ? bound += u.flows* m : pushed += u.flows;
      }
      double const more = (link.capacity - bound) / pushed;
      if (more <= x) break;
      x = more;
    }
    return x;
  }

  void look(Sender& s, Index at) {
    double lowest = s.wanted();
    s.narrowest.reset();
    for (auto const& use : s.uses) {
      auto const& link = links[use.link];
      if (!link.narrow() || link.at_least(use.flows, s.mean) >= lowest) continue;
      double const x = rate(at, link, use.flows);
      if (x < lowest * (1 - 1e-12)) lowest = x, s.narrowest = use.link;
    }
    s.share = std::clamp(lowest / s.wanted(), 1e-6, 1.0);
  }

  workloads::FabricShare share_of(Running const& r) {
    for (auto const at : r.senders) look(senders[at], at);
    if (!r.iteration) return senders[r.senders.front()].share;
    workloads::FabricShare share;
    shares.assign(r.iteration->traffic.size(), 1.0);
    for (auto const at : r.senders) {
      auto const& s = senders[at];
      shares[s.traffic] = s.share;
      if (r.iteration->traffic[s.traffic].pattern == Traffic::Pattern::to_storage) share.storage = s.share;
    }
    share.network = workloads::common_share(*r.iteration, shares);
    return share;
  }

  void resolve(std::vector<Index>& seen) {
    std::vector<Index> round;
    for (int n = 0; n < most_rounds && !dirty.empty(); ++n) {
      round.swap(dirty);
      dirty.clear();
      std::sort(round.begin(), round.end());
      for (auto const job : round) marked[job] = 0;
      for (auto const job : round) {
        auto& r = jobs[job];
        if (r.senders.empty()) continue;
        seen.push_back(job);
        auto share = share_of(r);
        if (n >= rounds_before_damping)
          share = {0.5 * (share.network + r.share.network), 0.5 * (share.storage + r.share.storage)};
        r.share = share;
        set_means(r, share);
        for (auto const at : r.senders) mark_users(senders[at]);
      }
    }
    for (auto const job : dirty) marked[job] = 0;
    dirty.clear();
  }
};

Contention::Contention(topology::Routes const& routes, std::vector<std::uint32_t> storage)
    : impl_(std::make_unique<Impl>(routes, std::move(storage))) {}
Contention::~Contention() = default;

void Contention::start(std::uint32_t job, std::span<std::uint32_t const> accelerators,
                       std::shared_ptr<workloads::Iteration const> iteration) {
  auto& m = *impl_;
  m.begin(job).iteration = iteration;
  for (std::size_t i = 0; i < iteration->traffic.size(); ++i) {
    auto const& t = iteration->traffic[i];
    m.send(accelerators, t);
    // Storage takes what it can, and so no more is sent to it.
    double const rate = t.pattern == Traffic::Pattern::to_storage ? t.bytes / t.time_s : iteration->rank_bytes_per_s;
    m.add_sender(job, rate, t.bytes, i, false);
  }
  m.settle_in(job);
}

void Contention::start(std::uint32_t job, std::span<std::uint32_t const> accelerators, double bytes_per_s) {
  auto& m = *impl_;
  m.begin(job);
  m.send(accelerators, {.pattern = Traffic::Pattern::all_to_all, .members = static_cast<int>(accelerators.size())});
  m.add_sender(job, std::numeric_limits<double>::infinity(), bytes_per_s, 0, true);
  m.settle_in(job);
}

void Contention::set_rate(std::uint32_t job, double bytes_per_s) {
  auto& m = *impl_;
  for (auto const at : m.jobs.at(job).senders) {
    auto& s = m.senders[at];
    s.bytes = bytes_per_s;
    m.set_means(m.jobs[job], 1);
    for (auto const& use : s.uses) m.measure(m.links[use.link]);
    m.mark(job);
    m.mark_users(s);
  }
}

void Contention::stop(std::uint32_t job) {
  auto& m = *impl_;
  if (job >= m.jobs.size()) return;
  for (auto const at : m.jobs[job].senders) {
    auto& s = m.senders[at];
    m.set_mean(s, 0);
    m.mark_users(s);
    for (auto const& use : s.uses) {
      auto& link = m.links[use.link];
      std::erase_if(link.users, [&](Impl::User const& u) { return u.sender == at; });
      m.measure(link);
    }
    s = {};
    m.free_senders.push_back(at);
  }
  m.jobs[job] = {};
}

std::vector<Contention::Share> Contention::resolve() {
  auto& m = *impl_;
  std::vector<Index> seen;
  m.resolve(seen);
  std::sort(seen.begin(), seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  m.looked_at = seen.size();
  std::vector<Share> moved;
  for (auto const job : seen) {
    auto& r = m.jobs[job];
    if (std::abs(r.share.network - r.told.network) <= share_resolution * r.told.network &&
        std::abs(r.share.storage - r.told.storage) <= share_resolution * r.told.storage)
      continue;
    r.told = r.share;
    moved.push_back({job, r.share});
  }
  return moved;
}

std::size_t Contention::last_looked_at() const {
  return impl_->looked_at;
}

workloads::FabricShare Contention::share(std::uint32_t job) const {
  return job < impl_->jobs.size() ? impl_->jobs[job].told : workloads::FabricShare{};
}

void Contention::meter() {
  impl_->meters.assign(impl_->links.size(), {.since_s = impl_->now_s});
}

void Contention::advance(double now_s) {
  impl_->now_s = now_s;
}

std::vector<double> Contention::take_carried() {
  auto& m = *impl_;
  std::vector<double> bytes(m.meters.size());
  for (topology::LinkIndex link = 0; link < bytes.size(); ++link) {
    m.carry(link);
    bytes[link] = std::exchange(m.meters[link].bytes, 0.0);
  }
  return bytes;
}

std::optional<topology::LinkIndex> Contention::bottleneck(std::uint32_t job) const {
  auto const& m = *impl_;
  if (job >= m.jobs.size()) return std::nullopt;
  Sender const* worst = nullptr;
  for (auto const at : m.jobs[job].senders)
    if (!worst || m.senders[at].share < worst->share) worst = &m.senders[at];
  if (!worst || worst->share >= 1) return std::nullopt;
  return worst->narrowest;
}

}  // namespace ondol::sim
