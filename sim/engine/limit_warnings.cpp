#include "sim/engine/limit_warnings.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "sim/engine/iteration_power.hpp"
#include "sim/engine/refusal.hpp"

namespace ondol::sim {
namespace {

/// What an accelerator of the class draws on the mean for the job above a limit that it cannot be held to; 0: it is held.
double unheld_w(RackClass const& c, workloads::Job const& job, double limit_w) {
  double const t0_k = c.accelerator.leakage_reference_k;
  if (job.iteration) {
    auto const load = iteration_load(c.accelerator, c.rates, job.iteration);
    return iteration_draw(c.accelerator, load, {}, limit_w, t0_k).unheld_w;
  }
  auto const terms = c.macro.of(job.activity, 1, job.clock_sensitivity).terms;
  auto const draw = accelerator_draw(c.accelerator, terms, limit_w, 1.0, t0_k);
  return draw.limited && draw.power_w > limit_w * unheld_above ? draw.power_w : 0.0;
}

/// The lowest limit that holds the job, nearly.  Of iterations the phases that keep within a limit draw more as it rises.
double holding_w(RackClass const& c, workloads::Job const& job, double limit_w) {
  for (int round = 0; round < 40; ++round) {
    double const drawn_w = unheld_w(c, job, limit_w);
    if (drawn_w <= 0) break;
    limit_w = drawn_w;
  }
  return limit_w;
}

/// What is drawn above the limit, in words, and the limit that would hold it; 0: nothing is.
std::pair<std::string, double> excess(RackClass const& c, std::string const& device, std::span<workloads::Job const> jobs) {
  workloads::Job const* worst = nullptr;
  double highest_w = 0;
  std::size_t others = 0;
  for (auto const& job : jobs) {
    double const w = job.pool == c.pool ? unheld_w(c, job, c.power_limit_w) : 0.0;
    if (w <= 0) continue;
    if (worst) ++others;
    if (w > highest_w) worst = &job, highest_w = w;
  }
  if (worst) {
    auto const more = others > 0 ? fmt::format(", and {} more jobs pass it", others) : std::string();
    return {fmt::format("{} draws {:.0f} W at its lowest clock for job \"{}\"{}", device, highest_w, worst->name, more),
            holding_w(c, *worst, c.power_limit_w)};
  }
  double const products_w = lowest_product_draw_w(c);
  if (products_w <= c.power_limit_w) return {};
  return {fmt::format("{} draws {:.0f} W at its lowest clock in matrix products", device, products_w), products_w};
}

}  // namespace

double lowest_product_draw_w(RackClass const& c) {
  auto const terms = c.macro.of({.sm = 1, .compute = 1}, 1, 1).terms;
  return accelerator_draw(c.accelerator, terms, 0.0, 1.0, c.accelerator.leakage_reference_k).power_w;
}

std::vector<Fault> limit_warnings(schema::Scenario const& scenario, topology::Facility const& facility,
                                  Assembly const& assembly, std::span<workloads::Job const> jobs) {
  std::vector<Fault> found;
  for (auto const& c : assembly.classes) {
    std::size_t const group = facility.racks[c.first_rack].group;
    auto const& limit = scenario.racks[group].power_limit;
    if (!limit) continue;
    auto const& node = scenario.catalogue.node.at(scenario.catalogue.rack.at(scenario.racks[group].rack).node);
    auto const [what, enough_w] = excess(c, scenario.catalogue.accelerator.at(node.accelerator).name, jobs);
    if (enough_w <= 0) continue;
    found.push_back(fault_at(
        scenario, fmt::format("racks[{}].power_limit", group), Severity::warning,
        fmt::format(
            "power_limit = {:.4g} W is not held: {}. The run lets it pass and tells so in its events; {:.0f} W can be held",
            limit->v, what, std::ceil(enough_w * limit->v / c.power_limit_w))));
  }
  return found;
}

}  // namespace ondol::sim
