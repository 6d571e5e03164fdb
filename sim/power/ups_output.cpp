#include "sim/power/ups_output.hpp"

#include <algorithm>
#include <utility>

namespace ondol::sim {

UpsOutput::UpsOutput(FeedOrder order, std::vector<std::uint8_t> is_ups, std::vector<std::uint8_t> is_it)
    : order_(std::move(order)),
      is_ups_(std::move(is_ups)),
      is_it_(std::move(is_it)),
      it_out_w_(is_ups_.size()),
      bare_w_(is_ups_.size()) {}

double UpsOutput::it_w(std::span<double const> load_w, std::span<double const> output_w, std::span<double const> input_w) {
  std::fill(it_out_w_.begin(), it_out_w_.end(), 0.0);
  std::fill(bare_w_.begin(), bare_w_.end(), 0.0);
  double counted = 0;
  for (std::size_t v = 0; v < it_out_w_.size(); ++v) {
    if (is_it_[v]) {
      it_out_w_[v] += load_w[v];
      bare_w_[v] += load_w[v];
    }
    if (it_out_w_[v] <= 0) continue;
    if (is_ups_[v]) {
      counted += it_out_w_[v];
      continue;
    }
    std::uint32_t const first = order_.first[v], last = first + order_.count[v];
    if (first == last) {
      counted += bare_w_[v];
      continue;
    }
    std::uint32_t live = 0;
    for (auto k = first; k < last; ++k) live += output_w[order_.feeders[k]] > 0;
    bool const all = live == 0;  // storage below them gives it all
    if (all) live = last - first;
    // Storage at a vertex may give part of the output: then the IT part has all of the loss.
    double const loss_w = input_w[v] - output_w[v];
    double const it_loss_w = loss_w != 0 && output_w[v] > it_out_w_[v] ? loss_w * (it_out_w_[v] / output_w[v]) : loss_w;
    double const share = 1.0 / live, it_in = (it_out_w_[v] + it_loss_w) * share, bare = bare_w_[v] * share;
    for (auto k = first; k < last; ++k) {
      auto const feeder = order_.feeders[k];
      if (!all && output_w[feeder] <= 0) continue;
      it_out_w_[feeder] += it_in;
      bare_w_[feeder] += bare;
    }
  }
  return counted;
}

}  // namespace ondol::sim
