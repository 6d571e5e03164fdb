#pragma once
/// What the kernels must give, computed plainly on the CPU in double.  Matrices are row-major; weights are [outputs x inputs].

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/activity/fill.hpp"

namespace ondol::meter::reference {

using Values = std::vector<double>;

inline constexpr int chain_operands = 8;  ///< a, b and x of a thread of the chains: eight each
inline constexpr int chain_steps = 128;   ///< operations of a thread and trip: 64 with (a, b), then 64 with (-a, b)

/// x_i = a_j b_k + x_i and back, rounded to the format after every fused operation.
std::array<double, 8> fma_chain(std::array<double, 8> const& a, std::array<double, 8> const& b, std::array<double, 8> x,
                                int trips, Format format);
/// x_i = x_i a_j + b_k modulo 2^32.
std::array<std::uint32_t, 8> mad_chain(std::array<std::uint32_t, 8> const& a, std::array<std::uint32_t, 8> const& b,
                                       std::array<std::uint32_t, 8> x, int trips);
/// x_i = ((x_i and a_j) xor b_k) + a_j.
std::array<std::uint32_t, 8> logic_chain(std::array<std::uint32_t, 8> const& a, std::array<std::uint32_t, 8> const& b,
                                         std::array<std::uint32_t, 8> x, int trips);

/// C[m x n] = alpha A[m x k] W[n x k]^T + C0 (empty: none).
Values gemm(Values const& a, Values const& w, std::size_t m, std::size_t n, std::size_t k, double alpha = 1,
            Values const& c0 = {});

struct AttentionShape {
  int batch, queries, keys, heads, cache_heads, head_size;
  double scale;
  bool causal;  ///< query i sees keys 0 .. i (then queries == keys)
};
/// q [batch, queries, heads, head_size], k and v [batch, keys, cache_heads, head_size].
Values attention(Values const& q, Values const& k, Values const& v, AttentionShape const& s);

Values rmsnorm(Values const& x, Values const& gain, std::size_t columns, double epsilon);
Values softmax(Values const& x, std::size_t columns);
Values swiglu(Values const& gate, Values const& up);

struct AdamW {
  double rate = 1e-4, beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8, decay = 0.1;
  double correction1 = 1, correction2 = 1;  ///< 1 - beta^step
};
/// One step in place: m, v, w from gradient g.                                               [loshchilov2019, algorithm 2]
void adamw(Values& w, Values& m, Values& v, Values const& g, AdamW const& p);

}  // namespace ondol::meter::reference
