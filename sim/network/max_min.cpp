#include "sim/network/max_min.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>
#include <string>

namespace ondol::sim {
namespace {

using topology::LinkIndex;

constexpr double still = 1e-12;  ///< of a rate: less than this is rounding

double checked_capacity(double capacity) {
  if (!(capacity >= 0))
    throw std::invalid_argument("the capacity of a link is " + std::to_string(capacity) + ", not 0 or more");
  return capacity;
}

double checked_bound(double bound) {
  if (!(bound >= 0)) throw std::invalid_argument("the bound of a rate is " + std::to_string(bound) + ", not 0 or more");
  return bound;
}

}  // namespace

MaxMin::MaxMin(std::vector<double> capacity) : links_(capacity.size()) {
  for (std::size_t l = 0; l < capacity.size(); ++l) links_[l].capacity = checked_capacity(capacity[l]);
}

MaxMin::Variable MaxMin::existing(Variable v) const {
  if (v >= variables_.size() || !variables_[v].exists) throw std::out_of_range("no variable " + std::to_string(v));
  return v;
}

void MaxMin::touch_link(LinkIndex l) {
  if (links_[l].touched) return;
  links_[l].touched = true;
  touched_links_.push_back(l);
}

void MaxMin::touch_variable(Variable v) {
  if (variables_[v].touched) return;
  variables_[v].touched = true;
  touched_variables_.push_back(v);
}

void MaxMin::set_capacity(LinkIndex link, double capacity) {
  links_.at(link).capacity = checked_capacity(capacity);
  touch_link(link);
}

MaxMin::Variable MaxMin::add(std::span<Use const> uses, double bound) {
  checked_bound(bound);
  for (auto const& use : uses) {
    if (use.link >= links_.size())
      throw std::out_of_range("link " + std::to_string(use.link) + " of " + std::to_string(links_.size()));
    if (!(use.weight > 0) || std::isinf(use.weight))
      throw std::invalid_argument("a weight is " + std::to_string(use.weight) + ", not above 0");
  }
  Variable v;
  if (free_.empty()) {
    v = static_cast<Variable>(variables_.size());
    variables_.emplace_back();
  } else {
    v = free_.back();
    free_.pop_back();
  }
  auto& entry = variables_[v];
  entry.uses.assign(uses.begin(), uses.end());
  entry.bound = bound;
  entry.rate = 0;
  entry.exists = true;
  for (auto const& use : uses) links_[use.link].users.push_back(v);
  touch_variable(v);
  return v;
}

void MaxMin::remove(Variable v) {
  auto& entry = variables_[existing(v)];
  for (auto const& use : entry.uses) {
    auto& users = links_[use.link].users;
    users.erase(std::find(users.begin(), users.end(), v));
    touch_link(use.link);
  }
  entry.exists = false;
  free_.push_back(v);
}

void MaxMin::set_bound(Variable v, double bound) {
  variables_[existing(v)].bound = checked_bound(bound);
  touch_variable(v);
}

void MaxMin::solve() {
  changed_.clear();
  solved_ = 0;
  ++round_;
  for (LinkIndex l : touched_links_) {
    links_[l].touched = false;
    reach(l);
    collect();
  }
  for (Variable v : touched_variables_) {
    variables_[v].touched = false;
    if (variables_[v].exists) reach_variable(v);
    collect();
  }
  touched_links_.clear();
  touched_variables_.clear();
  std::sort(changed_.begin(), changed_.end());
}

void MaxMin::reach(LinkIndex l) {
  if (links_[l].seen == round_) return;
  links_[l].seen = round_;
  member_links_.push_back(l);
}

void MaxMin::reach_variable(Variable v) {
  if (variables_[v].seen == round_) return;
  variables_[v].seen = round_;
  members_.push_back(v);
}

/// What hangs together with the links and variables reached so far, solved.
void MaxMin::collect() {
  for (std::size_t v = 0, l = 0; v < members_.size() || l < member_links_.size();) {
    if (v < members_.size())
      for (auto const& use : variables_[members_[v++]].uses) reach(use.link);
    else
      for (Variable user : links_[member_links_[l++]].users) reach_variable(user);
  }
  if (!members_.empty()) fill();
  members_.clear();
  member_links_.clear();
}

void MaxMin::fix(Variable v, double rate) {
  auto& entry = variables_[v];
  entry.fixed = true;
  for (auto const& use : entry.uses) {
    auto& link = links_[use.link];
    link.left -= use.weight * rate;
    link.weight -= use.weight;
    --link.rising;
  }
  if (std::abs(rate - entry.rate) <= still * std::min(rate, entry.rate)) return;
  entry.rate = rate;
  changed_.push_back(v);
}

void MaxMin::fill() {
  std::sort(members_.begin(), members_.end());
  solved_ += members_.size();
  for (LinkIndex l : member_links_) {
    auto& link = links_[l];
    link.left = link.capacity;
    link.weight = 0;
    link.rising = 0;
  }
  std::vector<std::pair<double, Variable>> bounds;
  for (Variable v : members_) {
    auto& entry = variables_[v];
    entry.fixed = false;
    if (entry.bound < unbounded) bounds.emplace_back(entry.bound, v);
    for (auto const& use : entry.uses) {
      links_[use.link].weight += use.weight;
      ++links_[use.link].rising;
    }
  }
  std::sort(bounds.begin(), bounds.end());

  // A link is full later, never earlier, once others stay behind: an entry of the heap is a lower bound, renewed on top.
  auto const full_at = [](Link const& link) { return std::max(0.0, link.left / link.weight); };
  filling_.clear();
  for (LinkIndex l : member_links_)
    if (links_[l].rising > 0 && std::isfinite(links_[l].capacity)) filling_.emplace_back(full_at(links_[l]), l);
  std::make_heap(filling_.begin(), filling_.end(), std::greater<>{});
  auto const drop = [&] {
    std::pop_heap(filling_.begin(), filling_.end(), std::greater<>{});
    filling_.pop_back();
  };
  auto bound = bounds.begin();
  for (double level = 0;;) {
    while (!filling_.empty()) {
      auto const [at, l] = filling_.front();
      if (links_[l].rising > 0) {
        double const now = full_at(links_[l]);
        if (now <= at) break;
        drop();
        filling_.emplace_back(now, l);
        std::push_heap(filling_.begin(), filling_.end(), std::greater<>{});
      } else {
        drop();
      }
    }
    while (bound != bounds.end() && variables_[bound->second].fixed) ++bound;
    if (bound != bounds.end() && (filling_.empty() || bound->first <= filling_.front().first)) {
      level = std::max(level, bound->first);
      fix(bound->second, bound->first);
    } else if (!filling_.empty()) {
      auto const [at, l] = filling_.front();
      level = std::max(level, at);
      drop();
      for (Variable user : links_[l].users)
        if (!variables_[user].fixed) fix(user, level);
    } else {
      break;
    }
  }
  for (Variable v : members_)
    if (!variables_[v].fixed && variables_[v].rate != unbounded) {
      variables_[v].rate = unbounded;  // nothing holds it
      changed_.push_back(v);
    }
}

}  // namespace ondol::sim
