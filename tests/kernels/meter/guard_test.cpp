#include "kernels/meter/guard.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/simulated.hpp"

namespace ondol::meter {
namespace {

struct Watched {
  explicit Watched(std::string const& faults)
      : card(faults), library(fake_library), device(library, 0), guard(device, nvml::processes_on_all(library)) {}
  Simulated card;
  nvml::Library library;
  nvml::Device device;
  Guard guard;
};

TEST(Guard, ACleanCardHasNoFlags) {
  Watched w("");
  EXPECT_FALSE(w.guard.look().any());
  w.card.bench().hold();
  w.guard.own_context();
  EXPECT_FALSE(w.guard.look().any());
}

/// Process 1 of the simulated card came before our context, so it stays a stranger.
TEST(Guard, ProcessesFromBeforeAreSomebodyElses) {
  Watched w("other_process");
  w.card.bench().hold();
  w.guard.own_context();
  EXPECT_EQ(text(w.guard.look()), "other_process");
}

/// In a container NVML names our process by its number outside: what came with our context is ours.
TEST(Guard, WhatCameWithOurContextIsOurs) {
  Watched w("other_process 1 2");
  w.card.clock().sleep_until(1.1);
  w.guard.own_context();
  EXPECT_FALSE(w.guard.look().any());
}

TEST(Guard, BitsBecomeFlags) {
  Watched w("");
  auto const flags = [&](std::uint64_t bits) { return text(w.guard.from({bits})); };
  EXPECT_EQ(flags(0), "");
  EXPECT_EQ(flags(0x1), "");
  EXPECT_EQ(flags(0x2), "clocks_locked");
  EXPECT_EQ(flags(0x4), "");
  EXPECT_EQ(flags(0x8), "thermal");
  EXPECT_EQ(flags(0x20), "thermal");
  EXPECT_EQ(flags(0x40), "thermal");
  EXPECT_EQ(flags(0x88), "power_brake");
}

TEST(Guard, AnUnexplainedLowClockIsALock) {
  Watched w("");
  w.guard.judge_clock(1.95e9, {0});
  EXPECT_FALSE(w.guard.look().any());
  w.guard.judge_clock(1.4e9, {0x4});
  EXPECT_FALSE(w.guard.look().any());
  w.guard.judge_clock(1.4e9, {0});
  EXPECT_EQ(text(w.guard.look()), "clocks_locked");
}

TEST(Guard, ExplainsEveryFlag) {
  Watched w("");
  for (std::size_t i = 0; i < flags_in_all; ++i) {
    Flags f;
    f.raise(static_cast<Flag>(i));
    ASSERT_EQ(w.guard.explain(f).size(), 1u);
    EXPECT_EQ(w.guard.explain(f)[0].rfind(text(f) + ": ", 0), 0u);
  }
}

}  // namespace
}  // namespace ondol::meter
