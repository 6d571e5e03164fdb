#include "kernels/fit/calibration.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/fit/quantity.hpp"

namespace ondol::meter::fit {
namespace {

constexpr double prior_decides = 0.9;   // above, the windows say next to nothing
constexpr double prior_weighs = 0.1;    // above, it is said
constexpr double minimum_share = 0.17;  // of the reference clock: 345 of 1980 MHz on Hopper boards

Value from_prior(Prior const& p) {
  return {p.value, p.relative_sd, p.tier, p.source, p.why};
}

Value from_estimate(Estimate const& e) {
  Value v{e.value, e.sd / e.value, "", "", ""};
  std::string const percent = text_of(std::round(100 * e.prior_share), 3);
  if (e.prior && e.prior_share >= prior_decides) {
    v.tier = e.prior->tier;
    v.source = e.prior->source;
    v.why = "the windows do not determine it: " + percent + " % prior" + (e.prior->why.empty() ? "" : "; " + e.prior->why);
  } else if (e.prior && e.prior_share >= prior_weighs) {
    v.why = percent + " % of its certainty is the prior's";
  }
  if (e.at_bound) v.why = "at its bound; error that of the prior" + (v.why.empty() ? "" : "; " + v.why);
  return v;
}

std::string joined(std::span<Campaign const> campaigns, std::string_view key) {
  std::string all;
  for (Campaign const& c : campaigns) {
    std::string const text = c.about(key);
    if (!text.empty() && all.find(text) == std::string::npos) all += (all.empty() ? "" : ", ") + text;
  }
  return all;
}

/// The first ten letters of a time stamp are its day.
std::string day(std::string const& text) {
  return text.substr(0, 10);
}

std::string note(Fit const& fit, Priors const& priors) {
  std::string text =
      "Fitted by ondol-meter; energies of the board's own counter, whose gain error of about 5 % is common to all "
      "values and not in their errors. Priors: " +
      priors.name + ".";
  text += " Error of the model between loads " + text_of(100 * fit.weights.model_error, 2) + " %.";
  for (std::size_t i = 0; i < fit.gains.size(); ++i)
    text += (i == 0 ? " Gains of the boards: " : ", ") + text_of(fit.gains[i], 4);
  return fit.gains.empty() ? text : text + ".";
}

}  // namespace

Calibration calibrate(Fit const& fit, Priors const& priors, Points const& points, Quality const& quality,
                      Limiter const& limiter, std::optional<Thermal> const& thermal, std::span<Campaign const> campaigns,
                      Labels const& labels) {
  Calibration c;
  c.id = labels.id;
  c.source = labels.source;
  c.tier = labels.tier;
  c.board = joined(campaigns, "product");
  c.name = labels.name.empty() ? (c.board.empty() ? labels.id : c.board) : labels.name;
  c.date = day(joined(campaigns, "date"));
  c.driver = joined(campaigns, "driver");
  c.note = note(fit, priors);
  c.reference_clock = {fit.reference_clock_hz, std::nullopt, "", "", ""};
  if (auto const least = number_of(joined(campaigns, "sm_clock_min_hz"), ""); least && *least > 0)
    c.minimum_clock = {*least, std::nullopt, "", "", ""};
  else
    c.minimum_clock = {minimum_share * fit.reference_clock_hz, std::nullopt, "assumed", "", "345 of 1980 MHz on Hopper boards"};
  c.reference_temperature = reference_temperature_c;
  for (Point const& p : points.fit) {
    c.highest_power = std::max(c.highest_power.value_or(0), p.power_w);
    if (p.clock_hz && p.awake > 0) c.lowest_clock = std::min(c.lowest_clock.value_or(1e12), *p.clock_hz);
    if (!p.temperature_c) continue;
    c.lowest_temperature = std::min(c.lowest_temperature.value_or(1e9), *p.temperature_c);
    c.highest_temperature = std::max(c.highest_temperature.value_or(-1e9), *p.temperature_c);
  }
  for (std::size_t i = 0; i < scalars; ++i) c.scalar[i] = from_prior(*priors.scalar[i]);
  for (std::size_t i = 0; i < channels; ++i) {
    if (priors.control[i]) c.control[i] = from_prior(*priors.control[i]);
    if (priors.data[i]) c.data[i] = from_prior(*priors.data[i]);
  }
  for (Estimate const& e : fit.estimates) {
    c.parameters.push_back(e.name);
    for (std::size_t i = 0; i < scalars; ++i)
      if (scalar_names[i] == e.name) c.scalar[i] = from_estimate(e);
    for (std::size_t i = 0; i < channels; ++i) {
      if (e.name == "control." + std::string(channel_names[i])) c.control[i] = from_estimate(e);
      if (e.name == "data." + std::string(channel_names[i])) c.data[i] = from_estimate(e);
    }
  }
  c.covariance = fit.covariance;
  if (limiter.held)
    c.limit_held = {*limiter.held, limiter.held_sd / *limiter.held, "", "", ""};
  else
    c.limit_held = {1, std::nullopt, "assumed", "", "no window met the limit"};
  if (thermal)
    c.thermal = {Value{thermal->fast_resistance, thermal->fast_resistance_sd, "", "", ""},
                 Value{thermal->fast_time, thermal->fast_time_sd, "", "", ""},
                 Value{thermal->slow_resistance, thermal->slow_resistance_sd, "", "", ""},
                 Value{thermal->slow_time, thermal->slow_time_sd, "", "", ""}};
  c.quality = {static_cast<int>(points.fit.size()),
               static_cast<int>(points.held_out.size()),
               fit.identified.condition_number,
               quality.r2,
               quality.all_fit.mape,
               std::nullopt,
               std::nullopt,
               std::nullopt,
               std::nullopt};
  if (quality.leave_one_kernel_out.windows > 0) c.quality.leave_one_kernel_out_mape = quality.leave_one_kernel_out.mape;
  if (quality.all_held_out.windows > 0) {
    c.quality.held_out_mape = quality.all_held_out.mape;
    c.quality.held_out_worst = quality.all_held_out.worst;
    c.quality.held_out_bias = quality.all_held_out.bias;
  }
  return c;
}

Fit as_fit(Calibration const& c) {
  Fit fit;
  fit.reference_clock_hz = c.reference_clock.value;
  for (std::size_t i = 0; i < scalars; ++i) fit.value.scalar[i] = c.scalar[i].value;
  for (std::size_t i = 0; i < channels; ++i) {
    fit.value.control[i] = c.control[i] ? c.control[i]->value : 0;
    fit.value.data[i] = c.data[i] ? c.data[i]->value : 0;
  }
  return fit;
}

}  // namespace ondol::meter::fit
