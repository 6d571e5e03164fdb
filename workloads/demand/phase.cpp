#include "workloads/demand/phase.hpp"

namespace ondol::workloads {

char const* to_string(PhaseKind kind) {
  switch (kind) {
    case PhaseKind::forward:
      return "forward";
    case PhaseKind::backward:
      return "backward";
    case PhaseKind::tensor:
      return "tensor";
    case PhaseKind::context:
      return "context";
    case PhaseKind::expert:
      return "expert";
    case PhaseKind::pipeline:
      return "pipeline";
    case PhaseKind::data:
      return "data";
    case PhaseKind::bubble:
      return "bubble";
    case PhaseKind::straggler:
      return "straggler";
    case PhaseKind::optimizer:
      return "optimizer";
    case PhaseKind::checkpoint:
      return "checkpoint";
    case PhaseKind::evaluation:
      return "evaluation";
  }
  return "?";
}

}  // namespace ondol::workloads
