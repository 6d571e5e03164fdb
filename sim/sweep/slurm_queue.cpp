#include "sim/sweep/slurm_queue.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include "scenarios/base/error.hpp"
#include "sim/sweep/command.hpp"

namespace ondol::sim {

namespace {

/// States from which a job goes on to no other, and those in which its script runs; all others wait.
constexpr std::array<std::string_view, 10> ended_states = {"COMPLETED", "CANCELLED", "FAILED",   "TIMEOUT",       "NODE_FAIL",
                                                           "PREEMPTED", "BOOT_FAIL", "DEADLINE", "OUT_OF_MEMORY", "REVOKED"};
constexpr std::array<std::string_view, 5> running_states = {"RUNNING", "COMPLETING", "SIGNALING", "STAGE_OUT", "RESIZING"};

SlurmTask::Phase phase_of(std::string_view state) {
  if (std::ranges::find(ended_states, state) != ended_states.end()) return SlurmTask::Phase::ended;
  if (std::ranges::find(running_states, state) != running_states.end()) return SlurmTask::Phase::running;
  return SlurmTask::Phase::waiting;
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

std::string without_last_break(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

std::optional<std::vector<SlurmTask>> squeue(std::string const& which) {
  auto const answer = call({"squeue", "--noheader", "--array", "--states=all", which, std::string("--format=") + task_format});
  // The only job that was asked for is one that ended long ago.
  if (answer.code != 0 && answer.err.find("Invalid job id") != std::string::npos) return std::vector<SlurmTask>{};
  if (answer.code != 0) return std::nullopt;
  return read_squeue(answer.out);
}

std::string list(std::vector<std::uint64_t> const& jobs) {
  std::string text;
  for (auto const job : jobs) text += (text.empty() ? "" : ",") + std::to_string(job);
  return text;
}

}  // namespace

std::vector<SlurmTask> read_squeue(std::string const& text) {
  std::vector<SlurmTask> tasks;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::array<std::string, 6> words;
    std::istringstream in(line);
    for (auto& word : words) std::getline(in, word, '|');
    SlurmTask task;
    if (!read_number(words[1], task.job)) continue;
    if (std::uint32_t index = 0; read_number(words[2], index)) task.index = index;
    task.name = words[0];
    task.state = words[3];
    task.reason = words[4];
    task.nodes = words[5];
    task.phase = phase_of(task.state);
    tasks.push_back(std::move(task));
  }
  return tasks;
}

std::uint64_t most_tasks() {
  auto const answer = call({"scontrol", "show", "config"});
  if (answer.code == 127)
    throw InputError(
        "--engine slurm needs the commands of Slurm (sbatch, squeue, scancel, scontrol), and there are none in PATH; "
        "call it where you submit your jobs");
  if (answer.code != 0) throw std::runtime_error("Slurm does not answer: " + without_last_break(answer.err));
  std::istringstream lines(answer.out);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("MaxArraySize")) continue;
    std::uint64_t size = 0;
    auto const value = line.find_first_of("0123456789");
    if (value == std::string::npos || !read_number(std::string_view(line).substr(value), size)) break;
    if (size == 0) throw InputError("this Slurm allows no job arrays (MaxArraySize = 0)");
    return size;
  }
  throw std::runtime_error("Slurm does not say its MaxArraySize in `scontrol show config`");
}

std::uint64_t submit(std::vector<std::string> const& options, std::string const& script) {
  std::vector<std::string> words{"sbatch", "--parsable"};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(script);
  auto const answer = call(words);
  std::uint64_t job = 0;
  // NUMBER or NUMBER;CLUSTER.
  auto const text = without_last_break(answer.out);
  if (answer.code == 0 && read_number(std::string_view(text).substr(0, text.find(';')), job)) return job;
  std::string command;
  for (auto const& word : words) command += (command.empty() ? "" : " ") + word;
  throw InputError("Slurm refuses the job:\n" + without_last_break(answer.err + answer.out) + "\nIt was asked: " + command);
}

std::optional<std::vector<SlurmTask>> tasks_of(std::vector<std::uint64_t> const& jobs) {
  return squeue("--jobs=" + list(jobs));
}

std::optional<std::vector<SlurmTask>> tasks_named(std::string const& name) {
  return squeue("--name=" + name);
}

void cancel(std::vector<std::uint64_t> const& jobs) {
  std::vector<std::string> words{"scancel", "--quiet"};
  for (auto const job : jobs) words.push_back(std::to_string(job));
  if (jobs.empty()) return;
  auto const answer = call(words);
  if (answer.code != 0) throw std::runtime_error("scancel: " + without_last_break(answer.err));
}

}  // namespace ondol::sim
