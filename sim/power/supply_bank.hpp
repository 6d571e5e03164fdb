#pragma once
/// N equal supplies of rating R that carry a load P together.
///
///   all      each carries P/N:  loss N L(P/N)
///   staged   n carry it and the others rest:  the n from ceil(P/R) + spare to N that makes n L(P/n) + (N - n) standby least;
///            what a controller that knows its curves does, or thresholds well set
///
/// Ignores: the time a unit needs to wake (the spare is for it), the band in which firmware leaves the number as it is.
/// Page: docs/models/power-chain.md

#include "sim/power/loss_curve.hpp"

namespace ondol::sim {

struct StagingParams {
  double rated_w = 0;    ///< of one unit
  int spare = 0;         ///< always on beyond what bears the load
  double standby_w = 0;  ///< of a resting unit
};

class SupplyBank {
 public:
  SupplyBank() = default;  ///< no units, no loss
  SupplyBank(LossCurve curve, int units) : curve_(std::move(curve)), units_(units) {}
  /// Throws std::invalid_argument and names the first parameter outside its range.
  SupplyBank(LossCurve curve, int units, StagingParams const& staging);

  double loss_w(double output_w) const {
    if (units_ <= 0) return 0.0;
    return staging_.rated_w > 0 ? shared_loss_w(active(output_w), output_w) : units_ * curve_.loss_w(output_w / units_);
  }
  /// The same of many banks.
  void losses_w(std::span<double const> output_w, std::span<double> loss_w) const;
  /// d loss / d output, the number of active units held.
  double marginal_loss(double output_w) const { return units_ > 0 ? curve_.marginal_loss(output_w / active(output_w)) : 0.0; }
  /// Units that carry the load.
  int active(double output_w) const;

 private:
  double shared_loss_w(int active, double output_w) const {
    return active * curve_.loss_w(output_w / active) + (units_ - active) * staging_.standby_w;
  }

  LossCurve curve_;
  int units_ = 0;
  StagingParams staging_;  ///< rated_w 0: all share
};

}  // namespace ondol::sim
