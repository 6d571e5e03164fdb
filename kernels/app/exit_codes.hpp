#pragma once
/// How ondol-meter ends; 128 + signal when it was asked to stop.

namespace ondol::meter {

enum ExitCode : int { ok = 0, bad_input = 2, run_failed = 3, nothing_to_measure = 4, refused = 5 };

}  // namespace ondol::meter
