#pragma once
/// Eight bf16 values at a time as floats, 16 bytes a lane.

#include <cuda_bf16.h>

namespace ondol::meter {

struct Eight {
  float value[8];
};

__device__ inline Eight unpack(uint4 const& v) {
  unsigned const words[4] = {v.x, v.y, v.z, v.w};
  Eight e;
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    e.value[2 * i] = __uint_as_float(words[i] << 16);
    e.value[2 * i + 1] = __uint_as_float(words[i] & 0xffff0000U);
  }
  return e;
}
__device__ inline unsigned packed_pair(float low, float high) {
  __nv_bfloat162 const both = __floats2bfloat162_rn(low, high);
  return *reinterpret_cast<unsigned const*>(&both);
}
__device__ inline uint4 pack(Eight const& e) {
  return {packed_pair(e.value[0], e.value[1]), packed_pair(e.value[2], e.value[3]), packed_pair(e.value[4], e.value[5]),
          packed_pair(e.value[6], e.value[7])};
}

}  // namespace ondol::meter
