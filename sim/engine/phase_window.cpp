#include "sim/engine/phase_window.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace ondol::sim {

using Role = topology::PowerTree::Role;

SwingMeter::SwingMeter(double period_s)
    : period_s_(period_s),
      second_(static_cast<std::size_t>(std::max(1.0, std::round(1.0 / period_s)))),
      minute_(static_cast<std::size_t>(std::max(1.0, std::round(60.0 / period_s)))) {}

void SwingMeter::add(double mean_w, double duration_s) {
  auto& f = figures_;
  f.highest_w = std::max(f.highest_w, mean_w);
  f.lowest_w = std::min(f.lowest_w, mean_w);
  if (last_second_.size() == second_) {
    f.ramp_w_per_s =
        std::max(f.ramp_w_per_s, std::abs(mean_w - last_second_.front()) / (static_cast<double>(second_) * period_s_));
    last_second_.pop_front();
  }
  last_second_.push_back(mean_w);
  if (energy_j_.empty()) energy_j_.push_back(0);
  f.energy_j += mean_w * duration_s;
  if (duration_s < 0.999 * period_s_) return;  // the last one may be shorter
  energy_j_.push_back(f.energy_j);
  if (energy_j_.size() <= 2 * minute_) return;
  double const minute_s = static_cast<double>(minute_) * period_s_;
  double const moved_j = energy_j_.back() - 2 * energy_j_[minute_] + energy_j_.front();
  f.minute_ramp_w_per_s = std::max(f.minute_ramp_w_per_s, std::abs(moved_j) / (minute_s * minute_s));
  energy_j_.pop_front();
}

PhaseWindow::PhaseWindow(schema::PhaseWindowSpec const& spec, schema::Scenario const& scenario,
                         topology::Facility const& facility, Assembly const& assembly, std::vector<workloads::Job> const& jobs)
    : spec_(spec),
      facility_(facility),
      assembly_(assembly),
      end_s_(std::min(spec.start.v + spec.duration.v, scenario.simulation.duration.v)),
      column_(jobs.size(), -1),
      class_of_rack_(facility.racks.size()),
      parts_in_rack_(facility.racks.size()),
      other_w_(facility.racks.size()),
      rack_(facility.racks.size()),
      dark_(facility.racks.size()),
      is_changed_(facility.racks.size()),
      tree_(assembly.chain.order, assembly.chain.curve, assembly.chain.second),
      fabric_dark_(assembly.fabrics.size()),
      vertex_load_w_(assembly.tree.vertices.size()),
      storage_(assembly.storages),
      hall_w_(scenario.hall.size()),
      rack_w_(facility.racks.size()),
      storage_w_(assembly.storages.size()),
      state_of_charge_(assembly.storages.size()) {
  for (auto const& h : scenario.hall) hall_names_.push_back(h.id);
  for (auto const& r : facility.racks) {
    rack_names_.push_back(r.name);
    rack_halls_.push_back(scenario.hall[r.hall].id);
  }
  for (std::uint32_t j = 0; j < jobs.size(); ++j) {
    if (!jobs[j].iteration) continue;
    if (!spec.jobs.empty() && std::find(spec.jobs.begin(), spec.jobs.end(), jobs[j].name) == spec.jobs.end()) continue;
    column_[j] = static_cast<int>(job_names_.size());
    job_names_.push_back(jobs[j].name);
  }
  job_.resize(job_names_.size());
  job_w_.resize(job_names_.size());
  for (std::uint32_t c = 0; c < assembly.classes.size(); ++c)
    for (std::uint32_t r = 0; r < assembly.classes[c].racks; ++r) class_of_rack_[assembly.classes[c].first_rack + r] = c;
}

void PhaseWindow::describe(SignalTable& table) const {
  std::string const group = "windows/" + spec_.name, mean = "time: mean";
  table.own_time.push_back({group, spec_.period.v});
  table.series.push_back({group, "power", "W", "Power at the utility meter", mean, "", site_});
  table.series.push_back({group, "it_power", "W", "Power at the input of racks and fabric switches", mean, "", it_});
  table.axes.push_back({group, "hall", hall_names_});
  table.series.push_back({group, "hall_power", "W", "Power at the input of the hall's racks", mean, "hall", hall_w_});
  if (!job_names_.empty()) {
    table.axes.push_back({group, "job", job_names_});
    table.series.push_back({group, "job_power", "W", "Input power of the job's share of its nodes", mean, "job", job_w_});
  }
  if (!storage_.none()) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < storage_.size(); ++i) names.push_back(storage_.name(i));
    table.series.push_back(
        {group, "meter_without_storage", "W", "Power at the utility meter without storage", mean, "", without_});
    table.axes.push_back({group, "storage", names});
    table.series.push_back({group, "storage_power", "W", "Given by the storage; negative: taken", mean, "storage", storage_w_});
    table.series.push_back({group, "state_of_charge", "1", "Of the storage", "time: point", "storage", state_of_charge_});
  }
  if (!spec_.racks) return;
  table.axes.push_back({group, "rack", rack_names_});
  table.columns.push_back({group, "rack", "rack_hall", "", "Hall", {}, rack_halls_});
  table.series.push_back({group, "rack_power", "W", "Power at the rack's input", mean, "rack", rack_w_});
}

void PhaseWindow::begin(double now_s, MachineRoom const& room, JobBook const& book, std::function<void(double)> row) {
  open_ = true;
  row_ = std::move(row);
  bins_ = 0;
  bin_start_s_ = now_s;
  bin_end_s_ = std::min(end_s_, spec_.start.v + spec_.period.v);
  meter_ = meter_without_ = SwingMeter(spec_.period.v);
  storage_ = room.storage().fork();
  for (auto* levels : {&rack_, &job_}) std::fill(levels->begin(), levels->end(), Level{});
  for (std::size_t pool = 0; pool < book.pools(); ++pool)
    for (auto const job : book.running_jobs(pool))
      if (!book.loads(job, now_s)) start_job(job, now_s, room, book);
  refresh(now_s, room, book, true);
}

void PhaseWindow::start_job(std::uint32_t job, double now_s, MachineRoom const& room, JobBook const& book) {
  if (!plays(job) || cohorts_.contains(job)) return;
  std::vector<Cohort::Part> parts;
  for (auto const& h : book.record(job).holdings) {
    auto const rack = room.rack_of(h.node);
    if (!parts.empty() && parts.back().rack == rack) continue;
    parts.push_back({.rack = rack, .draws = {}});
    if (auto const& smoothing = room.class_of(h.node).smoothing)
      parts.back().smoother.emplace(*smoothing, room.power_limit_w(h.node));
    else if (double const limiter_s = room.class_of(h.node).limiter_s; limiter_s > 0)
      parts.back().limiter.emplace(limiter_s);
  }
  auto& cohort = cohorts_.emplace(job, Cohort(job, std::move(parts))).first->second;
  for (std::size_t p = 0; p < cohort.parts().size(); ++p) parts_in_rack_[cohort.parts()[p].rack].emplace_back(job, p);
  for (auto const& part : cohort.parts()) refresh_rack(part.rack, room, book);
  auto const& r = book.record(job);
  cohort.begin(r.done_s + (now_s - r.settled_s) * r.speed, now_s);
  for (auto const& part : cohort.parts()) update_rack(part.rack, now_s);
  update_job(cohort, now_s);
}

void PhaseWindow::end_job(std::uint32_t job, double now_s) {
  auto const it = cohorts_.find(job);
  if (it == cohorts_.end()) return;
  for (auto const& part : it->second.parts())
    std::erase_if(parts_in_rack_[part.rack], [job](auto const& p) { return p.first == job; });
  cohorts_.erase(it);
  job_[static_cast<std::size_t>(column_[job])].set(0.0, now_s, bin_start_s_);
}

/// What the macro engine holds for the rack: leakage, hosts, fans and all accelerators that no program plays, and for those
/// that one does, the draws of their phases.
void PhaseWindow::refresh_rack(std::uint32_t rack, MachineRoom const& room, JobBook const& book) {
  auto const& c = assembly_.classes[class_of_rack_[rack]];
  auto const& n = room.nodes();
  std::uint32_t const first = c.first_node + (rack - c.first_rack) * c.nodes_per_rack;
  double const host_span = c.node.host.active_w - c.node.host.idle_w;
  double other = 0;
  dark_[rack] = !room.racks().powered[rack];
  for (auto const& [job, p] : parts_in_rack_[rack]) {
    auto& part = cohorts_.at(job).parts()[p];
    part.accelerators = 0;
    part.host_span_w = part.rest_w = 0;
    part.load = nullptr;
  }
  static thread_local std::vector<PhaseDraw> draws;
  for (std::uint32_t node = first; node < first + c.nodes_per_rack; ++node) {
    double const leakage = n.slope_w_per_k[node] * (n.die_k[node] - c.accelerator.leakage_reference_k);
    other += n.reference_w[node] + leakage + n.host_w[node] + n.fan_w[node];
    auto const jobs = book.on_node(node);
    auto const load = room.load(node);
    for (std::size_t s = 0; s < load.size() && s < jobs.size(); ++s) {
      auto const& share = load[s];
      if (!share.iteration || !cohorts_.contains(jobs[s])) continue;
      double const part_of_node = static_cast<double>(share.accelerators) / c.accelerators;
      other -= share.accelerators * share.draw.at_reference_w + host_span * share.draw.host * part_of_node;
      auto const& here = parts_in_rack_[rack];
      auto const at = std::find_if(here.begin(), here.end(), [&](auto const& x) { return x.first == jobs[s]; });
      auto& part = cohorts_.at(jobs[s]).parts()[at->second];
      phase_draws(c.accelerator, *share.iteration, share.fabric, room.power_limit_w(node), n.closed_die_k[node], draws);
      double const weight = share.accelerators, held = part.accelerators;
      if (!part.load) part.draws.assign(draws.size(), {.clock = 0});
      part.load = share.iteration.get();
      for (std::size_t i = 0; i < draws.size(); ++i) {
        auto& mean = part.draws[i];
        mean.at_reference_w = (held * mean.at_reference_w + weight * draws[i].at_reference_w) / (held + weight);
        mean.free_w = (held * mean.free_w + weight * draws[i].free_w) / (held + weight);
        mean.duration_s = std::max(mean.duration_s, draws[i].duration_s);
      }
      part.accelerators += share.accelerators;
      part.host_span_w += host_span * part_of_node;
      part.rest_w += part_of_node * (leakage + c.node.host.idle_w + n.fan_w[node]);
    }
  }
  other_w_[rack] = other;
}

void PhaseWindow::refresh(double now_s, MachineRoom const& room, JobBook const& book, bool all) {
  if (all) {
    tree_.set_state(room.chain().present().state());
    for (std::uint32_t v = 0; v < vertex_load_w_.size(); ++v) {
      auto const& vertex = assembly_.tree.vertices[v];
      bool const dark = !room.chain().has_power(v);
      if (vertex.role != Role::rack) vertex_load_w_[v] = dark ? 0.0 : room.vertex_load_w()[v];
      if (vertex.role == Role::network) fabric_dark_[vertex.owner] = dark;
    }
    for (std::uint32_t r = 0; r < rack_.size(); ++r) {
      refresh_rack(r, room, book);
      update_rack(r, now_s);
    }
    any_ = true;
    for (auto const& [job, cohort] : cohorts_) update_job(cohort, now_s);
  } else {
    std::uint32_t last = std::numeric_limits<std::uint32_t>::max();
    for (auto const node : stale_) {
      auto const rack = room.rack_of(node);
      if (rack == std::exchange(last, rack)) continue;
      refresh_rack(rack, room, book);
      update_rack(rack, now_s);
      for (auto const& [job, p] : parts_in_rack_[rack]) update_job(cohorts_.at(job), now_s);
    }
  }
  stale_.clear();
}

void PhaseWindow::update_rack(std::uint32_t rack, double now_s) {
  auto const& c = assembly_.classes[class_of_rack_[rack]];
  double dc = other_w_[rack];
  for (auto const& [job, p] : parts_in_rack_[rack]) {
    auto const& cohort = cohorts_.at(job);
    dc += cohort.power_w(cohort.parts()[p]);
  }
  double const nodes = c.nodes_per_rack;
  double const load = dark_[rack] ? 0.0 : dc + nodes * c.node.supplies.loss_w(dc / nodes) + c.switch_w;
  rack_[rack].set(dark_[rack] ? 0.0 : load + c.shelves.loss_w(load), now_s, bin_start_s_);
  if (!std::exchange(is_changed_[rack], std::uint8_t{1})) changed_.push_back(rack);
}

void PhaseWindow::update_job(Cohort const& cohort, double now_s) {
  double sum = 0;
  for (auto const& part : cohort.parts()) {
    auto const& c = assembly_.classes[class_of_rack_[part.rack]];
    double const dc = part.rest_w + cohort.power_w(part);
    double const nodes = static_cast<double>(part.accelerators) / c.accelerators;
    sum += dc + (nodes > 0 ? nodes * c.node.supplies.loss_w(dc / nodes) : 0.0);
  }
  job_[static_cast<std::size_t>(column_[cohort.job()])].set(sum, now_s, bin_start_s_);
}

void PhaseWindow::beat(std::uint32_t job, double now_s) {
  auto& cohort = cohorts_.at(job);
  cohort.step();
  for (auto const& part : cohort.parts()) update_rack(part.rack, now_s);
  update_job(cohort, now_s);
}

void PhaseWindow::advance(double now_s) {
  while (open_ && bin_end_s_ <= now_s && bin_start_s_ < end_s_) {
    close_bin(bin_end_s_);
    ++bins_;
    bin_start_s_ = bin_end_s_;
    bin_end_s_ = std::min(end_s_, spec_.start.v + static_cast<double>(bins_ + 1) * spec_.period.v);
  }
}

void PhaseWindow::end(double now_s) {
  if (!open_) return;
  advance(now_s);
  open_ = false;
  cohorts_.clear();
  for (auto& parts : parts_in_rack_) parts.clear();
}

void PhaseWindow::close_bin(double end_s) {
  double const bin = end_s - bin_start_s_;
  if (any_ || !changed_.empty() || !before_.empty()) {
    any_ = false;
    // A rack that changed in the last bin has its mean of this one still to come.
    for (auto const r : before_)
      if (!is_changed_[r]) rack_w_[r] = rack_[r].mean_w(end_s, bin_start_s_);
    for (auto const r : changed_) {
      rack_w_[r] = rack_[r].mean_w(end_s, bin_start_s_);
      is_changed_[r] = 0;
    }
    std::swap(before_, changed_);
    changed_.clear();
    std::fill(hall_w_.begin(), hall_w_.end(), 0.0);
    double it = 0;
    for (std::size_t r = 0; r < rack_w_.size(); ++r) {
      hall_w_[facility_.racks[r].hall] += rack_w_[r];
      it += rack_w_[r];
    }
    for (std::size_t f = 0; f < assembly_.fabrics.size(); ++f)
      if (!fabric_dark_[f]) it += assembly_.fabrics[f].power_w;
    for (std::size_t v = 0; v < vertex_load_w_.size(); ++v) {
      auto const& vertex = assembly_.tree.vertices[v];
      if (vertex.role == Role::rack) vertex_load_w_[v] = rack_w_[vertex.owner];
      if (vertex.role == Role::heat_load) it += vertex_load_w_[v];
    }
    tree_.solve(vertex_load_w_);
    it_[0] = it;
    without_[0] = site_[0] = tree_.utility_w();
  }
  if (!storage_.none()) {
    storage_.advance(bin_start_s_, bin, vertex_load_w_, tree_);
    site_[0] = tree_.utility_w();
    for (std::size_t i = 0; i < storage_.size(); ++i) {
      storage_w_[i] = storage_.flow(i).given_w;
      state_of_charge_[i] = storage_.state_of_charge(i);
    }
  }
  for (std::size_t j = 0; j < job_.size(); ++j) job_w_[j] = job_[j].mean_w(end_s, bin_start_s_);
  meter_.add(site_[0], bin);
  meter_without_.add(without_[0], bin);
  if (row_) row_(end_s);
}

}  // namespace ondol::sim
