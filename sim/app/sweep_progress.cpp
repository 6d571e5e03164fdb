#include "sim/app/sweep_progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "sim/app/terminal.hpp"

namespace ondol::app {

namespace {

constexpr double redraw_s = 0.1;
constexpr std::size_t bar_width = 30;
constexpr std::size_t most_active = 8;  // lines of runs at work

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string rate_text(double per_s) {
  if (per_s >= 1) return fmt::format("{:.1f} runs/s", per_s);
  if (per_s * 60 >= 1) return fmt::format("{:.1f} runs/min", per_s * 60);
  return fmt::format("{:.1f} runs/h", per_s * 3600);
}

}  // namespace

SweepProgress::SweepProgress(std::string name) : name_(clean(name, true)), terminal_(is_terminal(2)) {}

std::string SweepProgress::bar(double share) const {
  auto const full = static_cast<std::size_t>(std::lround(share * static_cast<double>(bar_width)));
  return "[" + std::string(full, '#') + std::string(bar_width - full, '.') + "]";
}

void SweepProgress::draw(std::string const& block, int lines) {
  clear();
  std::fputs(block.c_str(), stderr);
  std::fflush(stderr);
  drawn_ = lines;
}

void SweepProgress::clear() {
  if (drawn_ > 0) fmt::print(stderr, "\x1b[{}A\r\x1b[J", drawn_);
  drawn_ = 0;
}

void SweepProgress::checked(std::size_t done, std::size_t of) {
  double const now = now_s();
  if (!terminal_ || (now - last_draw_s_ < redraw_s && done < of)) return;
  last_draw_s_ = now;
  draw(fmt::format("{}  {} checked {} of {} runs\n", cut(name_, 30), bar(static_cast<double>(done) / static_cast<double>(of)),
                   done, of),
       1);
}

void SweepProgress::show(sim::RunnerProgress const& p) {
  auto const ended = p.done + p.failed;
  double const share = p.total > 0 ? static_cast<double>(ended) / static_cast<double>(p.total) : 1;
  auto const fresh = ended - p.reused;
  std::string state = fmt::format("{} of {} runs done", p.done, p.total);
  if (p.reused > 0) state += fmt::format(" ({} from before)", p.reused);
  if (p.failed > 0) state += fmt::format(", {} failed", p.failed);
  if (std::isfinite(p.left_s) && ended < p.total)
    state += fmt::format(", {}, {} left", rate_text(static_cast<double>(fresh) / p.wall_s), duration_text(p.left_s));
  if (!p.note.empty()) state += "; " + p.note;
  if (!terminal_) {
    auto const tenths = static_cast<int>(10 * share);
    if (tenths <= told_tenths_ || ended == p.total) return;
    told_tenths_ = tenths;
    fmt::print(stderr, "{}: {}\n", name_, state);
    return;
  }
  double const now = now_s();
  if (now - last_draw_s_ < redraw_s && ended < p.total) return;
  last_draw_s_ = now;
  auto const width = terminal_size(2).columns - 1;
  std::string block = cut(fmt::format("{}  {} {:3.0f} %", cut(name_, 30), bar(share), 100 * share), width) + "\n" +
                      cut("  " + state, width) + "\n";
  int lines = 2;
  for (auto const& a : p.active) {
    if (static_cast<std::size_t>(lines) == 2 + most_active) {
      block += fmt::format("  and {} more\n", p.active.size() - most_active);
      ++lines;
      break;
    }
    block += cut(fmt::format("  {:>9}  {}", duration_text(a.since_s), clean(a.label, true)), width) + "\n";
    ++lines;
  }
  draw(block, lines);
}

}  // namespace ondol::app
