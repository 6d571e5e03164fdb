#pragma once
/// Max-min fair rates of variables that share links, by progressive filling [bertsekas1992datanetworks, section 6.5.2]: all
/// rates rise together until a link is full or a bound is met; those that it holds stay, the others rise on.
///
///   sum over the variables of link l of weight x rate <= capacity of l,   rate <= bound
///   every variable is at its bound, or crosses a full link on which no other has a larger rate
///
/// A weight is what a link gives up per unit of rate: a flow that crosses a link twice weighs 2 there, a bundle of n equal
/// flows n.  Only components of links and variables that were touched since the last `solve` are solved again.  A rate that
/// moves by less than 1e-12 of itself stays as it is, so that rounding wakes nobody.
///
/// What queues and congestion control add is not here: rates are those that fair queues reach for long flows.

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "topology/layers/routes.hpp"

namespace ondol::sim {

class MaxMin {
 public:
  using Variable = std::uint32_t;
  struct Use {
    topology::LinkIndex link = 0;
    double weight = 1;  ///< > 0
  };
  static constexpr double unbounded = std::numeric_limits<double>::infinity();

  /// Of each link, per second; infinite: never full.
  explicit MaxMin(std::vector<double> capacity);

  void set_capacity(topology::LinkIndex link, double capacity);
  /// Rate 0 until the next `solve`.  Numbers of removed variables are given again, the latest first.
  Variable add(std::span<Use const> uses, double bound = unbounded);
  void remove(Variable variable);
  void set_bound(Variable variable, double bound);

  void solve();

  double rate(Variable variable) const { return variables_[existing(variable)].rate; }
  /// Whose rate moved in the last `solve`, ascending.
  std::span<Variable const> changed() const { return changed_; }
  /// Variables that the last `solve` looked at.
  std::size_t solved() const { return solved_; }

 private:
  struct Entry {
    std::vector<Use> uses;
    double bound = unbounded, rate = 0;
    bool exists = false, touched = false, fixed = false;
    std::uint32_t seen = 0;
  };
  struct Link {
    double capacity = 0;
    std::vector<Variable> users;  ///< as they came; twice who uses it twice
    bool touched = false;
    std::uint32_t seen = 0;
    // while it fills
    double left = 0, weight = 0;
    std::uint32_t rising = 0;
  };

  Variable existing(Variable variable) const;
  void touch_link(topology::LinkIndex link);
  void touch_variable(Variable variable);
  void reach(topology::LinkIndex link);
  void reach_variable(Variable variable);
  void collect();
  void fill();
  void fix(Variable variable, double rate);

  std::vector<Link> links_;
  std::vector<Entry> variables_;
  std::vector<Variable> free_, touched_variables_, changed_;
  std::vector<topology::LinkIndex> touched_links_;
  std::size_t solved_ = 0;
  std::uint32_t round_ = 0;
  // the component at hand
  std::vector<Variable> members_;
  std::vector<topology::LinkIndex> member_links_;
  std::vector<std::pair<double, topology::LinkIndex>> filling_;  ///< heap: level at which a link is full, or a little before
};

}  // namespace ondol::sim
