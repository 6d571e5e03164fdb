#include "sim/engine/plays.hpp"

#include <algorithm>
#include <cmath>

#include "workloads/demand/beats.hpp"

namespace ondol::sim {

std::vector<Play> iteration_plays(IterationLoad const& load, std::span<double const> phase_s) {
  std::size_t const own = load.iteration->phases.size(), overflow = load.phases.size();
  std::vector<double> own_s(phase_s.begin(), phase_s.begin() + static_cast<std::ptrdiff_t>(own));
  own_s.push_back(phase_s.back());
  std::vector<Play> plays;
  for (auto const& beat : workloads::beats(*load.iteration, own_s)) {
    Play play{beat.duration_s, {}};
    for (std::size_t i = 0; i <= own; ++i)
      if (beat.share[i] > 0) play.mix.emplace_back(i == own ? overflow : i, beat.share[i]);
    plays.push_back(std::move(play));
  }
  return plays;
}

Play pause_play(IterationLoad const& load, std::size_t pause, std::span<double const> phase_s) {
  auto const& it = *load.iteration;
  std::size_t first = it.phases.size();
  for (std::size_t p = 0; p < pause; ++p) first += it.pauses[p].phases.size();
  std::size_t const end = first + it.pauses[pause].phases.size();
  Play play;
  for (std::size_t i = first; i < end; ++i) play.duration_s += phase_s[i];
  for (std::size_t i = first; i < end; ++i)
    if (phase_s[i] > 0) play.mix.emplace_back(i, phase_s[i] / play.duration_s);
  return play;
}

double play_power_w(Play const& play, std::span<PhaseDraw const> draws) {
  double sum = 0;
  for (auto const& [i, share] : play.mix) sum += share * draws[i].at_reference_w;
  return sum;
}

PowerLimiter::Demand play_limited(Play const& play, std::span<PhaseDraw const> draws) {
  PowerLimiter::Demand sum;
  for (auto const& [i, share] : play.mix) {
    sum.free_w += share * draws[i].free_w;
    sum.held_w += share * draws[i].at_reference_w;
  }
  return sum;
}

PowerSmoother::Demand play_demand(IterationLoad const& load, Play const& play, std::span<PhaseDraw const> draws,
                                  PowerSmoother const& smoother) {
  PowerSmoother::Demand sum;
  auto const add = [&](double share, double w) {
    auto const d = smoother.demand(w);
    sum.work_w += share * d.work_w;
    sum.held_w += share * d.held_w;
    sum.works |= d.works;
  };
  double in_turns = 0, in_turns_w = 0;
  for (auto const& [i, share] : play.mix) {
    if (i < load.phases.size() && load.phases[i].what.kind == workloads::PhaseKind::bubble) {
      add(share, draws[i].at_reference_w);
    } else {
      in_turns += share;
      in_turns_w += share * draws[i].at_reference_w;
    }
  }
  if (in_turns > 0) add(in_turns, in_turns_w / in_turns);
  return sum;
}

double smoothed_mean_w(IterationLoad const& load, std::span<PhaseDraw const> draws, PowerSmoothingParams const& smoothing,
                       double limit_w) {
  std::vector<double> phase_s;
  for (auto const& d : draws) phase_s.push_back(d.duration_s);
  auto const plays = iteration_plays(load, phase_s);
  PowerSmoother smoother(smoothing, limit_w);
  // What the ramp withholds is drawn in some later iteration: counted where it is owed.
  auto const play = [&](PowerSmoother& s, Play const& what) {
    double const owed_j = s.owed_j();
    double const energy_j = s.step(play_demand(load, what, draws, s), what.duration_s).energy_j;
    return energy_j + s.owed_j() - owed_j;
  };
  auto const iteration_j = [&](PowerSmoother& s) {
    double sum = 0;
    for (auto const& what : plays) sum += play(s, what);
    return sum;
  };
  double duration_s = 0;
  for (auto const& what : plays) duration_s += what.duration_s;

  // Until an iteration repeats the one before, or the mean of many where debts are paid over several.
  constexpr int first_rounds = 8, rounds = 40;
  smoother.rest(play_demand(load, plays.front(), draws, smoother));
  double energy_j = iteration_j(smoother), many_j = 0;
  for (int round = 1; round < rounds; ++round) {
    double const before_j = energy_j, owed_j = smoother.owed_j();
    energy_j = iteration_j(smoother);
    if (std::abs(energy_j - before_j) + std::abs(smoother.owed_j() - owed_j) < 1e-6 * energy_j) break;
    if (round >= first_rounds) many_j += energy_j;
    if (round == rounds - 1) energy_j = many_j / (rounds - first_rounds);
  }
  // A pause costs what it and the iteration after it draw more than that.
  double sum_j = energy_j, sum_s = duration_s;
  auto const& pauses = load.iteration->pauses;
  for (std::size_t p = 0; p < pauses.size(); ++p) {
    auto const pause = pause_play(load, p, phase_s);
    if (pause.duration_s <= 0) continue;
    auto after = smoother;
    double const more_j = play(after, pause) + iteration_j(after) - energy_j;
    sum_j += more_j / pauses[p].iterations;
    sum_s += pause.duration_s / pauses[p].iterations;
  }
  return sum_j / sum_s;
}

}  // namespace ondol::sim
