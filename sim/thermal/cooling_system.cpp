#include "sim/thermal/cooling_system.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "sim/thermal/cooling_account.hpp"
#include "sim/thermal/cooling_network.hpp"
#include "sim/thermal/cooling_start.hpp"
#include "sim/thermal/cvode_solver.hpp"
#include "sim/thermal/linearly_implicit.hpp"

namespace ondol::sim {

namespace {

CoolingOptions checked(CoolingOptions const& options) {
  if (!(options.tolerance_k > 0.0) || !(options.longest_step_s > 0.0))
    throw std::invalid_argument("cooling system: tolerance and longest step must be positive");
  return options;
}

}  // namespace

struct CoolingSystem::Impl {
  CoolingOptions options;
  CoolingNetwork network;
  CoolingAccount account;
  CoolingWatch watch;
  LinearlyImplicit ideal;
  std::optional<CvodeSolver> pi;
  CoolingNetwork::Stage now;
  std::vector<double> start;

  Impl(std::vector<PlantParams> const& plants, std::vector<HallParams> const& halls, CoolingOptions const& chosen)
      : options(checked(chosen)),
        network(plants, halls, options.control),
        account(network),
        watch(network),
        ideal(network, options.tolerance_k, options.longest_step_s),
        now(network.stage()),
        start(network.state()) {
    if (options.control == CoolingOptions::Control::pi) pi.emplace(network, options.tolerance_k, options.longest_step_s);
    std::vector<double> const none(halls.size());
    network.begin(0.0, none, none, {}, {});
    network.evaluate(0.0, network.state(), now);
    watch.forget(network.state(), now);
  }

  void advance(double dt_s) {
    account.begin();
    double done_s = 0;
    do {  // from one decision of the plants' own control to the next
      double const left_s = dt_s - done_s, wait_s = network.next_decision_s();
      double const part_s = wait_s < left_s ? wait_s : left_s;
      network.set_offset(done_s);
      watch.offset_s = done_s;
      if (pi) {
        pi->advance(part_s, account, watch, options.control);
        now = pi->stage();
      } else {
        ideal.advance(part_s, account, watch, options.control);
        now = ideal.stage();
      }
      network.advance_machines(part_s);
      done_s = part_s < left_s ? done_s + part_s : dt_s;
      network.decide(part_s, now);
      for (auto& [plant, decision] : network.take_decisions())
        watch.events.push_back({done_s, CoolingEvent::Of::plant, plant, std::move(decision.kind), std::move(decision.text)});
    } while (done_s < dt_s);
    account.close(dt_s, now);
  }
};

CoolingSystem::CoolingSystem(std::vector<PlantParams> plants, std::vector<HallParams> halls, CoolingOptions options)
    : impl_(std::make_unique<Impl>(plants, halls, options)) {}
CoolingSystem::~CoolingSystem() = default;
CoolingSystem::CoolingSystem(CoolingSystem&&) noexcept = default;
CoolingSystem& CoolingSystem::operator=(CoolingSystem&&) noexcept = default;

bool CoolingSystem::initialise(std::span<double const> air, std::span<double const> liquid, WeatherSample const& weather) {
  auto& m = *impl_;
  m.network.begin(0.0, air, liquid, weather, weather);
  m.network.settle_machines();
  bool const steady = find_steady(m.network);
  m.network.evaluate(0.0, m.network.state(), m.now);
  m.network.begin_control(m.now);
  m.network.evaluate(0.0, m.network.state(), m.now);
  m.watch.forget(m.network.state(), m.now);
  m.account.forget();
  m.ideal.forget();
  m.start = m.network.state();
  return steady;
}

CoolingSystem::Interval const& CoolingSystem::advance(double dt_s, std::span<double const> air, std::span<double const> liquid,
                                                      WeatherSample const& start, WeatherSample const& end) {
  if (!(dt_s >= 0.0)) throw std::invalid_argument("cooling system: time runs forward only");
  impl_->network.begin(dt_s, air, liquid, start, end);
  impl_->advance(dt_s);
  return impl_->account.interval;
}

bool CoolingSystem::has_air(std::size_t hall) const {
  return impl_->network.halls()[hall].air.has_value();
}
bool CoolingSystem::has_liquid(std::size_t hall) const {
  return impl_->network.halls()[hall].liquid.has_value();
}
double CoolingSystem::air_supply_k(std::size_t hall) const {
  return impl_->network.state()[impl_->network.halls()[hall].air.value().cold];
}
double CoolingSystem::air_return_k(std::size_t hall) const {
  return impl_->network.state()[impl_->network.halls()[hall].air.value().hot];
}
double CoolingSystem::liquid_supply_k(std::size_t hall) const {
  return impl_->network.state()[impl_->network.halls()[hall].liquid.value().inlet];
}
double CoolingSystem::liquid_return_k(std::size_t hall) const {
  return impl_->network.state()[impl_->network.halls()[hall].liquid.value().cdu];
}
double CoolingSystem::liquid_rack_k(std::size_t hall) const {
  return impl_->network.state()[impl_->network.halls()[hall].liquid.value().rack];
}
double CoolingSystem::plant_supply_k(std::size_t plant) const {
  return impl_->network.state()[impl_->network.plants()[plant].supply];
}
double CoolingSystem::plant_return_k(std::size_t plant) const {
  return impl_->network.state()[impl_->network.plants()[plant].back];
}
double CoolingSystem::liquid_mean_k(std::size_t hall) const {
  return mean_coolant_k(impl_->network.halls()[hall].liquid.value(), impl_->network.state(), liquid_flow_share(hall));
}
double CoolingSystem::liquid_flow_share(std::size_t hall) const {
  return impl_->now.liquid[hall].flow_w_per_k / impl_->network.halls()[hall].liquid.value().side.design_w_per_k();
}
double CoolingSystem::air_flow_share(std::size_t hall) const {
  return impl_->now.air[hall].flow_w_per_k / impl_->network.halls()[hall].air.value().side.design_w_per_k();
}
double CoolingSystem::fastest_rate_k_per_s() const {
  return impl_->watch.fastest_k_per_s;
}

double CoolingSystem::stored_energy_j() const {
  return impl_->network.stored_j(impl_->network.state());
}
double CoolingSystem::heat_in_j() const {
  return impl_->account.heat_in.value();
}
double CoolingSystem::heat_out_j() const {
  return impl_->account.heat_out.value();
}

double CoolingSystem::heat_balance_residual() const {
  auto const& m = *impl_;
  LongSum rest;
  rest.add(m.account.heat_in.value());
  rest.add(-m.account.heat_out.value());
  for (std::size_t i = 0; i < m.network.cells(); ++i) rest.add(-m.network.capacity()[i] * (m.network.state()[i] - m.start[i]));
  double const in = m.account.heat_in.value();
  return in > 0.0 ? rest.value() / in : 0.0;
}

std::vector<CoolingEvent> CoolingSystem::take_events() {
  return std::exchange(impl_->watch.events, {});
}

void CoolingSystem::set_plant_set_point(std::size_t plant, double supply_k) {
  impl_->network.plants()[plant].params.supply_k = supply_k;
  impl_->network.plants()[plant].reset.reset();
}
void CoolingSystem::set_air_set_point(std::size_t hall, double supply_k) {
  impl_->network.halls()[hall].air.value().side.set_supply_k(supply_k);
}
void CoolingSystem::set_liquid_set_point(std::size_t hall, double supply_k) {
  impl_->network.halls()[hall].liquid.value().side.set_supply_k(supply_k);
}

void CoolingSystem::set_tank_order(std::size_t plant, TankOrder order) {
  impl_->network.plants()[plant].order = order;
}
void CoolingSystem::set_reuse_demand(std::size_t plant, std::optional<double> demand_w) {
  impl_->network.plants()[plant].reuse_demand_w = demand_w;
}

void CoolingSystem::set_plant_available(std::size_t plant, PlantAvailability const& available) {
  auto& p = impl_->network.plants()[plant];
  p.available.chillers = std::clamp(available.chillers, 0, p.params.chillers);
  p.available.towers = std::clamp(available.towers, 0, p.params.towers);
  p.available.dry_coolers = std::clamp(available.dry_coolers, 0, p.params.dry_coolers);
  p.available.pumping = std::clamp(available.pumping, 0.0, 1.0);
  p.available.powered = available.powered;
  p.turning.aim(p.available.pumping * p.params.pumps / p.params.pumps_needed);
}

void CoolingSystem::set_hall_available(std::size_t hall, HallAvailability const& available) {
  auto& h = impl_->network.halls()[hall];
  if (h.air) {
    h.available.crahs = std::clamp(available.crahs, 0, h.air->side.params().crahs);
    h.air->turning.aim(static_cast<double>(h.available.crahs) / h.air->side.params().crahs);
  }
  if (h.liquid) {
    h.available.cdus = std::clamp(available.cdus, 0, h.liquid->side.params().cdus);
    h.liquid->turning.aim(static_cast<double>(h.available.cdus) / h.liquid->side.params().cdus);
  }
}

PlantAvailability CoolingSystem::plant_available(std::size_t plant) const {
  return impl_->network.plants()[plant].available;
}
CoolingSystem::HallAvailability CoolingSystem::hall_available(std::size_t hall) const {
  return impl_->network.halls()[hall].available;
}

}  // namespace ondol::sim
