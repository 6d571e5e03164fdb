/// Cutting racks off when what is live cannot carry all, and bringing them back.

#include <algorithm>
#include <cstdio>

#include "sim/power/power_chain.hpp"
#include "sim/state/shedding_order.hpp"

namespace ondol::sim {

using Kind = ChainVertex::Kind;

namespace {
constexpr double same_s = 1e-9;
constexpr double full = 1 + 1e-9;
constexpr double try_again_s = 1;  ///< after a try that has not helped
}  // namespace

/// The busiest of the UPS and generator banks that deliver.
PowerChain::Shortage PowerChain::shortage() const {
  Shortage worst;
  for (auto const& u : ups_)
    if (double const f = fraction(u.vertex, present_.output_w()[u.vertex]); f > worst.fraction) worst = {f, u.vertex};
  for (auto const& g : plants_)
    if (double const capacity_w = g.machine.capacity_w(); capacity_w > 0 && g.load_w / capacity_w > worst.fraction)
      worst = {g.load_w / capacity_w, g.params.vertices[0]};
  return worst;
}

/// Whether some of the load's power comes through the busiest one.
bool PowerChain::hangs_on(std::uint32_t load, Shortage const& on) const {
  std::vector<std::uint8_t> above(p_.vertices.size());
  above[load] = 1;
  for (std::uint32_t v = load; v < above.size(); ++v) {
    if (!above[v]) continue;
    if (v == on.vertex || (plant_of_[v] >= 0 && plant_of_[v] == plant_of_[on.vertex])) return true;
    for (std::uint32_t k = p_.order.first[v]; k < p_.order.first[v] + p_.order.feeders_of(v); ++k)
      if (present_.state().carries[k]) above[p_.order.feeders[k]] = 1;
  }
  return false;
}

bool PowerChain::room(double aim) const {
  bool const on_battery =
      std::any_of(ups_.begin(), ups_.end(), [](UpsRun const& u) { return u.machine.mode() == UpsMode::battery; });
  return !on_battery && shortage().fraction <= aim;
}

/// Dates of the next try, at the powers of now: a load that grows brings a shortage without anything happening.
void PowerChain::watch(double now_s) {
  auto const& s = *p_.shedding;
  double const worst = shortage().fraction;
  if (worst <= full)
    shed_s_ = never_s;
  else if (shed_s_ == never_s)
    shed_s_ = now_s + s.delay_s;
  bool const waits = std::any_of(shed_order_.begin(), shed_order_.end(), [this](auto v) { return !loads_[v].held; });
  if (!waits || !room(1 - s.margin))
    restore_s_ = never_s;
  else if (restore_s_ == never_s)
    restore_s_ = now_s + s.restore_s;
}

void PowerChain::shed(double now_s) {
  auto const& s = *p_.shedding;
  watch(now_s);
  if (now_s >= shed_s_ - same_s) {
    cut_off(now_s, 1 - s.margin);
    shed_s_ = shortage().fraction > full ? now_s + std::max(s.delay_s, try_again_s) : never_s;
  }
  if (now_s >= restore_s_ - same_s) {
    restore(now_s, 1 - s.margin);
    restore_s_ = shed_order_.empty() ? never_s : now_s + std::max(s.restore_s, try_again_s);
  }
}

void PowerChain::cut_off(double now_s, double aim) {
  for (auto on = shortage(); on.fraction > aim; on = shortage()) {
    std::uint32_t chosen = no_edge;
    auto const rank = [this](std::uint32_t v) { return SheddingRank{p_.vertices[v].priority, load_w_[v], v}; };
    for (std::uint32_t v = 0; v < loads_.size(); ++v) {
      if (!p_.vertices[v].sheddable || !loads_[v].powered || load_w_[v] <= 0) continue;
      if (chosen != no_edge && !rank(v).goes_before(rank(chosen))) continue;
      if (hangs_on(v, on)) chosen = v;
    }
    if (chosen == no_edge) return;
    char text[120];
    std::snprintf(text, sizeof text, " at %.1f %% of what it carries; priority %d", 100 * on.fraction,
                  p_.vertices[chosen].priority);
    cut(chosen,
        (plant_of_[on.vertex] >= 0 ? bank_name(plants_[static_cast<std::size_t>(plant_of_[on.vertex])])
                                   : p_.vertices[on.vertex].name) +
            text,
        now_s);
  }
}

void PowerChain::cut(std::uint32_t v, std::string cause, double now_s) {
  tell("load_shed", p_.vertices[v].name, std::move(cause));
  loads_[v].shed = true;
  shed_order_.push_back(v);
  run_load(v, 0, now_s);
  restructure(now_s);
}

/// The last one first, as long as there is room for what it drew; who is held off by another is passed over.
void PowerChain::restore(double now_s, double aim) {
  for (auto k = shed_order_.size(); k-- > 0;) {
    auto const v = shed_order_[k];
    if (!loads_[v].held && !bring_back(v, now_s, aim)) return;
  }
}

bool PowerChain::bring_back(std::uint32_t v, double now_s, double aim) {
  auto& l = loads_[v];
  l.shed = false;
  if (p_.vertices[v].tolerance.allowed_s(input_voltage(v)) < never_s) {  // nothing to restore it from
    l.shed = true;
    return false;
  }
  l.powered = true;
  load_w_[v] = l.before_w;
  restructure(now_s);
  if (shortage().fraction > aim) {
    l.shed = true;
    l.powered = false;
    load_w_[v] = 0;
    restructure(now_s);
    return false;
  }
  std::erase(shed_order_, v);
  switched_.push_back(v);
  tell("load_restored", p_.vertices[v].name, "there is room for it again");
  return true;
}

void PowerChain::obey(Asked const& asked, double now_s) {
  auto& l = loads_[asked.vertex];
  l.held = asked.off;
  if (asked.off && !l.shed) cut(asked.vertex, asked.cause, now_s);
  double const aim = 1 - p_.shedding->margin;
  if (!asked.off && l.shed && room(aim)) bring_back(asked.vertex, now_s, aim);
}

}  // namespace ondol::sim
