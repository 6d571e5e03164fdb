#include "sim/power/energy_shares.hpp"

#include <algorithm>
#include <utility>

namespace ondol::sim {

EnergyShares::EnergyShares(std::vector<std::uint32_t> hall_of_user, std::vector<HallPlants> halls, std::size_t plants)
    : hall_of_user_(std::move(hall_of_user)),
      halls_(std::move(halls)),
      accounts_(hall_of_user_.size()),
      air_w_(halls_.size()),
      liquid_w_(halls_.size()),
      plant_heat_w_(plants),
      cooling_w_(hall_of_user_.size()) {}

void EnergyShares::add(double dt, std::span<UserPower const> users, std::span<HallCoolingPower const> halls,
                       std::span<double const> plant_w, double total_w) {
  std::fill(air_w_.begin(), air_w_.end(), 0.0);
  std::fill(liquid_w_.begin(), liquid_w_.end(), 0.0);
  std::fill(plant_heat_w_.begin(), plant_heat_w_.end(), 0.0);
  for (std::size_t u = 0; u < users.size(); ++u) {
    air_w_[hall_of_user_[u]] += users[u].air_w;
    liquid_w_[hall_of_user_[u]] += users[u].liquid_w;
  }
  for (std::size_t h = 0; h < halls_.size(); ++h) {
    if (halls_[h].air && air_w_[h] > 0) plant_heat_w_[*halls_[h].air] += air_w_[h] + halls[h].crah_fan_w;
    if (halls_[h].liquid && liquid_w_[h] > 0) plant_heat_w_[*halls_[h].liquid] += liquid_w_[h] + halls[h].cdu_pump_w;
  }
  double given = 0;
  for (std::size_t u = 0; u < users.size(); ++u) {
    auto const h = hall_of_user_[u];
    auto const of_side = [&](double heat_w, double hall_heat_w, double mover_w, std::optional<std::size_t> plant) {
      if (hall_heat_w <= 0) return 0.0;
      double const moved = heat_w / hall_heat_w * mover_w;
      return moved + (plant ? (heat_w + moved) / plant_heat_w_[*plant] * plant_w[*plant] : 0.0);
    };
    cooling_w_[u] = of_side(users[u].air_w, air_w_[h], halls[h].crah_fan_w, halls_[h].air) +
                    of_side(users[u].liquid_w, liquid_w_[h], halls[h].cdu_pump_w, halls_[h].liquid);
    given += users[u].it_w + cooling_w_[u];
  }
  double const rest = total_w - given;
  for (std::size_t u = 0; u < users.size(); ++u) {
    double const share = given > 0 ? (users[u].it_w + cooling_w_[u]) / given : 1.0 / static_cast<double>(users.size());
    accounts_[u].it_j.add(users[u].it_w * dt);
    accounts_[u].cooling_j.add(cooling_w_[u] * dt);
    accounts_[u].rest_j.add(share * rest * dt);
  }
}

UserEnergy EnergyShares::of(std::size_t user) const {
  auto const& a = accounts_[user];
  return {a.it_j.value(), a.cooling_j.value(), a.rest_j.value()};
}

}  // namespace ondol::sim
