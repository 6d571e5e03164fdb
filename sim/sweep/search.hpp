#pragma once
/// Which value of one axis is the outermost that keeps all limits: bracketed search over the points from, from + resolution,
/// ... to.  Pure: what a point gives is asked of `evaluate`, several points at a time, and nothing but evaluated points is
/// answered.
///
/// "Easy" is the end of the range where limits are kept if anywhere: `from` of a largest value, `to` of a smallest.
///
///   1 look      at both ends and points between, to see also what a bracket cannot: kept, broken and kept again;
///   2 bracket   the outermost point up to which all tried ones keep, and the broken one next to it;
///   3 narrow    until they are one step apart.  The next point is where the margins of the limits that break would cross zero
///               on a straight line (regula falsi), and its neighbour; after two such tries that leave more than half
///               of the bracket, one of equal parts.  So it takes few runs where margins are nearly straight, and never more
///               than a small multiple of bisection where they are not.
///
/// Where keeping is monotone the answer is that of trying every point.  Where it is not, the answer is still safe for all that
/// was tried, and the result says what was seen beyond.

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ondol::sim {

struct SearchSpec {
  enum class Aim { largest, smallest };
  double from = 0, to = 0;
  double resolution = 0;
  Aim aim = Aim::largest;
  int batch = 1;  ///< points that are evaluated at once
  int looks = 5;  ///< points of the first look, rounded up to whole batches
};

/// What a point gave.
struct Judgement {
  std::vector<double> margins;  ///< one a limit, kept where >= 0; empty where the run failed
  std::string failed;           ///< why it did: counts as broken
  bool kept() const;
};

struct Trial {
  double value = 0;
  Judgement judgement;
};

struct SearchResult {
  std::vector<Trial> trials;             ///< by value
  std::optional<std::size_t> answer;     ///< of `trials`; none: broken already at the easy end
  std::optional<std::size_t> beyond;     ///< the broken one, one step further; none: the range ends at the answer
  std::optional<std::size_t> binding;    ///< the limit that breaks first between the two; none: the range, or a failed run
  std::vector<std::size_t> kept_beyond;  ///< trials beyond a broken one that keep: limits are not monotone
  std::size_t easy = 0;                  ///< of `trials`: the easy end
};

using Evaluate = std::function<std::vector<Judgement>(std::vector<double> const& values)>;

/// Throws std::invalid_argument for a range or a resolution that is none.
SearchResult search(SearchSpec const& spec, Evaluate const& evaluate);

}  // namespace ondol::sim
