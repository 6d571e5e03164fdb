#include "sim/power/transfer_switch.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace ondol::sim {
namespace {

constexpr double never_s = std::numeric_limits<double>::infinity();
constexpr double same_s = 1e-9;

}  // namespace

std::string_view name(TransferSwitch::Event event) {
  static constexpr std::string_view names[] = {"start_asked", "start_withdrawn", "transferred", "retransferred"};
  return names[static_cast<int>(event)];
}

TransferSwitchParams static_transfer_switch() {
  return {};
}

TransferSwitchParams automatic_transfer_switch() {
  return {.override_s = 3, .transfer_s = 2, .gap_s = 0.1, .retransfer_s = 300, .return_gap_s = 0.1};
}

void check(TransferSwitchParams const& p) {
  if (p.override_s < 0 || p.transfer_s < 0 || p.gap_s < 0 || p.retransfer_s < 0 || p.return_gap_s < 0)
    throw std::invalid_argument("transfer switch: times must not be negative");
}

TransferSwitch::TransferSwitch(TransferSwitchParams const& p) : p_(p) {
  check(p);
}

std::optional<TransferSwitch::Happened> TransferSwitch::set(bool preferred_good, bool alternate_good) {
  if (preferred_good != preferred_good_) preferred_s_ = 0;
  if (alternate_good != alternate_good_) alternate_s_ = 0;
  preferred_good_ = preferred_good;
  alternate_good_ = alternate_good;
  if (asks_ && side_ == Side::preferred && preferred_good) {
    asks_ = false;
    return Happened{Event::start_withdrawn, 0};
  }
  return std::nullopt;
}

double TransferSwitch::time_to_event_s() const {
  if (side_ == Side::preferred) {
    if (preferred_good_) return never_s;
    double const wait_s = std::max(0.0, p_.override_s - preferred_s_);
    if (!asks_) return wait_s;
    return alternate_good_ ? std::max(wait_s, p_.transfer_s - alternate_s_) : never_s;
  }
  if (!preferred_good_) return never_s;
  return alternate_good_ ? std::max(0.0, p_.retransfer_s - preferred_s_) : 0;
}

std::optional<TransferSwitch::Happened> TransferSwitch::due() {
  if (side_ == Side::preferred) {
    if (preferred_good_ || preferred_s_ < p_.override_s - same_s) return std::nullopt;
    if (!asks_) {
      asks_ = true;
      return Happened{Event::start_asked, 0};
    }
    if (!alternate_good_ || alternate_s_ < p_.transfer_s - same_s) return std::nullopt;
    side_ = Side::alternate;
    return Happened{Event::transferred, p_.gap_s};
  }
  if (!preferred_good_ || (alternate_good_ && preferred_s_ < p_.retransfer_s - same_s)) return std::nullopt;
  side_ = Side::preferred;
  asks_ = false;
  return Happened{Event::retransferred, p_.return_gap_s};
}

TransferSwitch::Step TransferSwitch::advance(double duration_s) {
  double const dt = std::min(duration_s, time_to_event_s());
  preferred_s_ += dt;
  alternate_s_ += dt;
  return {dt, due()};
}

}  // namespace ondol::sim
