#include "sim/engine/cohort.hpp"

#include <algorithm>
#include <cmath>

namespace ondol::sim {
namespace {
// Of smoothed power: pieces while it moves, and while it is steady, so that new draws count soon.
constexpr double least_slice_s = 0.01, most_slice_s = 1.0;
}  // namespace

Cohort::Cohort(std::uint32_t job, std::vector<Part> parts) : job_(job), parts_(std::move(parts)) {}

void Cohort::begin(double progress_s, double now_s) {
  auto const& it = *parts_.front().load->iteration;
  double const one_s = it.duration_s();
  // Work before iteration k, with the pauses due after k - 1 iterations and before; those due after k come first in its
  // program.
  auto const before = [&](std::int64_t k) {
    double sum = static_cast<double>(k) * one_s;
    for (auto const& p : it.pauses) sum += static_cast<double>(k > 0 ? (k - 1) / p.iterations : 0) * p.duration_s();
    return sum;
  };
  iteration_ = static_cast<std::int64_t>(std::max(0.0, std::floor(progress_s / it.mean_duration_s())));
  while (iteration_ > 0 && before(iteration_) > progress_s) --iteration_;
  while (before(iteration_ + 1) <= progress_s) ++iteration_;
  compose();
  double const length = before(iteration_ + 1) - before(iteration_);
  double total = 0;
  for (auto const& p : program_) total += p.duration_s;
  double left = std::clamp((progress_s - before(iteration_)) / length, 0.0, 1.0) * total;
  // Limiters and smoothers come out of an iteration like this one, or of idling before the first.
  for (auto& part : parts_) {
    if (part.limiter) {
      part.limiter->rest(progress_s > 0 ? play_power_w(program_.front(), part.draws) : part.load->waiting.fixed_w);
      for (auto const& play : program_)
        if (progress_s > 0) pass_limited(part, play, play.duration_s);
    }
    if (!part.smoother) continue;
    auto& smoother = *part.smoother;
    smoother.rest(smoother.demand(progress_s > 0 ? play_power_w(program_.front(), part.draws) : part.load->waiting.fixed_w));
    for (auto const& play : program_)
      if (progress_s > 0) smoother.step(play_demand(*part.load, play, part.draws, smoother), play.duration_s);
  }
  at_ = 0;
  auto const pass = [&](double duration_s) {
    for (auto& part : parts_) pass_limited(part, program_[at_], duration_s);
    for (auto& part : parts_)
      if (part.smoother) part.smoother->step(play_demand(*part.load, program_[at_], part.draws, *part.smoother), duration_s);
  };
  while (at_ + 1 < program_.size() && left >= program_[at_].duration_s) {
    pass(program_[at_].duration_s);
    left -= program_[at_++].duration_s;
  }
  pass(left);
  play_left_s_ = std::max(0.0, program_[at_].duration_s - left);
  slice(play_left_s_);
  next_s_ = now_s + slice_s_;
}

void Cohort::step() {
  play_left_s_ -= slice_s_;
  if (play_left_s_ <= 1e-9) {
    if (++at_ == program_.size()) {
      ++iteration_;
      compose();
      at_ = 0;
    }
    play_left_s_ = program_[at_].duration_s;
  }
  slice(play_left_s_);
  next_s_ += slice_s_;
}

void Cohort::compose() {
  auto const& load = *parts_.front().load;
  std::vector<double> longest(load.phases.size() + 1);
  for (auto const& part : parts_)
    for (std::size_t i = 0; i < longest.size(); ++i) longest[i] = std::max(longest[i], part.draws[i].duration_s);

  program_.clear();
  auto const& pauses = load.iteration->pauses;
  for (std::size_t p = 0; p < pauses.size(); ++p)
    if (iteration_ > 0 && iteration_ % pauses[p].iterations == 0)
      if (auto play = pause_play(load, p, longest); play.duration_s > 0) program_.push_back(std::move(play));
  for (auto& play : iteration_plays(load, longest)) program_.push_back(std::move(play));
}

void Cohort::pass_limited(Part& part, Play const& play, double duration_s) {
  if (!part.limiter) return;
  auto const demand = play_limited(play, part.draws);
  for (double left = duration_s; left > 0;) {
    double const piece = std::min(left, part.limiter->steady_s(demand));
    part.limiter->step(demand, piece);
    left -= piece;
  }
}

/// The next piece of the present play: all that is left of it, or where power is on its way, a few milliseconds.
void Cohort::slice(double left_s) {
  slice_s_ = left_s;
  for (auto const& part : parts_) {
    if (!part.limiter) continue;
    auto const demand = play_limited(program_[at_], part.draws);
    if (demand.limited()) slice_s_ = std::min({slice_s_, part.limiter->steady_s(demand), most_slice_s});
  }
  for (auto const& part : parts_) {
    if (!part.smoother) continue;
    double const steady_s = part.smoother->steady_s(play_demand(*part.load, program_[at_], part.draws, *part.smoother));
    slice_s_ = std::min(slice_s_, steady_s > 0 ? std::min(steady_s, most_slice_s) : least_slice_s);
  }
  for (auto& part : parts_)
    if (part.limiter) part.limited_w = part.limiter->step(play_limited(program_[at_], part.draws), slice_s_);
  for (auto& part : parts_)
    if (part.smoother)
      part.smoothed_w =
          part.smoother->step(play_demand(*part.load, program_[at_], part.draws, *part.smoother), slice_s_).energy_j / slice_s_;
}

double Cohort::power_w(Part const& part) const {
  double host = 0;
  for (auto const& [i, share] : program_[at_].mix)
    if (i < part.load->phases.size()) host += share * part.load->phases[i].what.host;
  double accelerator = part.smoother ? part.smoothed_w : play_power_w(program_[at_], part.draws);
  if (part.limiter && play_limited(program_[at_], part.draws).limited()) accelerator = part.limited_w;
  return part.accelerators * accelerator + part.host_span_w * host;
}

workloads::PhaseKind Cohort::kind() const {
  auto const& mix = program_[at_].mix;
  auto const most = std::max_element(mix.begin(), mix.end(), [](auto const& a, auto const& b) { return a.second < b.second; });
  auto const& phases = parts_.front().load->phases;
  return most->first < phases.size() ? phases[most->first].what.kind : workloads::PhaseKind::data;
}

}  // namespace ondol::sim
