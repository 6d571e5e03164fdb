#include "sim/app/dashboard.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "scenarios/base/units.hpp"

namespace ondol::app {

namespace {

constexpr double redraw_s = 0.25;  // of wall time, on a terminal
constexpr double line_s = 10;      // the same elsewhere
constexpr std::size_t most_points = 2048;
constexpr std::size_t pool_columns = 16;   // of the name of a pool
constexpr std::size_t most_columns = 100;  // wider lines are no easier to read

constexpr char const* blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr char const* marks[] = {"_", ".", "-", ":", "=", "+", "*", "#"};

std::string celsius(double kelvin) {
  return fmt::format("{:.1f} degC", kelvin - celsius_offset);
}

double busy_share(sim::Snapshot::Pool const& p) {
  return p.total > 0 ? static_cast<double>(p.busy) / p.total : 0;
}

/// Fullest first: by accelerators in use, then by jobs that wait.
std::vector<sim::Snapshot::Pool> by_fullness(std::vector<sim::Snapshot::Pool> pools) {
  std::stable_sort(pools.begin(), pools.end(), [](auto const& a, auto const& b) {
    return std::pair{busy_share(a), a.waiting} > std::pair{busy_share(b), b.waiting};
  });
  return pools;
}

std::string queue_text(std::vector<sim::Snapshot::Pool> const& pools) {
  std::uint64_t running = 0, waiting = 0;
  for (auto const& p : pools) {
    running += p.running;
    waiting += p.waiting;
  }
  return fmt::format("{} running, {} waiting", running, waiting);
}

std::string power_text(sim::Snapshot const& now) {
  return fmt::format("{}, PUE {}", with_prefix(now.utility_w, "W"),
                     std::isfinite(now.pue) ? fmt::format("{:.3f}", now.pue) : "-");
}

}  // namespace

void PowerTrace::add(double simulated_s, double power_w) {
  lowest_w_ = points_.empty() ? power_w : std::min(lowest_w_, power_w);
  highest_w_ = points_.empty() ? power_w : std::max(highest_w_, power_w);
  points_.push_back({simulated_s, power_w});
  if (points_.size() < most_points) return;
  for (std::size_t i = 0; i < most_points / 2; ++i)
    points_[i] = {points_[2 * i + 1].simulated_s, 0.5 * (points_[2 * i].power_w + points_[2 * i + 1].power_w)};
  points_.resize(most_points / 2);
}

std::string PowerTrace::line(std::size_t columns, bool unicode) const {
  std::string drawn;
  if (points_.empty()) return drawn;
  double const end_s = points_.back().simulated_s;
  std::size_t at = 0;
  for (std::size_t c = 0; c < columns; ++c) {
    // The mean of the points of this column; where none falls into it, that of the next.
    double const to_s = end_s * static_cast<double>(c + 1) / static_cast<double>(columns);
    double sum = 0;
    std::size_t count = 0;
    for (; at < points_.size() && points_[at].simulated_s <= to_s; ++at, ++count) sum += points_[at].power_w;
    double const power_w = count > 0 ? sum / static_cast<double>(count) : points_[std::min(at, points_.size() - 1)].power_w;
    double const share = highest_w_ > lowest_w_ ? (power_w - lowest_w_) / (highest_w_ - lowest_w_) : 0;
    auto const level = share < 1 ? static_cast<std::size_t>(share * 8) : 7;
    drawn += (unicode ? blocks : marks)[level];
  }
  return drawn;
}

std::string progress_text(sim::Progress const& p, double wall_s, double start_unix_s, double utc_offset_s) {
  double const share = p.duration_s > 0 ? p.simulated_s / p.duration_s : 1;
  double const left = share > 0 ? wall_s * (1 - share) / share : 0;
  return fmt::format("{}  {:5.1f} %  {:.0f}x real time  {} left", date_text(start_unix_s + p.simulated_s, utc_offset_s),
                     100 * share, wall_s > 0 ? p.simulated_s / wall_s : 0.0, duration_text(left));
}

Dashboard::Dashboard(std::string const& title, double start_unix_s, double utc_offset_s)
    : terminal_(is_terminal(2)),
      unicode_(unicode_on()),
      colour_(colour_on(2)),
      title_(clean(title, unicode_)),
      start_unix_s_(start_unix_s),
      utc_offset_s_(utc_offset_s) {}

void Dashboard::show(sim::Progress const& progress, double wall_s) {
  if (progress.simulated_s <= 0) return;  // nothing has been settled yet
  bool const due = last_s_ < 0 || wall_s - last_s_ >= (terminal_ ? redraw_s : line_s);
  if (!terminal_ && !due) return;
  auto const now = progress.look();
  trace_.add(progress.simulated_s, now.utility_w);
  if (!due) return;
  last_s_ = wall_s;
  if (terminal_) return draw(lines(progress, now, wall_s));
  fmt::print(stderr, "{}; {}; jobs: {}", progress_text(progress, wall_s, start_unix_s_, utc_offset_s_), power_text(now),
             queue_text(now.pools));
  for (auto const& [what, hottest] : {std::pair{"inlet", now.inlet}, {"accelerator", now.accelerator}})
    if (hottest) fmt::print(stderr, "; hottest {} {} ({})", what, celsius(hottest->kelvin), shown(hottest->rack));
  std::fputc('\n', stderr);
  std::fflush(stderr);
}

std::vector<Dashboard::Line> Dashboard::lines(sim::Progress const& progress, sim::Snapshot const& now, double wall_s) const {
  using Look = Line::Look;
  auto const width = std::min(terminal_size(2).columns, most_columns);
  std::vector<Line> all;
  // Parts that find no room beside each other stand below each other, and go before the first does.
  auto const add = [&](char const* label, std::vector<std::string> const& parts, int rank) {
    auto const whole = fmt::format("{:<9}{}", label, fmt::join(parts, "; "));
    if (width_of(whole) < width) return all.push_back({whole, rank, Look::plain});
    for (auto const& part : parts)
      all.push_back({fmt::format("{:<9}{}", &part == &parts.front() ? label : "", part),
                     rank + (&part == &parts.front() ? 0 : 4), Look::plain});
  };
  all.push_back({title_, 8, Look::strong});
  all.push_back({progress_text(progress, wall_s, start_unix_s_, utc_offset_s_), 0, Look::plain});
  add("Power",
      {power_text(now), fmt::format("IT {}, cooling {}, losses {}", with_prefix(now.it_w, "W"), with_prefix(now.cooling_w, "W"),
                                    with_prefix(now.loss_w, "W"))},
      1);
  auto const range = fmt::format("  {} to {}", with_prefix(trace_.lowest_w(), "W"), with_prefix(trace_.highest_w(), "W"));
  if (width > range.size() + 20)
    all.push_back({std::string(9, ' ') + trace_.line(width - range.size() - 10, unicode_) + range, 4, Look::plain});
  std::vector<std::string> hottest;
  for (auto const& [what, h] : {std::pair{"inlet", now.inlet}, {"accelerator", now.accelerator}})
    if (h) hottest.push_back(fmt::format("{} {} at {}", what, celsius(h->kelvin), shown(h->rack)));
  if (!hottest.empty()) add("Hottest", hottest, 2);

  auto const pools = by_fullness(now.pools);
  int rank = 10;
  if (!pools.empty())
    add("Jobs",
        {queue_text(pools),
         fmt::format("fullest {}: {:.0f} % in use", shown(pools.front().name), 100 * busy_share(pools.front()))},
        3);
  for (auto const& p : pools) {
    if (pools.size() == 1) break;
    auto const name = cut(shown(p.name), pool_columns);
    all.push_back(
        {fmt::format("         {}{}{:3.0f} % of {} in use, {}", name, std::string(pool_columns + 1 - width_of(name), ' '),
                     100 * busy_share(p), p.total, queue_text({p})),
         rank, Look::plain});
    rank += 2;
  }
  // Old events go before the new; events and pools give way in turns.
  rank = 9 + 2 * static_cast<int>(now.events.size());
  for (auto const& e : now.events) {
    all.push_back({fmt::format("{}  {}  {}: {}", date_text(start_unix_s_ + e.time_s, utc_offset_s_), shown(e.kind),
                               shown(e.subject), shown(e.cause)),
                   rank, Look::faint});
    rank -= 2;
  }
  return all;
}

void Dashboard::draw(std::vector<Line> lines) {
  auto const size = terminal_size(2);
  while (lines.size() + 1 > size.rows && lines.size() > 1)
    lines.erase(std::max_element(lines.begin(), lines.end(), [](auto const& a, auto const& b) { return a.rank < b.rank; }));
  // A terminal that has become narrower may have folded what stands on it: where it now ends nobody knows.
  if (drawn_ > 0 && size != drawn_on_)
    std::fputs("\x1b[H\x1b[2J", stderr);
  else
    clear();
  std::string block;
  for (auto& line : lines) {
    auto text = cut(std::move(line.text), size.columns - 1);
    block += line.look == Line::Look::strong ? bold(text, colour_) : line.look == Line::Look::faint ? dim(text, colour_) : text;
    block += '\n';
  }
  std::fputs(block.c_str(), stderr);
  std::fflush(stderr);
  drawn_ = lines.size();
  drawn_on_ = size;
}

void Dashboard::clear() {
  if (drawn_ > 0) fmt::print(stderr, "\x1b[{}A\r\x1b[J", drawn_);
  drawn_ = 0;
}

}  // namespace ondol::app
