/// The room and the electrical chain: what loads draw from it, who owns what flows, and what goes dark or comes back.

#include <algorithm>
#include <numeric>
#include <utility>

#include "sim/engine/machine_room.hpp"

namespace ondol::sim {

void MachineRoom::settle_chain(double unix_s, double dt) {
  auto const& mech = *cooling_interval_;
  auto const put = [&](Owner o, double w) { owner_w_[static_cast<std::size_t>(o)] += w; };
  for (std::size_t v = 0; v < vertex_load_w_.size(); ++v) {
    auto const& vertex = assembly_.tree.vertices[v];
    using Role = topology::PowerTree::Role;
    double w = 0;
    switch (vertex.role) {
      case Role::rack:
        w = racks_.power_w[vertex.owner];
        break;
      case Role::crah:
        w = mech.halls[vertex.owner].crah_fan_w;
        put(Owner::crah_fans, w);
        break;
      case Role::cdu:
        w = mech.halls[vertex.owner].cdu_pump_w;
        put(Owner::cdu_pumps, w);
        break;
      case Role::pumps: {
        auto const& p = mech.plants[vertex.owner];
        w = p.pump_w - p.condenser_pump_w;
        put(Owner::plant_pumps, w);
        break;
      }
      case Role::mechanical: {
        auto const& p = mech.plants[vertex.owner];
        double const pump_w = pumps_apart_[vertex.owner] ? p.condenser_pump_w : p.pump_w;
        w = pump_w + p.chiller_w + p.tower_fan_w + p.dry_cooler_fan_w;
        put(Owner::plant_pumps, pump_w);
        put(Owner::chillers, p.chiller_w);
        put(Owner::tower_fans, p.tower_fan_w);
        put(Owner::dry_cooler_fans, p.dry_cooler_fan_w);
        break;
      }
      case Role::network:
        w = fabric_powered_[vertex.owner] ? assembly_.fabrics[vertex.owner].power_w : 0.0;
        break;
      case Role::heat_load:
        w = heat_load_w_[vertex.owner];
        break;
      case Role::base_load:
        w = base_powered_ ? vertex.rating_w : 0.0;
        put(Owner::site_base, w);
        break;
      default:
        break;
    }
    vertex_load_w_[v] = w;
  }
  chain_means_ = chain_.settle(dt, vertex_load_w_, [&](std::span<double const> load_w, PowerTreeSolver& tree) {
    storage_.advance(settled_s_, dt, load_w, tree);
  });
  for (std::size_t i = 0; i < storage_.size(); ++i) {
    put(Owner::battery_loss, storage_.flow(i).loss_w);
    ledger_.add_stored(storage_.flow(i).stored_w * dt);
  }
  unserved_w_ = 0;
  for (std::uint32_t v = 0; v < vertex_load_w_.size(); ++v) {
    if (double const loss = chain_.mean().loss_w()[v]; loss != 0) put(assembly_.loss_owner[v], loss);
    unserved_w_ += chain_.dark_w(v);
  }
  put(Owner::battery_loss, chain_means_.battery_loss_w);

  for (std::size_t o = 0; o < owners; ++o) ledger_.add(static_cast<Owner>(o), owner_w_[o] * dt);
  double const metered = chain_means_.utility_w;
  ledger_.add_metered(metered * dt);
  ledger_.add_generated(chain_means_.generator_w * dt);
  ledger_.add_stored(chain_means_.stored_w * dt);
  double const owned = std::accumulate(owner_w_.begin(), owner_w_.end(), 0.0);
  meters_.add(unix_s, dt, metered, owned, {vertex_load_w_, chain_.mean().output_w(), chain_.mean().input_w()}, racks_, mech);

  double dissipated = 0, rejected = 0, water = 0;
  for (auto const& h : mech.halls) {
    dissipated += h.crah_fan_w + h.cdu_pump_w;
    rejected += h.vented_w;
    water += h.water_kg;
  }
  for (auto const& p : mech.plants) {
    dissipated += p.pump_w + p.chiller_w;
    rejected += p.heat_rejected_w + p.reuse_w + p.tank_loss_w;
    water += p.water_kg;
  }
  heat_in_j_.add(dissipated * dt);
  heat_out_j_.add(rejected * dt);
  water_kg_.add(water);
}

void MachineRoom::step_chain(double now_s) {
  chain_.update(now_s);
  if (chain_.next_s() > now_s) return;
  chain_.step(now_s);
  using Role = topology::PowerTree::Role;
  bool cooling_switched = false;
  for (auto const v : chain_.take_switched_loads()) {
    auto const& vertex = assembly_.tree.vertices[v];
    bool const on = chain_.has_power(v);
    switch (vertex.role) {
      case Role::rack: {
        auto const& c = assembly_.classes[class_of_rack_[vertex.owner]];
        racks_.powered[vertex.owner] = on;
        rack_touched_[vertex.owner] = 1;
        std::uint32_t const first = c.first_node + (vertex.owner - c.first_rack) * c.nodes_per_rack;
        for (std::uint32_t n = first; n < first + c.nodes_per_rack; ++n) {
          if (close(n)) changed_.push_back(n);
          nodes_.fan_w[n] = serves(n) ? fan_power_w(c.node.fans, racks_.fan_speed[vertex.owner]) : 0.0;
        }
        switched_racks_.push_back(vertex.owner);
        break;
      }
      case Role::crah:
        trips_.power_crahs(vertex.owner, on);
        cooling_switched = true;
        break;
      case Role::cdu:
        trips_.power_cdus(vertex.owner, on);
        cooling_switched = true;
        break;
      case Role::pumps:
        trips_.power_pumps(vertex.owner, on, now_s);
        cooling_switched = true;
        break;
      case Role::mechanical:
        if (!pumps_apart_[vertex.owner]) trips_.power_pumps(vertex.owner, on, now_s);
        trips_.power_machines(vertex.owner, on, now_s);
        cooling_switched = true;
        break;
      case Role::network:
        fabric_powered_[vertex.owner] = on;
        for (std::uint32_t r = 0; r < fabric_of_rack_.size(); ++r)
          if (fabric_of_rack_[r] == static_cast<int>(vertex.owner)) switched_racks_.push_back(r);
        break;
      case Role::heat_load:
        heat_load_powered_[vertex.owner] = on;
        break;
      case Role::base_load:
        base_powered_ = on;
        break;
      default:
        break;
    }
  }
  if (cooling_switched) place_trips();
}

std::vector<std::uint32_t> MachineRoom::take_switched_racks() {
  std::sort(switched_racks_.begin(), switched_racks_.end());
  switched_racks_.erase(std::unique(switched_racks_.begin(), switched_racks_.end()), switched_racks_.end());
  return std::exchange(switched_racks_, {});
}

void MachineRoom::load_chain(double now_s, bool whole) {
  if (whole) {
    using Role = topology::PowerTree::Role;
    for (std::uint32_t v = 0; v < vertex_load_w_.size(); ++v) {
      auto const& vertex = assembly_.tree.vertices[v];
      if (vertex.role == Role::unit || vertex.role == Role::utility || !chain_.has_power(v)) continue;
      if (vertex.role == Role::heat_load)
        chain_.set_load(v, assembly_.heat_loads[vertex.owner].series.at(now_s));
      else if (vertex.role != Role::rack || !stale_power_[vertex.owner])
        chain_.set_load(v, vertex_load_w_[v]);
    }
  }
  for (auto const r : stale_racks_) {
    stale_power_[r] = 0;
    if (racks_.powered[r]) chain_.set_load(vertex_of_rack_[r], present_input_w(r));
  }
  stale_racks_.clear();
  chain_.update(now_s);
}

}  // namespace ondol::sim
