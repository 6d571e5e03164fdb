#pragma once
/// Power of a load against time, as rows give it: each row holds until the next (step), or a line leads to it (linear).
///
/// Means over an interval are exact: energies of whole rows are summed once, E(t) = E_i + P_i (t - t_i), or
/// E_i + (P_i + P(t))/2 (t - t_i).  The last row holds for as long as the row before it.  A series that repeats begins again
/// after that.  Loads of one file share its times.

#include <memory>
#include <vector>

namespace ondol::sim {

class LoadSeries {
 public:
  enum class Between { step, linear };

  /// Constant.
  explicit LoadSeries(double power_w);
  /// Times rise, one for each power.
  LoadSeries(std::shared_ptr<std::vector<double> const> time_s, std::vector<double> power_w, Between between, bool repeat);

  double at(double time_s) const;
  double mean_w(double from_s, double to_s) const;
  double highest_w() const;
  /// The next row after `time_s`, whose value may differ; infinity: there is none.
  double next_s(double time_s) const;

  double first_s() const { return time_s_ ? time_s_->front() : 0; }
  double end_s() const { return end_s_; }  ///< of the last row
  bool covers(double from_s, double to_s) const;

 private:
  struct Place {
    std::size_t row;
    double within_s;  ///< after the row
    double rounds;    ///< of a series that repeats
  };
  Place place(double time_s) const;
  double until_s(std::size_t row) const { return row + 1 < time_s_->size() ? (*time_s_)[row + 1] : end_s_; }
  double slope(std::size_t row) const;
  double energy_j(Place const& p) const;

  std::shared_ptr<std::vector<double> const> time_s_;  ///< none: constant
  std::vector<double> power_w_, energy_j_;             ///< of each row; before each row
  Between between_ = Between::step;
  bool repeat_ = false;
  double end_s_ = 0, total_j_ = 0;
};

}  // namespace ondol::sim
