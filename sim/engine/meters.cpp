#include "sim/engine/meters.hpp"

#include <utility>

namespace ondol::sim {

namespace {

using Role = topology::PowerTree::Role;

UpsOutput ups_output(Assembly const& assembly) {
  std::vector<std::uint8_t> ups, it;
  for (std::size_t v = 0; v < assembly.tree.vertices.size(); ++v) {
    auto const role = assembly.tree.vertices[v].role;
    ups.push_back(role == Role::unit && assembly.loss_owner[v] == Owner::ups_loss);
    it.push_back(role == Role::rack || role == Role::network || role == Role::heat_load);
  }
  return {assembly.chain.order, std::move(ups), std::move(it)};
}

EnergyShares shares(Assembly const& assembly) {
  std::vector<std::uint32_t> hall_of_user;
  for (auto const& c : assembly.classes) hall_of_user.push_back(c.hall);
  for (auto const& f : assembly.fabrics) hall_of_user.push_back(f.hall);
  for (auto const& l : assembly.heat_loads) hall_of_user.push_back(l.hall);
  std::vector<EnergyShares::HallPlants> halls;
  for (auto const& h : assembly.halls) {
    EnergyShares::HallPlants plants;
    if (h.air) plants.air = h.air->plant;
    if (h.liquid) plants.liquid = h.liquid->plant;
    halls.push_back(plants);
  }
  return {std::move(hall_of_user), std::move(halls), assembly.plants.size()};
}

}  // namespace

Meters::Meters(Assembly const& assembly)
    : assembly_(assembly),
      bill_(assembly.tariff, assembly.carbon),
      ups_output_(ups_output(assembly)),
      shares_(shares(assembly)),
      user_(assembly.classes.size() + assembly.fabrics.size() + assembly.heat_loads.size()),
      hall_(assembly.halls.size()),
      plant_w_(assembly.plants.size()),
      fabric_vertex_(assembly.fabrics.size()),
      heat_load_vertex_(assembly.heat_loads.size()) {
  for (std::uint32_t v = 0; v < assembly.tree.vertices.size(); ++v)
    if (auto const& vertex = assembly.tree.vertices[v]; vertex.role == Role::network)
      fabric_vertex_[vertex.owner] = v;
    else if (vertex.role == Role::heat_load)
      heat_load_vertex_[vertex.owner] = v;
  for (auto const& tariff : assembly.compared) compared_.emplace_back(tariff, CarbonParams{});
}

void Meters::add(double unix_start_s, double dt, double metered_w, double owned_w, SolvedTree const& tree,
                 RackState const& racks, CoolingSystem::Interval const& cooling) {
  bill_.add(unix_start_s, dt, metered_w);
  for (auto& bill : compared_) bill.add(unix_start_s, dt, metered_w);
  it_category1_j_.add(ups_output_.it_w(tree.load_w, tree.output_w, tree.input_w) * dt);

  std::size_t u = 0;
  for (auto const& c : assembly_.classes) {
    UserPower power;
    for (auto r = c.first_rack; r < c.first_rack + c.racks; ++r) {
      power.it_w += racks.power_w[r];
      power.air_w += racks.air_heat_w[r];
      power.liquid_w += racks.liquid_heat_w[r];
    }
    user_[u++] = power;
  }
  for (auto const v : fabric_vertex_) user_[u++] = {tree.load_w[v], tree.load_w[v], 0};  // nothing while it is dark
  for (std::size_t i = 0; i < heat_load_vertex_.size(); ++i) {
    double const w = tree.load_w[heat_load_vertex_[i]], liquid = assembly_.heat_loads[i].liquid_fraction * w;
    user_[u++] = {w, w - liquid, liquid};
  }
  for (std::size_t h = 0; h < hall_.size(); ++h) hall_[h] = {cooling.halls[h].crah_fan_w, cooling.halls[h].cdu_pump_w};
  for (std::size_t p = 0; p < plant_w_.size(); ++p) {
    auto const& plant = cooling.plants[p];
    plant_w_[p] = plant.pump_w + plant.chiller_w + plant.tower_fan_w + plant.dry_cooler_fan_w;
  }
  shares_.add(dt, user_, hall_, plant_w_, owned_w);
}

}  // namespace ondol::sim
