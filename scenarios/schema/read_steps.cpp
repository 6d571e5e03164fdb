#include <algorithm>

#include "scenarios/schema/check_context.hpp"
#include "scenarios/schema/merge.hpp"
#include "scenarios/schema/read.hpp"
#include "scenarios/schema/read_entries.hpp"

namespace ondol::schema {
namespace {

void check_step(Context const& c, std::string const& path, StepSpec const& step, bool laid_out) {
  if (laid_out) check_layout(c, path, step.job);
  check_pauses(c, path, step.job);
  auto const* rack = Context::find(c.s.catalogue.rack, step.rack);
  auto const* node = rack ? c.node(*rack) : nullptr;
  auto const* device = node ? Context::find(c.s.catalogue.accelerator, node->accelerator) : nullptr;
  if (!device || !c.good(path)) return;
  check_precision(c, path, step.job, *device);
  int const domain = rack->scaleup_domain > 0 ? rack->scaleup_domain : node->accelerators;
  if (step.job.accelerators > domain && !step.job.network_bandwidth)
    c.error(path, path + " needs \"network_bandwidth\": " + std::to_string(step.job.accelerators) +
                      " accelerators reach beyond a scale-up domain of " + std::to_string(domain) +
                      ". Write network_bandwidth = \"400 Gbit/s\"?");
  if (step.power_limit && *step.power_limit > device->power_limit && c.good("accelerator." + device->id))
    c.error(path + ".power_limit", "power_limit is above the board limit of " + watts(device->power_limit.v));
  if (step.power_limit) check_lowest_limit(c, path + ".power_limit", *device, *step.power_limit);
}

/// The jobs of a scenario, each on the racks of its pool.
StepFile steps_of(Scenario scenario) {
  StepFile out;
  for (std::size_t i = 0; i < scenario.training.size(); ++i) {
    auto const& job = scenario.training[i];
    auto const group =
        std::find_if(scenario.racks.begin(), scenario.racks.end(), [&](RackGroupSpec const& g) { return g.pool == job.pool; });
    out.step.push_back({job, group->rack, group->power_limit, std::nullopt});
    auto const from = "training[" + std::to_string(i) + "]";  // keep the places under the names that steps have
    Provenance moved;
    for (auto it = scenario.origin.lower_bound(from + "."); it != scenario.origin.end() && it->first.starts_with(from + ".");
         ++it)
      moved.emplace("step[" + std::to_string(i) + "]" + it->first.substr(from.size()), it->second);
    scenario.origin.merge(moved);
  }
  out.hardware = std::move(scenario);
  return out;
}

}  // namespace

StepFile read_steps(std::filesystem::path const& file, ReadOptions const& options) {
  Sources sources;
  Faults faults(sources);
  auto tree = read_extended(file, sources, faults);
  if (!tree) throw InputError(faults.sorted(Severity::error));
  if (!tree->find("step") && (tree->find("simulation") || tree->find("site") || tree->find("training")))
    return steps_of(read_scenario(file, options));

  for (auto const& s : options.set) apply_set(*tree, s, sources, faults);
  CatalogueTrees trees(sources, faults);
  trees.read_folder(options.catalogue.empty() ? catalogue_folder() : options.catalogue);
  trees.take_from(*tree);

  StepFile out;
  auto& hardware = out.hardware;
  hardware.file = file.string();
  Decoder decoder(sources, faults, hardware.origin);
  decoder.whole = "the step file";
  std::vector<std::string> also_known{"extends"};
  for (auto const& k : kinds()) also_known.emplace_back(k.key);
  decoder.table(
      *tree, [&] { return Table::fields(out); }, "", also_known);
  decode_catalogue(trees, decoder, hardware, sources, faults);
  check_catalogue(hardware, decoder, faults);
  Context const c{hardware, decoder, faults};
  for (std::size_t i = 0; i < out.step.size(); ++i) check_step(c, list_path("step", i), out.step[i], options.laid_out);
  if (faults.any()) throw InputError(faults.sorted(Severity::error));
  hardware.warnings = faults.sorted(Severity::warning);
  return out;
}

}  // namespace ondol::schema
