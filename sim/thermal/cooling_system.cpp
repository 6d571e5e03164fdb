#include "sim/thermal/cooling_system.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace ondol::sim {

namespace {

/// Sum with its rounding error carried along (Neumaier).
struct LongSum {
  double sum = 0, rest = 0;
  void add(double x) {
    double const t = sum + x;
    rest += std::abs(sum) >= std::abs(x) ? (sum - t) + x : (x - t) + sum;
    sum = t;
  }
  double value() const { return sum + rest; }
};

struct HallRates {
  double crah_fan_w = 0, cdu_pump_w = 0, vented_w = 0;

  void add(double f, HallRates const& r) {
    crah_fan_w += f * r.crah_fan_w;
    cdu_pump_w += f * r.cdu_pump_w;
    vented_w += f * r.vented_w;
  }
};

struct PlantRates {
  RejectionPoint rejection;
  double pump_w = 0;  ///< of the facility loop
  double chillers = 0, clamped = 0;

  void add(double f, PlantRates const& r) {
    rejection.cooling_w += f * r.rejection.cooling_w;
    rejection.free_w += f * r.rejection.free_w;
    rejection.chiller_w += f * r.rejection.chiller_w;
    rejection.condenser_pump_w += f * r.rejection.condenser_pump_w;
    rejection.tower_fan_w += f * r.rejection.tower_fan_w;
    rejection.dry_cooler_fan_w += f * r.rejection.dry_cooler_fan_w;
    rejection.evaporated_kg_per_s += f * r.rejection.evaporated_kg_per_s;
    rejection.water_kg_per_s += f * r.rejection.water_kg_per_s;
    pump_w += f * r.pump_w;
    chillers += f * r.rejection.chillers;
    clamped += r.rejection.clamped ? f : 0.0;
  }
};

constexpr std::size_t absent = static_cast<std::size_t>(-1);

// Bogacki-Shampine 3(2): stages at 0, 1/2, 3/4 and 1; weights of the third-order solution and of the error.
constexpr std::array<double, 3> weight = {2.0 / 9.0, 1.0 / 3.0, 4.0 / 9.0};
constexpr std::array<double, 4> error_weight = {-5.0 / 72.0, 1.0 / 12.0, 1.0 / 9.0, -1.0 / 8.0};
constexpr double shortest_step_s = 1e-3;  // below it a step is taken as it comes: only a jump of the control asks for less
constexpr double relaxation_span_s = 1200.0, relaxation_tolerance_k = 1e-5, steady_k_per_s = 1e-7, runaway_k = 400.0;
constexpr int relaxation_rounds = 200;
constexpr double stable_product = 2.3;  // step x fastest rate inside the stability region (2.51 on the real axis)

}  // namespace

struct CoolingSystem::Impl {
  struct Plant {
    PlantParams params;
    HeatRejection rejection;
    PlantAvailability available;
    double design_w_per_k, half_j_per_k;
    std::size_t supply, back;   ///< states
    double valves_w_per_k = 0;  ///< full water flow of everything it feeds
  };
  struct Hall {
    std::optional<AirSide> air;
    std::optional<LiquidSide> liquid;
    std::size_t air_plant = absent, liquid_plant = absent;
    std::size_t air_state = absent, liquid_state = absent;
    HallAvailability available;
    double air_w = 0, liquid_w = 0, vented_w = 0;  ///< inputs of this interval, routed to the sides that exist
    double air_supply_k = 0, liquid_supply_k = 0;  ///< at the latest evaluation
    double air_flow = 0, liquid_flow = 0;          ///< over design, at the latest evaluation
    double air_before_k = 0, liquid_before_k = 0;  ///< at the start of the latest step
  };
  /// All rates at one instant: slopes of the states [K/s] and the integrands of the means.
  struct Stage {
    std::vector<double> slope;
    std::vector<HallRates> halls;
    std::vector<PlantRates> plants;
  };

  std::vector<Plant> plants;
  std::vector<Hall> halls;
  CoolingOptions options;
  std::vector<double> state, trial, start;
  std::vector<double> capacity;                 ///< [J/K] of each state
  std::vector<double> plant_water, plant_heat;  ///< scratch of evaluate()
  std::array<Stage, 4> stages;
  Interval interval;
  WeatherSample from, to;
  double interval_s = 0, step_s = 60.0;
  double fastest_pole = 0;  ///< [1/s], at the latest evaluation
  double supply_rate = 0;
  double input_w = 0;
  std::vector<HallRates> hall_sums;
  std::vector<PlantRates> plant_sums;
  LongSum heat_in, heat_out;
  std::vector<CoolingEvent> events;

  Impl(std::vector<PlantParams> plant_params, std::vector<HallParams> hall_params, CoolingOptions const& chosen)
      : options(chosen) {
    if (!(options.tolerance_k > 0.0) || !(options.longest_step_s > 0.0))
      throw std::invalid_argument("cooling system: tolerance and longest step must be positive");
    for (std::size_t p = 0; p < plant_params.size(); ++p) add_plant(plant_params[p], p);
    for (std::size_t h = 0; h < hall_params.size(); ++h) add_hall(hall_params[h], h);
    trial = start = state;
    hall_sums.resize(halls.size());
    plant_sums.resize(plants.size());
    for (auto& s : stages) {
      s.slope.resize(state.size());
      s.halls.resize(halls.size());
      s.plants.resize(plants.size());
    }
    plant_water.resize(plants.size());
    plant_heat.resize(plants.size());
    interval.halls.resize(halls.size());
    interval.plants.resize(plants.size());
    from = to = WeatherSample{};
    evaluate(0.0, state, stages[3]);
    remember_supplies();
  }

  std::size_t add_state(double temperature_k, double joules_per_k) {
    state.push_back(temperature_k);
    capacity.push_back(joules_per_k);
    return state.size() - 1;
  }

  void add_plant(PlantParams const& p, std::size_t number) {
    try {
      double const half = 0.5 * (p.volume_m3 * p.fluid_density_kg_per_m3 * p.fluid_specific_heat_j_per_kg_k + p.metal_j_per_k);
      if (!(half > 0.0)) throw std::invalid_argument("plant: the water of the loop must have a heat capacity");
      Plant plant{p,
                  HeatRejection(p),
                  {p.chillers, p.towers, p.dry_coolers, 1.0},
                  p.flow_kg_per_s * p.fluid_specific_heat_j_per_kg_k,
                  half,
                  0,
                  0,
                  0};
      plant.supply = add_state(p.supply_k, half);
      plant.back = add_state(p.supply_k, half);
      plants.push_back(std::move(plant));
    } catch (std::invalid_argument const& e) {
      throw std::invalid_argument("plant " + std::to_string(number) + ": " + e.what());
    }
  }

  void add_hall(HallParams const& p, std::size_t number) {
    try {
      Hall hall;
      auto const plant_of = [&](std::size_t plant) -> Plant& {
        if (plant >= plants.size()) throw std::invalid_argument("names a plant that does not exist");
        return plants[plant];
      };
      if (p.air) {
        auto& plant = plant_of(p.air->plant);
        hall.air.emplace(*p.air, plant.params.fluid_specific_heat_j_per_kg_k);
        hall.air_plant = p.air->plant;
        hall.available.crahs = p.air->crahs;
        hall.air_state = add_state(p.air->supply_k, p.air->heat_capacity_j_per_k);
        plant.valves_w_per_k += hall.air->water_limit_w_per_k(p.air->crahs);
      }
      if (p.liquid) {
        auto& plant = plant_of(p.liquid->plant);
        hall.liquid.emplace(*p.liquid, plant.params.fluid_specific_heat_j_per_kg_k);
        hall.liquid_plant = p.liquid->plant;
        hall.available.cdus = p.liquid->cdus;
        hall.liquid_state = add_state(p.liquid->supply_k, p.liquid->heat_capacity_j_per_k);
        plant.valves_w_per_k += hall.liquid->water_limit_w_per_k(p.liquid->cdus);
      }
      halls.push_back(std::move(hall));
    } catch (std::invalid_argument const& e) {
      throw std::invalid_argument("hall " + std::to_string(number) + ": " + e.what());
    }
  }

  void take_inputs(std::span<double const> air, std::span<double const> liquid) {
    if (air.size() != halls.size() || liquid.size() != halls.size())
      throw std::invalid_argument("cooling system: one air and one liquid heat per hall are needed");
    input_w = 0;
    for (std::size_t h = 0; h < halls.size(); ++h) {
      auto& hall = halls[h];
      hall.air_w = hall.liquid_w = hall.vented_w = 0;
      (hall.air ? hall.air_w : hall.liquid ? hall.liquid_w : hall.vented_w) += air[h];
      (hall.liquid ? hall.liquid_w : hall.air ? hall.air_w : hall.vented_w) += liquid[h];
      input_w += air[h] + liquid[h];
    }
  }

  /// Share of the valves' full flow that the pumps of the plant can give.
  double water_share(Plant const& plant) const {
    if (plant.valves_w_per_k <= 0.0) return 0.0;
    return std::min(1.0, plant.available.pumping * plant.design_w_per_k / plant.valves_w_per_k);
  }

  void evaluate(double share, std::vector<double> const& t, Stage& out) {
    WeatherSample const w{std::lerp(from.dry_bulb_k, to.dry_bulb_k, share), std::lerp(from.wet_bulb_k, to.wet_bulb_k, share),
                          std::lerp(from.relative_humidity, to.relative_humidity, share),
                          std::lerp(from.pressure_pa, to.pressure_pa, share)};
    std::fill(plant_water.begin(), plant_water.end(), 0.0);
    std::fill(plant_heat.begin(), plant_heat.end(), 0.0);
    fastest_pole = 0;
    auto const side = [&](SidePoint const& point, double load_w, std::size_t plant, std::size_t node) {
      plant_water[plant] += point.water_w_per_k;
      plant_heat[plant] += point.heat_w;
      out.slope[node] = (load_w + point.power_w - point.heat_w) / capacity[node];
      fastest_pole = std::max(fastest_pole, point.flow_w_per_k / capacity[node]);
    };
    for (std::size_t h = 0; h < halls.size(); ++h) {
      auto& hall = halls[h];
      auto& rates = out.halls[h];
      rates.vented_w = hall.vented_w;
      if (hall.air) {
        auto const& plant = plants[hall.air_plant];
        auto const point =
            hall.air->at(hall.air_w, t[hall.air_state], t[plant.supply], water_share(plant), hall.available.crahs);
        side(point, hall.air_w, hall.air_plant, hall.air_state);
        rates.crah_fan_w = point.power_w;
        hall.air_supply_k = point.supply_k;
        hall.air_flow = point.flow_w_per_k / hall.air->design_w_per_k();
      }
      if (hall.liquid) {
        auto const& plant = plants[hall.liquid_plant];
        auto const point =
            hall.liquid->at(hall.liquid_w, t[hall.liquid_state], t[plant.supply], water_share(plant), hall.available.cdus);
        side(point, hall.liquid_w, hall.liquid_plant, hall.liquid_state);
        rates.cdu_pump_w = point.power_w;
        hall.liquid_supply_k = point.supply_k;
        hall.liquid_flow = point.flow_w_per_k / hall.liquid->design_w_per_k();
      }
    }
    for (std::size_t p = 0; p < plants.size(); ++p) {
      auto const& plant = plants[p];
      auto& rates = out.plants[p];
      double const most = plant.available.pumping * plant.design_w_per_k;
      double const flow = std::clamp(plant_water[p], std::min(plant.params.minimum_flow * plant.design_w_per_k, most), most);
      double const speed = flow / plant.design_w_per_k;
      double const pump_w = plant.params.pump_w * speed * speed * speed;
      auto const rejected = plant.rejection.at(t[plant.back], flow, plant.params.supply_k, t[plant.supply], w, plant.available);
      double const carried = flow * (t[plant.back] - t[plant.supply]);
      out.slope[plant.supply] = (carried - rejected.cooling_w) / capacity[plant.supply];
      out.slope[plant.back] = (plant_heat[p] + pump_w - carried) / capacity[plant.back];
      fastest_pole = std::max(fastest_pole, flow / plant.half_j_per_k);
      rates.rejection = rejected;
      rates.pump_w = pump_w;
    }
  }

  void remember_supplies() {
    for (auto& hall : halls) hall.air_before_k = hall.air_supply_k, hall.liquid_before_k = hall.liquid_supply_k;
  }

  double supply_change_k() const {
    double most = 0;
    for (auto const& hall : halls) {
      if (hall.air) most = std::max(most, std::abs(hall.air_supply_k - hall.air_before_k));
      if (hall.liquid) most = std::max(most, std::abs(hall.liquid_supply_k - hall.liquid_before_k));
    }
    return most;
  }

  /// Error of the third-order result [K], the largest of any state; leaves the new state in `trial`.
  double try_step(double at_s, double h) {
    std::size_t const n = state.size();
    auto const share = [&](double s) { return interval_s > 0.0 ? s / interval_s : 0.0; };
    for (std::size_t i = 0; i < n; ++i) trial[i] = state[i] + 0.5 * h * stages[0].slope[i];
    evaluate(share(at_s + 0.5 * h), trial, stages[1]);
    for (std::size_t i = 0; i < n; ++i) trial[i] = state[i] + 0.75 * h * stages[1].slope[i];
    evaluate(share(at_s + 0.75 * h), trial, stages[2]);
    for (std::size_t i = 0; i < n; ++i)
      trial[i] =
          state[i] + h * (weight[0] * stages[0].slope[i] + weight[1] * stages[1].slope[i] + weight[2] * stages[2].slope[i]);
    evaluate(share(at_s + h), trial, stages[3]);
    interval.stages += 3;
    double error = 0;
    for (std::size_t i = 0; i < n; ++i)
      error = std::max(error, std::abs(h * (error_weight[0] * stages[0].slope[i] + error_weight[1] * stages[1].slope[i] +
                                            error_weight[2] * stages[2].slope[i] + error_weight[3] * stages[3].slope[i])));
    return error;
  }

  /// Advances the states by dt_s under the present inputs and leaves the quadratures in `hall_sums` and `plant_sums`.
  void integrate(double dt_s, double tolerance_k) {
    interval_s = dt_s;
    interval.steps = 0;
    interval.stages = 1;
    std::fill(hall_sums.begin(), hall_sums.end(), HallRates{});
    std::fill(plant_sums.begin(), plant_sums.end(), PlantRates{});
    evaluate(0.0, state, stages[0]);
    remember_supplies();
    for (double done_s = 0; done_s < dt_s;) {
      double const remaining = dt_s - done_s;
      double longest = std::min(options.longest_step_s, step_s);
      if (fastest_pole > 0.0) longest = std::min(longest, stable_product / fastest_pole);
      double const parts = std::ceil(remaining / longest * (1.0 - 1e-12));
      double const h = parts > 1.0 ? remaining / parts : remaining;
      double const error = try_step(done_s, h);
      double const factor = error > 0.0 ? 0.9 * std::cbrt(tolerance_k / error) : 5.0;
      if (error > tolerance_k && h > shortest_step_s) {
        step_s = h * std::clamp(factor, 0.1, 0.9);
        continue;
      }
      collect(h);
      state.swap(trial);
      std::swap(stages[0], stages[3]);
      ++interval.steps;
      supply_rate = supply_change_k() / h;
      remember_supplies();
      // A step cut short by the end of the interval does not make the next one shorter.
      step_s = std::max(h * std::clamp(factor, 0.2, 5.0), h < step_s && error <= tolerance_k ? step_s : 0.0);
      step_s = std::min(step_s, options.longest_step_s);
      done_s = parts > 1.0 ? done_s + h : dt_s;
    }
  }

  /// Adds the step's quadratures with the weights of the states.
  void collect(double h) {
    for (std::size_t s = 0; s < weight.size(); ++s) {
      for (std::size_t i = 0; i < halls.size(); ++i) hall_sums[i].add(h * weight[s], stages[s].halls[i]);
      for (std::size_t i = 0; i < plants.size(); ++i) plant_sums[i].add(h * weight[s], stages[s].plants[i]);
    }
  }

  /// Turns sums over `span_s` into the means that callers see, and books heat in and out.
  void close_interval(double span_s, double dt_s) {
    interval.dt_s = dt_s;
    double in = input_w * dt_s, out = 0;
    for (std::size_t i = 0; i < halls.size(); ++i) {
      auto const& s = hall_sums[i];
      interval.halls[i] = {s.crah_fan_w / span_s, s.cdu_pump_w / span_s, s.vented_w / span_s};
      in += s.crah_fan_w + s.cdu_pump_w;
      out += s.vented_w;
    }
    for (std::size_t i = 0; i < plants.size(); ++i) {
      auto const& s = plant_sums[i];
      auto const& r = s.rejection;
      auto& mean = interval.plants[i];
      mean.pump_w = (s.pump_w + r.condenser_pump_w) / span_s;
      mean.chiller_w = r.chiller_w / span_s;
      mean.tower_fan_w = r.tower_fan_w / span_s;
      mean.dry_cooler_fan_w = r.dry_cooler_fan_w / span_s;
      mean.cooling_w = r.cooling_w / span_s;
      mean.heat_rejected_w = r.rejected_w() / span_s;
      mean.evaporated_kg = r.evaporated_kg_per_s * dt_s / span_s;
      mean.water_kg = r.water_kg_per_s * dt_s / span_s;
      mean.free_cooling_share = r.cooling_w > 0.0 ? r.free_w / r.cooling_w : 0.0;
      mean.chillers_running = s.chillers / span_s;
      mean.clamped_share = s.clamped / span_s;
      in += s.pump_w + r.condenser_pump_w + r.chiller_w;
      out += r.rejected_w();
    }
    if (dt_s > 0.0) {
      heat_in.add(in);
      heat_out.add(out);
    }
  }

  void forget() {
    start = state;
    heat_in = heat_out = LongSum{};
    supply_rate = 0;
    step_s = 60.0;
  }

  /// Set points everywhere, returns warmer by what the heat makes of the flow.
  void guess_steady() {
    for (auto& plant : plants) state[plant.supply] = state[plant.back] = plant.params.supply_k;
    for (auto& hall : halls) {
      auto const warm = [&](auto const& side, double load_w, std::size_t plant, std::size_t node, int units) {
        double const set_point = side.params().supply_k;
        auto const point = side.at(load_w, set_point, plants[plant].params.supply_k, 1.0, units);
        state[node] = set_point + (point.flow_w_per_k > 0.0 ? (load_w + point.power_w) / point.flow_w_per_k : 0.0);
      };
      if (hall.air) warm(*hall.air, hall.air_w, hall.air_plant, hall.air_state, hall.available.crahs);
      if (hall.liquid) warm(*hall.liquid, hall.liquid_w, hall.liquid_plant, hall.liquid_state, hall.available.cdus);
    }
    evaluate(0.0, state, stages[0]);
    for (std::size_t p = 0; p < plants.size(); ++p)
      if (plant_water[p] > 0.0) state[plants[p].back] += plant_heat[p] / plant_water[p];
  }

  bool relax() {
    step_s = 10.0;
    for (int round = 0; round < relaxation_rounds; ++round) {
      integrate(relaxation_span_s, relaxation_tolerance_k);
      double fastest = 0, warmest = 0;
      for (std::size_t i = 0; i < state.size(); ++i) {
        fastest = std::max(fastest, std::abs(stages[0].slope[i]));
        warmest = std::max(warmest, state[i]);
      }
      if (fastest < steady_k_per_s) return true;
      if (!(warmest < runaway_k)) return false;
    }
    return false;
  }
};

CoolingSystem::CoolingSystem(std::vector<PlantParams> plants, std::vector<HallParams> halls, CoolingOptions options)
    : impl_(std::make_unique<Impl>(std::move(plants), std::move(halls), options)) {}
CoolingSystem::~CoolingSystem() = default;
CoolingSystem::CoolingSystem(CoolingSystem&&) noexcept = default;
CoolingSystem& CoolingSystem::operator=(CoolingSystem&&) noexcept = default;

bool CoolingSystem::initialise(std::span<double const> air, std::span<double const> liquid, WeatherSample const& weather) {
  auto& m = *impl_;
  m.take_inputs(air, liquid);
  m.from = m.to = weather;
  m.guess_steady();
  auto const guess = m.state;
  bool const steady = m.relax();
  if (!steady) m.state = guess;
  m.evaluate(0.0, m.state, m.stages[0]);
  m.remember_supplies();
  m.forget();
  return steady;
}

CoolingSystem::Interval const& CoolingSystem::advance(double dt_s, std::span<double const> air, std::span<double const> liquid,
                                                      WeatherSample const& start, WeatherSample const& end) {
  auto& m = *impl_;
  if (!(dt_s >= 0.0)) throw std::invalid_argument("cooling system: time runs forward only");
  m.take_inputs(air, liquid);
  m.from = start;
  m.to = end;
  m.integrate(dt_s, m.options.tolerance_k);
  if (dt_s > 0.0) {
    m.close_interval(dt_s, dt_s);
  } else {  // no time passes: the means are the rates of this instant
    for (std::size_t i = 0; i < m.halls.size(); ++i) m.hall_sums[i].add(1.0, m.stages[0].halls[i]);
    for (std::size_t i = 0; i < m.plants.size(); ++i) m.plant_sums[i].add(1.0, m.stages[0].plants[i]);
    m.close_interval(1.0, 0.0);
  }
  return m.interval;
}

bool CoolingSystem::has_air(std::size_t hall) const {
  return impl_->halls[hall].air.has_value();
}
bool CoolingSystem::has_liquid(std::size_t hall) const {
  return impl_->halls[hall].liquid.has_value();
}
double CoolingSystem::air_supply_k(std::size_t hall) const {
  return impl_->halls[hall].air_supply_k;
}
double CoolingSystem::air_return_k(std::size_t hall) const {
  return impl_->state.at(impl_->halls[hall].air_state);
}
double CoolingSystem::liquid_supply_k(std::size_t hall) const {
  return impl_->halls[hall].liquid_supply_k;
}
double CoolingSystem::liquid_return_k(std::size_t hall) const {
  return impl_->state.at(impl_->halls[hall].liquid_state);
}
double CoolingSystem::plant_supply_k(std::size_t plant) const {
  return impl_->state[impl_->plants[plant].supply];
}
double CoolingSystem::plant_return_k(std::size_t plant) const {
  return impl_->state[impl_->plants[plant].back];
}
double CoolingSystem::liquid_mean_k(std::size_t hall) const {
  return liquid_flow_share(hall) > 0.0 ? 0.5 * (liquid_supply_k(hall) + liquid_return_k(hall)) : liquid_return_k(hall);
}
double CoolingSystem::liquid_flow_share(std::size_t hall) const {
  return impl_->halls[hall].liquid_flow;
}
double CoolingSystem::air_flow_share(std::size_t hall) const {
  return impl_->halls[hall].air_flow;
}
double CoolingSystem::fastest_rate_k_per_s() const {
  return impl_->supply_rate;
}

double CoolingSystem::stored_energy_j() const {
  LongSum sum;
  for (std::size_t i = 0; i < impl_->state.size(); ++i) sum.add(impl_->capacity[i] * impl_->state[i]);
  return sum.value();
}

double CoolingSystem::heat_in_j() const {
  return impl_->heat_in.value();
}
double CoolingSystem::heat_out_j() const {
  return impl_->heat_out.value();
}

double CoolingSystem::heat_balance_residual() const {
  auto const& m = *impl_;
  LongSum rest;
  rest.add(m.heat_in.value());
  rest.add(-m.heat_out.value());
  for (std::size_t i = 0; i < m.state.size(); ++i) rest.add(-m.capacity[i] * (m.state[i] - m.start[i]));
  double const in = m.heat_in.value();
  return in > 0.0 ? rest.value() / in : 0.0;
}

std::vector<CoolingEvent> CoolingSystem::take_events() {
  return std::exchange(impl_->events, {});
}

void CoolingSystem::set_plant_set_point(std::size_t plant, double supply_k) {
  impl_->plants[plant].params.supply_k = supply_k;
}
void CoolingSystem::set_air_set_point(std::size_t hall, double supply_k) {
  impl_->halls[hall].air.value().set_supply_k(supply_k);
}
void CoolingSystem::set_liquid_set_point(std::size_t hall, double supply_k) {
  impl_->halls[hall].liquid.value().set_supply_k(supply_k);
}

void CoolingSystem::set_plant_available(std::size_t plant, PlantAvailability const& available) {
  auto& p = impl_->plants[plant];
  p.available.chillers = std::clamp(available.chillers, 0, p.params.chillers);
  p.available.towers = std::clamp(available.towers, 0, p.params.towers);
  p.available.dry_coolers = std::clamp(available.dry_coolers, 0, p.params.dry_coolers);
  p.available.pumping = std::clamp(available.pumping, 0.0, 1.0);
}

void CoolingSystem::set_hall_available(std::size_t hall, HallAvailability const& available) {
  auto& h = impl_->halls[hall];
  h.available.crahs = std::clamp(available.crahs, 0, h.air ? h.air->params().crahs : 0);
  h.available.cdus = std::clamp(available.cdus, 0, h.liquid ? h.liquid->params().cdus : 0);
}

PlantAvailability CoolingSystem::plant_available(std::size_t plant) const {
  return impl_->plants[plant].available;
}
CoolingSystem::HallAvailability CoolingSystem::hall_available(std::size_t hall) const {
  return impl_->halls[hall].available;
}

}  // namespace ondol::sim
