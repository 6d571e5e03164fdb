#include "sim/engine/energy_account.hpp"

#include <algorithm>
#include <map>

namespace ondol::sim {

namespace {

void add(UserEnergy& to, UserEnergy const& part, double share = 1) {
  to.it_j += share * part.it_j;
  to.cooling_j += share * part.cooling_j;
  to.rest_j += share * part.rest_j;
}

std::string vendor_of(schema::Scenario const& s, topology::Facility const& facility, RackClass const& c) {
  auto const& rack = s.catalogue.rack.at(s.racks[facility.racks[c.first_rack].group].rack);
  auto const node = s.catalogue.node.find(rack.node);
  if (node == s.catalogue.node.end() || node->second.accelerator.empty()) return {};
  return s.catalogue.accelerator.at(node->second.accelerator).vendor;
}

}  // namespace

EnergyAccount energy_account(schema::Scenario const& scenario, topology::Facility const& facility, Assembly const& assembly,
                             MachineRoom const& room, JobBook const& book, double elapsed_s) {
  EnergyAccount account;
  for (auto const& name : facility.pools) account.pools.push_back({name, {}, 0, 0});
  std::vector<double> node_j(facility.pools.size());
  std::map<std::string, UserEnergy> vendors;
  auto const nodes_of = [](RackClass const& c) { return static_cast<double>(c.racks) * c.nodes_per_rack; };
  auto const give = [&](RackClass const& c, UserEnergy const& energy, double share) {
    add(account.pools[c.pool].parts, energy, share);
    add(vendors[vendor_of(scenario, facility, c)], energy, share);
  };
  for (std::size_t k = 0; k < assembly.classes.size(); ++k) {
    auto const& c = assembly.classes[k];
    give(c, room.meters().of_class(k), 1);
    for (auto n = c.first_node; n < c.first_node + c.racks * c.nodes_per_rack; ++n) node_j[c.pool] += room.nodes().energy_j[n];
  }
  for (std::size_t f = 0; f < assembly.fabrics.size(); ++f) {
    auto const& joined = scenario.fabric[f].pools;
    auto const on = [&](RackClass const& c) {
      return std::find(joined.begin(), joined.end(), facility.pools[c.pool]) != joined.end();
    };
    double nodes = 0;
    for (auto const& c : assembly.classes) nodes += on(c) ? nodes_of(c) : 0;
    for (auto const& c : assembly.classes)
      if (on(c)) give(c, room.meters().of_fabric(f), nodes_of(c) / nodes);
  }
  for (auto const& [name, parts] : vendors) account.vendors.push_back({name, parts});

  for (std::size_t p = 0; p < account.pools.size(); ++p) {
    auto& pool = account.pools[p];
    account.total_j += pool.parts.total_j();
    if (node_j[p] > 0) pool.per_node_j = pool.parts.total_j() / node_j[p];
  }
  std::map<std::string, TenantEnergy> tenants;
  double jobs_j = 0;
  for (std::uint32_t j = 0; j < book.jobs().size(); ++j) {
    auto const& job = book.jobs()[j];
    auto const& record = book.record(j);
    std::string const name = job.tenant.empty() ? workloads::to_string(job.kind) : job.tenant;
    auto& tenant = tenants[name];
    double const energy = record.energy_j * account.pools[job.pool].per_node_j;
    tenant.name = name;
    tenant.node_j += record.energy_j;
    tenant.total_j += energy;
    tenant.accelerator_s += job.accelerators * record.held_s;
    account.pools[job.pool].jobs_j += energy;
    jobs_j += energy;
  }
  for (auto& [name, tenant] : tenants) account.tenants.push_back(std::move(tenant));
  TenantEnergy idle{"(idle)", 0, account.total_j - jobs_j, 0};
  for (double const j : node_j) idle.node_j += j;
  for (std::size_t p = 0; p < account.pools.size(); ++p) idle.accelerator_s += book.total(p) * elapsed_s;
  for (auto const& tenant : account.tenants) {
    idle.node_j -= tenant.node_j;
    idle.accelerator_s -= tenant.accelerator_s;
  }
  if (!assembly.heat_loads.empty()) {
    UserEnergy declared;
    for (std::size_t i = 0; i < assembly.heat_loads.size(); ++i) add(declared, room.meters().of_heat_load(i));
    account.pools.push_back({"(heat loads)", declared, declared.total_j(), 0});
    account.vendors.push_back({"(heat loads)", declared});
    account.tenants.push_back({"(heat loads)", 0, declared.total_j(), 0});
    account.total_j += declared.total_j();
  }
  account.tenants.push_back(idle);
  return account;
}

}  // namespace ondol::sim
