#pragma once
/// Softmax over keys that come in parts, for host and device.                                  [dao2022flashattention,
/// section 3.1]

#include <cmath>

#ifdef __CUDACC__
#define ONDOL_BOTH_SIDES __host__ __device__
#else
#define ONDOL_BOTH_SIDES
#endif

namespace ondol::meter {

/// What a set of keys gave one head: the largest score (in powers of two), the sum of the weights against it, and the values
/// weighted so.  Of no key: -infinity, 0, 0.
struct SoftmaxPart {
  float largest, sum, value;
};

/// Two sets of keys as one.
ONDOL_BOTH_SIDES inline SoftmaxPart merged(SoftmaxPart const& a, SoftmaxPart const& b) {
  float const top = fmaxf(a.largest, b.largest);
  float const wa = a.sum > 0 ? exp2f(a.largest - top) : 0, wb = b.sum > 0 ? exp2f(b.largest - top) : 0;
  return {top, wa * a.sum + wb * b.sum, wa * a.value + wb * b.value};
}

}  // namespace ondol::meter
