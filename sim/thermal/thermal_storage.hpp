#pragma once
/// Stratified store of chilled water: layers of equal volume, the warm ones on top                 [ashrae2020systems, ch. 51]
///
///   C dT_i/dt = F (T_upstream - T_i) + K (T_{i-1} - T_i) + K (T_{i+1} - T_i) + U/N (T_ambient - T_i)
///
/// Charging, cold water enters at the bottom and pushes warm water out of the top; discharging, warm water enters at the top.
/// F capacity rate of the flow, upwind; K = k A/(H/N), conduction of still water k = 0.6 W/(m K) [incropera2007, table
/// A.6] in a cylinder half as high again as wide (assumed).  Where a warmer layer lies below a colder one they mix: K ten
/// thousand times as large (assumed: an hour for a whole tank).  Upwind layers smear the thermocline: before the water is
/// warmer by a tenth of the span, 10, 20, 40 layers give 62, 72, 80 % of the tank.  Energy is conserved exactly.
/// Ignores: inlet jets, heat of the walls, freezing.   Page: docs/models/thermal-storage.md

#include <span>

namespace ondol::sim {

struct TankParams {
  enum class Use { buffer, reserve, shift };
  Use use = Use::buffer;
  double volume_m3 = 0;
  int layers = 10;
  double heat_loss_w_per_k = 0;  ///< to the surroundings, whole tank
  double ambient_k = 293.15;
  double charge_k = 0;      ///< water that it is charged with
  double flow_w_per_k = 0;  ///< most that it takes or gives
};

enum class TankOrder { hold, charge, discharge };

class StratifiedTank {
 public:
  /// Throws std::invalid_argument without volume or layers.
  StratifiedTank(TankParams const& params, double fluid_j_per_m3_k);

  /// Slopes [K/s] of the layers, top first, with `flow_w_per_k` of water of `entering_k`: positive charges, negative
  /// discharges. Returns the heat that the surroundings give [W].
  double slopes(std::span<double const> layers_k, double flow_w_per_k, double entering_k, std::span<double> k_per_s) const;
  /// Water that the flow pushes out.
  static double leaving_k(std::span<double const> layers_k, double flow_w_per_k) {
    return flow_w_per_k >= 0.0 ? layers_k.front() : layers_k.back();
  }
  double layer_j_per_k() const { return layer_j_per_k_; }
  TankParams const& params() const { return params_; }

 private:
  TankParams params_;
  double layer_j_per_k_, conduction_w_per_k_;
};

}  // namespace ondol::sim
