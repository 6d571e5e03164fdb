#include "sim/engine/cohort.hpp"

#include <algorithm>
#include <cmath>

namespace ondol::sim {

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
  at_ = 0;
  while (at_ + 1 < program_.size() && left >= program_[at_].duration_s) left -= program_[at_++].duration_s;
  next_s_ = now_s + std::max(0.0, program_[at_].duration_s - left);
}

void Cohort::step() {
  if (++at_ == program_.size()) {
    ++iteration_;
    compose();
    at_ = 0;
  }
  next_s_ += program_[at_].duration_s;
}

void Cohort::compose() {
  auto const& load = *parts_.front().load;
  auto const& it = *load.iteration;
  std::size_t const own = it.phases.size(), all = load.phases.size();
  std::vector<double> longest(all + 1);
  for (auto const& part : parts_)
    for (std::size_t i = 0; i <= all; ++i) longest[i] = std::max(longest[i], part.draws[i].duration_s);

  program_.clear();
  std::size_t first = own;
  for (auto const& pause : it.pauses) {
    if (iteration_ > 0 && iteration_ % pause.iterations == 0) {
      // The ranks take its phases in turns, as in the body of an iteration.
      Play play;
      for (std::size_t i = first; i < first + pause.phases.size(); ++i) play.duration_s += longest[i];
      for (std::size_t i = first; i < first + pause.phases.size(); ++i)
        if (longest[i] > 0) play.mix.emplace_back(i, longest[i] / play.duration_s);
      if (play.duration_s > 0) program_.push_back(std::move(play));
    }
    first += pause.phases.size();
  }
  std::vector<double> phase_s(longest.begin(), longest.begin() + static_cast<std::ptrdiff_t>(own));
  phase_s.push_back(longest.back());
  for (auto const& beat : workloads::beats(it, phase_s)) {
    Play play{beat.duration_s, {}};
    for (std::size_t i = 0; i <= own; ++i)
      if (beat.share[i] > 0) play.mix.emplace_back(i == own ? all : i, beat.share[i]);
    program_.push_back(std::move(play));
  }
}

double Cohort::power_w(Part const& part) const {
  double accelerator = 0, host = 0;
  for (auto const& [i, share] : program_[at_].mix) {
    accelerator += share * part.draws[i].at_reference_w;
    if (i < part.load->phases.size()) host += share * part.load->phases[i].what.host;
  }
  return part.accelerators * accelerator + part.host_span_w * host;
}

workloads::PhaseKind Cohort::kind() const {
  auto const& mix = program_[at_].mix;
  auto const most = std::max_element(mix.begin(), mix.end(), [](auto const& a, auto const& b) { return a.second < b.second; });
  auto const& phases = parts_.front().load->phases;
  return most->first < phases.size() ? phases[most->first].what.kind : workloads::PhaseKind::data;
}

}  // namespace ondol::sim
