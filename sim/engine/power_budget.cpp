#include "sim/engine/power_budget.hpp"

#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "sim/engine/refusal.hpp"

namespace ondol::sim {
namespace {

constexpr double none = std::numeric_limits<double>::infinity();

double number(std::string_view text, std::string const& file, std::size_t line) {
  double value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value) || value < 0)
    refuse_line(file, line, "\"" + std::string(text) + "\" is neither a time nor a power: a number of 0 or more is expected");
  return value;
}

std::vector<BudgetStep> read_series(std::string const& file) {
  std::ifstream in(file);
  if (!in) refuse_line(file, 0, "cannot be read");
  std::vector<BudgetStep> steps;
  std::string line;
  for (std::size_t at = 1; std::getline(in, line); ++at) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (at == 1) {
      if (line != "time_s,power_mw") refuse_line(file, 1, "the first line must be time_s,power_mw");
      continue;
    }
    if (line.empty()) continue;
    auto const comma = line.find(',');
    if (comma == std::string::npos) refuse_line(file, at, "a time and a power are expected, with a comma between them");
    std::string_view const time(line.data(), comma), power(line.data() + comma + 1, line.size() - comma - 1);
    BudgetStep const step{number(time, file, at), power.empty() ? none : 1e6 * number(power, file, at), 0};
    if (!steps.empty() && step.start_s <= steps.back().start_s) refuse_line(file, at, "times must rise");
    steps.push_back(step);
  }
  if (steps.empty()) refuse_line(file, 1, "holds no row");
  return steps;
}

}  // namespace

std::vector<BudgetStep> budget_steps(schema::BudgetSpec const& spec) {
  double const end = spec.duration.v > 0 ? spec.start.v + spec.duration.v : none;
  std::vector<BudgetStep> all;
  if (spec.file.empty())
    all.push_back({spec.start.v, spec.power->v, 0});
  else
    all = read_series(spec.file);
  std::vector<BudgetStep> steps;
  auto const add = [&](BudgetStep step) {
    if (step.power_w != (steps.empty() ? none : steps.back().power_w)) steps.push_back(step);
  };
  for (auto step : all) {
    if (step.start_s >= end) break;
    if (step.start_s < spec.start.v) {  // what holds when the budget begins
      step.start_s = spec.start.v;
      steps.clear();
    }
    add(step);
  }
  if (std::isfinite(end)) add({end, none, 0});
  return steps;
}

}  // namespace ondol::sim
