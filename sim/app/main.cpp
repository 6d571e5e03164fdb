/// The program.  Only this file exits; exit codes: 0 done, 1 compared files differ, 2 the user's input, 3 the run failed, 128 +
/// n on signal n.

#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <iostream>

#include "scenarios/base/error.hpp"
#include "sim/app/ask.hpp"
#include "sim/app/ask_collective.hpp"
#include "sim/app/ask_step.hpp"
#include "sim/app/commands.hpp"
#include "sim/app/compare.hpp"
#include "sim/app/size.hpp"
#include "sim/app/sweep.hpp"
#include "sim/app/terminal.hpp"
#include "sim/app/window.hpp"

namespace {

std::atomic<int> caught_signal{0};

extern "C" void on_signal(int number) {
  caught_signal.store(number);
  std::signal(number, SIG_DFL);  // a second one ends the program at once
}

constexpr char const* examples = R"(Examples:
  ondol check scenarios/examples/haenam.toml
  ondol run scenarios/examples/haenam.toml -o out/haenam.h5 --watch
  ondol run scenarios/examples/one_rack.toml --until "2 h" --set 'racks[0].count=2' --json
  ondol sweep scenarios/sweeps/set_point_climate.toml -j 2 -o out/set_points
  ondol sweep scenarios/sweeps/set_point_climate.toml --engine slurm --partition cpu --time 01:00:00 -o out/set_points
  ondol size scenarios/sizing/fewest_ups.toml -j 2 -o out/ups
  ondol catalogue h200
  ondol ask kernel --gpu nvidia/h200-sxm --gemm 8192,8192,8192 --dtype bf16
  ondol ask step scenarios/steps/llama-3.1-405b.toml
  ondol ask collective --scenario scenarios/examples/haenam.toml --pool h200 --op all-reduce --bytes 1GiB --ranks 512
  ondol report out/haenam.h5 -o out/haenam.html
  ondol compare out/before.h5 out/after.h5 --tolerance 'pue=0.001,energy=0.1%'
Exit codes: 0 done; 1 compare: beyond the tolerance; 2 something in your input; 3 the run failed; 130, 143 interrupted (the results file is finished first; a sweep goes on with --resume).)";

}  // namespace

int main(int argc, char** argv) {
  using namespace ondol::app;
  CLI::App app{"Ondol: what will an AI compute center do, draw and heat up, before it is built or changed?", "ondol"};
  app.footer(examples);
  app.set_version_flag("--version", version_text());
  app.require_subcommand(1);

  Options options;
  options.stop = &caught_signal;
  int code = 0;

  auto const add_input = [&](CLI::App* command) {
    command->add_option("FILE", options.file, "Scenario (TOML)")->required();
    command->add_option("--set", options.set, "Override a value: path.to.key=value (repeatable)")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    command->add_option("--until", options.until, "End of the run: a date-time or a duration such as \"12 h\"");
    command->add_option("--seed", options.seed, "Seed of all random streams");
  };

  auto* run = app.add_subcommand("run", "Simulate a scenario and write its results");
  add_input(run);
  run->add_option("-o,--output", options.output, "Results file (HDF5); default: <scenario>.h5 in the current folder");
  run->add_flag("--force", options.force, "Replace an existing results file");
  run->add_flag("--json", options.json, "Print the key figures as JSON");
  run->add_flag("--watch", options.watch, "Show power, temperatures, the queue and events on stderr while it runs");
  run->callback([&] { code = run_command(options); });

  auto* check = app.add_subcommand("check", "Read a scenario, report every fault, print the plan");
  add_input(check);
  check->add_flag("--json", options.json, "Print the plan as JSON");
  check->callback([&] { code = check_command(options); });

  SweepOptions sweep_options;
  sweep_options.stop = &caught_signal;
  auto* sweep = app.add_subcommand("sweep", "Simulate all variants of a scenario that a sweep file asks for, side by side");
  sweep->add_option("FILE", sweep_options.file, "Sweep file (TOML)")->required();
  sweep->add_option("-j,--jobs", sweep_options.jobs, "Runs at work at once [one a processor]")->check(CLI::Range(1, 4096));
  sweep->add_option("-o,--output", sweep_options.output, "Folder of the results; default: <file>.sweep in the current folder");
  sweep->add_option("--set", sweep_options.set, "Override a value in every run: path.to.key=value (repeatable)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  sweep->add_flag("--resume", sweep_options.resume, "Go on in a folder that is not empty; complete runs are kept");
  sweep->add_flag("--force", sweep_options.force, "Begin anew in a folder that is not empty");
  sweep->add_flag("--fail-fast", sweep_options.fail_fast, "End all runs when one has failed");
  sweep->add_option("--memory", sweep_options.memory, "Address space that each run may have: 2GiB")->type_name("SIZE");
  sweep->add_option("--part", sweep_options.part, "Only each K-th run from the I-th on, and no index: for several machines")
      ->type_name("I/K");
  sweep->add_flag("--no-index", sweep_options.no_index, "Leave out the index of all runs");
  sweep->add_flag("--list", sweep_options.list, "Print the runs and what they will take, and run none");
  sweep->add_flag("--json", sweep_options.json, "Print as JSON");
  auto* cluster = sweep->add_option_group("Slurm", "On a cluster; the folder must lie where all nodes see it");
  cluster->add_option("--engine", sweep_options.engine, "Who starts the runs: local, slurm [local]")
      ->check(CLI::IsMember({"local", "slurm"}));
  cluster->add_option("--partition", sweep_options.slurm.partition, "Where to [the cluster's default]");
  cluster->add_option("--time", sweep_options.slurm.time_limit, "Limit of a task: 01:00:00 [the partition's default]");
  cluster->add_option("--chunk", sweep_options.slurm.chunk, "Runs of a task, one after the other [1]")
      ->check(CLI::Range(1, 1'000'000));
  cluster->add_option("--max-jobs", sweep_options.slurm.most_at_once, "Tasks at work at once [no limit]")
      ->check(CLI::Range(1, 1'000'000));
  cluster
      ->add_option("--slurm-option", sweep_options.slurm.options, "To sbatch as it is: --slurm-option=--account=x (repeatable)")
      ->type_name("OPTION")
      ->allow_extra_args(false);
  cluster->add_flag("--detach", sweep_options.detach, "Submit and return; --resume collects");
  sweep->add_option("--runs", sweep_options.runs, "Of a task: its list of runs")->group("");
  sweep->callback([&] { code = sweep_command(sweep_options); });

  SizeOptions size_options;
  size_options.stop = &caught_signal;
  auto* size = app.add_subcommand("size", "Find the largest or smallest value of one thing that keeps declared limits");
  size->add_option("FILE", size_options.file, "Sizing file (TOML)")->required();
  size->add_option("-j,--jobs", size_options.jobs, "Runs at work at once [one a processor]")->check(CLI::Range(1, 4096));
  size->add_option("-o,--output", size_options.output, "Folder of the runs; default: <file>.size in the current folder");
  size->add_option("--set", size_options.set, "Override a value in every run: path.to.key=value (repeatable)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  size->add_flag("--resume", size_options.resume,
                 "Go on in a folder that is not empty, also that of a sweep; complete runs are kept");
  size->add_flag("--force", size_options.force, "Begin anew in a folder that is not empty");
  size->add_flag("--json", size_options.json, "Print as JSON");
  size->callback([&] { code = size_command(size_options); });

  auto* dump = app.add_subcommand("dump", "Print the resolved scenario and where each value comes from");
  add_input(dump);
  dump->callback([&] { code = dump_command(options); });

  auto* schema = app.add_subcommand("schema", "Print the JSON Schema of the scenario language");
  schema->add_flag("--steps", options.steps, "Of step files (ondol ask step) instead");
  schema->add_flag("--sweep", options.sweeps, "Of sweep files (ondol sweep) instead")->excludes("--steps");
  schema->add_flag("--size", options.sizes, "Of sizing files (ondol size) instead")->excludes("--steps")->excludes("--sweep");
  schema->callback([&] { code = schema_command(options); });

  auto* catalogue = app.add_subcommand("catalogue", "List the known hardware with tier and source");
  catalogue->add_option("QUERY", options.query, "Words that an entry must contain");
  catalogue->add_flag("--json", options.json, "Print as JSON");
  catalogue->callback([&] { code = catalogue_command(options); });

  CompareOptions comparison;
  auto* compare = app.add_subcommand("compare", "Key figures of runs side by side, and what differs in their scenarios");
  compare
      ->add_option("FILE", comparison.files,
                   "Results of `ondol run`, or indices of `ondol sweep`; the first is what others are held against")
      ->required()
      ->expected(2, 26);
  compare
      ->add_option("--tolerance", comparison.tolerance,
                   "Judge: exit with 1 when a figure is further from the first file's than 0.1, 1% or, by name, "
                   "pue=0.001,energy=1% (others: 0, equal)")
      ->type_name("DISTANCE")
      ->allow_extra_args(false);
  compare->add_option("--only", comparison.only, "Only these key figures: pue,energy")
      ->type_name("NAMES")
      ->allow_extra_args(false);
  compare->add_flag("--all", comparison.all, "Show equal figures too, and long values in full");
  compare->add_flag("--json", comparison.json, "Print as JSON");
  compare->callback([&] { code = compare_command(comparison); });

  auto* ask = app.add_subcommand("ask", "Ask one question, without a run");
  ask->require_subcommand(1);
  KernelQuestion question;
  auto* kernel = ask->add_subcommand("kernel", "Time, energy, power and clock of one kernel on one accelerator");
  kernel->add_option("--gpu", question.gpu, "Accelerator of the catalogue, such as nvidia/h200-sxm")->required();
  kernel->add_option("--gemm", question.gemm, "Matrix product: M,N,K");
  kernel->add_option("--attention", question.attention,
                     "prefill:batch=8,tokens=2048 or decode:batch=64,cache=4096; also heads=, kv_heads=, head_dim=");
  kernel->add_option("--activity", question.activity,
                     "Rates at the reference clock: tensor_bf16=600TFLOP/s,hbm_read=2TB/s,awake=1");
  kernel->add_option("--dtype", question.dtype, "Type of the operands: fp64, tf32, bf16, fp16, fp8, fp4, int8 [bf16]");
  kernel->add_option("--fill", question.fill,
                     "What they hold: random_bits, normal, zeros, constant, sparse50, sparse90 [normal]");
  kernel->add_option("--limit", question.limit, "Power limit, at most the board's: 500W");
  kernel->add_option("--temperature", question.temperature, "Of the die: 60degC [the calibration's reference]");
  kernel->add_flag("--json", question.json, "Print as JSON");
  kernel->callback([&] { code = ask_kernel_command(question); });
  StepQuestion step_question;
  auto* step = ask->add_subcommand("step", "Time, memory, power and energy of training steps");
  step->add_option("FILE", step_question.file, "Step file, or a scenario with [[training]] jobs (TOML)")->required();
  step->add_option("--job", step_question.job, "Only the step or job of this name");
  step->add_option("--set", step_question.set, "Override a value: path.to.key=value (repeatable)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  step->add_flag("--search", step_question.search, "The fastest layouts that fit, instead of the one that the file names");
  step->add_flag("--json", step_question.json, "Print as JSON: a list, one entry a step");
  step->callback([&] { code = ask_step_command(step_question); });
  CollectiveCommand collective_question;
  auto* collective = ask->add_subcommand("collective", "Time of one collective operation among accelerators of a scenario");
  collective->add_option("--scenario", collective_question.scenario, "Scenario (TOML)")->required();
  collective
      ->add_option("--op", collective_question.op, "all-reduce, reduce-scatter, all-gather, all-to-all, broadcast or send-recv")
      ->required();
  collective
      ->add_option("--bytes", collective_question.bytes,
                   "Buffer of a rank, such as 1GiB; reduce-scatter, all-gather: the whole gathered buffer")
      ->required();
  collective->add_option("--ranks", collective_question.ranks, "Accelerators that take part")->required();
  collective->add_option("--pool", collective_question.pool, "Only accelerators of this pool");
  collective->add_option("--fabric", collective_question.fabric, "Accelerators of all pools that this [[fabric]] joins");
  collective->add_option("--per-domain", collective_question.per_domain, "Ranks of one scale-up domain [all that it has]");
  collective->add_option("--placement", collective_question.placement,
                         "Domains that are used: packed, spread over all, or nodes and racks: h200/r001,h200/r002/n1 [packed]");
  collective->add_option("--rung", collective_question.rung,
                         "closed form, rates on the links of the [[fabric]], or flows on SimGrid's clock [closed]");
  collective->add_option("--set", collective_question.set, "Override a value: path.to.key=value (repeatable)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  collective->add_flag("--json", collective_question.json, "Print as JSON");
  collective->callback([&] { code = ask_collective_command(collective_question); });

  // Their options are the window's to read, --help among them.
  auto const add_window_command = [&](char const* name, char const* what) {
    auto* command = app.add_subcommand(name, what)->prefix_command();
    command->set_help_flag();
    command->callback([&] { code = window_command(argv); });
  };
  add_window_command("report", "One page (HTML) about a run, about several side by side, or about a sweep");
  add_window_command("pictures", "Pictures of a run for print (PNG)");
  add_window_command("export", "Series and tables of a run as CSV, Parquet or OpenMetrics text");

  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  std::signal(SIGPIPE, SIG_IGN);
#ifdef SIGXFSZ
  std::signal(SIGXFSZ, SIG_IGN);  // a file-size limit is reported as a failed write
#endif

  try {
    app.parse(argc, argv);
    return code;
  } catch (CLI::ParseError const& e) {
    int const cli = app.exit(e);
    return cli == 0 ? 0 : 2;
  } catch (ondol::InputError const& e) {
    for (auto const& fault : e.faults()) std::cerr << ondol::format(quoted(fault), colour_on(2)) << '\n';
    auto const n = e.faults().size();
    if (n > 1) std::cerr << n << " faults\n";
    return 2;
  } catch (std::exception const& e) {
    std::cerr << "ondol: run failed: " << e.what() << '\n';
    return 3;
  }
}
