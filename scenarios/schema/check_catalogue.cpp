#include <algorithm>
#include <functional>

#include "scenarios/schema/check_context.hpp"

namespace ondol::schema {
namespace {

void check_loss(Context const& c, std::string const& path, LossCurve const& l) {
  if (!c.good(path) || l.form != LossCurve::Form::table) return;
  if (l.load.size() != l.load_efficiency.size())
    c.error(path + ".efficiency",
            "load has " + std::to_string(l.load.size()) + " points, efficiency " + std::to_string(l.load_efficiency.size()));
  if (!std::is_sorted(l.load.begin(), l.load.end(), std::less_equal<>{}) && l.load.size() > 1)
    c.error(path + ".load", "the loads must increase from point to point");
}

void check_power_unit(Context const& c, std::string const& path, PowerUnitSpec const& p) {
  check_loss(c, path + ".loss", p.loss);
  if (!c.good(path)) return;
  if (p.kind == PowerUnitSpec::Kind::cable && p.loss.form != LossCurve::Form::quadratic)
    c.error(path + ".loss", "the loss of a cable is that of its resistance: form = \"quadratic\"");
  if (p.battery && !p.stored_energy) c.error(path + ".battery", "battery without stored_energy: say what it holds");
  if (p.ups) {
    if (p.ups->eco_loss) check_loss(c, path + ".ups.eco_loss", *p.ups->eco_loss);
    for (auto const& [key, points] : {std::pair{"overload", &p.ups->overload}, {"bypass_overload", &p.ups->bypass_overload}})
      for (std::size_t i = 1; i < points->size(); ++i)
        if ((*points)[i].load <= (*points)[i - 1].load || (*points)[i].time >= (*points)[i - 1].time)
          c.error(path + ".ups." + key, "each point must have more load and less time than the one before it");
  }
  if (p.generator && p.generator->fuel_no_load > p.generator->fuel_full_load)
    c.error(path + ".generator.fuel_no_load", "fuel_no_load is above fuel_full_load");
}

}  // namespace

void check_catalogue(Scenario const& s, Decoder const& decoder, Faults& faults) {
  Context const c{s, decoder, faults};
  for (auto const& [id, a] : s.catalogue.accelerator) {
    auto const path = "accelerator." + id;
    if (!c.good(path)) continue;
    if (auto const* k = Context::find(s.catalogue.calibration, a.calibration);
        k && c.good("calibration." + a.calibration + ".idle") && k->idle > a.power_limit)
      c.error(path + ".calibration", "idle of calibration " + in_quotes(a.calibration) + " is " + watts(k->idle.v) +
                                         ", above power_limit = " + watts(a.power_limit.v));
    if (auto const* l = Context::find(s.catalogue.interconnect, a.interconnect);
        l && l->level != InterconnectSpec::Level::scaleup)
      c.error(path + ".interconnect",
              in_quotes(a.interconnect) + " joins domains (level = \"scaleout\"), not accelerators of one");
    if (a.power_limit_minimum && *a.power_limit_minimum > a.power_limit)
      c.error(path + ".power_limit_minimum", "power_limit_minimum is above power_limit = " + watts(a.power_limit.v));
    if (a.slowdown_temperature > a.shutdown_temperature)
      c.error(path + ".slowdown_temperature", "slowdown_temperature is above shutdown_temperature");
  }
  for (auto const& [id, k] : s.catalogue.calibration) check_calibration(c, "calibration." + id, k);
  for (auto const& [id, n] : s.catalogue.node) {
    auto const path = "node." + id;
    if (!c.good(path)) continue;
    if (n.accelerators > 0 && n.accelerator.empty())
      c.error(path, path + " needs \"accelerator\": it has " + std::to_string(n.accelerators));
    if (auto const* l = Context::find(s.catalogue.interconnect, n.scaleout); l && l->level != InterconnectSpec::Level::scaleout)
      c.error(path + ".scaleout", in_quotes(n.scaleout) + " joins accelerators of a domain (level = \"scaleup\"), not nodes");
    if (n.host_active < n.host_idle) c.error(path + ".host_active", "host_active is below host_idle");
    if (n.psus_needed > n.psus) c.error(path + ".psus_needed", "psus_needed is more than psus");
    if (n.cooling == Cooling::air && n.liquid_fraction > 0)
      c.error(path + ".liquid_fraction", "an air-cooled node gives no heat to liquid");
    if (n.cooling != Cooling::air && n.liquid_fraction <= 0)
      c.error(path + ".cooling", "a liquid-cooled node needs liquid_fraction above 0");
    if (n.fan_rated.v > 0 && n.airflow.v <= 0) c.error(path + ".fan_rated", "fans need airflow");
  }
  for (auto const& [id, r] : s.catalogue.rack) {
    auto const path = "rack." + id;
    if (!c.good(path)) continue;
    if (r.nodes > 0 && r.node.empty()) c.error(path, path + " needs \"node\": it has " + std::to_string(r.nodes));
    if (r.shelves_needed > r.shelves) c.error(path + ".shelves_needed", "shelves_needed is more than shelves");
    if (!r.shelf.empty() && r.shelves < 1) c.error(path + ".shelf", "shelf is named, but shelves is 0 or missing");
  }
  for (auto const& [id, p] : s.catalogue.psu) check_loss(c, "psu." + id + ".loss", p.loss);
  for (auto const& [id, p] : s.catalogue.power_unit) check_power_unit(c, "power_unit." + id, p);
  for (auto const& [id, ch] : s.catalogue.chiller) {
    auto const path = "chiller." + id;
    if (!c.good(path)) continue;
    if (ch.plr_min > ch.plr_max) c.error(path + ".plr_min", "plr_min is above plr_max");
    if (ch.evaporator_min > ch.evaporator_max) c.error(path + ".evaporator_min", "evaporator_min is above evaporator_max");
    if (ch.condenser_min > ch.condenser_max) c.error(path + ".condenser_min", "condenser_min is above condenser_max");
    if (ch.condenser == ChillerSpec::Condenser::air && ch.curves == ChillerSpec::Curves::reformulated)
      c.error(path + ".curves", "reformulated curves know the leaving condenser water, which air does not have");
  }
  for (auto const& [id, t] : s.catalogue.tower) {
    auto const path = "tower." + id;
    if (!c.good(path)) continue;
    if (t.fan_air.size() != t.fan_power_share.size() || t.fan_air.size() == 1)
      c.error(path + (t.fan_air.empty() ? ".fan_power_share" : ".fan_air"),
              "the fan map needs as many entries in fan_air as in fan_power_share, at least two");
    else if (std::adjacent_find(t.fan_air.begin(), t.fan_air.end(), std::greater_equal<>()) != t.fan_air.end())
      c.error(path + ".fan_air", "fan_air must increase");
  }
  for (auto const& [id, d] : s.catalogue.dry_cooler) {
    auto const path = "dry_cooler." + id;
    if (!c.good(path)) continue;
    if (d.fluid_out >= d.fluid_in) c.error(path + ".fluid_out", "fluid_out is not below fluid_in");
    if (d.fluid_out <= d.design_air && !d.adiabatic)
      c.error(path + ".fluid_out", "fluid_out is not above design_air, as in any dry cooler");
  }
  for (auto const& [id, m] : s.catalogue.model) {
    auto const path = "model." + id;
    if (!c.good(path)) continue;
    if (m.kv_latent == 0 && m.query_latent > 0)
      c.error(path + ".query_latent", "query_latent needs kv_latent: compressed queries meet compressed keys");
    if (m.kv_latent == 0 && m.rope_dim > 0)
      c.error(path + ".rope_dim", "rope_dim needs kv_latent: other heads rotate all of head_dim");
    if (m.experts == 0 && m.expert_node_limit > 0)
      c.error(path + ".expert_node_limit", "expert_node_limit limits experts, but experts is 0 or missing");
    if (m.experts_a_token > m.experts)
      c.error(path + ".experts_a_token", "a token meets more experts than the " + std::to_string(m.experts) + " of a layer");
  }
  for (auto const& [id, t] : s.tariff) check_tariff(c, "tariff." + id, t);
  for (auto const& [id, h] : s.catalogue.holiday_calendar) check_holidays(c, "holiday_calendar." + id, h);
}

}  // namespace ondol::schema
