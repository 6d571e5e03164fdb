#include "sim/compute/kernel_times.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <istream>
#include <set>
#include <stdexcept>

namespace ondol::sim {
namespace {

constexpr double least_cover = 0.5;    // share of the weight on covered knots that a reading needs
constexpr double beyond = 1.0 + 1e-9;  // rounding at the edges

struct Between {
  std::size_t low = 0;
  double share = 0;  ///< of the upper knot
};
Between between(std::vector<double> const& axis, double x) {
  if (axis.size() == 1) return {};
  auto const upper = std::upper_bound(axis.begin(), axis.end(), x);
  auto const i = std::clamp<std::ptrdiff_t>(upper - axis.begin() - 1, 0, static_cast<std::ptrdiff_t>(axis.size()) - 2);
  std::size_t const low = static_cast<std::size_t>(i);
  return {low, std::clamp(std::log(x / axis[low]) / std::log(axis[low + 1] / axis[low]), 0.0, 1.0)};
}

double number(std::string_view cell) {
  double value = 0;
  auto const [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size()) throw std::invalid_argument("is not a number");
  return value;
}

std::vector<std::string_view> cells(std::string_view line) {
  std::vector<std::string_view> all;
  for (;;) {
    auto const comma = line.find(',');
    all.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return all;
    line.remove_prefix(comma + 1);
  }
}

struct Row {
  Sizes at;
  EfficiencyGrid::Knot knot;
};

EfficiencyGrid grid_of(std::vector<Row> const& rows) {
  std::array<std::vector<double>, 3> axes;
  for (std::size_t d = 0; d < 3; ++d) {
    std::set<double> seen;
    for (Row const& r : rows) seen.insert(r.at[d]);
    axes[d].assign(seen.begin(), seen.end());
  }
  std::vector<EfficiencyGrid::Knot> knots(axes[0].size() * axes[1].size() * axes[2].size());
  for (Row const& r : rows) {
    std::size_t index = 0;
    for (std::size_t d = 0; d < 3; ++d) {
      auto const place = std::lower_bound(axes[d].begin(), axes[d].end(), r.at[d]) - axes[d].begin();
      index = index * axes[d].size() + static_cast<std::size_t>(place);
    }
    knots[index] = r.knot;
  }
  return {axes, knots};
}

}  // namespace

EfficiencyGrid::EfficiencyGrid(std::array<std::vector<double>, 3> axes, std::vector<Knot> knots)
    : axes_(std::move(axes)), knots_(std::move(knots)) {
  std::size_t count = 1;
  for (auto const& axis : axes_) {
    if (axis.empty() || axis.front() <= 0 || std::adjacent_find(axis.begin(), axis.end(), std::greater_equal<>()) != axis.end())
      throw std::invalid_argument("sizes of a grid must be above zero and ascend");
    count *= axis.size();
  }
  if (count != knots_.size())
    throw std::invalid_argument("a grid of " + std::to_string(count) + " knots has " + std::to_string(knots_.size()));
  for (Knot const& k : knots_)
    if (!(k.efficiency > 0)) throw std::invalid_argument("a knot is missing, or its efficiency is not above zero");
}

Sizes EfficiencyGrid::edge(Sizes const& sizes) const {
  Sizes inside{};
  for (std::size_t d = 0; d < 3; ++d) inside[d] = std::clamp(sizes[d], axes_[d].front(), axes_[d].back());
  return inside;
}

EfficiencyGrid::Time EfficiencyGrid::at(Sizes const& sizes, std::function<double(Sizes const&)> const& roof_s) const {
  std::array<Between, 3> place;
  Time time{.time_s = 0, .sd = 0, .in_range = true};
  for (std::size_t d = 0; d < 3; ++d) {
    place[d] = between(axes_[d], sizes[d]);
    if (sizes[d] > axes_[d].back() * beyond || sizes[d] * beyond < axes_[d].front()) time.in_range = false;
  }
  double log_time = 0, cover = 0;
  for (unsigned corner = 0; corner < 8; ++corner) {
    double weight = 1;
    std::size_t index = 0;
    Sizes at{};
    for (std::size_t d = 0; d < 3; ++d) {
      bool const up = (corner >> d) & 1U;
      weight *= up ? place[d].share : 1 - place[d].share;
      std::size_t const i = std::min(place[d].low + (up ? 1 : 0), axes_[d].size() - 1);
      index = index * axes_[d].size() + i;
      at[d] = axes_[d][i];
    }
    if (weight <= 0) continue;
    Knot const& k = knots_[index];
    log_time += weight * std::log(roof_s(at) / k.efficiency);
    time.sd += weight * k.sd;
    if (k.covered) cover += weight;
  }
  time.time_s = std::exp(log_time);
  if (cover < least_cover) time.in_range = false;
  return time;
}

EfficiencyGrid const* KernelTimes::find(std::string_view name) const {
  auto const found = grids.find(name);
  return found == grids.end() ? nullptr : &found->second;
}

EfficiencyGrid const* KernelTimes::attention(std::string_view phase, std::string_view dtype, double head_dim) const {
  std::string const prefix = std::string(phase) + "/" + std::string(dtype) + "/";
  EfficiencyGrid const* best = nullptr;
  double nearest = 0;
  for (auto i = grids.lower_bound(prefix); i != grids.end() && i->first.starts_with(prefix); ++i) {
    double const away = std::abs(std::log(number(std::string_view(i->first).substr(prefix.size())) / head_dim));
    if (!best || away < nearest) {
      best = &i->second;
      nearest = away;
    }
  }
  return best;
}

KernelTimes read_kernel_times(std::istream& text, std::string const& file) {
  KernelTimes times;
  std::map<std::string, std::vector<Row>, std::less<>> rows;
  int at = 0;
  auto const fail = [&](std::string const& what) { throw std::runtime_error(file + ":" + std::to_string(at) + ": " + what); };
  for (std::string line; std::getline(text, line);) {
    ++at;
    std::string_view const board = "# board ", best = "# matmul_efficiency ";
    try {
      if (line.starts_with(board)) {
        times.board = line.substr(board.size());
      } else if (line.starts_with(best)) {
        times.matmul_efficiency = number(std::string_view(line).substr(best.size()));
      } else if (!line.empty() && line[0] != '#' && !line.starts_with("kernel,")) {
        auto const c = cells(line);
        if (c.size() != 7) throw std::invalid_argument("has " + std::to_string(c.size()) + " cells instead of 7");
        rows[std::string(c[0])].push_back(
            {{number(c[1]), number(c[2]), number(c[3])}, {number(c[4]), number(c[5]), number(c[6]) > 0}});
      }
    } catch (std::invalid_argument const& e) {
      fail("\"" + line + "\" " + e.what());
    }
  }
  if (times.board.empty() || times.matmul_efficiency <= 0) fail("the head names no board or no matmul_efficiency");
  for (auto const& [name, knots] : rows) {
    try {
      times.grids.emplace(name, grid_of(knots));
    } catch (std::invalid_argument const& e) {
      fail(name + ": " + e.what());
    }
  }
  return times;
}

}  // namespace ondol::sim
