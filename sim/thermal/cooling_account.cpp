#include "sim/thermal/cooling_account.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace ondol::sim {

namespace {

constexpr double lost_k = 0.5, regained_k = 0.25;  // band of a set point (assumed: what operators call held)
constexpr double least_through_flow = 0.05;        // of design (assumed: below it coolant in the racks mixes by itself)

}  // namespace

CoolingAccount::CoolingAccount(CoolingNetwork const& network) : network_(network) {
  interval.halls.resize(network.halls().size());
  interval.plants.resize(network.plants().size());
  halls_.resize(network.halls().size());
  plants_.resize(network.plants().size());
}

void CoolingAccount::begin() {
  interval.steps = interval.stages = 0;
  std::fill(halls_.begin(), halls_.end(), HallRates{});
  std::fill(plants_.begin(), plants_.end(), PlantRates{});
}

void CoolingAccount::add(double weight_s, CoolingNetwork::Stage const& rates) {
  for (std::size_t i = 0; i < halls_.size(); ++i) halls_[i].add(weight_s, rates.halls[i]);
  for (std::size_t i = 0; i < plants_.size(); ++i) plants_[i].add(weight_s, rates.plants[i]);
}

void CoolingAccount::correct(std::size_t plant, double cooling_j) {
  auto& r = plants_[plant].rejection;
  r.free_w += r.cooling_w > 0.0 ? cooling_j * r.free_w / r.cooling_w : 0.0;
  r.cooling_w += cooling_j;
}

double CoolingAccount::in_j(double dt_s) const {
  double in = network_.input_w() * dt_s;
  for (auto const& s : halls_) in += s.crah_fan_w + s.cdu_pump_w + s.economizer_fan_w;
  for (auto const& s : plants_)
    in += s.pump_w + s.rejection.condenser_pump_w + s.rejection.chiller_w + s.reuse.compressor_w + s.reuse.pump_w;
  return in;
}

double CoolingAccount::out_j() const {
  double out = 0;
  for (auto const& s : halls_) out += s.vented_w + s.economizer_w + s.economizer_fan_w;
  for (auto const& s : plants_) out += s.rejection.rejected_w() + s.reuse.delivered_w + s.reuse.pump_w + s.tank_loss_w;
  return out;
}

double CoolingAccount::gain_j(double dt_s) const {
  return in_j(dt_s) - out_j();
}

void CoolingAccount::close(double dt_s, CoolingNetwork::Stage const& now) {
  double span_s = dt_s;
  interval.dt_s = dt_s;
  if (dt_s > 0.0) {
    heat_in.add(in_j(dt_s));
    heat_out.add(out_j());
  } else {
    add(1.0, now);
    span_s = 1.0;
  }
  for (std::size_t i = 0; i < halls_.size(); ++i) {
    auto const& s = halls_[i];
    interval.halls[i] = {.crah_fan_w = (s.crah_fan_w + s.economizer_fan_w) / span_s,
                         .cdu_pump_w = s.cdu_pump_w / span_s,
                         .vented_w = (s.vented_w + s.economizer_w + s.economizer_fan_w) / span_s,
                         .economizer_w = s.economizer_w / span_s,
                         .door_w = s.door_w / span_s,
                         .evaporated_kg = s.evaporated_kg_per_s * dt_s / span_s,
                         .water_kg = s.water_kg_per_s * dt_s / span_s};
  }
  for (std::size_t i = 0; i < plants_.size(); ++i) {
    auto const& s = plants_[i];
    auto const& r = s.rejection;
    auto& mean = interval.plants[i];
    mean.pump_w = (s.pump_w + r.condenser_pump_w + s.reuse.pump_w) / span_s;
    mean.condenser_pump_w = r.condenser_pump_w / span_s;
    mean.chiller_w = (r.chiller_w + s.reuse.compressor_w) / span_s;
    mean.flow_kg_per_s = s.flow_kg_per_s / span_s;
    mean.tower_fan_w = r.tower_fan_w / span_s;
    mean.dry_cooler_fan_w = r.dry_cooler_fan_w / span_s;
    mean.cooling_w = r.cooling_w / span_s;
    mean.heat_rejected_w = r.rejected_w() / span_s;
    mean.evaporated_kg = r.evaporated_kg_per_s * dt_s / span_s;
    mean.drift_kg = r.drift_kg_per_s * dt_s / span_s;
    mean.water_kg = r.water_kg_per_s * dt_s / span_s;
    mean.free_cooling_share = r.cooling_w > 0.0 ? r.free_w / r.cooling_w : 0.0;
    mean.chillers_running = s.chillers / span_s;
    mean.clamped_share = s.clamped / span_s;
    mean.reuse_w = (s.reuse.delivered_w + s.reuse.pump_w) / span_s;
    mean.tank_w = s.tank_w / span_s;
    mean.tank_loss_w = s.tank_loss_w / span_s;
    mean.set_point_k = network_.plants()[i].params.supply_k;
    mean.condenser_k = now.plants[i].rejection.condenser_k;
  }
}

void CoolingAccount::forget() {
  heat_in = heat_out = LongSum{};
}

double mean_coolant_k(CoolingNetwork::Liquid const& liquid, std::span<double const> y, double flow_share) {
  double const passed = std::min(1.0, flow_share / least_through_flow);
  return y[liquid.rack] - 0.5 * passed * (y[liquid.rack] - y[liquid.inlet]);
}

CoolingWatch::CoolingWatch(CoolingNetwork const& network) : network_(network) {
  using Of = CoolingEvent::Of;
  for (std::size_t p = 0; p < network.plants().size(); ++p) marks_.push_back({Of::plant, p, network.plants()[p].supply});
  for (std::size_t h = 0; h < network.halls().size(); ++h) {
    auto const& hall = network.halls()[h];
    if (hall.air) marks_.push_back({Of::air, h, hall.air->cold});
    if (hall.liquid) marks_.push_back({Of::liquid, h, hall.liquid->inlet});
  }
}

double CoolingWatch::set_point_k(Mark const& mark) const {
  switch (mark.of) {
    case CoolingEvent::Of::plant:
      return network_.plants()[mark.index].params.supply_k;
    case CoolingEvent::Of::air:
      return network_.halls()[mark.index].air->side.params().supply_k;
    case CoolingEvent::Of::liquid:
      break;
  }
  return network_.halls()[mark.index].liquid->side.params().supply_k;
}

double CoolingWatch::margin_k(Mark const& mark, std::span<double const> y) const {
  return y[mark.cell] - set_point_k(mark) - (mark.lost ? regained_k : lost_k);
}

double CoolingWatch::root_k(std::size_t root, std::span<double const> y) const {
  auto const& mark = marks_[root / 2];
  // Temperatures have steps of 6e-14 K: a quarter of one beside them, no value is a root for longer than an instant.
  constexpr double aside_k = 1.5e-14;
  return y[mark.cell] - set_point_k(mark) - (root % 2 == 0 ? lost_k : regained_k) + aside_k;
}

/// Temperatures that racks see.
void CoolingWatch::see(std::span<double const> y, CoolingNetwork::Stage const& rates, std::vector<double>& seen_k) const {
  seen_k.clear();
  for (std::size_t h = 0; h < network_.halls().size(); ++h) {
    auto const& hall = network_.halls()[h];
    if (hall.air) seen_k.push_back(y[hall.air->cold]);
    if (hall.liquid)
      seen_k.push_back(mean_coolant_k(*hall.liquid, y, rates.liquid[h].flow_w_per_k / hall.liquid->side.design_w_per_k()));
  }
}

void CoolingWatch::forget(std::span<double const> y, CoolingNetwork::Stage const& rates) {
  fastest_k_per_s = 0;
  events.clear();
  see(y, rates, before_k_);
  for (auto& mark : marks_) {
    mark.lost = false;
    mark.lost = margin_k(mark, y) > 0.0;
    mark.before_k = margin_k(mark, y);
  }
}

void CoolingWatch::step(double begin_s, double end_s, std::span<double const> y, CoolingNetwork::Stage const& rates) {
  see(y, rates, seen_k_);
  fastest_k_per_s = 0;
  for (std::size_t i = 0; i < seen_k_.size(); ++i)
    fastest_k_per_s = std::max(fastest_k_per_s, std::abs(seen_k_[i] - before_k_[i]) / (end_s - begin_s));
  before_k_.swap(seen_k_);
  for (auto& mark : marks_) {
    double const margin = margin_k(mark, y);
    if ((margin >= 0.0) == mark.lost) {
      mark.before_k = margin;
      continue;
    }
    double const passed = std::abs(mark.before_k) / std::max(std::abs(mark.before_k) + std::abs(margin), 1e-12);
    mark.lost = !mark.lost;
    static constexpr std::array<char const*, 3> names = {"facility water", "supply air", "technology coolant"};
    events.push_back({offset_s + begin_s + passed * (end_s - begin_s), mark.of, mark.index,
                      mark.lost ? "set_point_lost" : "set_point_held",
                      std::string(names[static_cast<std::size_t>(mark.of)]) +
                          (mark.lost ? " leaves its set point: 0.5 K too warm" : " is back at its set point")});
    mark.before_k = margin_k(mark, y);
  }
}

}  // namespace ondol::sim
