#pragma once
/// What `ondol run --watch` shows on stderr while a run is under way: on a terminal a block of lines that is drawn over itself,
/// else a line now and then.  It only looks; the run does not know whether anybody does.

#include <cstddef>
#include <string>
#include <vector>

#include "sim/app/terminal.hpp"
#include "sim/engine/run.hpp"

namespace ondol::app {

/// Power at the meter over the run so far, in so few points that a run of any length fits.
class PowerTrace {
 public:
  void add(double simulated_s, double power_w);
  bool empty() const { return points_.empty(); }
  double lowest_w() const { return lowest_w_; }
  double highest_w() const { return highest_w_; }
  /// One letter a column from the start to the last point, higher is more; blocks, or `unicode` false, ASCII.
  std::string line(std::size_t columns, bool unicode) const;

 private:
  struct Point {
    double simulated_s = 0, power_w = 0;
  };
  std::vector<Point> points_;
  double lowest_w_ = 0, highest_w_ = 0;
};

class Dashboard {
 public:
  /// Dates are those of the site's clock, `utc_offset_s` ahead of UTC.
  Dashboard(std::string const& title, double start_unix_s, double utc_offset_s);
  ~Dashboard() { clear(); }
  Dashboard(Dashboard const&) = delete;
  Dashboard& operator=(Dashboard const&) = delete;

  void show(sim::Progress const& progress, double wall_s);
  /// Takes the block away, so that what is printed next stands where it stood.
  void clear();

 private:
  struct Line {
    std::string text;
    int rank = 0;  ///< the highest goes first where the terminal is low
    enum class Look { plain, strong, faint } look = Look::plain;
  };
  std::vector<Line> lines(sim::Progress const& progress, sim::Snapshot const& now, double wall_s) const;
  void draw(std::vector<Line> lines);
  std::string shown(std::string const& text) const { return clean(text, unicode_); }

  bool terminal_, unicode_, colour_;
  std::string title_;
  double start_unix_s_, utc_offset_s_;
  PowerTrace trace_;
  double last_s_ = -1;  ///< wall time of the last drawing; negative: none yet
  TerminalSize drawn_on_;
  std::size_t drawn_ = 0;  ///< lines
};

/// "2026-07-08 14:00:00   42.1 %  61k x real time  12.3 s left".
std::string progress_text(sim::Progress const& progress, double wall_s, double start_unix_s, double utc_offset_s);

}  // namespace ondol::app
