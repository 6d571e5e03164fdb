#include "kernels/bench/reference.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/bench/operands.hpp"

namespace ondol::meter::reference {
namespace {

double fused(double a, double b, double c, Format f) {
  if (f == Format::fp32) return std::fma(static_cast<float>(a), static_cast<float>(b), static_cast<float>(c));
  return round_to(std::fma(a, b, c), f);
}

template <class Step>
std::array<std::uint32_t, 8> integer_chain(std::array<std::uint32_t, 8> x, int trips, Step step) {
  for (int t = 0; t < 2 * trips; ++t)
    for (std::size_t j = 0; j < 8; ++j)
      for (std::size_t i = 0; i < 8; ++i) x[i] = step(x[i], j, (i + j) % 8);
  return x;
}

}  // namespace

std::array<double, 8> fma_chain(std::array<double, 8> const& a, std::array<double, 8> const& b, std::array<double, 8> x,
                                int trips, Format format) {
  for (int t = 0; t < trips; ++t)
    for (double sign : {1.0, -1.0})
      for (std::size_t j = 0; j < 8; ++j)
        for (std::size_t i = 0; i < 8; ++i) x[i] = fused(sign * a[j], b[(i + j) % 8], x[i], format);
  return x;
}

std::array<std::uint32_t, 8> mad_chain(std::array<std::uint32_t, 8> const& a, std::array<std::uint32_t, 8> const& b,
                                       std::array<std::uint32_t, 8> x, int trips) {
  return integer_chain(x, trips, [&](std::uint32_t v, std::size_t j, std::size_t k) { return v * a[j] + b[k]; });
}

std::array<std::uint32_t, 8> logic_chain(std::array<std::uint32_t, 8> const& a, std::array<std::uint32_t, 8> const& b,
                                         std::array<std::uint32_t, 8> x, int trips) {
  return integer_chain(x, trips, [&](std::uint32_t v, std::size_t j, std::size_t k) { return ((v & a[j]) ^ b[k]) + a[j]; });
}

Values gemm(Values const& a, Values const& w, std::size_t m, std::size_t n, std::size_t k, double alpha, Values const& c0) {
  Values c(m * n);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      double sum = 0;
      for (std::size_t l = 0; l < k; ++l) sum += a[i * k + l] * w[j * k + l];
      c[i * n + j] = alpha * sum + (c0.empty() ? 0 : c0[i * n + j]);
    }
  return c;
}

Values attention(Values const& q, Values const& k, Values const& v, AttentionShape const& s) {
  Values out(q.size()), weight(static_cast<std::size_t>(s.keys));
  int const group = s.heads / s.cache_heads;
  for (int b = 0; b < s.batch; ++b)
    for (int i = 0; i < s.queries; ++i)
      for (int h = 0; h < s.heads; ++h) {
        auto const size = static_cast<std::size_t>(s.head_size);
        double const* const qi = &q[(static_cast<std::size_t>(b * s.queries + i) * s.heads + h) * size];
        auto const cached = [&](Values const& of, int j) {
          return &of[(static_cast<std::size_t>(b * s.keys + j) * s.cache_heads + h / group) * size];
        };
        auto const seen = static_cast<std::size_t>(s.causal ? i + 1 : s.keys);
        double largest = -INFINITY, sum = 0;
        for (std::size_t j = 0; j < seen; ++j) {
          double dot = 0;
          for (std::size_t d = 0; d < size; ++d) dot += qi[d] * cached(k, static_cast<int>(j))[d];
          weight[j] = s.scale * dot;
          largest = std::max(largest, weight[j]);
        }
        for (std::size_t j = 0; j < seen; ++j) sum += weight[j] = std::exp(weight[j] - largest);
        double* const o = &out[(static_cast<std::size_t>(b * s.queries + i) * s.heads + h) * size];
        for (std::size_t j = 0; j < seen; ++j)
          for (std::size_t d = 0; d < size; ++d) o[d] += weight[j] / sum * cached(v, static_cast<int>(j))[d];
      }
  return out;
}

Values rmsnorm(Values const& x, Values const& gain, std::size_t columns, double epsilon) {
  Values y(x.size());
  for (std::size_t row = 0; row < x.size(); row += columns) {
    double sum = 0;
    for (std::size_t c = 0; c < columns; ++c) sum += x[row + c] * x[row + c];
    double const scale = 1 / std::sqrt(sum / static_cast<double>(columns) + epsilon);
    for (std::size_t c = 0; c < columns; ++c) y[row + c] = x[row + c] * scale * gain[c];
  }
  return y;
}

Values softmax(Values const& x, std::size_t columns) {
  Values y(x.size());
  for (std::size_t row = 0; row < x.size(); row += columns) {
    double const largest = *std::max_element(&x[row], &x[row] + columns);
    double sum = 0;
    for (std::size_t c = 0; c < columns; ++c) sum += y[row + c] = std::exp(x[row + c] - largest);
    for (std::size_t c = 0; c < columns; ++c) y[row + c] /= sum;
  }
  return y;
}

Values swiglu(Values const& gate, Values const& up) {
  Values y(gate.size());
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = gate[i] / (1 + std::exp(-gate[i])) * up[i];
  return y;
}

void adamw(Values& w, Values& m, Values& v, Values const& g, AdamW const& p) {
  for (std::size_t i = 0; i < w.size(); ++i) {
    m[i] = p.beta1 * m[i] + (1 - p.beta1) * g[i];
    v[i] = p.beta2 * v[i] + (1 - p.beta2) * g[i] * g[i];
    double const step = m[i] / p.correction1 / (std::sqrt(v[i] / p.correction2) + p.epsilon);
    w[i] -= p.rate * (step + p.decay * w[i]);
  }
}

}  // namespace ondol::meter::reference
