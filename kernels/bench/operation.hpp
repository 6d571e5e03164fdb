#pragma once
/// One load of the suite made ready on the device, and the table that makes them.

#include <cuda_runtime_api.h>

#include <memory>
#include <string>
#include <string_view>

#include "kernels/activity/load.hpp"
#include "kernels/bench/clock_log.hpp"
#include "kernels/bench/compare.hpp"

namespace ondol::meter {

struct Setting {
  DeviceShape shape;
  LoadSpec load;
  ClockLog clock;      ///< where persistent kernels note the clock
  bool small = false;  ///< a problem that the CPU can follow, for check()
};

/// Multiprocessors that a load of this setting runs on: its share, at least one; two where small.
int multiprocessors_used(Setting const&);

class Operation {
 public:
  virtual ~Operation() = default;
  virtual Work work() const = 0;  ///< of one launch, from shapes and loop trips
  virtual double awake() const { return 1; }
  virtual bool notes_clock() const { return false; }  ///< every launch writes to ClockLog
  virtual bool capturable() const { return true; }    ///< may become part of a CUDA graph
  virtual void launch(cudaStream_t) = 0;
  /// After one launch of a small problem: empty, or what differs from the CPU reference by how much.
  virtual std::string difference() = 0;
};

using MakeOperation = std::unique_ptr<Operation> (*)(Setting const&);

std::unique_ptr<Operation> make_spin(Setting const&);
std::unique_ptr<Operation> make_vector(Setting const&);
std::unique_ptr<Operation> make_tensor(Setting const&);  ///< wgmma on capability 9.0, else mma.sync
std::unique_ptr<Operation> make_mma(Setting const&);
std::unique_ptr<Operation> make_wgmma(Setting const&);
std::unique_ptr<Operation> make_shared(Setting const&);
std::unique_ptr<Operation> make_read(Setting const&);
std::unique_ptr<Operation> make_write(Setting const&);
std::unique_ptr<Operation> make_copy(Setting const&);
std::unique_ptr<Operation> make_chase(Setting const&);
std::unique_ptr<Operation> make_host_copy(Setting const&);
std::unique_ptr<Operation> make_gemm(Setting const&);
std::unique_ptr<Operation> make_prefill(Setting const&);
std::unique_ptr<Operation> make_decode(Setting const&);
std::unique_ptr<Operation> make_gemv(Setting const&);
std::unique_ptr<Operation> make_gather(Setting const&);
std::unique_ptr<Operation> make_rmsnorm(Setting const&);
std::unique_ptr<Operation> make_softmax(Setting const&);
std::unique_ptr<Operation> make_swiglu(Setting const&);
std::unique_ptr<Operation> make_adamw(Setting const&);
std::unique_ptr<Operation> make_transformer_layer(Setting const&);
std::unique_ptr<Operation> make_gemm_and_copy(Setting const&);
std::unique_ptr<Operation> make_all_reduce(Setting const&);
std::unique_ptr<Operation> make_peer_copy(Setting const&);

/// Null for an id that is not of the suite.  Needs no device.
MakeOperation operation_named(std::string_view id);

}  // namespace ondol::meter
