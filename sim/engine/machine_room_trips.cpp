/// The room and what of its cooling works: machines that trip, lose power and come back, and set points that move.

#include <utility>

#include "sim/engine/machine_room.hpp"

namespace ondol::sim {

void MachineRoom::step_trips(double now_s) {
  if (trips_.next_s() > now_s) return;
  trips_.step(now_s);
  place_trips();
}

/// Tells the cooling what works now.
void MachineRoom::place_trips() {
  using What = CoolingTrip::What;
  for (std::uint32_t p = 0; p < moved_plants_.size(); ++p) {
    auto const works = trips_.plant(p);
    cooling_.set_plant_available(p, {works.chillers, works.towers, works.dry_coolers, works.pumping, works.powered});
    auto const moved = trips_.set_point_k(What::plant_set_point, p);
    if (std::exchange(moved_plants_[p].plant_k, moved) != moved)
      cooling_.set_plant_set_point(p, moved.value_or(assembly_.plants[p].supply_k));
  }
  for (std::uint32_t h = 0; h < moved_halls_.size(); ++h) {
    auto const works = trips_.hall(h);
    cooling_.set_hall_available(h, {works.crahs, works.cdus});
    auto const air = trips_.set_point_k(What::air_set_point, h);
    if (std::exchange(moved_halls_[h].air_k, air) != air)
      cooling_.set_air_set_point(h, air.value_or(assembly_.halls[h].air->supply_k));
    auto const liquid = trips_.set_point_k(What::liquid_set_point, h);
    if (std::exchange(moved_halls_[h].liquid_k, liquid) != liquid)
      cooling_.set_liquid_set_point(h, liquid.value_or(assembly_.halls[h].liquid->supply_k));
  }
  cooling_jumped_ = true;
}

}  // namespace ondol::sim
