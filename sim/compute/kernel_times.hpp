#pragma once
/// How near to the roofline measured kernels come, on a grid of their sizes.
///
/// The time of a shape lies between those of the grid's knots around it, linear in the logarithms of sizes and time:
///   ln t = sum_k w_k ln(roof_k / efficiency_k),    roof = max(FLOP / peak, bytes / bandwidth)      [williams2009roofline,
///   form]
/// so a shape between two measured ones takes a time between theirs.  The roofs are those of the device asked for: another
/// device of the same kind reaches the same share of its own roofs.
/// Made from public tables by kernels/recorded/aiconfigurator/times.py; page: docs/models/kernel-time.md

#include <array>
#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ondol::sim {

using Sizes = std::array<double, 3>;

class EfficiencyGrid {
 public:
  struct Knot {
    double efficiency = 0;  ///< roof / time
    double sd = 0;          ///< relative scatter of measured times around the grid here
    bool covered = false;   ///< measured shapes lie beside it
  };
  /// `axes` ascend; `knots` in row-major order.  Throws std::invalid_argument where sizes do not fit.
  EfficiencyGrid(std::array<std::vector<double>, 3> axes, std::vector<Knot> knots);

  struct Time {
    double time_s = 0;
    double sd = 0;          ///< relative
    bool in_range = false;  ///< inside the axes, most of the weight on covered knots
  };
  /// Sizes outside the axes take the nearest edge; the caller carries the roofs on from there (`edge`).
  Time at(Sizes const& sizes, std::function<double(Sizes const&)> const& roof_s) const;
  Sizes edge(Sizes const& sizes) const;

 private:
  std::array<std::vector<double>, 3> axes_;
  std::vector<Knot> knots_;
};

/// Grids of one measured board by name: "gemm/bf16", "moe/fp8", "decode/bf16/128", "prefill/fp8/64" (attention: head size).
struct KernelTimes {
  std::string board;
  double matmul_efficiency = 0;  ///< best rate anybody measured over the peak, of that board
  std::map<std::string, EfficiencyGrid, std::less<>> grids;

  /// Of the measured head size nearest in ratio.
  EfficiencyGrid const* attention(std::string_view phase, std::string_view dtype, double head_dim) const;
  EfficiencyGrid const* find(std::string_view name) const;
};

/// Text: `# board NAME`, `# matmul_efficiency X`, a header, then one knot a line: kernel,a,b,c,efficiency,sd,covered.
/// `file` is for messages.  Throws std::runtime_error with file and line.
KernelTimes read_kernel_times(std::istream& text, std::string const& file);

}  // namespace ondol::sim
