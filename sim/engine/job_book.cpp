#include "sim/engine/job_book.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ondol::sim {

char const* to_string(JobPhase phase) {
  switch (phase) {
    case JobPhase::pending:
      return "pending";
    case JobPhase::waiting:
      return "waiting";
    case JobPhase::running:
      return "running";
    case JobPhase::done:
      return "done";
    case JobPhase::failed:
      return "failed";
  }
  return "?";
}

JobBook::JobBook(std::vector<workloads::Job> jobs, topology::Facility const& facility, schema::SchedulerSpec::Policy policy,
                 std::vector<int> accelerators_per_node_of_pool, std::vector<std::vector<std::uint32_t>> nodes_of_pool,
                 Calendar& calendar)
    : jobs_(std::move(jobs)), records_(jobs_.size()), policy_(policy), calendar_(calendar) {
  std::size_t const nodes = facility.node_rack.size();
  accelerators_of_node_.assign(nodes, 0);
  pool_of_node_.assign(nodes, 0);
  index_in_pool_.assign(nodes, 0);
  on_node_.resize(nodes);
  for (std::size_t p = 0; p < nodes_of_pool.size(); ++p) {
    int const per_node = accelerators_per_node_of_pool[p];
    int const count = static_cast<int>(nodes_of_pool[p].size());
    for (std::size_t i = 0; i < nodes_of_pool[p].size(); ++i) {
      auto const node = nodes_of_pool[p][i];
      accelerators_of_node_[node] = per_node;
      pool_of_node_[node] = static_cast<std::uint32_t>(p);
      index_in_pool_[node] = static_cast<std::uint32_t>(i);
    }
    pools_.push_back(
        Pool{workloads::PoolNodes(count, per_node), std::move(nodes_of_pool[p]), count * per_node, 0, {}, {}, false});
  }
  for (std::uint32_t j = 0; j < jobs_.size(); ++j) {
    records_[j].remaining_s = jobs_[j].work_s;
    calendar_.add({.date_s = jobs_[j].submit_s, .what = Entry::What::job_submit, .subject = j});
  }
}

int JobBook::held(std::uint32_t job, std::uint32_t node) const {
  auto const& all = records_[job].holdings;
  auto const it = std::lower_bound(all.begin(), all.end(), node, [](Holding const& h, std::uint32_t n) { return h.node < n; });
  return it != all.end() && it->node == node ? it->accelerators : 0;
}

void JobBook::submit(std::uint32_t job) {
  auto const& j = jobs_[job];
  auto& pool = pools_[j.pool];
  records_[job].phase = JobPhase::waiting;
  workloads::Waiting const entry{job, j.accelerators, j.estimate_s, j.reserved};
  // Reserved work goes before the queue, in order of arrival among itself.
  auto const place = j.reserved
                         ? std::find_if(pool.waiting.begin(), pool.waiting.end(), [](auto const& w) { return !w.reserved; })
                         : pool.waiting.end();
  pool.waiting.insert(place, entry);
  pool.touched = true;
}

std::vector<std::uint32_t> JobBook::schedule(double now_s) {
  std::vector<std::uint32_t> started;
  std::vector<workloads::Running> running;
  for (auto& pool : pools_) {
    if (!std::exchange(pool.touched, false)) continue;
    auto const begin = [&](std::vector<std::uint32_t> const& chosen) {
      for (auto const j : chosen) {
        start(j, pool, now_s);
        started.push_back(j);
      }
      if (!chosen.empty())
        std::erase_if(pool.waiting, [&](auto const& w) { return records_[w.job].phase == JobPhase::running; });
    };
    // Backfill begins as first come, first served does; only with a head that does not fit are reservations looked at.
    if (!pool.waiting.empty() && pool.nodes.free() > 0) begin(workloads::fcfs(pool.waiting, pool.nodes));
    if (policy_ != schema::SchedulerSpec::Policy::easy || pool.waiting.size() < 2 || pool.nodes.free() == 0) continue;
    running.clear();
    for (auto const j : pool.running)
      running.push_back(
          {j, jobs_[j].accelerators, std::max(now_s, records_[j].run_start_s + jobs_[j].estimate_s), records_[j].shares});
    begin(workloads::easy_backfill(pool.waiting, running, pool.nodes, now_s));
  }
  return started;
}

void JobBook::start(std::uint32_t job, Pool& pool, double now_s) {
  auto& r = records_[job];
  r.phase = JobPhase::running;
  if (r.start_s < 0) r.start_s = now_s;
  r.run_start_s = r.settled_s = now_s;
  r.resume_s = r.interruptions > 0 ? now_s + jobs_[job].restart_s : now_s;
  r.shares = pool.nodes.place(jobs_[job].accelerators);
  for (auto const& share : r.shares) {
    auto const node = pool.node_ids[share.node];
    r.holdings.push_back({node, share.accelerators, 0.0});
    on_node_[node].push_back(job);
  }
  std::sort(r.holdings.begin(), r.holdings.end(), [](Holding const& a, Holding const& b) { return a.node < b.node; });
  pool.running.insert(std::lower_bound(pool.running.begin(), pool.running.end(), job), job);
  if (std::isfinite(r.remaining_s))
    calendar_.add({.date_s = now_s + r.remaining_s, .what = Entry::What::job_end, .subject = job, .generation = r.generation});
}

void JobBook::note_energy_at_start(std::uint32_t job, std::span<double const> node_energy_j) {
  for (auto& h : records_[job].holdings) h.node_energy_at_start_j = node_energy_j[h.node];
}

void JobBook::settle(std::uint32_t job, double now_s) {
  auto& r = records_[job];
  double const work = (now_s - r.settled_s) * r.speed;
  r.done_s += work;
  r.remaining_s = std::max(0.0, r.remaining_s - work);
  r.network_share_s += (now_s - r.settled_s) * r.fabric.network;
  r.storage_share_s += (now_s - r.settled_s) * r.fabric.storage;
  r.held_s += now_s - r.settled_s;
  r.settled_s = now_s;
}

void JobBook::set_speed(std::uint32_t job, double speed, double now_s) {
  auto& r = records_[job];
  if (speed == r.speed) return;
  settle(job, now_s);
  r.speed = speed;
  ++r.generation;
  if (!std::isfinite(r.remaining_s) || speed <= 0) return;
  calendar_.add(
      {.date_s = now_s + r.remaining_s / speed, .what = Entry::What::job_end, .subject = job, .generation = r.generation});
}

double JobBook::energy_since_start(JobRecord const& record, std::span<double const> node_energy_j) const {
  double sum = 0;
  for (auto const& h : record.holdings)
    sum += (node_energy_j[h.node] - h.node_energy_at_start_j) * h.accelerators / accelerators_of_node_[h.node];
  return sum;
}

void JobBook::end(std::uint32_t job, JobPhase how, double now_s, std::span<double const> node_energy_j) {
  stop(job, now_s, node_energy_j);
  records_[job].phase = how;
  records_[job].end_s = now_s;
}

void JobBook::interrupt(std::uint32_t job, double now_s, std::span<double const> node_energy_j) {
  stop(job, now_s, node_energy_j);
  auto const& j = jobs_[job];
  auto& r = records_[job];
  double kept = 0;
  if (j.checkpoint_s <= 0)
    kept = r.done_s;
  else if (std::isfinite(j.checkpoint_s))
    kept = std::max(0.0, std::floor((r.done_s - j.checkpoint_lag_s) / j.checkpoint_s)) * j.checkpoint_s;
  r.lost_s += r.done_s - kept;
  r.remaining_s += r.done_s - kept;
  r.done_s = kept;
  r.speed = 1;
  r.fabric = {};
  r.phase = JobPhase::waiting;
  ++r.interruptions;
  // It has waited before, so it stands before those of its kind that have not started.
  auto& waiting = pools_[j.pool].waiting;
  auto const place = std::find_if(waiting.begin(), waiting.end(), [&](auto const& w) {
    return w.reserved == j.reserved ? records_[w.job].interruptions == 0 : j.reserved;
  });
  waiting.insert(place, {job, j.accelerators, j.estimate_s, j.reserved});
}

/// The run under way is over: its energy counted, its accelerators free.
void JobBook::stop(std::uint32_t job, double now_s, std::span<double const> node_energy_j) {
  auto& r = records_[job];
  auto& pool = pools_[jobs_[job].pool];
  settle(job, now_s);
  r.energy_j += energy_since_start(r, node_energy_j);
  ++r.generation;
  for (auto const& h : r.holdings) std::erase(on_node_[h.node], job);
  pool.nodes.release(r.shares);
  r.shares = {};
  pool.running.erase(std::lower_bound(pool.running.begin(), pool.running.end(), job));
  pool.touched = true;
}

void JobBook::set_in_service(std::uint32_t node, bool in_service) {
  auto& pool = pools_[pool_of_node_[node]];
  pool.nodes.set_in_service(index_in_pool_[node], in_service);
  pool.dark += in_service ? -accelerators_of_node_[node] : accelerators_of_node_[node];
  pool.touched = true;
}

void JobBook::settle_all(double now_s, std::span<double const> node_energy_j) {
  for (auto const& pool : pools_)
    for (auto const job : pool.running) {
      settle(job, now_s);
      records_[job].energy_j += energy_since_start(records_[job], node_energy_j);
    }
}

}  // namespace ondol::sim
