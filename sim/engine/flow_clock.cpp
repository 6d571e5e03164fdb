#include "sim/engine/flow_clock.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <simgrid/kernel/routing/NetZoneImpl.hpp>
#include <simgrid/s4u.hpp>
#include <stdexcept>
#include <string>
#include <system_error>

namespace ondol::sim {
namespace {

namespace s4u = simgrid::s4u;
namespace kernel = simgrid::kernel;

constexpr double never = std::numeric_limits<double>::infinity();

/// Two hosts, between which each flow takes its own way: that of the flow that begins at the moment.
class FlowZone final : public kernel::routing::NetZoneImpl {
 public:
  FlowZone() : NetZoneImpl("flows") {}

  std::vector<kernel::resource::StandardLinkImpl*> links;  ///< by number; null where no flow goes
  std::span<topology::LinkIndex const> way;

 private:
  void get_local_route(kernel::routing::NetPoint const*, kernel::routing::NetPoint const*, kernel::routing::Route* into,
                       double*) override {
    for (auto link : way) into->link_list_.push_back(links[link]);
  }
};

/// Fills in the times of flows that `times` has as nan.
void simulate(std::vector<double> const& capacity, FlowSet const& flows, std::vector<double>& times) {
  // CM02 is the model without corrections; with cross-traffic, flows one way would slow those the other way.
  static std::string arguments[] = {"ondol", "--log=root.thres:error", "--cfg=network/model:CM02",
                                    "--cfg=network/crosstraffic:0"};
  std::vector<char*> argv;
  for (auto& word : arguments) argv.push_back(word.data());
  int argc = static_cast<int>(argv.size());
  s4u::Engine engine(&argc, argv.data());

  double most = 0, widest = 0;
  for (std::size_t i = 0; i < flows.size(); ++i)
    if (std::isnan(times[i])) {
      most = std::max(most, flows.bytes[i]);
      for (auto l : flows.route(i)) widest = std::max(widest, capacity[l]);
    }
  // SimGrid's payloads are whole bytes and its dates exact to 1e-9 s.  Powers of two make the largest flow 2^62 bytes and the
  // widest link 2^20 byte/s, so that neither counts.
  int const bytes_up = 61 - std::ilogb(most), rates_down = std::ilogb(widest) - 19;

  auto* const zone = new FlowZone;  // the engine owns it
  zone->links.resize(capacity.size());
  for (std::size_t i = 0; i < flows.size(); ++i)
    if (std::isnan(times[i]))
      for (auto l : flows.route(i))
        if (!zone->links[l])
          zone->links[l] =
              zone->create_link(std::to_string(l), {std::ldexp(capacity[l], -rates_down)})->set_latency(0)->seal()->get_impl();
  auto* const from = zone->create_host("from", {1.0})->seal();
  auto* const to = zone->create_host("to", {1.0})->seal();
  zone->seal();

  std::vector<s4u::CommPtr> comms(flows.size());
  for (std::size_t i = 0; i < flows.size(); ++i) {
    if (!std::isnan(times[i])) continue;
    zone->way = flows.route(i);
    comms[i] = s4u::Comm::sendto_init(from, to);
    comms[i]->set_payload_size(static_cast<std::uint64_t>(std::llround(std::ldexp(flows.bytes[i], bytes_up))));
    comms[i]->start();
  }
  engine.run();
  for (std::size_t i = 0; i < flows.size(); ++i)
    if (comms[i]) times[i] = std::ldexp(comms[i]->get_finish_time(), -bytes_up - rates_down);
}

/// The child's end: writes and never returns, as SimGrid and whatever the parent has open must not be torn down here.
[[noreturn]] void answer(int pipe, std::vector<double> const& times) {
  auto const* at = reinterpret_cast<char const*>(times.data());
  for (auto left = times.size() * sizeof(double); left > 0;) {
    auto const written = ::write(pipe, at, left);
    if (written <= 0) ::_exit(1);
    at += written;
    left -= static_cast<std::size_t>(written);
  }
  ::_exit(0);
}

}  // namespace

std::vector<double> flow_clock_times(std::vector<double> const& capacity, FlowSet const& flows) {
  constexpr double open = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> times(flows.size(), 0.0);
  for (std::size_t i = 0; i < flows.size(); ++i) {
    if (!(flows.bytes[i] >= 0)) throw std::invalid_argument("a flow of " + std::to_string(flows.bytes[i]) + " bytes");
    auto const way = flows.route(i);
    bool const dead = std::any_of(way.begin(), way.end(), [&](auto l) { return capacity.at(l) <= 0; });
    if (flows.bytes[i] > 0 && !way.empty()) times[i] = dead ? never : open;
  }
  if (std::none_of(times.begin(), times.end(), [](double t) { return std::isnan(t); })) return times;

  if (s4u::Engine::is_initialized()) throw std::logic_error("SimGrid's engine is the clock of a run in this process");
  int ends[2];
  if (::pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  auto const child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) {
    ::close(ends[0]);
    try {
      simulate(capacity, flows, times);
      answer(ends[1], times);
    } catch (...) {
      ::_exit(1);
    }
  }
  ::close(ends[1]);
  auto* at = reinterpret_cast<char*>(times.data());
  auto left = times.size() * sizeof(double);
  while (left > 0) {
    auto const got = ::read(ends[0], at, left);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    at += got;
    left -= static_cast<std::size_t>(got);
  }
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (left > 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw std::runtime_error("SimGrid's flows ended before their time");
  return times;
}

}  // namespace ondol::sim
