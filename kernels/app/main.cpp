/// ondol-meter: what an operation costs, in joules, on a real accelerator.

#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "kernels/activity/suite.hpp"
#include "kernels/activity/window.hpp"
#include "kernels/app/arguments.hpp"
#include "kernels/app/exit_codes.hpp"
#include "kernels/app/measure_command.hpp"
#include "kernels/app/recorded.hpp"
#ifdef ONDOL_METER_HAS_FIT
#include "kernels/app/fit_command.hpp"
#include "kernels/app/report_command.hpp"
#endif

namespace {

using namespace ondol::meter;

constexpr char usage[] = R"(ondol-meter: what an operation costs, in joules

  ondol-meter list                  kernels of the suite; recorded campaigns and calibrations
  ondol-meter probe [options]       which readings this card answers; does the energy counter miss anything
  ondol-meter measure [options]     run a plan, write a campaign
  ondol-meter check [options]       every kernel once against its CPU reference (--device, --fake, --seed, --only, --without);
                                    one that fails costs only itself
  ondol-meter fit ...               campaigns to a calibration
  ondol-meter report ...            what a calibration is worth

Options of measure and probe:
  --plan quick|full|dynamics|probe  full: 10 minutes; quick: one; dynamics: steps and square waves
  --out FOLDER                      campaign (probe: probe); one that holds a campaign is never written over
  --deadline 570s                   steps that no longer fit are skipped by name
  --reverse                         fit kernels in the opposite order
  --repeat-dynamics                 the same as --plan dynamics
  --seconds-scale X                 all times by X, for dry runs
  --device N|PCI                    CUDA number or PCI bus id
  --without A,B                     leave these kernels out
  --mark                            measure a contaminated card and flag its windows
  --fake TRUTH.txt                  the simulated card (kernels/fake/truth)
  --faults "NAME FROM TO VALUE; ..."  what befalls it
  --seed N                          of data and simulated noise

Ends with 0 done, 2 bad input, 3 failed, 4 no GPU, driver or kernels, 5 refused, 128 + signal when asked to stop.
)";

int list_command(std::span<std::string const> arguments) {
  if (!arguments.empty()) throw BadInput("list takes no arguments");
  for (KernelInfo const& k : suite) std::cout << k.id << " (" << name(k.role) << "): " << k.what << '\n';
  std::cout << '\n' << campaigns_text() << calibrations_text();
  return ok;
}

int dispatch(std::string const& command, std::span<std::string const> rest) {
  if (command == "list") return list_command(rest);
  if (command == "probe") return probe_command(rest);
  if (command == "measure") return measure_command(rest);
  if (command == "check") return check_command(rest);
  if (command == "fit" || command == "report") {
#ifdef ONDOL_METER_HAS_FIT
    return command == "fit" ? fit_command(rest) : report_command(rest);
#else
    std::cerr << "this build has no fit (Ceres and toml++ were not found); fit the folder on a machine with the whole build\n";
    return nothing_to_measure;
#endif
  }
  throw BadInput("unknown command " + command + "; `ondol-meter --help` lists them");
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> const words(argv + 1, argv + argc);
  for (std::string const& word : words)
    if (word == "--help" || word == "-h") {
      std::cout << usage;
      return ok;
    }
  try {
    if (words.empty()) throw BadInput("which command?\n\n" + std::string(usage));
    return dispatch(words.front(), std::span(words).subspan(1));
  } catch (BadInput const& problem) {
    std::cerr << "ondol-meter: " << problem.what() << '\n';
    return bad_input;
  } catch (std::exception const& problem) {
    std::cerr << "ondol-meter: " << problem.what() << '\n';
    return run_failed;
  }
}
