#include "kernels/app/measure_command.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <set>

#include "kernels/activity/suite.hpp"
#include "kernels/app/arguments.hpp"
#include "kernels/app/exit_codes.hpp"
#include "kernels/app/recorded.hpp"
#include "kernels/app/runner.hpp"
#include "kernels/app/target.hpp"

namespace ondol::meter {
namespace {

volatile std::sig_atomic_t asked_to_stop = 0;

void note_signal(int signal) {
  asked_to_stop = signal;
}

void listen() {
  struct sigaction action {};
  action.sa_handler = note_signal;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
}

std::string today() {
  std::time_t const now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", &utc);
  return text;
}

template <class T>
void put(Json& j, std::string_view key, nvml::Answer<T> const& a) {
  if (!a) {
    j.null(key);
  } else if constexpr (std::is_same_v<T, bool>) {
    j.truth(key, a.value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    j.text(key, a.value);
  } else {
    j.number(key, static_cast<double>(a.value));
  }
}

/// "a,b" to both names, each of the suite.
std::set<std::string> kernels_in(std::string_view option, std::string const& list) {
  std::set<std::string> names;
  for (std::size_t begin = 0; begin < list.size();) {
    std::size_t const end = std::min(list.find(',', begin), list.size());
    std::string const name = list.substr(begin, end - begin);
    if (!kernel_named(name)) throw BadInput(std::string(option) + ": the suite has no kernel \"" + name + "\"");
    names.insert(name);
    begin = end + 1;
  }
  return names;
}

struct Options {
  PlanName plan = PlanName::full;
  std::string out, truth, faults, device;
  double deadline_s = 570, seconds_scale = 1;
  bool reverse = false, mark = false;
  std::set<std::string> without;
  std::uint64_t seed = 1;
};

Options read_options(std::span<std::string const> words, bool only_probe) {
  constexpr Option known[]{
      {"--plan"},          {"--out"},    {"--deadline"}, {"--reverse", false}, {"--repeat-dynamics", false},
      {"--seconds-scale"}, {"--device"}, {"--fake"},     {"--faults"},         {"--seed"},
      {"--mark", false},   {"--without"}};
  Arguments const given(words, known);
  Options o;
  std::string const plan = given.text("--plan", only_probe ? "probe" : given.has("--repeat-dynamics") ? "dynamics" : "full");
  auto const named = plan_named(plan);
  if (!named) throw BadInput("--plan = " + plan + " is none of quick, full, dynamics, probe");
  o.plan = *named;
  o.out = given.text("--out", only_probe ? "probe" : "campaign");
  o.truth = given.text("--fake", "");
  o.faults = given.text("--faults", "");
  if (!o.faults.empty() && o.truth.empty()) throw BadInput("--faults befall the simulated card only: add --fake TRUTH.txt");
  o.device = given.text("--device", "0");
  o.deadline_s = given.seconds("--deadline", o.plan == PlanName::full || o.plan == PlanName::dynamics ? 570 : 120, 5);
  o.seconds_scale = given.factor("--seconds-scale", 1);
  o.reverse = given.has("--reverse");
  o.mark = given.has("--mark");
  o.without = kernels_in("--without", given.text("--without", ""));
  o.seed = given.whole("--seed", 1);
  return o;
}

/// No serial number and no UUID: nobody's card is to be recognised.
Json describe(Target& target, Options const& o, Flags card, std::string_view ended, Runner const& runner) {
  nvml::Device const& device = target.device();
  DeviceShape const shape = target.bench().shape();
  Json j;
  put(j, "product", device.product());
  put(j, "driver", target.library().driver());
  j.truth("simulated", target.simulated);
  if (target.simulated) j.text("truth", std::filesystem::path(o.truth).filename().string()).text("faults", o.faults);
  j.text("date", target.simulated ? "simulated" : today());  // a simulated run depends on its seed alone
  j.text("code_version", ONDOL_METER_VERSION).text("toolkit", ONDOL_METER_TOOLKIT);
  j.number("capability", shape.capability).number("multiprocessors", shape.multiprocessors);
  j.number("l2_bytes", shape.l2_bytes).number("memory_bytes", shape.memory_bytes).number("highest_clock_hz", shape.clock_hz);
  put(j, "enforced_limit_w", device.enforced_limit_w());
  put(j, "default_limit_w", device.default_limit_w());
  auto const range = device.limit_range();
  put(j, "least_limit_w", nvml::Answer<double>{range.code, range.value.least_w});
  put(j, "most_limit_w", nvml::Answer<double>{range.code, range.value.most_w});
  put(j, "ecc", device.ecc());
  put(j, "mig", device.mig());
  put(j, "persistence", device.persistence());
  put(j, "performance_state", device.performance_state());
  put(j, "link_generation", device.link_generation());
  put(j, "link_width", device.link_width());
  j.text("card_flags", text(card));
  j.text("plan", name(o.plan)).truth("reverse", o.reverse).number("seconds_scale", o.seconds_scale);
  j.number("deadline_s", o.deadline_s).number("seed", static_cast<double>(o.seed));
  j.text("ended", ended).number("windows", runner.windows());
  j.number("steps_skipped", runner.skipped()).number("steps_failed", runner.failed());
  return j;
}

std::string_view word(Ended e) {
  switch (e) {
    case Ended::done:
      return "done";
    case Ended::stopped:
      return "stopped by a signal";
    case Ended::lost:
      return "device lost";
    case Ended::locked:
      return "refused: clocks locked";
    case Ended::broken:
      return "kernels failed one after another";
  }
  return "";
}

int run(Target& target, Options const& o) {
  Guard const guard(target.device(), target.processes_before);
  Flags card = guard.look();
  card |= guard.from({target.device().clock_events().value});
  if (card.any() && !o.mark) {
    for (std::string const& why : guard.explain(card)) std::cerr << "refused: " << why << '\n';
    std::cerr << "The card is left as it is; --mark measures all the same and flags every window.\n";
    return refused;
  }
  Campaign campaign = [&] {
    try {
      return Campaign(o.out);
    } catch (std::runtime_error const& problem) {
      throw BadInput(problem.what());
    }
  }();
  Runner runner({target.library(), target.device(), target.clock(), target.bench(), campaign, target.processes_before},
                {o.deadline_s, o.seconds_scale, o.mark}, [] { return asked_to_stop != 0; });
  campaign.write("meta.json", describe(target, o, card, "running", runner));
  std::vector<KernelInfo> kernels = target.bench().kernels();
  std::erase_if(kernels, [&](KernelInfo const& k) { return o.without.contains(std::string(k.id)); });
  Ended const ended = runner.run(make_plan(o.plan, kernels, o.seed, o.reverse));
  campaign.log(target.clock().now_s(), word(ended));
  campaign.write("meta.json", describe(target, o, card, word(ended), runner));
  std::cout << runner.windows() << " windows in " << o.out << ": " << word(ended);
  if (runner.skipped() > 0) std::cout << "; " << runner.skipped() << " steps skipped, log.txt names them";
  if (runner.failed() > 0) std::cout << "; " << runner.failed() << " steps failed, log.txt says why";
  std::cout << std::endl;
  if (ended == Ended::stopped) return 128 + asked_to_stop;
  if (ended == Ended::locked) return refused;
  return ended != Ended::done || runner.windows() == 0 ? run_failed : ok;
}

int command(std::span<std::string const> arguments, bool only_probe) {
  Options const o = read_options(arguments, only_probe);
  listen();
  try {
    bool const kernels = has_kernels || !only_probe;  // NVML alone can be probed without
    auto const target = !o.truth.empty() ? simulated_target(o.truth, o.seed, o.faults)
                        : kernels        ? real_target(o.device)
                                         : idle_target(o.device);
    return run(*target, o);
  } catch (nvml::Missing const& missing) {
    std::cerr << "nothing to measure: " << missing.what() << '\n' << calibrations_text();
    return nothing_to_measure;
  }
}

}  // namespace

int measure_command(std::span<std::string const> arguments) {
  return command(arguments, false);
}
int probe_command(std::span<std::string const> arguments) {
  return command(arguments, true);
}

namespace {

/// What a device error leaves of a process cannot be trusted, and mostly answers every later call with the same error: the
/// other kernels are for a new process.  Its exit code.
int check_in_a_new_process(std::span<std::string const> words, std::string const& left_out) {
  std::vector<std::string> all{"ondol-meter", "check"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--without")
      ++i;  // part of left_out
    else if (!words[i].starts_with("--without="))
      all.push_back(words[i]);
  }
  all.insert(all.end(), {"--without", left_out});
  std::vector<char*> raw;
  for (std::string& word : all) raw.push_back(word.data());
  raw.push_back(nullptr);
  pid_t child = 0;
  int status = 0;
  if (posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, raw.data(), environ) != 0 || waitpid(child, &status, 0) != child)
    return run_failed;
  return WIFEXITED(status) ? WEXITSTATUS(status) : run_failed;
}

}  // namespace

int check_command(std::span<std::string const> words) {
  constexpr Option known[]{{"--device"}, {"--fake"}, {"--seed"}, {"--only"}, {"--without"}};
  Arguments const given(words, known);
  try {
    std::uint64_t const seed = given.whole("--seed", 1);
    auto const only = kernels_in("--only", given.text("--only", "")),
               without = kernels_in("--without", given.text("--without", ""));
    auto const target =
        given.has("--fake") ? simulated_target(given.text("--fake", ""), seed, "") : real_target(given.text("--device", "0"));
    int differing = 0;
    std::string done;
    for (std::string const& id : without) done += (done.empty() ? "" : ",") + id;
    for (KernelInfo const& k : target->bench().kernels()) {
      std::string const id(k.id);
      if (without.contains(id) || (!only.empty() && !only.contains(id))) continue;
      done += (done.empty() ? "" : ",") + id;
      try {
        std::string const difference = target->bench().check({id, Fill::random_bits, 1, seed, 0});
        std::cout << id << ": " << (difference.empty() ? "agrees" : difference) << std::endl;
        differing += difference.empty() ? 0 : 1;
      } catch (std::exception const& problem) {
        std::cout << id << ": failed: " << problem.what() << std::endl;
        int const others = check_in_a_new_process(words, done);
        std::_Exit(others == ok ? run_failed : others);  // a kernel that never ends would hold up every destructor
      }
    }
    return differing == 0 ? ok : run_failed;
  } catch (nvml::Missing const& missing) {
    std::cerr << "nothing to check: " << missing.what() << '\n';
    return nothing_to_measure;
  }
}

}  // namespace ondol::meter
