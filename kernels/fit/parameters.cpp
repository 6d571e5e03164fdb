#include "kernels/fit/parameters.hpp"

#include <algorithm>
#include <stdexcept>

namespace ondol::meter::fit {
namespace {

// A coefficient is an energy or a power, so above zero; a fiftieth keeps its relative error defined.  Fifty times a prior is
// a wrong count, not physics.
constexpr double least = 0.02, most = 50;
constexpr double gain_sd = 0.05;  // identical boards differ by about 5 % in gain                          [yang2024parttime]
constexpr double memory_idle_w = 40, memory_idle_sd = 1;  // DRAM refresh, 40-50 W for 40 GB                [antepara2025]
constexpr double memory_share_sd = 0.5;                   // the memory scope may or may not hold the controller: assumed

bool loads_core(Point const& p) {
  for (std::size_t i = 0; i < channels; ++i)
    if (core_voltage(static_cast<Channel>(i)) && p.rate.amount[i] > 0) return true;
  return p.awake > 0;
}

}  // namespace

int Layout::add(std::string name, Prior const& prior, double lower, double upper) {
  parameters_.push_back({std::move(name), prior.value, prior.relative_sd, lower, upper, &prior});
  return static_cast<int>(parameters_.size()) - 1;
}

Layout::Layout(Priors const& priors, std::span<Point const> points, double reference_clock_hz, std::size_t folders, bool memory)
    : folders_(folders), memory_(memory) {
  scalar_.fill(-1);
  control_.fill(-1);
  data_.fill(-1);
  for (std::size_t i = 0; i < scalars; ++i) fixed_.scalar[i] = priors.scalar[i]->value;
  for (std::size_t i = 0; i < channels; ++i) {
    if (priors.control[i]) fixed_.control[i] = priors.control[i]->value;
    if (priors.data[i]) fixed_.data[i] = priors.data[i]->value;
  }
  auto const any = [&](auto const& test) { return std::any_of(points.begin(), points.end(), test); };
  auto const phi = [&](Point const& p) { return phi_of(p, reference_clock_hz); };
  auto const scalar = [&](Scalar s, bool wanted, double upper = most) {
    std::size_t const i = static_cast<std::size_t>(s);
    if (wanted) scalar_[i] = add(std::string(scalar_names[i]), *priors.scalar[i], least, upper);
  };
  scalar(Scalar::idle, true);
  scalar(Scalar::context, any([](Point const& p) { return p.context; }));
  scalar(Scalar::awake, any([](Point const& p) { return p.awake > 0; }));
  scalar(Scalar::leakage_slope, any([](Point const& p) { return p.temperature_c.has_value(); }));
  // A slope of 1 or more would give no voltage at clock 0.
  double const slope = fixed_[Scalar::voltage_slope], floor = fixed_[Scalar::voltage_floor];
  scalar(Scalar::voltage_slope, any([&](Point const& p) { return loads_core(p) && !p.one_sided() && phi(p) < 0.99; }),
         1 / slope);
  scalar(Scalar::voltage_floor, any([&](Point const& p) { return loads_core(p) && 1 - slope * (1 - phi(p)) < floor; }),
         1 / floor);
  for (std::size_t i = 0; i < channels; ++i) {
    std::string const channel(channel_names[i]);
    if (!any([&](Point const& p) { return p.rate.amount[i] > 0; })) continue;
    if (!priors.control[i])
      throw std::runtime_error("windows work on channel " + channel + ", for which the priors \"" + priors.name +
                               "\" have no value. Add it to a file of priors and name that with --priors");
    control_[i] = add("control." + channel, *priors.control[i], least, most);
    if (any([&](Point const& p) { return p.rate.amount[i] > 0 && p.toggle > 0; }))
      data_[i] = add("data." + channel, *priors.data[i], least, most);
  }
  physical_ = parameters_.size();
  gains_ = physical_;
  for (std::size_t f = 1; f < folders_; ++f) parameters_.push_back({"gain." + std::to_string(f), 1, gain_sd, 0.5, 2, nullptr});
  memory_at_ = parameters_.size();
  if (memory_) {
    parameters_.push_back({"memory_idle", memory_idle_w, memory_idle_sd, 0, most, nullptr});
    parameters_.push_back({"memory_share", 1, memory_share_sd, 0.05, 2, nullptr});
  }
}

std::vector<double> Layout::start() const {
  return std::vector<double>(parameters_.size(), 1.0);
}

}  // namespace ondol::meter::fit
