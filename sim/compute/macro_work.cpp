#include "sim/compute/macro_work.hpp"

#include <array>

namespace ondol::sim {

meter::Work matmul_rates(KernelRates const& rates, Dtype dtype) {
  double const sustained = rates.flop_per_s[static_cast<std::size_t>(dtype)] * rates.matmul_efficiency;
  if (sustained <= 0) return {};
  auto const work = gemm(rates, 8192, 8192, 8192, dtype).work;
  return (sustained / work[tensor_channel(dtype)]) * work;
}

meter::Work stream_rates(KernelRates const& rates) {
  double const bytes = rates.byte_per_s * rates.memory_efficiency;
  meter::Work w;
  w[meter::Channel::hbm_read] = stream_read_share * bytes;
  w[meter::Channel::hbm_write] = (1 - stream_read_share) * bytes;
  w[meter::Channel::l2] = bytes;
  w[meter::Channel::l1] = bytes;
  return w;
}

meter::Format format_of(Dtype dtype) {
  switch (dtype) {
    case Dtype::fp64:
      return meter::Format::fp64;
    case Dtype::tf32:
      return meter::Format::tf32;
    case Dtype::bf16:
      return meter::Format::bf16;
    case Dtype::fp16:
      return meter::Format::fp16;
    case Dtype::fp8:
    case Dtype::fp4:
      return meter::Format::fp8_e4m3;
    case Dtype::int8:
      return meter::Format::int8;
  }
  return meter::Format::bf16;
}

double normal_toggle(Dtype dtype) {
  static std::array<double, dtypes> const all = [] {
    std::array<double, dtypes> a{};
    for (std::size_t i = 0; i < dtypes; ++i) a[i] = meter::toggle(meter::Fill::normal, format_of(static_cast<Dtype>(i)));
    return a;
  }();
  return all[static_cast<std::size_t>(dtype)];
}

}  // namespace ondol::sim
