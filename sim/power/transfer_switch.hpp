#pragma once
/// Switch between a preferred and an alternate source: static (thyristors) or automatic (contacts), by its times.
///
///   the source in use has been bad for `override`   a start is asked for (engines), and once the other has been good for
///                                                   `transfer` the load goes over: it is dead for `gap` from then
///   on the alternate, preferred good for `retransfer`   back, dead for `return_gap`; at once if the alternate fails
///
/// A pure state machine; time passes only in `advance`, which stops at each event.  Static: override 0, gap 4 ms, retransfer
/// 3 s [vertiv2017sts2].  Automatic: override 3 s, transfer up to 15 s, retransfer 5 to 30 min [asco2005s165; cummins2008rss].
/// Ignores: phase, inrush of transformers, failure of the switch.
/// Page: docs/models/transfer-and-dips.md

#include <optional>
#include <string_view>

namespace ondol::sim {

struct TransferSwitchParams {
  double override_s = 0;
  double transfer_s = 0;
  double gap_s = 0.004;
  double retransfer_s = 3;
  double return_gap_s = 0.004;
};
TransferSwitchParams static_transfer_switch();
TransferSwitchParams automatic_transfer_switch();

/// Throws std::invalid_argument and names the first parameter outside its range.
void check(TransferSwitchParams const& p);

class TransferSwitch {
 public:
  enum class Side { preferred, alternate };
  enum class Event { start_asked, start_withdrawn, transferred, retransferred };

  explicit TransferSwitch(TransferSwitchParams const& p);

  Side side() const { return side_; }
  /// The source behind the contacts is good; a gap is not counted.
  bool has_output() const { return good(side_); }
  /// The alternate source should run.
  bool asks_start() const { return asks_; }

  struct Happened {
    Event event;
    double gap_s = 0;
  };
  /// Sources change now; a start that is no longer wanted is withdrawn at once.
  std::optional<Happened> set(bool preferred_good, bool alternate_good);
  double time_to_event_s() const;
  struct Step {
    double elapsed_s = 0;
    std::optional<Happened> happened;
  };
  Step advance(double duration_s);

 private:
  bool good(Side side) const { return side == Side::preferred ? preferred_good_ : alternate_good_; }
  std::optional<Happened> due();

  TransferSwitchParams p_;
  Side side_ = Side::preferred;
  bool preferred_good_ = true, alternate_good_ = false, asks_ = false;
  double preferred_s_ = 0, alternate_s_ = 0;  ///< since each source changed
};
std::string_view name(TransferSwitch::Event event);

}  // namespace ondol::sim
