#pragma once
/// The unknowns of a fit as one vector: which coefficients the windows excite, their priors and bounds, and nuisances.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernels/fit/model.hpp"

namespace ondol::meter::fit {

struct Parameter {
  std::string name;        ///< "idle", "control.tensor_bf16", "memory_idle", "gain.1"
  double scale = 1;        ///< value = scale x; x is near 1
  double relative_sd = 1;  ///< of the prior, on x
  double lower = 0, upper = 0;
  Prior const* prior = nullptr;  ///< none for nuisances
};

/// x -> coefficients.  Coefficients that no window excites stay at their priors and are no unknowns.
class Layout {
 public:
  /// Throws where the windows excite a channel that the priors do not know.  `folders` > 1 adds the gains of all but the
  /// first; their product is 1.  `memory`: adds idle power of the memory scope and the share of HBM energy that it sees.
  /// `foot`: the voltage's floor is an unknown though the priors see it below every clock of these windows.
  Layout(Priors const& priors, std::span<Point const> points, double reference_clock_hz, std::size_t folders, bool memory,
         bool foot = false);

  std::vector<Parameter> const& parameters() const { return parameters_; }
  std::vector<double> start() const;
  /// Place of a scalar among the parameters.
  std::optional<std::size_t> place(Scalar s) const {
    int const slot = scalar_[static_cast<std::size_t>(s)];
    return slot < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(slot));
  }
  std::size_t physical() const { return physical_; }  ///< the first ones; nuisances follow
  bool memory() const { return memory_; }
  Coefficients<double> const& fixed() const { return fixed_; }

  template <class T>
  Coefficients<T> coefficients(T const* x) const {
    Coefficients<T> k;
    for (std::size_t i = 0; i < scalars; ++i) k.scalar[i] = at(x, scalar_[i], fixed_.scalar[i]);
    for (std::size_t i = 0; i < channels; ++i) {
      k.control[i] = at(x, control_[i], fixed_.control[i]);
      k.data[i] = at(x, data_[i], fixed_.data[i]);
    }
    return k;
  }
  template <class T>
  T gain(T const* x, std::size_t folder) const {
    if (folders_ < 2) return T(1);
    if (folder > 0) return x[gains_ + folder - 1];
    T rest(1);
    for (std::size_t f = 1; f < folders_; ++f) rest *= x[gains_ + f - 1];
    return T(1) / rest;
  }
  template <class T>
  T memory_power_w(T const* x, Coefficients<T> const& k, Point const& p) const {
    return parameters_[memory_at_].scale * x[memory_at_] + x[memory_at_ + 1] * hbm_power_w(k, p);
  }

 private:
  template <class T>
  T at(T const* x, int slot, double fixed) const {
    return slot < 0 ? T(fixed) : parameters_[static_cast<std::size_t>(slot)].scale * x[slot];
  }
  int add(std::string name, Prior const& prior, double lower, double upper);

  std::vector<Parameter> parameters_;
  Coefficients<double> fixed_;
  std::array<int, scalars> scalar_{};
  std::array<int, channels> control_{}, data_{};
  std::size_t physical_ = 0, folders_ = 1, gains_ = 0, memory_at_ = 0;
  bool memory_ = false;
};

}  // namespace ondol::meter::fit
