#include "sim/sweep/command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>

namespace ondol::sim {

namespace {

struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error(std::string("pipe: ") + std::strerror(errno));
    read = ends[0];
    write = ends[1];
  }
  ~Pipe() {
    close(read);
    close(write);
  }
  Pipe(Pipe const&) = delete;
  Pipe& operator=(Pipe const&) = delete;
  static void close(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
};

/// Both streams at once: a full pipe that nobody reads would hold the program up.
void read_both(Pipe& out, Pipe& err, Answer& answer) {
  std::array<char, 4096> text{};
  while (out.read >= 0 || err.read >= 0) {
    std::array<pollfd, 2> watched{pollfd{out.read, POLLIN, 0}, pollfd{err.read, POLLIN, 0}};  // poll passes over those below 0
    if (::poll(watched.data(), watched.size(), -1) < 0) continue;                             // a signal came
    for (std::size_t i = 0; i < watched.size(); ++i) {
      if (watched[i].revents == 0) continue;
      auto const n = ::read(watched[i].fd, text.data(), text.size());
      if (n > 0)
        (i == 0 ? answer.out : answer.err).append(text.data(), static_cast<std::size_t>(n));
      else if (n == 0 || errno != EINTR)
        Pipe::close(i == 0 ? out.read : err.read);
    }
  }
}

}  // namespace

Answer call(std::vector<std::string> const& words) {
  std::vector<char*> arguments;
  for (auto const& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);

  Pipe out, err;
  posix_spawn_file_actions_t streams;
  ::posix_spawn_file_actions_init(&streams);
  ::posix_spawn_file_actions_addopen(&streams, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&streams, out.write, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&streams, err.write, STDERR_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t usual;
  ::sigemptyset(&usual);
  for (int const signal : {SIGINT, SIGTERM, SIGPIPE}) ::sigaddset(&usual, signal);
  ::posix_spawnattr_setsigdefault(&attributes, &usual);

  pid_t pid = 0;
  int const error = ::posix_spawnp(&pid, arguments[0], &streams, &attributes, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&streams);
  ::posix_spawnattr_destroy(&attributes);
  if (error == ENOENT || error == EACCES) return {127, "", words[0] + ": " + std::strerror(error)};
  if (error != 0) throw std::runtime_error("cannot start " + words[0] + ": " + std::strerror(error));

  Pipe::close(out.write);
  Pipe::close(err.write);
  Answer answer;
  read_both(out, err, answer);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  answer.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return answer;
}

}  // namespace ondol::sim
