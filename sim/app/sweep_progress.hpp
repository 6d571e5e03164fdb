#pragma once
/// What a sweep shows of itself while it works, on stderr: on a terminal a block that is drawn again, else a line now and then.

#include <string>

#include "sim/sweep/runner.hpp"

namespace ondol::app {

class SweepProgress {
 public:
  explicit SweepProgress(std::string name);
  ~SweepProgress() { clear(); }
  SweepProgress(SweepProgress const&) = delete;
  SweepProgress& operator=(SweepProgress const&) = delete;

  void checked(std::size_t done, std::size_t of);
  void show(sim::RunnerProgress const& p);
  void clear();

 private:
  std::string bar(double share) const;
  void draw(std::string const& block, int lines);

  std::string name_;
  bool terminal_;
  int drawn_ = 0;  ///< lines of the block that stand on the terminal
  double last_draw_s_ = -1;
  int told_tenths_ = 0;  ///< without a terminal
};

}  // namespace ondol::app
