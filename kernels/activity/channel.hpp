#pragma once
/// What an accelerator can do, as the channels that its energy is counted on.  Names are those of every table and file.

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace ondol::meter {

/// tensor_*, vector_*: FLOP (a fused multiply-add is 2); integer, special: operations, one per lane; the rest: bytes at that
/// level.
enum class Channel : std::size_t {
  tensor_fp64,
  tensor_tf32,
  tensor_bf16,
  tensor_fp16,
  tensor_fp8,
  tensor_fp4,
  tensor_int8,
  vector_fp64,
  vector_fp32,
  vector_fp16,
  vector_bf16,
  integer,
  special,
  shared,
  l1,
  l2,
  hbm_read,
  hbm_write,
  pcie,
  scaleup,
};
inline constexpr std::size_t channels = 20;

inline constexpr std::array<std::string_view, channels> channel_names{
    "tensor_fp64", "tensor_tf32", "tensor_bf16", "tensor_fp16", "tensor_fp8", "tensor_fp4", "tensor_int8",
    "vector_fp64", "vector_fp32", "vector_fp16", "vector_bf16", "integer",    "special",    "shared",
    "l1",          "l2",          "hbm_read",    "hbm_write",   "pcie",       "scaleup"};

constexpr std::size_t index(Channel c) {
  return static_cast<std::size_t>(c);
}
constexpr std::string_view name(Channel c) {
  return channel_names[index(c)];
}
constexpr std::optional<Channel> channel_named(std::string_view text) {
  for (std::size_t i = 0; i < channels; ++i)
    if (channel_names[i] == text) return static_cast<Channel>(i);
  return std::nullopt;
}
/// Memory and links have a voltage of their own; all else follows the core clock and voltage.
constexpr bool core_voltage(Channel c) {
  return index(c) < index(Channel::hbm_read);
}
constexpr bool counts_bytes(Channel c) {
  return index(c) >= index(Channel::shared);
}

/// An amount on each channel: done in all, per launch or per second.
struct Work {
  std::array<double, channels> amount{};
  double& operator[](Channel c) { return amount[index(c)]; }
  double operator[](Channel c) const { return amount[index(c)]; }
  Work& operator+=(Work const& o) {
    for (std::size_t i = 0; i < channels; ++i) amount[i] += o.amount[i];
    return *this;
  }
  friend Work operator*(double k, Work w) {
    for (double& a : w.amount) a *= k;
    return w;
  }
};

}  // namespace ondol::meter
