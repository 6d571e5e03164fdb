#include "sim/engine/calendar.hpp"

#include <gtest/gtest.h>

namespace ondol::sim {
namespace {

TEST(Calendar, OrdersByDateThenByEntry) {
  Calendar c;
  c.add({.date_s = 5, .subject = 1});
  c.add({.date_s = 3, .subject = 2});
  c.add({.date_s = 5, .subject = 3});
  c.add({.date_s = 3, .subject = 4});
  std::vector<std::uint32_t> order;
  while (!c.empty()) order.push_back(c.pop().subject);
  EXPECT_EQ(order, (std::vector<std::uint32_t>{2, 4, 1, 3}));
}

TEST(Calendar, KeepsTheOrderOfManyEqualDates) {
  Calendar c;
  for (std::uint32_t i = 0; i < 1000; ++i) c.add({.date_s = 7, .subject = i});
  for (std::uint32_t i = 0; i < 1000; ++i) ASSERT_EQ(c.pop().subject, i);
}

TEST(Calendar, TellsOfChangesOnceAndNotOfBeats) {
  Calendar c;
  c.add({.date_s = 3, .what = Entry::What::beat});
  c.add({.date_s = 5, .what = Entry::What::job_end});
  c.add({.date_s = 5, .what = Entry::What::job_submit});
  EXPECT_FALSE(c.changes(4));
  EXPECT_TRUE(c.changes(5));
  EXPECT_FALSE(c.changes(5));
}

}  // namespace
}  // namespace ondol::sim
