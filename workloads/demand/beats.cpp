#include "workloads/demand/beats.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace ondol::workloads {

namespace {

constexpr int most_steps = 8;
constexpr int most_turns = 32;

bool taken_in_turns(PhaseKind kind) {
  switch (kind) {
    case PhaseKind::forward:
    case PhaseKind::backward:
    case PhaseKind::tensor:
    case PhaseKind::context:
    case PhaseKind::expert:
    case PhaseKind::pipeline:
      return true;
    default:
      return false;
  }
}

/// Seconds by phase; a beat is one of these over its own length.
class Mix {
 public:
  explicit Mix(std::size_t phases) : seconds_(phases) {}
  double& operator[](std::size_t i) { return seconds_[i]; }
  double total() const {
    double sum = 0;
    for (double s : seconds_) sum += s;
    return sum;
  }
  void add(double factor, Mix const& o) {
    for (std::size_t i = 0; i < seconds_.size(); ++i) seconds_[i] += factor * o.seconds_[i];
  }
  void emit(std::vector<Beat>& to) const {
    double const length = total();
    if (length <= 0) return;
    Beat beat{length, seconds_};
    for (double& s : beat.share) s /= length;
    to.push_back(std::move(beat));
  }

 private:
  std::vector<double> seconds_;
};

}  // namespace

std::vector<Beat> beats(Iteration const& it, std::span<double const> phase_s) {
  std::size_t const n = it.phases.size();
  assert(phase_s.size() == n + 1);
  std::vector<Beat> out;
  auto const alone = [&](std::size_t i) {
    Mix mix(n + 1);
    mix[i] = phase_s[i];
    mix.emit(out);
  };

  double forward_s = 0, backward_s = 0, bubble_s = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (it.phases[i].kind == PhaseKind::forward) forward_s += phase_s[i];
    if (it.phases[i].kind == PhaseKind::backward) backward_s += phase_s[i];
    if (it.phases[i].kind == PhaseKind::bubble) bubble_s += phase_s[i];
  }
  double const first = forward_s + backward_s > 0 ? forward_s / (forward_s + backward_s) : 1.0;
  Mix forward(n + 1), backward(n + 1), waiting(n + 1);
  for (std::size_t i = 0; i < n; ++i) {
    auto const kind = it.phases[i].kind;
    if (kind == PhaseKind::bubble) waiting[i] = phase_s[i];
    if (!taken_in_turns(kind)) continue;
    double const part = kind == PhaseKind::forward ? 1.0 : kind == PhaseKind::backward ? 0.0 : first;
    forward[i] = part * phase_s[i];
    backward[i] = (1 - part) * phase_s[i];
  }
  double const forward_all = forward.total(), backward_all = backward.total();
  double const fill = first * bubble_s, drain = bubble_s - fill;

  if (bubble_s > 0 && forward_all > fill / 2 && backward_all >= drain / 2) {
    // In step k of s, k of s + 1 stages work, so that half of fill and drain is work.
    int const steps = std::clamp(it.stages - 1, 1, most_steps);
    auto const ramp = [&](Mix const& work, double all, double length, bool rising) {
      for (int k = 1; k <= steps && length > 0; ++k) {
        double const busy = static_cast<double>(rising ? k : steps + 1 - k) / (steps + 1);
        Mix mix(n + 1);
        mix.add(busy * length / steps / all, work);
        mix.add((1 - busy) * length / steps / bubble_s, waiting);
        mix.emit(out);
      }
    };
    ramp(forward, forward_all, fill, true);
    Mix body(n + 1);
    body.add(1 - fill / 2 / forward_all, forward);
    if (backward_all > 0) body.add(1 - drain / 2 / backward_all, backward);
    body.add(0.5, waiting);
    body.emit(out);
    ramp(backward, backward_all, drain, false);
  } else if (bubble_s > 0) {
    // A pipeline that never fills: waiting all along.
    Mix body(n + 1);
    body.add(1, forward);
    body.add(1, backward);
    body.add(1, waiting);
    body.emit(out);
  } else if (it.stages > 1) {
    Mix body(n + 1);
    body.add(1, forward);
    body.add(1, backward);
    body.emit(out);
  } else {
    int const turns = std::clamp(it.micro_batches, 1, most_turns);
    for (int k = 0; k < turns; ++k)
      for (auto const* half : {&forward, &backward}) {
        Mix mix(n + 1);
        mix.add(1.0 / turns, *half);
        mix.emit(out);
      }
  }

  bool exchanged = false;
  auto const overflow = [&] {
    if (!std::exchange(exchanged, true)) alone(n);
  };
  for (std::size_t i = 0; i < n; ++i) {
    auto const kind = it.phases[i].kind;
    if (taken_in_turns(kind) || kind == PhaseKind::bubble) continue;
    if (kind != PhaseKind::straggler && kind != PhaseKind::data) overflow();
    alone(i);
    if (kind == PhaseKind::data) overflow();
  }
  overflow();
  return out;
}

}  // namespace ondol::workloads
