// The accelerator power model with the calibrations of the catalogue against measured rows; the bounds are the errors on the
// model's page.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "scenarios/schema/read.hpp"
#include "sim/compute/macro_work.hpp"
#include "sim/engine/accelerators.hpp"

namespace ondol::sim {
namespace {

using Row = std::map<std::string, std::string>;

std::vector<Row> read(char const* name) {
  std::ifstream file(std::string{ONDOL_SOURCE_DIR "/tests/validation/accelerator_power/"} + name);
  std::vector<std::string> header;
  std::vector<Row> rows;
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> cells;
    std::istringstream cut(line);
    for (std::string cell; std::getline(cut, cell, ',');) cells.push_back(cell);
    if (header.empty()) {
      header = cells;
      continue;
    }
    cells.resize(header.size());
    Row row;
    for (std::size_t i = 0; i < header.size(); ++i) row[header[i]] = cells[i];
    rows.push_back(row);
  }
  return rows;
}

double number(Row const& row, char const* column) {
  std::string const& cell = row.at(column);
  return cell.empty() ? 0.0 : std::stod(cell);
}

std::map<std::string, char const*> const accelerator_of{{"a100", "nvidia/a100-sxm-80gb"},
                                                        {"h100", "nvidia/h100-sxm"},
                                                        {"h200", "nvidia/h200-sxm"},
                                                        {"b200", "nvidia/b200-sxm"},
                                                        {"gb200", "nvidia/gb200"}};

TEST(AcceleratorPowerValidation, JudgedRowsStayWithinTheStatedErrors) {
  schema::Provenance origin;
  auto const catalogue = schema::read_catalogue(ONDOL_SOURCE_DIR "/scenarios/catalogue", origin);
  std::map<std::string, double> plateau_w;  // what the limiter holds, as read
  for (Row const& c : read("coefficients.csv")) plateau_w[c.at("device")] = number(c, "plateau_w");
  struct Sum {
    double error = 0, bias = 0;
    int rows = 0;
  };
  std::map<std::string, Sum> sums;
  for (Row const& r : read("rows.csv")) {
    if (r.at("half") != "judge") continue;
    auto const& device = catalogue.accelerator.at(accelerator_of.at(r.at("device")));
    auto const board = calibration(catalogue.calibration.at(device.calibration), origin).estimate;
    auto const rates = kernel_rates(device);
    auto wanted = dtype_named(r.at("precision")).value();
    if (rates.flop_per_s[static_cast<std::size_t>(wanted)] <= 0) wanted = Dtype::bf16;
    // Rows count operations and the least traffic to memory; products move more, as a large one does for each operation.
    auto const product = gemm(rates, 8192, 8192, 8192, wanted).work;
    bool const attention = r.at("group").ends_with("attention");
    double const flop_per_s = number(r, "tflop_per_s") * 1e12;
    double const products = attention ? 0 : flop_per_s / product[tensor_channel(wanted)];
    double const byte_per_s = std::max(number(r, "tbyte_per_s") * 1e12,
                                       products * (product[meter::Channel::hbm_read] + product[meter::Channel::hbm_write]));
    AcceleratorLoad load{.rate = {}, .awake = number(r, "awake"), .toggle = normal_toggle(wanted)};
    load.rate[tensor_channel(wanted)] = flop_per_s;
    load.rate[meter::Channel::hbm_read] = byte_per_s;
    load.rate[meter::Channel::l1] = byte_per_s;
    load.rate[meter::Channel::l2] = byte_per_s + products * product[meter::Channel::l2];
    double const power_w =
        accelerator_draw(board, power_terms(board, load, true), plateau_w.at(r.at("device")), 1.0, board.leakage_reference_k)
            .power_w;
    Sum& s = sums[r.at("group")];
    s.error += std::abs(power_w / number(r, "power_w") - 1);
    s.bias += power_w / number(r, "power_w") - 1;
    ++s.rows;
  }
  std::map<std::string, double> const bound{{"h200 matmul bf16", 0.024},      {"h200 matmul fp8", 0.031},
                                            {"h200 decode attention", 0.051}, {"h200 prefill attention", 0.185},
                                            {"gb200 matmul bf16", 0.053},     {"gb200 matmul fp8", 0.064},
                                            {"gb200 matmul fp4", 0.066},      {"b200 serving", 0.117},
                                            {"h100 serving", 0.106},          {"a100 decoding", 0.055}};
  EXPECT_EQ(sums.size(), bound.size());
  for (auto const& [group, limit] : bound) {
    ASSERT_GT(sums[group].rows, 5) << group;
    EXPECT_LT(sums[group].error / sums[group].rows, limit) << group << ", bias " << sums[group].bias / sums[group].rows;
  }
}

}  // namespace
}  // namespace ondol::sim
