#include "sim/app/ask_step.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include "scenarios/schema/catalogue.hpp"
#include "scenarios/schema/read.hpp"
#include "sim/app/terminal.hpp"
#include "sim/engine/step_answer.hpp"

namespace ondol::app {
namespace {

using Json = nlohmann::ordered_json;
using schema::StepSpec;
using sim::StepAnswer;

struct Answered {
  std::size_t index;  ///< in the file
  StepAnswer answer;
};

/// The fault at the table of the step, so that people find it among many.
Fault at_step(schema::StepFile const& file, std::size_t i, Fault fault) {
  auto const origin = file.hardware.origin.find(fmt::format("step[{}].name", i));
  if (fault.line > 0 || origin == file.hardware.origin.end()) return fault;
  fault.file = origin->second.file;
  fault.line = origin->second.line;
  fault.column = origin->second.column;
  return fault;
}

std::vector<std::size_t> chosen(schema::StepFile const& file, std::optional<std::string> const& job) {
  std::vector<std::size_t> out;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < file.step.size(); ++i) {
    names.push_back(file.step[i].job.name);
    if (!job || file.step[i].job.name == *job) out.push_back(i);
  }
  if (names.empty()) throw InputError(file.hardware.file + ": has no [[training]] job and no [[step]] to answer");
  if (out.empty())
    throw InputError(fmt::format("--job: there is no step or training job \"{}\"{}", *job, schema::suggestion(*job, names)));
  return out;
}

std::string layout(schema::TrainingSpec const& j) {
  auto const data = j.accelerators / (j.tensor_parallel * j.pipeline_parallel * j.context_parallel);
  std::string s = fmt::format("tensor {}, pipeline {}", j.tensor_parallel, j.pipeline_parallel);
  if (j.virtual_pipeline > 1) s += fmt::format(" x {}", j.virtual_pipeline);
  if (j.context_parallel > 1) s += fmt::format(", context {}", j.context_parallel);
  s += fmt::format(", data {}", data);
  if (j.expert_parallel > 1) s += fmt::format(", expert {}", j.expert_parallel);
  s += fmt::format(", micro-batch {} x {}", j.micro_batch, j.batch_sequences / (data * j.micro_batch));
  return s + fmt::format(", recompute {}", schema::to_string(j.recompute));
}

Json layout_json(schema::TrainingSpec const& j) {
  return {{"tensor_parallel", j.tensor_parallel},
          {"pipeline_parallel", j.pipeline_parallel},
          {"virtual_pipeline", j.virtual_pipeline},
          {"context_parallel", j.context_parallel},
          {"expert_parallel", j.expert_parallel},
          {"data_parallel", j.accelerators / (j.tensor_parallel * j.pipeline_parallel * j.context_parallel)},
          {"micro_batch", j.micro_batch},
          {"recompute", schema::to_string(j.recompute)}};
}

Json to_json(schema::StepFile const& file, Answered const& a) {
  auto const& spec = file.step[a.index];
  auto const& j = spec.job;
  auto const& r = a.answer;
  Json out{{"name", j.name},
           {"rack", spec.rack},
           {"accelerator", r.accelerator},
           {"model", j.model},
           {"accelerators", j.accelerators},
           {"precision", j.precision},
           {"batch_sequences", j.batch_sequences},
           {"sequence", j.sequence}};
  out["layout"] = layout_json(j);
  out["step_s"] = r.step_s;
  out["tokens_per_s"] = r.tokens_per_s;
  out["tokens_per_s_per_accelerator"] = r.tokens_per_s / j.accelerators;
  out["mfu"] = r.mfu;
  out["hfu"] = r.hfu;
  out["model_flop"] = r.step.model_flop;
  out["hardware_flop"] = r.step.hardware_flop;
  out["model_flop_per_s_per_accelerator"] = r.step.model_flop / r.step_s / j.accelerators;
  out["phases"] = Json::array();
  for (auto const& p : r.phases)
    out["phases"].push_back({{"kind", workloads::to_string(p.kind)},
                             {"duration_s", p.duration_s},
                             {"accelerator_power_w", p.power_w},
                             {"clock", p.clock},
                             {"limited", p.limited}});
  out["memory"] = {{"state_bytes", r.step.memory.state_bytes},
                   {"activation_bytes", r.step.memory.activation_bytes},
                   {"lean_bytes", r.step.memory.lean_bytes},
                   {"capacity_bytes", r.memory_bytes}};
  out["power"] = {{"limit_w", r.limit_w},  {"accelerator_w", r.accelerator_w}, {"host_w", r.host_w},
                  {"fans_w", r.fans_w},    {"supply_loss_w", r.supply_loss_w}, {"network_w", r.network_w},
                  {"total_w", r.total_w()}};
  out["joule_per_token"] = r.joule_per_token;
  out["accelerator_joule_per_token"] = r.accelerator_joule_per_token;
  if (spec.published) {
    auto const from = file.hardware.origin.find(fmt::format("step[{}].published.step", a.index));
    out["published"] = {{"step_s", spec.published->step.v},
                        {"error", r.step_s / spec.published->step.v - 1},
                        {"role", spec.published->role == schema::PublishedSpec::Role::fit ? "fit" : "judge"},
                        {"source", from == file.hardware.origin.end() ? "" : from->second.source}};
  }
  return out;
}

std::string seconds(double s) {
  return s >= 100 ? fmt::format("{:.1f} s", s) : s >= 1 ? fmt::format("{:.3f} s", s) : fmt::format("{:.1f} ms", 1e3 * s);
}

std::string tokens(double per_s) {
  return per_s >= 1e6   ? fmt::format("{:.3f} million tokens/s", per_s / 1e6)
         : per_s >= 1e3 ? fmt::format("{:.1f} thousand tokens/s", per_s / 1e3)
                        : fmt::format("{:.1f} tokens/s", per_s);
}

std::string judged(StepSpec const& spec, StepAnswer const& r) {
  if (!spec.published) return "";
  return fmt::format("published {}, {:+.1f} % ({})", seconds(spec.published->step.v),
                     100 * (r.step_s / spec.published->step.v - 1),
                     spec.published->role == schema::PublishedSpec::Role::fit ? "fit" : "judge");
}

void print_one(StepSpec const& spec, StepAnswer const& r) {
  bool const colour = colour_on(1);
  auto const& j = spec.job;
  fmt::print("{}\n", bold(fmt::format("{}: {} on {} x {}, {}, {} x {} tokens", j.name, j.model, j.accelerators, r.accelerator,
                                      j.precision, j.batch_sequences, j.sequence),
                          colour));
  fmt::print("  {}\n", dim(layout(j), colour));
  fmt::print("  {:<12} {:>12}  {}\n", "step", seconds(r.step_s), judged(spec, r));
  fmt::print("  {:<12} {:>12}  {:.1f} tokens/s an accelerator\n", "throughput", tokens(r.tokens_per_s),
             r.tokens_per_s / j.accelerators);
  fmt::print("  {:<12} {:>10.1f} %  of {:.0f} TFLOP/s; hardware {:.1f} %\n", "model FLOP", 100 * r.mfu,
             r.peak_flop_per_s / 1e12, 100 * r.hfu);
  fmt::print("  {:<12} {:>9.1f} GB  state {:.1f}, activations {:.1f}; of {:.1f} GB\n", "memory", r.step.memory.total() / 1e9,
             r.step.memory.state_bytes / 1e9, r.step.memory.activation_bytes / 1e9, r.memory_bytes / 1e9);
  if (r.step.memory.total() > r.memory_bytes)
    fmt::print(
        "  {:<12} {:>9.1f} GB  with gradients in 2 bytes, outputs of norms and activation computed again: fits so alone\n", "",
        r.step.memory.lean_bytes / 1e9);
  fmt::print(
      "  {:<12} {:>10.0f} W  an accelerator; with its share of host {:.0f}, fans {:.0f}, supplies {:.0f}, switches {:.0f}: "
      "{:.0f} W\n",
      "mean power", r.accelerator_w, r.host_w, r.fans_w, r.supply_loss_w, r.network_w, r.total_w());
  fmt::print("  {:<12} {:>10.4g} J  a token at the rack's input, {:.4g} J on accelerators\n", "energy", r.joule_per_token,
             r.accelerator_joule_per_token);
  fmt::print("  {:<12} {:>12} {:>8} {:>8} {:>7}\n", "phase", "time", "share", "power", "clock");
  for (auto const& p : r.phases)
    fmt::print("  {:<12} {:>12} {:>6.1f} % {:>6.0f} W {:>7.3f}{}\n", workloads::to_string(p.kind), seconds(p.duration_s),
               100 * p.duration_s / r.step_s, p.power_w, p.clock, p.limited ? "  at the power limit" : "");
}

void print_many(schema::StepFile const& file, std::vector<Answered> const& all) {
  std::size_t width = 4;
  for (auto const& a : all) width = std::max(width, file.step[a.index].job.name.size());
  fmt::print("{:<{}} {:>6} {:>10} {:>7} {:>8} {:>9} {:>9}  {}\n", "step", width, "accel.", "time", "MFU", "memory", "power",
             "energy", "published");
  for (auto const& [index, r] : all) {
    auto const& spec = file.step[index];
    fmt::print("{:<{}} {:>6} {:>10} {:>5.1f} % {:>5.1f} GB {:>7.0f} W {:>7.3g} J  {}\n", spec.job.name, width,
               spec.job.accelerators, seconds(r.step_s), 100 * r.mfu, r.step.memory.total() / 1e9, r.accelerator_w,
               r.joule_per_token, judged(spec, r));
  }
  fmt::print("{}\n",
             dim("power: mean of one accelerator; energy: of a token at the rack's input; --job NAME or --json for more",
                 colour_on(1)));
}

Json to_json(StepSpec const& asked, sim::SearchAnswer const& found) {
  Json out{{"name", asked.job.name},   {"rack", asked.rack},
           {"model", asked.job.model}, {"accelerators", asked.job.accelerators},
           {"tried", found.tried},     {"fitting", found.fitting},
           {"best", Json::array()}};
  for (auto const& [step, r] : found.best)
    out["best"].push_back({{"layout", layout_json(step.job)},
                           {"step_s", r.step_s},
                           {"tokens_per_s", r.tokens_per_s},
                           {"mfu", r.mfu},
                           {"memory_bytes", r.step.memory.total()},
                           {"accelerator_w", r.accelerator_w},
                           {"joule_per_token", r.joule_per_token}});
  return out;
}

void print_search(StepSpec const& asked, sim::SearchAnswer const& found) {
  auto const& j = asked.job;
  fmt::print("{}\n", bold(fmt::format("{}: {} on {} accelerators, {}, {} x {} tokens", j.name, j.model, j.accelerators,
                                      j.precision, j.batch_sequences, j.sequence),
                          colour_on(1)));
  fmt::print("  {}\n", dim(fmt::format("{} layouts, {} fit into memory", found.tried, found.fitting), colour_on(1)));
  if (found.best.empty()) {
    fmt::print("  {}\n",
               found.tried == 0
                   ? "none divides accelerators, batch, heads and layers evenly: take another number of accelerators or "
                     "sequences"
                   : "take more accelerators or a smaller model");
    return;
  }
  fmt::print("  {:>10} {:>7} {:>9} {:>9} {:>9}  {}\n", "step", "MFU", "memory", "power", "energy", "layout");
  for (auto const& [step, r] : found.best)
    fmt::print("  {:>10} {:>5.1f} % {:>6.1f} GB {:>7.0f} W {:>7.3g} J  {}\n", seconds(r.step_s), 100 * r.mfu,
               r.step.memory.total() / 1e9, r.accelerator_w, r.joule_per_token, layout(step.job));
}

/// The fastest layouts of each chosen step.
void search(schema::StepFile const& file, StepQuestion const& q) {
  Json out = Json::array();
  for (auto const i : chosen(file, q.job)) try {
      auto const found = sim::search_step(file.hardware, file.step[i]);
      if (q.json)
        out.push_back(to_json(file.step[i], found));
      else
        print_search(file.step[i], found);
    } catch (InputError const& e) {
      throw InputError(std::vector<Fault>{at_step(file, i, e.faults().front())});
    }
  if (q.json) std::cout << out.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace

int ask_step_command(StepQuestion const& q) {
  schema::ReadOptions options;
  options.set = q.set;
  options.laid_out = !q.search;
  auto const file = schema::read_steps(q.file, options);
  for (auto const& warning : file.hardware.warnings) std::cerr << format(warning, colour_on(2)) << '\n';

  if (q.search) {
    search(file, q);
    return 0;
  }
  std::vector<Answered> answers;
  std::vector<Fault> faults;
  for (auto const i : chosen(file, q.job)) try {
      answers.push_back({i, sim::ask_step(file.hardware, file.step[i])});
    } catch (InputError const& e) {
      for (auto const& f : e.faults()) faults.push_back(at_step(file, i, f));
    }
  if (!faults.empty()) throw InputError(faults);
  for (auto const& a : answers)
    if (a.answer.unheld_w > 0) {
      Fault fault;
      fault.severity = Severity::warning;
      fault.message = fmt::format("power_limit = {:.4g} W is not held: at its lowest clock {} draws {:.0f} W", a.answer.limit_w,
                                  a.answer.accelerator, a.answer.unheld_w);
      std::cerr << format(quoted(at_step(file, a.index, std::move(fault))), colour_on(2)) << '\n';
    }

  if (q.json) {
    Json out = Json::array();
    for (auto const& a : answers) out.push_back(to_json(file, a));
    std::cout << out.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  } else if (answers.size() == 1) {
    print_one(file.step[answers[0].index], answers[0].answer);
  } else {
    print_many(file, answers);
  }
  return 0;
}

}  // namespace ondol::app
