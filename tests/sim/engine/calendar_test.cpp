#include "sim/engine/calendar.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

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

TEST(Calendar, OrdersWhatComesInOrderAndWhatComesBetween) {
  Calendar c;
  std::vector<std::pair<double, std::uint32_t>> expected, popped;
  std::uint32_t subject = 0;
  auto const add = [&](double date_s) {
    expected.emplace_back(date_s, subject);
    c.add({.date_s = date_s, .subject = subject++});
  };
  for (int i = 0; i < 50; ++i) add(10 * (i / 2));  // arrivals, known at the start, two at a time
  std::uint32_t draw = 1;
  while (!c.empty()) {
    auto const entry = c.pop();
    popped.emplace_back(entry.date_s, entry.subject);
    draw = draw * 1103515245u + 12345u;
    if (subject < 120) add(entry.date_s + draw / 65536 % 7 * 5);  // ends, soon or late, some at the date of an arrival
  }
  std::stable_sort(expected.begin(), expected.end());
  EXPECT_EQ(popped, expected);
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

TEST(Calendar, KeepsNothingOfChangesThatNobodyAsksFor) {
  Calendar c(false);
  c.add({.date_s = 5, .what = Entry::What::job_end});
  EXPECT_FALSE(c.changes(5));
  EXPECT_EQ(c.next_date(), 5);
}

}  // namespace
}  // namespace ondol::sim
