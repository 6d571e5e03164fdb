#pragma once
/// Battery of a UPS or of a site, seen from its direct-current terminals.  E stored energy, C capacity, P > 0 delivered.
///
///   discharge  dE/dt = -P/eta_d - s              charge  dE/dt = eta_c |P| - s,  s standing loss while E > 0
///   rate       usable share of C at constant P:  u = min(1, (P0/P)^(k-1)),  P0 = eta_d C/t0: a discharge from full lasts
///              t0 (P0/P)^k; what is left is bound and can be drawn at a lower power                             [peukert1897]
///   recharge   |P| <= limit; above the state of charge z0 |P| <= limit (1 - (1-e)(z-z0)/(1-z0)): constant power, then a
///              taper that ends at e of the limit                                                                [linden2011]
///   cold       below T0 usable energy falls by a and losses rise by b a kelvin                                  [king2003ups]
///
/// Everything is closed form at constant terminal power: E is linear in time, exponential in the taper.
/// Valid for one battery of equal strings at constant temperature within a step.  Ignores: voltage, ageing (lower the
/// capacity), recovery time of bound charge, gain above T0, imbalance of strings. Page: docs/models/battery.md

namespace ondol::sim {

struct BatteryParams {
  double capacity_j = 0;                             ///< C, given up in full at P0 or below
  double discharge_limit_w = 0, charge_limit_w = 0;  ///< at the terminals
  double round_trip_efficiency = 1;                  ///< at T0
  double discharge_share = 0.5;                      ///< eta_d = round trip ^ share, eta_c = round trip ^ (1 - share)
  double rate_exponent = 1;                          ///< k; 1: every rate gives all of C
  double rated_discharge_s = 3600;                   ///< t0
  double reserve = 0;                                ///< share of C that is never drawn
  double taper_from = 1;                             ///< z0; 1: no taper
  double taper_end = 0.05;                           ///< e
  double standing_w = 0;                             ///< s
  double reference_k = 298.15;                       ///< T0
  double capacity_per_k = 0, loss_per_k = 0;         ///< a, b
};

/// Throws std::invalid_argument and names the first parameter outside its range.
void check(BatteryParams const& p);

class Battery {
 public:
  explicit Battery(BatteryParams const& p, double state_of_charge = 1);

  double energy_j() const { return energy_j_; }
  double state_of_charge() const { return energy_j_ / p_.capacity_j; }
  BatteryParams const& params() const { return p_; }
  void set_temperature(double kelvin);

  /// Most that it can deliver now, and take now; both at the terminals.
  double discharge_power_w() const;
  double charge_power_w() const;
  /// Terminal power that holds the charge against the standing loss.
  double float_w() const { return energy_j_ > 0 ? p_.standing_w / charge_efficiency_ : 0; }

  struct Flow {
    double terminal_j = 0;  ///< delivered; negative: taken
    double loss_j = 0;      ///< terminal_j + loss_j = fall of the stored energy
    double active_s = 0;    ///< of the step; less when it ran empty or full on the way
  };
  /// Constant terminal power: > 0 delivers, < 0 takes, 0 rests.  Stops where it is empty at this power, or full; the taper is
  /// the caller's to mind (`charge`).
  Flow advance(double duration_s, double power_w);
  /// Takes what `limit_w` and the taper allow, until full; then holds the charge.
  Flow charge(double duration_s, double limit_w);

  double time_to_empty_s(double power_w) const;  ///< infinite at rest, 0 above the discharge limit
  double time_to_full_s(double limit_w) const;   ///< by `charge`; infinite if the limit does not cover the standing loss
  double time_to_energy_s(double level_j, double power_w) const;  ///< constant power; infinite if never reached

 private:
  double taper_limit_w(double energy_j) const;
  double taper_start_j(double limit_w) const;
  double floor_j(double power_w) const;
  double rate_w(double power_w) const;  ///< dE/dt
  Flow rest(double duration_s);
  Flow hold(double duration_s) const;

  BatteryParams p_;
  double energy_j_;
  double discharge_efficiency_ = 1, charge_efficiency_ = 1, capacity_factor_ = 1;
};

}  // namespace ondol::sim
