#include "sim/app/window.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

namespace ondol::app {

namespace {

namespace fs = std::filesystem;

/// In the order of preference.  One that somebody names is the only one: another would answer with another version.
std::vector<std::string> pythons() {
  if (char const* named = std::getenv("ONDOL_PYTHON"); named && *named) return {named};
  std::vector<std::string> found;
  std::error_code error;
  if (auto const own = fs::path(ONDOL_SOURCE_DIR) / ".venv" / "bin" / "python"; fs::exists(own, error)) found.push_back(own);
  found.emplace_back("python3");
  return found;
}

/// Whether it runs and finds ondol_viz, without loading it.
bool has_window(std::string const& python) {
  ::pid_t const child = ::fork();
  if (child < 0) return false;
  if (child == 0) {
    int const nowhere = ::open("/dev/null", O_RDWR);
    for (int fd : {0, 1, 2}) ::dup2(nowhere, fd);
    ::execlp(python.c_str(), python.c_str(), "-c",
             "import importlib.util, sys; sys.exit(importlib.util.find_spec('ondol_viz') is None)", nullptr);
    ::_exit(127);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return false;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

int window_command(char** argv) {
  std::string tried;
  for (auto const& python : pythons()) {
    if (!has_window(python)) {
      tried += (tried.empty() ? "" : ", ") + python;
      continue;
    }
    std::vector<std::string> words{python, "-m", "ondol_viz"};
    for (char** argument = argv + 1; *argument; ++argument) words.emplace_back(*argument);
    std::vector<char*> pointers;
    for (auto& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    ::execvp(python.c_str(), pointers.data());
    std::cerr << fmt::format("ondol: {} cannot be started: {}\n", python, std::strerror(errno));
    return 2;
  }
  std::cerr << fmt::format(
      "ondol: {} is a command of the window, the Python package ondol_viz, which none of these has: {}. "
      "Install it (pip install {}/viz), or name a Python that has it in ONDOL_PYTHON.\n",
      argv[1], tried, ONDOL_SOURCE_DIR);
  return 2;
}

}  // namespace ondol::app
