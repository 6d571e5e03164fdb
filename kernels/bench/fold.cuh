#pragma once
/// How the reading kernels use what they load: exclusive or, two vectors at a time in one three-input operation a word.

namespace ondol::meter {

inline constexpr double folds_per_byte = 4.0 / 32;  ///< integer operations per byte loaded

__device__ inline void fold(uint4& x, uint4 const& v, uint4 const& w) {
  auto const three = [](unsigned& a, unsigned b, unsigned c) {
    asm("lop3.b32 %0, %0, %1, %2, 0x96;" : "+r"(a) : "r"(b), "r"(c));
  };
  three(x.x, v.x, w.x), three(x.y, v.y, w.y), three(x.z, v.z, w.z), three(x.w, v.w, w.w);
}

}  // namespace ondol::meter
