#pragma once
// An outage played by the models of the room together, for page.py: transfer switch, sets, UPS and its battery on one bus.

namespace ondol::validation {

/// Prints "seconds what value" for each event.
void play_outage(double outage_s, double override_s, double start_s, double transfer_s);

}  // namespace ondol::validation
