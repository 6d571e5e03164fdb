#include "sim/engine/clock.hpp"

#include <csignal>
#include <exception>
#include <simgrid/kernel/Timer.hpp>
#include <simgrid/s4u.hpp>
// After s4u, whose macros it needs:
#include <simgrid/version.h>

#include <string>

namespace ondol::sim {

namespace {

// What differs between SimGrid 3.32 (Debian 12) and later releases, in one place.
void make_platform([[maybe_unused]] simgrid::s4u::Engine& engine) {
#if SIMGRID_VERSION >= 40000
  engine.get_netzone_root()->add_host("clock", 1.0);
  engine.get_netzone_root()->seal();
#else
  auto* zone = simgrid::s4u::create_star_zone("site");
  zone->create_host("clock", 1.0);
  zone->seal();
#endif
}

simgrid::s4u::Engine& engine() {
  static simgrid::s4u::Engine* const instance = [] {
    static std::string arguments[] = {"ondol", "--log=root.thres:error"};
    static char* argv[] = {arguments[0].data(), arguments[1].data(), nullptr};
    static int argc = 2;
    // Never destroyed: SimGrid tears down its own statics at exit, and a second engine in a process is not possible.
    // It also takes SIGINT for itself and would end the process there; the program keeps its own way of finishing a run.
    auto const on_interrupt = std::signal(SIGINT, SIG_DFL);
    auto* made = new simgrid::s4u::Engine(&argc, argv);
    std::signal(SIGINT, on_interrupt);
    made->set_config("network/crosstraffic:0");  // fabric flows in one direction must not slow the other
    make_platform(*made);
    return made;
  }();
  return *instance;
}

}  // namespace

Clock::Clock() {
  engine();
}
Clock::~Clock() = default;

double Clock::now_s() {
  return simgrid::s4u::Engine::get_clock();
}
std::string Clock::simgrid_version() {
  int major = 0, minor = 0, patch = 0;
  sg_version_get(&major, &minor, &patch);
  return std::to_string(major) + "." + std::to_string(minor) + (patch ? "." + std::to_string(patch) : "");
}

void Clock::run(double first_s, std::function<double(double)> const& instant) {
  double date = first_s;
  std::exception_ptr failure;  // an exception must not cross SimGrid's loop
  std::function<void()> fire = [&] {
    try {
      double const next = instant(date);
      if (next > date) {
        date = next;
        simgrid::kernel::timer::Timer::set(date, [&fire] { fire(); });
      }
    } catch (...) {
      failure = std::current_exception();
    }
  };
  // A timer at the present date would be in the past for SimGrid; the first instant of a run is called directly.
  if (first_s <= now_s())
    fire();
  else
    simgrid::kernel::timer::Timer::set(date, [&fire] { fire(); });
  engine().run();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace ondol::sim
