#pragma once
/// What an uninterruptible supply does when its input, its load, its battery or its inverter changes.
///
///   double conversion  input -> rectifier -> inverter -> load, battery on the link between: no gap when the input fails
///   eco                input -> static switch -> load; the inverter takes over after a gap of some milliseconds
///   battery            until the input has been good for `qualify`; then the rectifier walks in: its share of the inverter's
///                      input rises from 0 to 1 over `walk_in`, the battery gives the rest, and only then recharge begins
///   bypass             after an overload that has expired or a failed inverter; back when the load has been bearable for
///                      `retransfer`
///   off                nothing is left to feed the load from; starts by itself when the input has been back for `restart`
///
/// A pure state machine: time passes only in `advance`, which stops at each event.  Numbers and sources: docs/models/ups.md
/// Ignores: quality of the voltage on battery, synchronisation, parallel units (N units share a load: give each its share).

#include <limits>
#include <optional>
#include <string_view>

#include "sim/power/overload.hpp"

namespace ondol::sim {

enum class UpsMode { double_conversion, eco, battery, bypass, off };
enum class UpsInput { none, utility, generator };
enum class UpsCause {
  input_lost,
  input_returned,
  walk_in_done,
  eco_resumed,
  overload,
  retransferred,
  battery_empty,
  inverter_failed,
  restarted
};
std::string_view name(UpsMode mode);
std::string_view name(UpsCause cause);

/// Of large three-phase units: 110 % for 1 h, 125 % for 10 min, 150 % for 1 min; the bypass carries 110 % for ever.
OverloadCurve usual_inverter_overload();
OverloadCurve usual_bypass_overload();

struct UpsParams {
  UpsMode normal = UpsMode::double_conversion;  ///< or eco
  OverloadCurve inverter = usual_inverter_overload(), bypass = usual_bypass_overload();
  double eco_gap_s = 0.004;
  double bypass_gap_s = 0.004;  ///< from bypass to the battery; to bypass there is none
  double qualify_s = 3;
  double walk_in_s = 15;
  double eco_return_s = 60;  ///< double conversion after the walk-in, before eco
  double retransfer_s = 10;
  double restart_s = std::numeric_limits<double>::infinity();
  double recharge_w = 0, recharge_on_generator_w = 0;  ///< drawn behind the rectifier
};

/// Throws std::invalid_argument and names the first parameter outside its range.
void check(UpsParams const& p);

class Ups {
 public:
  explicit Ups(UpsParams p);

  struct Conditions {
    UpsInput input = UpsInput::utility;
    double load = 0;  ///< of the rating, real or apparent, whichever is more; the load that would be there if it is off
    bool battery_empty = false;
    bool inverter_works = true;
  };
  struct Transition {
    UpsMode from, to;
    UpsCause cause;
    double gap_s = 0;  ///< without output; infinite when it goes off
  };
  struct Step {
    double elapsed_s = 0;
    std::optional<Transition> transition;
  };

  UpsMode mode() const { return mode_; }
  Conditions const& conditions() const { return now_; }
  bool has_output() const { return mode_ != UpsMode::off; }
  double inverter_overload_used() const { return inverter_.used(); }
  double bypass_overload_used() const { return bypass_.used(); }

  /// Conditions change now; the transition that follows at once, if one does.
  std::optional<Transition> set(Conditions const& c);
  /// Until the next transition if nothing changes; infinite when there is none.
  double time_to_event_s() const;
  /// Passes time up to the next transition, at most `duration_s`.
  Step advance(double duration_s);

  /// Share of the inverter's input that the rectifier gives, now and as a mean over the next `duration_s` (not past an event);
  /// 0 on battery.  The battery gives the rest.
  double rectifier_share() const;
  double mean_rectifier_share(double duration_s) const;
  /// Most that may go into the battery now.
  double recharge_limit_w() const;

 private:
  std::optional<Transition> go(UpsMode to, UpsCause cause, double gap_s = 0);
  std::optional<Transition> due();
  void walk();
  bool bearable() const { return now_.load <= p_.inverter.continuous; }
  bool inverter_feeds() const { return mode_ == UpsMode::double_conversion || mode_ == UpsMode::battery; }

  UpsParams p_;
  UpsMode mode_;
  Conditions now_;
  OverloadMemory inverter_, bypass_;
  double since_s_ = 0;     ///< in this mode
  double good_s_ = 0;      ///< the input has been there
  double bearable_s_ = 0;  ///< the load has been bearable and the inverter well
  bool walking_ = false;   ///< the rectifier in; counts in double conversion
  double walked_s_ = 0;
};

}  // namespace ondol::sim
