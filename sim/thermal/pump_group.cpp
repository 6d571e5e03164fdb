#include "sim/thermal/pump_group.hpp"

#include <algorithm>
#include <cmath>

namespace ondol::sim {

namespace {

constexpr double shut_off_head = 1.25, droop = 0.25;                    // assumed, see header
constexpr double coasting_s = 2.0, friction = 0.02, starting_s = 10.0;  // assumed, see header

/// Speed after coasting from 1.
double coasted(double t_s) {
  double const root = std::sqrt(friction), angle = std::atan(1.0 / root) - root * t_s / coasting_s;
  return angle > 0.0 ? root * std::tan(angle) : 0.0;
}

}  // namespace

double PumpGroup::pump_head(double speed, double flow, double share) const {
  double const each = flow / share;
  return shut_off_head * speed * speed - droop * each * each;
}

double PumpGroup::most_flow(double opening, Turning pumps) const {
  return std::min(1.0, at_speed(1.0, opening, pumps).flow);
}

double PumpGroup::speed(double flow, double share) const {
  if (share <= 0.0) return 1.0;
  double const each = flow / share, head = control_head_ + (1.0 - control_head_) * flow * flow;
  return std::min(1.0, std::sqrt((head + droop * each * each) / shut_off_head));
}

PumpGroup::Point PumpGroup::carrying(double flow, double share) const {
  Point point;
  if (flow <= 0.0 || share <= 0.0) return point;
  double const pipes = (1.0 - control_head_) * flow * flow;
  point.flow = flow;
  point.head = std::clamp(pump_head(1.0, flow, share) - pipes, 0.0, control_head_);
  point.power = flow * (point.head + pipes);
  return point;
}

PumpGroup::Point PumpGroup::at_speed(double speed, double opening, Turning pumps) const {
  Point point;
  double const turning = speed * pumps.speed;
  if (opening <= 0.0 || pumps.share <= 0.0 || turning <= 0.0) return point;
  double const valves = control_head_ / (opening * opening), pipes = 1.0 - control_head_;
  point.flow = turning * std::sqrt(shut_off_head / (valves + pipes + droop / (pumps.share * pumps.share)));
  point.head = valves * point.flow * point.flow;
  point.power = point.flow * pump_head(turning, point.flow, pumps.share);
  return point;
}

void TurningGroup::aim(double share) {
  if (share == to_) return;
  now_ = at(0.0);
  if (share > 0.0 && now_.speed < 1.0) now_.share = share;
  to_ = share;
  since_s_ = 0;
  steady_ = false;
}

void TurningGroup::settle() {
  now_ = {to_, to_ > 0.0 ? 1.0 : 0.0};
  since_s_ = 0;
  steady_ = true;
}

void TurningGroup::advance(double dt_s) {
  if (steady_) return;
  since_s_ += dt_s;
  auto const now = at(0.0);
  if (to_ > 0.0 ? now.share == to_ && now.speed == 1.0 : now.speed == 0.0) settle();
}

Turning TurningGroup::at(double offset_s) const {
  if (steady_) return now_;
  double const t = since_s_ + offset_s;
  if (to_ <= 0.0) return {now_.share, now_.speed * coasted(now_.speed * t)};
  double const share = to_ < now_.share ? to_ + (now_.share - to_) * coasted(t) : std::min(to_, now_.share + t / starting_s);
  return {share, std::min(1.0, now_.speed + t / starting_s)};
}

double TurningGroup::driven(double offset_s) const {
  return to_ > 0.0 ? std::min(1.0, to_ / at(offset_s).share) : 0.0;
}

}  // namespace ondol::sim
