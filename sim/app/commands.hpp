#pragma once
/// What each word of the command line does.  All throw InputError or std::exception; `main` turns those into exit codes.

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ondol::app {

struct Options {
  std::string file, output, query;
  std::vector<std::string> set;
  std::optional<std::string> until;
  std::optional<std::uint64_t> seed;
  bool force = false, json = false, steps = false, sweeps = false, sizes = false, watch = false;
  std::atomic<int> const* stop = nullptr;
};

int run_command(Options const&);
int check_command(Options const&);
int dump_command(Options const&);
int schema_command(Options const&);
int catalogue_command(Options const&);
std::string version_text();

}  // namespace ondol::app
