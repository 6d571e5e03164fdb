#include "sim/engine/clock.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace ondol::sim {
namespace {

// One process has one SimGrid engine, so the clock's story is told in one test.
TEST(Clock, CallsEveryDateExactlyStopsWhenToldAndPassesExceptionsOn) {
  Clock clock;
  std::vector<double> asked{0.0}, seen, simgrid;
  clock.run(0.0, [&](double date) {
    seen.push_back(date);
    simgrid.push_back(Clock::now_s());
    if (seen.size() == 1000) return date;  // no later date: the end
    asked.push_back(date + 0.1 + 60.0 * static_cast<double>(seen.size() % 7));
    return asked.back();
  });
  EXPECT_EQ(seen, asked);
  EXPECT_EQ(simgrid, asked);

  double const later = Clock::now_s() + 10.0;
  EXPECT_THROW(clock.run(later, [](double) -> double { throw std::runtime_error("inside an instant"); }), std::runtime_error);
}

}  // namespace
}  // namespace ondol::sim
