#include "sim/sweep/search.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>

namespace ondol::sim {
namespace {

using Step = std::uint64_t;  ///< 0: the easy end

/// The points of the range, by their distance from the easy end.
class Points {
 public:
  explicit Points(SearchSpec const& spec) : spec_(spec) {
    if (!std::isfinite(spec.from) || !std::isfinite(spec.to) || !(spec.from < spec.to))
      throw std::invalid_argument("a search needs a range");
    if (!(spec.resolution > 0) || !std::isfinite(spec.resolution))
      throw std::invalid_argument("a search needs a resolution above zero");
    double const steps = std::ceil((spec.to - spec.from) / spec.resolution * (1 - 1e-12));
    if (steps > 1e15) throw std::invalid_argument("the resolution of a search is too fine for its range");
    last_ = static_cast<Step>(std::max(steps, 1.0));
  }
  Step last() const { return last_; }
  double value(Step step) const {
    Step const i = spec_.aim == SearchSpec::Aim::largest ? step : last_ - step;
    if (i == 0) return spec_.from;
    if (i == last_) return spec_.to;
    // 0.3, not 0.1 + 0.1 + 0.1: the neat value that a person would write, so that its run is that of a sweep.
    char text[32];
    std::snprintf(text, sizeof text, "%.12g", spec_.from + static_cast<double>(i) * spec_.resolution);
    return std::strtod(text, nullptr);
  }

 private:
  SearchSpec spec_;
  Step last_;
};

/// Share of the way from `kept` to `broken` where a straight line through the margins of each limit that breaks reaches zero,
/// and the first limit that does.
struct Crossing {
  double share;
  std::size_t limit;
};
std::optional<Crossing> crossing(Judgement const& kept, Judgement const& broken) {
  std::optional<Crossing> first;
  for (std::size_t i = 0; i < std::min(kept.margins.size(), broken.margins.size()); ++i) {
    double const above = kept.margins[i], below = broken.margins[i];
    if (!(below < 0)) continue;
    double const share = above >= 0 && std::isfinite(above) && std::isfinite(below) ? above / (above - below) : 0.5;
    if (!first || share < first->share) first = Crossing{share, i};
  }
  return first;
}

/// Splits the widest gaps of `points`, of which two are the ends, until there are `wanted` between the ends.
void split_widest(std::set<Step>& points, std::size_t wanted) {
  while (points.size() < wanted + 2) {
    Step widest = 1, at = 0;
    for (auto it = points.begin(), next = std::next(it); next != points.end(); ++it, ++next)
      if (*next - *it > widest) widest = *next - *it, at = *it + widest / 2;
    if (widest == 1) return;  // nothing is left between them
    points.insert(at);
  }
}

/// The points of the next batch, strictly between `low` and `high`.
std::set<Step> next_points(Step low, Step high, std::optional<double> guess, std::size_t batch) {
  std::set<Step> points{low, high};
  if (guess) {
    auto const at = std::clamp(low + static_cast<Step>(*guess * static_cast<double>(high - low)), low + 1, high - 1);
    points.insert(at);
    if (batch > 1) points.insert(std::min(at + 1, high - 1));
    split_widest(points, batch);
  } else {
    double const part = static_cast<double>(high - low) / static_cast<double>(batch + 1);
    for (std::size_t i = 1; i <= batch; ++i)
      points.insert(std::clamp(low + static_cast<Step>(std::llround(part * static_cast<double>(i))), low + 1, high - 1));
  }
  points.erase(low);
  points.erase(high);
  return points;
}

class Search {
 public:
  Search(SearchSpec const& spec, Evaluate const& evaluate)
      : spec_(spec), points_(spec), evaluate_(evaluate), batch_(static_cast<std::size_t>(std::max(1, spec.batch))) {}

  SearchResult result() {
    look();
    narrow();
    return told();
  }

 private:
  void look() {
    auto const wanted = static_cast<std::size_t>(std::max(2, spec_.looks));
    std::size_t const looks = (wanted + batch_ - 1) / batch_ * batch_;
    std::set<Step> steps;
    for (std::size_t i = 0; i < looks; ++i)
      steps.insert(static_cast<Step>(
          std::llround(static_cast<double>(points_.last()) * static_cast<double>(i) / static_cast<double>(looks - 1))));
    try_all(steps);
  }

  void narrow() {
    int wasted = 0;  // guesses that left more than half
    for (auto bracket = this->bracket(); bracket && bracket->second - bracket->first > 1;) {
      auto const [low, high] = *bracket;
      std::optional<double> guess;
      if (wasted < 2)
        if (auto const cross = crossing(tried_.at(low), tried_.at(high))) guess = cross->share;
      try_all(next_points(low, high, guess, batch_));
      bracket = this->bracket();
      bool const halved = bracket->second - bracket->first <= (high - low + 1) / 2;
      wasted = halved || !guess ? 0 : wasted + 1;
    }
  }

  /// The last kept one before the first that is broken, and that one.
  std::optional<std::pair<Step, Step>> bracket() const {
    auto const broken = std::find_if(tried_.begin(), tried_.end(), [](auto const& t) { return !t.second.kept(); });
    if (broken == tried_.begin() || broken == tried_.end()) return std::nullopt;
    return std::pair{std::prev(broken)->first, broken->first};
  }

  void try_all(std::set<Step> const& steps) {
    std::vector<double> values;
    for (auto const s : steps) values.push_back(points_.value(s));
    auto judgements = evaluate_(values);
    if (judgements.size() != values.size()) throw std::logic_error("a search was not told of all its points");
    std::size_t i = 0;
    for (auto const s : steps) tried_.emplace(s, std::move(judgements[i++]));
  }

  SearchResult told() const {
    SearchResult r;
    std::size_t const n = tried_.size();
    bool const turned = spec_.aim == SearchSpec::Aim::smallest;
    auto const place = [&](std::size_t i) { return turned ? n - 1 - i : i; };  // of the i-th from the easy end, by value
    r.trials.resize(n);
    r.easy = place(0);
    std::size_t i = 0;
    for (auto const& [step, judgement] : tried_) {
      r.trials[place(i)] = {points_.value(step), judgement};
      if (!judgement.kept()) {
        if (!r.beyond) r.beyond = place(i);
      } else if (!r.beyond) {
        r.answer = place(i);
      } else {
        r.kept_beyond.push_back(place(i));
      }
      ++i;
    }
    std::sort(r.kept_beyond.begin(), r.kept_beyond.end());
    if (r.beyond) {
      auto const& broken = r.trials[*r.beyond].judgement;
      if (auto const cross = crossing(r.answer ? r.trials[*r.answer].judgement : broken, broken)) r.binding = cross->limit;
    }
    return r;
  }

  SearchSpec spec_;
  Points points_;
  Evaluate const& evaluate_;
  std::size_t batch_;
  std::map<Step, Judgement> tried_;
};

}  // namespace

bool Judgement::kept() const {
  return failed.empty() && !margins.empty() &&
         std::all_of(margins.begin(), margins.end(), [](double m) { return m >= 0; });  // not-a-number is not kept
}

SearchResult search(SearchSpec const& spec, Evaluate const& evaluate) {
  return Search(spec, evaluate).result();
}

}  // namespace ondol::sim
