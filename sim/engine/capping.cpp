#include "sim/engine/capping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/control/cap_allocation.hpp"

namespace ondol::sim {
namespace {

constexpr double none = std::numeric_limits<double>::infinity();
// What moves a plan: a thousandth of a limit or of a budget, and a kelvin of the dies (1 W of leakage on a board of 1 kW).
constexpr double resolution = 1e-3;
constexpr double resolution_k = 1.0;
constexpr double ramp_period_s = 1.0;  // between two steps of a limit that rises

std::string watts(double w) {
  return w >= 1e6 ? fmt::format("{:.3f} MW", w / 1e6) : fmt::format("{:.1f} kW", w / 1e3);
}

}  // namespace

Capping::Capping(schema::Scenario const& scenario, topology::Facility const& facility, Assembly const& assembly)
    : assembly_(assembly), tree_(assembly.chain.order, assembly.chain.curve, assembly.chain.second) {
  shedding_ = assembly.chain.shedding;
  if (scenario.capping.empty() && scenario.budget.empty() && !scenario.scheduler.ramp_limit) return;
  std::size_t const racks = facility.racks.size(), vertices = assembly.tree.vertices.size();
  for (auto const& place : facility.racks) {
    auto const& group = scenario.racks[place.group];
    rack_name_.push_back(place.name);
    priority_.push_back(group.priority);
    weight_.push_back(topology::rated_rack_power(scenario, group).v);
  }
  rack_vertex_.resize(racks);
  for (std::uint32_t v = 0; v < vertices; ++v) {
    auto const& vertex = assembly.tree.vertices[v];
    if (vertex.role == topology::PowerTree::Role::rack) rack_vertex_[vertex.owner] = v;
    if (vertex.role == topology::PowerTree::Role::utility) utility_ = v;
  }
  load_w_.resize(vertices);
  marginal_.resize(vertices);
  for (std::uint32_t v = 0; v < vertices; ++v) feeder_count_.push_back(tree_.order().feeders_of(v));
  for (auto* a : {&present_w_, &demand_w_, &floor_w_, &known_k_}) a->resize(racks);
  series_w_.assign(racks, std::nan(""));
  stale_.assign(racks, 1);
  demand_stale_.assign(racks, 1);
  split_stale_.assign(racks, 0);
  loaded_.assign(racks, 0);
  ramping_.assign(racks, 0);
  effect_.resize(racks);
  for (double const accelerators : assembly.accelerators_of_hall) halls_.push_back({.accelerators = accelerators});
  for (auto const& rack : facility.racks) hall_of_rack_.push_back(rack.hall);
  capped_share_.resize(halls_.size());
  going_.assign(racks, 0);
  awaits_w_.assign(racks, 0);

  auto const add_capper = [&](std::string const& name, schema::CapChannelSpec const& channel, double release) {
    Capper c;
    c.name = name;
    c.period_s = channel.period_s();
    c.delay_s = channel.delay_s();
    c.release = release;
    c.floor_w = channel.floor ? channel.floor->v : 0.0;
    c.first_guard = static_cast<std::uint32_t>(guards_.size());
    c.commanded_w.assign(racks, none);
    c.obeyed_w.assign(racks, none);
    cappers_.push_back(std::move(c));
    return static_cast<std::uint32_t>(cappers_.size() - 1);
  };
  for (auto const& spec : scenario.capping) {
    auto const k = add_capper(spec.name, spec.channel, spec.release);
    auto const which = spec.after_loss ? FeedCase::after_loss : FeedCase::normal;
    for (std::uint32_t v = 0; v < vertices; ++v) {
      auto const& vertex = assembly.tree.vertices[v];
      bool const site = spec.bank == "utility" && v == utility_;
      bool const unit = vertex.role == topology::PowerTree::Role::unit && scenario.power[vertex.owner].id == spec.bank;
      if (!site && !unit) continue;
      double const rating = site ? scenario.site.grid_capacity.v : vertex.rating_w;
      auto const& breaker = assembly.chain.vertices[v].breaker;
      double const carries = breaker ? std::min(rating, breaker->rated_a) : rating;
      add_guard(k, v, rating, spec.limit ? spec.limit->v : spec.fraction * carries, which);
    }
  }
  for (auto const& spec : scenario.budget) {
    auto const k = add_capper(spec.name, spec.channel, spec.release);
    add_guard(k, utility_, scenario.site.grid_capacity.v, none, FeedCase::normal);
    cappers_[k].steps = budget_steps(spec);
    cappers_[k].signal_w = none;
    // What is known before a change is used to be there in time, and no earlier.
    double const lead = std::min(spec.notice.v, cappers_[k].delay_s);
    for (auto& step : cappers_[k].steps) step.decided_s = std::max(0.0, step.start_s - lead);
  }
  if (scenario.scheduler.ramp_limit) {
    // Who starts jobs starts them under a limit: nothing has to be seen first.
    schema::CapChannelSpec const with_the_job{.period = Seconds{ramp_period_s}, .delay = Seconds{0}, .floor = {}};
    ramp_ = add_capper("ramp_limit", with_the_job, 1.0);
    cappers_[*ramp_].rise_w_per_s = scenario.scheduler.ramp_limit->v;
    add_guard(*ramp_, utility_, scenario.site.grid_capacity.v, none, FeedCase::normal);
  }
}

void Capping::add_guard(std::uint32_t capper, std::uint32_t vertex, double rating_w, double limit_w, FeedCase which) {
  Guard g;
  g.capper = capper;
  g.vertex = vertex;
  g.name = assembly_.tree.vertices[vertex].name;
  g.rating_w = rating_w;
  g.limit_w = limit_w;
  g.which = which;
  g.meter = CapMeter(cappers_[capper].period_s);
  guards_.push_back(std::move(g));
  ++cappers_[capper].guards;
}

void Capping::begin(MachineRoom const& room, Calendar& calendar) {
  if (!any()) return;
  refresh(room);
  site_w_ = tree_.utility_w();
  for (std::uint32_t k = 0; k < cappers_.size(); ++k)
    for (std::uint32_t s = 0; s < cappers_[k].steps.size(); ++s) {
      auto const& step = cappers_[k].steps[s];
      calendar.add({.date_s = step.decided_s, .what = Entry::What::budget_notice, .subject = k, .generation = s});
      calendar.add({.date_s = step.start_s, .what = Entry::What::budget_change, .subject = k, .generation = s});
    }
}

void Capping::describe(SignalTable& table) const {
  if (!any()) return;
  bool const racks = std::any_of(table.axes.begin(), table.axes.end(), [](Axis const& a) { return a.group == "racks"; });
  if (racks)
    table.series.push_back({"racks", "power_cap", "W", "Power budget of the rack, NaN where capping leaves it alone",
                            "time: point", "rack", series_w_});
  bool const halls = std::any_of(table.axes.begin(), table.axes.end(), [](Axis const& a) { return a.group == "halls"; });
  if (halls)
    table.series.push_back({"halls", "accelerators_capped", "1",
                            "Share of the hall's accelerators that work more slowly for a power budget", "time: mean", "hall",
                            capped_share_});
}

void Capping::touch(std::uint32_t rack) {
  if (!any()) return;
  stale_[rack] = demand_stale_[rack] = split_stale_[rack] = loaded_[rack] = 1;
  some_stale_ = true;
}

void Capping::redraw(std::uint32_t rack) {
  if (!any()) return;
  stale_[rack] = 1;
  some_stale_ = true;
}

/// Present draws of racks and what arrives at the guards.
void Capping::refresh(MachineRoom const& room) {
  for (std::uint32_t r = 0; r < present_w_.size(); ++r) {
    if (!stale_[r] && !all_stale_) continue;
    stale_[r] = 0;
    present_w_[r] = room.present_input_w(r);
    if (std::abs(room.racks().hottest_k[r] - known_k_[r]) > resolution_k) demand_stale_[r] = split_stale_[r] = 1;
    if (demand_stale_[r]) effect_[r] = room.cap_effect(r);
    load_w_[rack_vertex_[r]] = present_w_[r];
  }
  if (all_stale_)
    for (std::uint32_t v = 0; v < load_w_.size(); ++v)
      if (assembly_.tree.vertices[v].role != topology::PowerTree::Role::rack) load_w_[v] = room.vertex_load_w()[v];
  all_stale_ = some_stale_ = false;
  if (auto const version = room.chain().version(); std::exchange(feed_version_, version) != version)
    tree_.set_state(room.chain().present().state());
  tree_.solve(load_w_);
}

FeedLinks Capping::feed_links() const {
  auto const& order = tree_.order();
  return {order.first, feeder_count_, order.feeders, tree_.state().carries};
}

void Capping::find_shares(Guard& g) {
  FeedLinks const links = feed_links();
  auto const by_vertex = feed_shares(links, marginal_, g.vertex, g.which);
  g.share.resize(rack_vertex_.size());
  for (std::size_t r = 0; r < g.share.size(); ++r) {
    bool const cut = awaits_w_[r] > 0 && present_w_[r] == 0;  // it comes back to where it hung
    if (!cut) g.share[r] = by_vertex[rack_vertex_[r]];
  }
}

void Capping::integrate(double now_s) {
  double const dt = now_s - since_s_;
  since_s_ = now_s;
  if (dt <= 0) return;
  withheld_j_ += withheld_w_ * dt;
  slowed_s_ += slowed_ * dt;
  lost_s_ += lost_ * dt;
  for (auto& hall : halls_) hall.slowed_s += hall.slowed * dt;
  if (!budget_holds_) return;
  budget_j_ += withheld_w_ * dt;
  budget_s_ += dt;
  if (site_w_ > above_w_ * (1 + 1e-9)) above_s_ += dt;
}

void Capping::close_report() {
  if (!any()) return;
  double const span_s = since_s_ - std::exchange(reported_s_, since_s_);
  for (std::size_t h = 0; h < halls_.size(); ++h) {
    auto& hall = halls_[h];
    double const possible_s = hall.accelerators * span_s;
    double const slowed_s = std::exchange(hall.slowed_s, 0);
    capped_share_[h] = possible_s > 0 ? slowed_s / possible_s : std::nan("");
  }
}

void Capping::observe(double now_s, MachineRoom const& room, Calendar& calendar) {
  if (!any()) return;
  integrate(now_s);
  if (!all_stale_ && !some_stale_) return;
  double const before_w = site_w_;
  bool worked = std::any_of(demand_stale_.begin(), demand_stale_.end(), [](auto s) { return s != 0; });
  refresh(room);
  worked |= std::any_of(demand_stale_.begin(), demand_stale_.end(), [](auto s) { return s != 0; });
  withheld_w_ = slowed_ = lost_ = 0;
  for (auto& hall : halls_) hall.slowed = 0;
  for (std::size_t r = 0; r < effect_.size(); ++r) {
    auto const& e = effect_[r];
    withheld_w_ += e.withheld_w;
    slowed_ += e.slowed;
    lost_ += e.lost;
    halls_[hall_of_rack_[r]].slowed += e.slowed;
  }
  site_w_ = tree_.utility_w();
  for (auto& g : guards_) {
    double w = tree_.output_w()[g.vertex];
    if (g.which == FeedCase::after_loss) {
      // Its racks at all they draw, and the other loads as they are.
      for (std::uint32_t v = 0; v < marginal_.size(); ++v)
        marginal_[v] = assembly_.chain.curve[v].marginal_loss(tree_.output_w()[v]);
      find_shares(g);
      FeedLinks const links = feed_links();
      auto const normal = feed_shares(links, marginal_, g.vertex, FeedCase::normal);
      for (std::size_t r = 0; r < g.share.size(); ++r) w += (g.share[r] - normal[rack_vertex_[r]]) * present_w_[r];
    }
    g.meter.set(w, now_s);
    highest_ = std::max(highest_, w / g.rating_w);
    if (g.active && std::abs(w - g.planned_w) > resolution * g.limit_w) worked = true;
  }
  if (worked) ++revision_;
  if (ramp_) watch_ramp(now_s, before_w, room, calendar);
  for (std::uint32_t k = 0; k < cappers_.size(); ++k) {
    auto const& c = cappers_[k];
    bool over = false, acts = has_cut(k);
    for (auto g = c.first_guard; g < c.first_guard + c.guards; ++g) {
      acts |= guards_[g].active;
      over |= !guards_[g].active && guards_[g].meter.now_w() > guards_[g].limit_w;
    }
    if (over || (acts && (c.revision != revision_ || c.rise_w_per_s > 0))) ask_for_look(k, now_s, calendar);
  }
}

/// Jobs that begin and would lift the site by more than a step of the ramp begin under a limit, which then rises.
void Capping::watch_ramp(double now_s, double before_w, MachineRoom const& room, Calendar& calendar) {
  auto& c = cappers_[*ramp_];
  auto& g = guards_[c.first_guard];
  bool const begins = std::find(loaded_.begin(), loaded_.end(), 1) != loaded_.end();
  if (begins) {
    double const limit_w = g.active ? g.limit_w : before_w + c.rise_w_per_s * c.period_s;
    if (site_w_ > limit_w) {
      // Who ran before runs on.
      for (std::size_t r = 0; r < loaded_.size(); ++r) ramping_[r] |= loaded_[r];
      if (!g.active) g.seen_w = site_w_;
      g.limit_w = limit_w;
      g.active = true;
      plan(*ramp_, now_s, room, calendar);
    }
  }
  std::fill(loaded_.begin(), loaded_.end(), std::uint8_t{0});
}

void Capping::ask_for_look(std::uint32_t k, double now_s, Calendar& calendar) {
  auto& c = cappers_[k];
  if (std::exchange(c.look_due, true)) return;
  double const next = std::floor(now_s / c.period_s + 1e-9) + 1;
  calendar.add({.date_s = next * c.period_s, .what = Entry::What::cap_sample, .subject = k});
}

void Capping::look(std::uint32_t k, double now_s, MachineRoom const& room, Calendar& calendar) {
  auto& c = cappers_[k];
  c.look_due = false;
  bool acts = has_cut(k);
  if (acts) c.revision = 0;
  if (c.rise_w_per_s > 0 && guards_[c.first_guard].active) {
    guards_[c.first_guard].limit_w += c.rise_w_per_s * c.period_s;
    c.revision = 0;
  }
  for (auto i = c.first_guard; i < c.first_guard + c.guards; ++i) {
    auto& g = guards_[i];
    double const mean = g.meter.mean_w(now_s);
    if (!g.active && mean > g.limit_w) {
      g.active = true;
      g.seen_w = mean;
      c.revision = 0;
    }
    acts |= g.active;
  }
  if (acts) {
    if (c.revision != revision_) plan(k, now_s, room, calendar);
  } else {
    some_stale_ = true;  // a unit above its limit now, not yet on the mean: look again
  }
}

void Capping::plan(std::uint32_t k, double now_s, MachineRoom const& room, Calendar& calendar) {
  auto& c = cappers_[k];
  refresh(room);
  c.revision = revision_;
  std::size_t const racks = present_w_.size();
  double floor_w = 0;
  for (auto const& other : cappers_) floor_w = std::max(floor_w, other.floor_w);
  for (std::uint32_t r = 0; r < racks; ++r) {
    if (!demand_stale_[r]) continue;
    demand_stale_[r] = 0;
    known_k_[r] = room.racks().hottest_k[r];
    demand_w_[r] = room.demand_w(r);
    floor_w_[r] = std::min(demand_w_[r], room.input_under_w(r, std::max(floor_w, room.class_of_rack(r).least_limit_w)));
  }
  for (std::uint32_t r = 0; r < racks; ++r)
    if (awaits_w_[r] > 0 && now_s > cut_s_ + 1e-6 && !going_[r] && room.works(r)) awaits_w_[r] = 0;

  CapProblem problem;
  for (std::uint32_t v = 0; v < marginal_.size(); ++v)
    marginal_[v] = assembly_.chain.curve[v].marginal_loss(tree_.output_w()[v]);
  // A unit that carries all demand binds nobody and is left out.
  std::vector<std::uint32_t> counted;
  std::vector<double> others_w, floors_w;
  for (std::uint32_t i = 0; i < guards_.size(); ++i) {
    auto& g = guards_[i];
    find_shares(g);
    double others = g.meter.now_w();
    if (g.which == FeedCase::normal) others = tree_.output_w()[g.vertex];
    if (cappers_[g.capper].rise_w_per_s > 0)
      for (std::size_t r = 0; r < racks; ++r)
        if (!ramping_[r]) g.share[r] = 0;
    double wanted = 0, floors = 0;
    for (std::size_t r = 0; r < racks; ++r) {
      others -= g.share[r] * present_w_[r];
      if (going_[r]) continue;
      wanted += g.share[r] * demand_w_[r];
      floors += g.share[r] * floor_w_[r];
    }
    double aim = g.active ? cappers_[g.capper].release * g.limit_w : g.limit_w;
    g.planned_w = g.meter.now_w();
    others_w.push_back(others);
    floors_w.push_back(floors);
    if (others + wanted <= aim) continue;
    // Nobody goes for what is only an aim; where some must, they leave the margin free.
    if (shedding_ && others + floors > aim)
      aim = exceeds(g, others + floors) ? std::min(aim, (1 - shedding_->margin) * g.limit_w) : g.limit_w;
    problem.headroom_w.push_back(aim - others);
    counted.push_back(i);
  }
  for (std::uint32_t r = 0; r < racks; ++r) {
    problem.racks.push_back({.demand_w = going_[r] ? 0 : demand_w_[r],
                             .floor_w = going_[r] ? 0 : floor_w_[r],
                             .weight = weight_[r],
                             .priority = priority_[r],
                             .first_share = static_cast<std::uint32_t>(problem.shares.size()),
                             .shares = 0});
    for (std::uint32_t g = 0; g < counted.size(); ++g)
      if (double const share = guards_[counted[g]].share[r]; share > 0) {
        problem.shares.push_back({g, share});
        ++problem.racks.back().shares;
      }
  }
  auto answer = allocate_caps(problem);
  for (auto const r : answer.shed) answer.budget_w[r] = floor_w_[r];
  std::vector<std::uint8_t> bound(guards_.size());
  for (std::size_t g = 0; g < counted.size(); ++g) bound[counted[g]] = answer.bound[g];
  bool const by_ramp = ramp_ && guards_[cappers_[*ramp_].first_guard].active;
  if (!by_ramp) {
    // Told when it begins and when it grows, not each time that equal racks change places.
    bool const grows = answer.shed.size() > named_.size();
    if (grows || answer.shed.empty()) named_ = answer.shed;
    if (grows) {
      constexpr std::size_t shown = 5;
      std::string names;
      for (std::size_t i = 0; i < std::min(shown, named_.size()); ++i) names += (i ? ", " : "") + rack_name_[named_[i]];
      if (named_.size() > shown) names += fmt::format(" and {} more", named_.size() - shown);
      events_.push_back({now_s, "power_cap_short", c.name,
                         fmt::format("the lowest clocks draw too much; {}, in order: {}",
                                     shedding_ ? "to be cut off" : "would have to go", names)});
    }
  }

  // Whom this controller holds, and for which of its units.
  Command command;
  command.capper = k;
  command.budget_w.assign(racks, none);
  for (auto i = c.first_guard; i < c.first_guard + c.guards; ++i) {
    auto& g = guards_[i];
    bool const holds = bound[i];
    if (holds != g.active || (holds && g.holds != holds)) command.guards.emplace_back(i, holds);
    if (holds && !g.active) g.seen_w = g.meter.now_w();
    g.active = g.holds = holds;
    if (!holds) continue;
    for (std::size_t r = 0; r < racks; ++r)
      if (g.share[r] > 0 && answer.budget_w[r] < demand_w_[r] * (1 - 1e-6)) command.budget_w[r] = answer.budget_w[r];
  }
  if (shedding_) {
    for (auto const r : answer.shed)
      for (auto i = c.first_guard; i < c.first_guard + c.guards; ++i) {
        auto const& g = guards_[i];
        if (g.share[r] <= 0 || !exceeds(g, others_w[i] + floors_w[i])) continue;
        command.cuts.emplace_back(r, fmt::format("{}: {} would be at {} with the lowest clocks, limit {}; priority {}", c.name,
                                                 g.name, watts(others_w[i] + floors_w[i]), watts(g.limit_w), priority_[r]));
        cuts_.push_back({.rack = r, .capper = k, .gone = false, .fits_since_s = {}});
        going_[r] = 1;
        break;
      }
    choose_returns(command, others_w, now_s, calendar);
  }
  bool differs = !command.guards.empty() || !command.cuts.empty() || !command.returns.empty();
  for (std::size_t r = 0; r < racks; ++r) {
    double const before = c.commanded_w[r], now = command.budget_w[r];
    if (before == none && now == none) continue;
    bool const moved = (before == none) != (now == none) || std::abs(now - before) > resolution * before;
    if (!moved) command.budget_w[r] = before;
    differs |= moved || split_stale_[r];
  }
  if (c.rise_w_per_s > 0) {
    for (std::size_t r = 0; r < racks; ++r) ramping_[r] = command.budget_w[r] != none;
    if (auto& g = guards_[c.first_guard]; !g.active) g.limit_w = none;
  }
  if (!differs) return;
  c.commanded_w = command.budget_w;
  command.number = next_command_++;
  calendar.add({.date_s = now_s + c.delay_s, .what = Entry::What::cap_command, .subject = command.number});
  commands_.push_back(std::move(command));
}

/// Floors and what else comes through a unit are more than it may carry.  A ramp only delays.
bool Capping::exceeds(Guard const& g, double w) const {
  return w > g.limit_w * (1 + 1e-9) && cappers_[g.capper].rise_w_per_s == 0;
}

bool Capping::has_cut(std::uint32_t k) const {
  return std::any_of(cuts_.begin(), cuts_.end(), [k](Cut const& cut) { return cut.capper == k; });
}

/// Whom this controller lets back, the last first: their floors have fitted below every guarded limit, less the margin, for
/// long enough.  One that waits keeps its place, and those cut before it do not overtake it where it does not fit.
void Capping::choose_returns(Command& command, std::vector<double> const& others_w, double now_s, Calendar& calendar) {
  if (!has_cut(command.capper)) return;
  std::vector<double> free_w(guards_.size());
  std::vector<std::uint8_t> waits(guards_.size());  // one that was cut later is still out
  for (std::size_t i = 0; i < guards_.size(); ++i) {
    auto const& g = guards_[i];
    free_w[i] = (1 - shedding_->margin) * g.limit_w - others_w[i];
    for (std::size_t r = 0; r < floor_w_.size(); ++r)
      if (!going_[r]) free_w[i] -= g.share[r] * std::max(floor_w_[r], awaits_w_[r]);
  }
  double check_s = now_s + shedding_->restore_s;
  for (auto k = cuts_.size(); k-- > 0;) {
    auto& cut = cuts_[k];
    auto const r = cut.rack;
    bool fits = cut.gone;
    for (std::size_t i = 0; i < guards_.size(); ++i)
      if (guards_[i].share[r] > 0) fits &= free_w[i] >= guards_[i].share[r] * awaits_w_[r];
    for (std::size_t i = 0; i < guards_.size(); ++i)
      if (guards_[i].share[r] > 0) free_w[i] = fits ? free_w[i] - guards_[i].share[r] * awaits_w_[r] : -none;
    if (!fits) cut.fits_since_s.reset();
    if (fits && !cut.fits_since_s) cut.fits_since_s = now_s;
    double const due_s = fits ? *cut.fits_since_s + shedding_->restore_s : none;
    bool returns = cut.capper == command.capper && now_s > due_s - 1e-6;
    for (std::size_t i = 0; i < guards_.size(); ++i) returns &= guards_[i].share[r] <= 0 || !waits[i];
    if (!returns) {
      if (due_s > now_s) check_s = std::min(check_s, due_s);
      for (std::size_t i = 0; i < guards_.size(); ++i) waits[i] |= guards_[i].share[r] > 0;
      continue;
    }
    command.returns.push_back(r);
    going_[r] = 0;
    cuts_.erase(cuts_.begin() + static_cast<std::ptrdiff_t>(k));
  }
  auto& c = cappers_[command.capper];
  check_s = std::ceil(std::max(check_s, now_s + c.period_s) / c.period_s - 1e-9) * c.period_s;
  if (!has_cut(command.capper) || (c.check_s > now_s + 1e-6 && c.check_s <= check_s)) return;
  c.check_s = check_s;
  calendar.add({.date_s = check_s, .what = Entry::What::cap_sample, .subject = command.capper});
}

/// The limit of its accelerators at which a rack draws its budget, from below.
double Capping::limit_for(std::uint32_t rack, double budget_w, MachineRoom const& room) const {
  double low = room.class_of_rack(rack).least_limit_w, high = room.class_of_rack(rack).power_limit_w;
  for (auto const& c : cappers_)
    if (c.obeyed_w[rack] != none) low = std::max(low, c.floor_w);
  double low_w = room.input_under_w(rack, low), high_w = room.input_under_w(rack, high);
  if (low_w >= budget_w) return low;
  if (high_w <= budget_w) return none;
  // Regula falsi; every third step halves, so that a corner in the curve does not hold it.
  for (int step = 0; step < 40 && budget_w - low_w > 1e-5 * budget_w; ++step) {
    double const middle = step % 3 == 2 ? 0.5 * (low + high) : low + (high - low) * (budget_w - low_w) / (high_w - low_w);
    double const at = room.input_under_w(rack, middle);
    (at <= budget_w ? low : high) = middle;
    (at <= budget_w ? low_w : high_w) = at;
  }
  return low;
}

void Capping::obey(std::uint32_t number, double now_s, MachineRoom& room) {
  auto const it = std::find_if(commands_.begin(), commands_.end(), [&](Command const& c) { return c.number == number; });
  Command const command = std::move(*it);
  commands_.erase(it);
  auto& c = cappers_[command.capper];
  auto const before = std::exchange(c.obeyed_w, command.budget_w);
  for (std::uint32_t r = 0; r < before.size(); ++r) {
    double const now = command.budget_w[r];
    if (now == before[r] && (now == none || !split_stale_[r])) continue;
    double budget = none;
    for (auto const& other : cappers_) budget = std::min(budget, other.obeyed_w[r]);
    series_w_[r] = budget == none ? std::nan("") : budget;
    room.set_cap(r, budget == none ? none : limit_for(r, budget, room), now_s);
    effect_[r] = room.cap_effect(r);
    split_stale_[r] = 0;
    stale_[r] = 1;
    some_stale_ = true;
  }
  for (auto const& [r, cause] : command.cuts) {
    room.hold_off(r, cause);
    for (auto& cut : cuts_) cut.gone |= cut.rack == r;
  }
  if (!command.cuts.empty()) {
    cut_s_ = now_s;
    for (std::size_t r = 0; r < awaits_w_.size(); ++r) awaits_w_[r] = std::max(awaits_w_[r], floor_w_[r]);
  }
  for (auto const r : command.returns) room.let_back(r);
  for (auto const& [i, begins] : command.guards) {
    auto const& g = guards_[i];
    if (begins == g.told) continue;
    guards_[i].told = begins;
    events_.push_back(
        {now_s, begins ? "power_cap_begin" : "power_cap_end", c.name, begins ? told(g) : g.name + " needs no cap"});
  }
}

std::string Capping::told(Guard const& g) const {
  std::size_t racks = 0;
  for (std::size_t r = 0; r < g.share.size(); ++r) racks += g.share[r] > 0 && cappers_[g.capper].obeyed_w[r] != none;
  return fmt::format("{} at {}, limit {}; {} racks held", g.name, watts(g.seen_w), watts(g.limit_w), racks);
}

void Capping::notice(std::uint32_t k, std::uint32_t s, double now_s, MachineRoom const& room, Calendar& calendar) {
  auto& c = cappers_[k];
  auto& g = guards_[c.first_guard];
  g.limit_w = c.steps[s].power_w;
  g.active = g.limit_w != none;
  g.seen_w = g.meter.now_w();
  ++revision_;
  plan(k, now_s, room, calendar);
}

void Capping::change(std::uint32_t k, std::uint32_t s, double now_s) {
  integrate(now_s);
  auto& c = cappers_[k];
  c.signal_w = c.steps[s].power_w;
  above_w_ = none;
  for (auto const& other : cappers_)
    if (!other.steps.empty()) above_w_ = std::min(above_w_, other.signal_w);
  budget_holds_ = above_w_ != none;
  bool const ends = c.signal_w == none;
  events_.push_back({now_s, ends ? "power_budget_end" : "power_budget_begin", c.name,
                     ends ? "the site may draw what it wants" : "the site may draw " + watts(c.signal_w)});
}

void Capping::add_kpis(std::vector<Kpi>& kpis) const {
  if (!any()) return;
  kpis.push_back({"throttled_hours", slowed_s_ / 3600, "h", "Accelerator-hours slowed by power capping"});
  kpis.push_back({"capping_lost_hours", lost_s_ / 3600, "h", "Accelerator-hours of work that power capping left undone"});
  kpis.push_back(
      {"capped_energy", withheld_j_ / 3.6e9, "MWh", "Energy at the racks' input that power capping kept from being drawn"});
  kpis.push_back({"highest_feed_load", highest_, "1", "Highest load of a guarded unit over its rating"});
  if (std::none_of(cappers_.begin(), cappers_.end(), [](auto const& c) { return !c.steps.empty(); })) return;
  kpis.push_back(
      {"budget_energy_curtailed", budget_j_ / 3.6e9, "MWh", "Energy at the racks' input not drawn while a budget held"});
  kpis.push_back({"budget_time_above", budget_s_ > 0 ? above_s_ / budget_s_ : 0.0, "1",
                  "Share of the time under a budget in which the site drew more"});
}

}  // namespace ondol::sim
