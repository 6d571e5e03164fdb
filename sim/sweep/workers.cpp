#include "sim/sweep/workers.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <stdexcept>
#include <vector>

#include "sim/sweep/child_process.hpp"

namespace ondol::sim {

namespace {

constexpr int look_ms = 200;

void write_all(int descriptor, std::string const& text) {
  for (std::size_t done = 0; done < text.size();) {
    auto const n = ::write(descriptor, text.data() + done, text.size() - done);
    if (n < 0 && errno != EINTR) ::_exit(3);  // no one listens any more
    if (n > 0) done += static_cast<std::size_t>(n);
  }
}

struct Worker {
  Child child;
  std::string heard;
  bool open = true;
};

class Workers {
 public:
  ~Workers() {
    for (auto& w : all_)
      if (w.open) end_child(w.child);
  }

  void start(int number, std::function<void(int, Say const&)> const& work) {
    all_.push_back({start_child([&](int pipe) {
                      work(number, [pipe](std::string const& line) { write_all(pipe, line + "\n"); });
                      return 0;
                    }),
                    {},
                    true});
  }

  /// False when there is no one left to hear.
  bool listen(std::function<void(int, std::string const&)> const& hear) {
    std::vector<pollfd> watched;
    std::vector<std::size_t> who;
    for (std::size_t w = 0; w < all_.size(); ++w)
      if (all_[w].open) {
        watched.push_back({all_[w].child.pipe, POLLIN, 0});
        who.push_back(w);
      }
    if (watched.empty()) return false;
    if (::poll(watched.data(), watched.size(), look_ms) <= 0) return true;
    for (std::size_t i = 0; i < watched.size(); ++i)
      if (watched[i].revents != 0) take(who[i], hear);
    return true;
  }

 private:
  void take(std::size_t number, std::function<void(int, std::string const&)> const& hear) {
    auto& worker = all_[number];
    std::array<char, 65536> text{};
    auto const n = ::read(worker.child.pipe, text.data(), text.size());
    if (n < 0 && errno == EINTR) return;
    if (n <= 0) {
      worker.open = false;
      int const status = reap(worker.child);
      if (status != 0)
        throw std::runtime_error("a process " + how_it_ended(status) + (worker.heard.empty() ? "" : ": " + worker.heard));
      return;
    }
    worker.heard.append(text.data(), static_cast<std::size_t>(n));
    std::size_t from = 0;
    for (auto end = worker.heard.find('\n'); end != std::string::npos; end = worker.heard.find('\n', from)) {
      hear(static_cast<int>(number), worker.heard.substr(from, end - from));
      from = end + 1;
    }
    worker.heard.erase(0, from);
  }

  std::vector<Worker> all_;
};

}  // namespace

bool run_workers(int count, std::function<void(int, Say const&)> const& work,
                 std::function<void(int, std::string const&)> const& hear, std::atomic<int> const* stop) {
  Workers workers;
  for (int i = 0; i < count; ++i) workers.start(i, work);
  while (workers.listen(hear))
    if (stop && stop->load() != 0) return false;
  return true;
}

}  // namespace ondol::sim
