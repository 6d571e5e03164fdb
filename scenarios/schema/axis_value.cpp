#include <algorithm>
#include <boost/math/special_functions/erf.hpp>
#include <charconv>
#include <cmath>
#include <numbers>

#include "scenarios/schema/sweep_spec.hpp"

namespace ondol::schema {
namespace {

double normal_probability(double z) {
  return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

/// z with probability `p` below it.  p above one half has lost digits before it comes here: mirror instead.
double normal_quantile(double p) {
  return -std::numbers::sqrt2 * boost::math::erfc_inv(2 * p);
}

/// Quantile `u` of a normal number that is cut off at `low` and `high`, in standard deviations from its mean.
double cut_normal(double u, double low, double high) {
  if (low > 0) return -cut_normal(1 - u, -high, -low);  // in the upper tail probabilities are 1 - something small
  if (high <= 0) {
    double const below = normal_probability(low);
    return normal_quantile(below + u * (normal_probability(high) - below));
  }
  double const below = normal_probability(low), above = normal_probability(-high);
  double const left = below + u * (1 - below - above), right = above + (1 - u) * (1 - below - above);
  return left < right ? normal_quantile(left) : -normal_quantile(right);
}

double quantile(DistributionSpec const& d, double u) {
  using enum DistributionSpec::Kind;
  switch (d.kind) {
    case uniform:
      return d.from + u * (d.to - d.from);
    case log_uniform:
      return d.from * std::pow(d.to / d.from, u);
    case normal: {
      bool const cut = d.to > d.from;
      double const far = 40;  // beyond it a double holds no probability
      double const low = cut ? std::max(-far, (d.from - d.mean) / d.deviation) : -far;
      double const high = cut ? std::min(far, (d.to - d.mean) / d.deviation) : far;
      return d.mean + d.deviation * cut_normal(u, low, high);
    }
    case triangular: {
      double const span = d.to - d.from, rise = (d.mode - d.from) / span;
      return u < rise ? d.from + span * std::sqrt(u * rise) : d.to - span * std::sqrt((1 - u) * (1 - rise));
    }
  }
  return d.mean;
}

bool bounded(DistributionSpec const& d) {
  return d.kind != DistributionSpec::Kind::normal || d.to > d.from;
}

/// Nine digits, more where the range is narrow against its values: neat to read, and no two samples fall together.
double neat(double x, DistributionSpec const& d) {
  double const span = d.kind == DistributionSpec::Kind::normal ? d.deviation : d.to - d.from;
  double const size = std::max(std::abs(d.mean), std::max(std::abs(d.from), std::abs(d.to)));
  int const narrow = span > 0 && size > span ? static_cast<int>(std::ceil(std::log10(size / span))) : 0;
  char text[40];
  auto const end = std::to_chars(text, text + sizeof text, x, std::chars_format::general, std::min(17, 9 + narrow)).ptr;
  double out = x;
  std::from_chars(text, end, out);
  return bounded(d) ? std::clamp(out, d.from, d.to) : out;
}

double whole_number(DistributionSpec const& d, double u) {
  if (d.kind == DistributionSpec::Kind::uniform) {  // equal shares, the ends too
    double const low = std::ceil(d.from), high = std::floor(d.to);
    return std::min(high, low + std::floor(u * (high - low + 1)));
  }
  double const x = std::round(quantile(d, u));
  return bounded(d) ? std::clamp(x, std::ceil(d.from), std::floor(d.to)) : x;
}

}  // namespace

AxisValue axis_value(AxisSpec const& axis, double u) {
  if (auto const& d = axis.distribution) return value_at(axis, axis.whole ? whole_number(*d, u) : neat(quantile(*d, u), *d));
  auto const count = axis.values.size();
  return axis.values[std::min(count - 1, static_cast<std::size_t>(u * static_cast<double>(count)))];
}

}  // namespace ondol::schema
