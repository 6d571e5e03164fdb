/// What the chain says of its happenings.

#include <cstdio>

#include "sim/power/power_chain.hpp"

namespace ondol::sim {

using Kind = ChainVertex::Kind;

void PowerChain::tell(std::string kind, std::string subject, std::string cause) {
  events_.push_back({std::move(kind), std::move(subject), std::move(cause)});
}

std::string PowerChain::bank_name(PlantRun const& g) const {
  auto const& first = p_.vertices[g.params.vertices[0]].name;
  return first.substr(0, first.rfind('/'));
}

/// The first thing above v that is dead for a reason of its own.
std::string PowerChain::why(std::uint32_t v) const {
  if (loads_[v].shed) return "cut off";
  for (std::uint32_t at = v;;) {
    auto const& it = p_.vertices[at];
    if (failed_[at]) return it.name + " has failed";
    if (opened_[at] && at != v) return "the breaker of " + it.name + (opened_[at] == 2 ? " has tripped" : " is open");
    if (gap_until_s_[at] > now_s_ && at != v) return it.name + " is changing over";
    if (it.kind == Kind::utility) return utility_voltage_ < live_voltage ? "the utility is out" : "the utility dips";
    if (it.kind == Kind::generator) return "no generator is on the bus";
    if (it.kind == Kind::ups && at != v)
      if (auto const& u = ups_[static_cast<std::size_t>(ups_at_[at])]; u.machine.mode() == UpsMode::off)
        return it.name + " is off" + (u.reason.empty() ? "" : ", " + u.reason);
    std::uint32_t next = at;
    double least = 2;
    // A switch on its preferred side has lost that; its alternates are another matter.
    bool const turned = switch_at_[at] >= 0 &&
                        switches_[static_cast<std::size_t>(switch_at_[at])].machine.side() == TransferSwitch::Side::alternate;
    std::uint32_t const begin = p_.order.first[at] + (turned ? p_.order.count[at] : 0);
    for (std::uint32_t k = begin; k < begin + (turned ? p_.order.feeders_of(at) - p_.order.count[at] : p_.order.count[at]);
         ++k) {
      if (edge_open_[k]) return "the breaker of its feed from " + p_.vertices[p_.order.feeders[k]].name + " has tripped";
      if (double const here = volts_[p_.order.feeders[k]]; here < least) {
        least = here;
        next = p_.order.feeders[k];
      }
    }
    if (next == at) return "nothing feeds it";
    at = next;
  }
}

void PowerChain::tell_ups(UpsRun& u, Ups::Transition const& t) {
  auto const& subject = p_.vertices[u.vertex].name;
  char charge[48] = "";
  if (u.battery) std::snprintf(charge, sizeof charge, ", battery at %.1f %%", 100 * u.battery->state_of_charge());
  switch (t.cause) {
    case UpsCause::input_lost:
      tell(t.to == UpsMode::off ? "ups_off" : "ups_on_battery", subject,
           u.reason + (t.to == UpsMode::off ? ", and there is no battery to take over" : ""));
      break;
    case UpsCause::input_returned:
      tell("ups_input_back", subject, "the input is good again" + std::string(charge));
      break;
    case UpsCause::walk_in_done:
      tell("ups_walked_in", subject, "the rectifier carries the load" + std::string(charge));
      break;
    case UpsCause::eco_resumed:
      tell("ups_eco", subject, "the input has been good for long enough");
      break;
    case UpsCause::overload:
      tell(t.to == UpsMode::off ? "ups_off" : "ups_bypass", subject, "overload" + (last_.empty() ? "" : " after " + last_));
      break;
    case UpsCause::retransferred:
      tell("ups_inverter", subject, "the load is bearable again");
      break;
    case UpsCause::battery_empty:
      tell(t.to == UpsMode::off ? "ups_off" : "battery_empty", subject,
           "the battery is empty" + (u.reason.empty() ? "" : ", " + u.reason));
      break;
    case UpsCause::inverter_failed:
      tell(t.to == UpsMode::off ? "ups_off" : "ups_bypass", subject, "the inverter failed");
      break;
    case UpsCause::restarted:
      tell("ups_restart", subject, "the input is good again");
      break;
  }
  if (t.from == UpsMode::off || t.cause == UpsCause::retransferred) last_ = subject + " was back";
  if (t.to == UpsMode::off) last_ = subject + " went off";
  if (t.to == UpsMode::bypass) last_ = subject + " went to its bypass";
}

void PowerChain::tell_switch(SwitchRun const& s, TransferSwitch::Happened const& h, double now_s) {
  auto const& subject = p_.vertices[s.vertex].name;
  restless_ = true;
  if (h.gap_s > 0) gap_until_s_[s.vertex] = now_s + h.gap_s;
  switch (h.event) {
    case TransferSwitch::Event::start_asked:
      tell("transfer_asked", subject, why(s.vertex));
      break;
    case TransferSwitch::Event::start_withdrawn:
      tell("transfer_withdrawn", subject, "the preferred source is good again");
      break;
    case TransferSwitch::Event::transferred:
      ++counts_.transfers;
      tell("transfer", subject, "to its alternate, after " + s.reason);
      last_ = subject + " went to its alternate";
      break;
    case TransferSwitch::Event::retransferred:
      ++counts_.transfers;
      last_ = subject + " went back";
      tell("retransfer", subject, "the preferred source is good again");
      break;
  }
}

void PowerChain::tell_generators(PlantRun const& g, GeneratorPlant::Step const& step) {
  using Event = GeneratorPlant::Event;
  auto const& set = p_.vertices[g.params.vertices[step.happened->set]].name;
  switch (step.happened->event) {
    case Event::ready:
      tell("generator_ready", set, "at rated speed and voltage");
      break;
    case Event::failed:
      tell("generator_failed", set, "it did not start");
      break;
    case Event::on_bus:
      tell("generator_on_bus", set, "synchronised");
      break;
    case Event::stopped:
      tell("generator_stopped", set, "cooled down");
      break;
    case Event::fuel_empty:
      tell("fuel_empty", bank_name(g), "the tank is empty");
      break;
  }
}

}  // namespace ondol::sim
