#include "sim/sweep/child_process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <system_error>

namespace ondol::sim {

namespace {

constexpr int kept_pipe = 3;

[[noreturn]] void be_child(std::function<int(int)> const& body, int pipe_end, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(3);  // it died before it could be watched
  ::setpgid(0, 0);                        // Ctrl-C is for the parent, which ends its children
  for (int const signal : {SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
  ::dup2(pipe_end, kept_pipe);
  ::close_range(kept_pipe + 1, ~0U, 0);  // locks and the pipes of others among them
  int code = 3;
  try {
    code = body(kept_pipe);
  } catch (std::exception const& e) {
    [[maybe_unused]] auto const written = ::write(kept_pipe, e.what(), std::strlen(e.what()));
  } catch (...) {
    code = 3;
  }
  std::cout.flush();
  std::cerr.flush();
  std::fflush(nullptr);
  ::_exit(code);  // without the parent's destructors and handlers
}

}  // namespace

Child start_child(std::function<int(int)> const& body) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  std::cout.flush();
  std::cerr.flush();
  std::fflush(nullptr);  // or the child would say it again
  pid_t const parent = ::getpid();
  pid_t const pid = ::fork();
  if (pid == 0) be_child(body, ends[1], parent);
  int const error = errno;
  ::close(ends[1]);
  if (pid > 0) return {pid, ends[0]};
  ::close(ends[0]);
  throw std::system_error(error, std::generic_category(), "fork");
}

int reap(Child const& child) {
  ::close(child.pipe);
  int status = 0;
  while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

void end_child(Child const& child) {
  ::kill(child.pid, SIGKILL);
  reap(child);
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) {
    int const signal = WTERMSIG(status);
    std::string text = "ended by signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
    if (signal == SIGKILL) text += "; the system may have run out of memory";
    return text;
  }
  return "ended with exit code " + std::to_string(WEXITSTATUS(status)) + " and without an answer";
}

}  // namespace ondol::sim
