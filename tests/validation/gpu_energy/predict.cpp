// Times and work of kernels by the simulator's own code, one a line, for rows.py:
//   predict TIMES.csv PEAKS < shapes > costs
// PEAKS: bf16=989e12,fp8=1979e12,byte=4.8e12,best=0.803
// shapes: gemm DTYPE m n k | decode DTYPE batch heads kv_heads head_dim cache | prefill DTYPE batch heads kv_heads head_dim
// tokens
//         | moe DTYPE tokens hidden inter experts here top_k
// costs: time_s,uncertainty,compute_share,awake,in_range and the amounts of all channels

#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>

#include "sim/compute/kernel_work.hpp"

namespace {

using namespace ondol::sim;

KernelRates rates(std::string const& file, std::string const& peaks) {
  KernelRates r;
  std::istringstream cut(peaks);
  for (std::string part; std::getline(cut, part, ',');) {
    auto const equals = part.find('=');
    std::string const key = part.substr(0, equals);
    double const value = std::stod(part.substr(equals + 1));
    if (key == "byte")
      r.byte_per_s = value;
    else if (key == "best")
      r.matmul_efficiency = value;
    else if (auto const dtype = dtype_named(key))
      r.flop_per_s[static_cast<std::size_t>(*dtype)] = value;
    else
      throw std::runtime_error("unknown peak " + key);
  }
  std::ifstream text(file);
  if (!text) throw std::runtime_error("cannot read " + file);
  r.times = std::make_shared<KernelTimes const>(read_kernel_times(text, file));
  return r;
}

KernelCost cost(KernelRates const& r, std::string const& line) {
  std::istringstream in(line);
  std::string kind, type;
  double x[6] = {};
  in >> kind >> type;
  for (double& v : x) in >> v;
  Dtype const dtype = dtype_named(type).value();
  if (kind == "gemm") return gemm(r, x[0], x[1], x[2], dtype);
  if (kind == "moe") return moe(r, {x[0], x[1], x[2], x[3], x[4], x[5]}, dtype);
  if (kind == "decode") return attention(r, {AttentionShape::Phase::decode, x[0], x[1], x[2], x[3], 1, x[4]}, dtype);
  if (kind == "prefill") return attention(r, {AttentionShape::Phase::prefill, x[0], x[1], x[2], x[3], x[4], 0}, dtype);
  throw std::runtime_error("unknown kernel " + kind);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 3) throw std::runtime_error("usage: predict TIMES.csv PEAKS");
    KernelRates const r = rates(argv[1], argv[2]);
    for (std::string line; std::getline(std::cin, line);) {
      KernelCost const c = cost(r, line);
      std::printf("%.6g,%.3g,%.4g,%.4g,%d", c.time_s, c.time_uncertainty, c.compute_share, c.awake, c.in_range ? 1 : 0);
      for (double const amount : c.work.amount) std::printf(",%.9g", amount);
      std::printf("\n");
    }
  } catch (std::exception const& e) {
    std::fprintf(stderr, "predict: %s\n", e.what());
    return 2;
  }
  return 0;
}
