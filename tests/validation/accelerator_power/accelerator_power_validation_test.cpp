// The accelerator power model with its fitted coefficients against measured rows; the bounds are the errors on the model's
// page.

#include <gtest/gtest.h>
#include <toml++/toml.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "sim/power/accelerator_power.hpp"

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

/// Rates in the rows are absolute; a sustained rate of 1 TFLOP/s and 1 TB/s makes them fractions.
AcceleratorPowerParams board(Row const& c) {
  AcceleratorPowerParams p;
  p.power_limit_w = number(c, "plateau_w");
  p.idle_w = number(c, "idle_w");
  p.context_w = number(c, "context_w");
  p.sm_active_w = number(c, "sm_active_w");
  p.sustained_flop_per_s = {1e12, 1e12, 1e12, 1e12};
  p.joules_per_flop = {number(c, "pj_bf16") * 1e-12, number(c, "pj_fp8") * 1e-12, number(c, "pj_fp4") * 1e-12, 0};
  p.sustained_byte_per_s = 1e12;
  p.joules_per_byte = number(c, "pj_per_byte") * 1e-12;
  return p;
}

TEST(AcceleratorPowerValidation, JudgedRowsStayWithinTheStatedErrors) {
  std::map<std::string, AcceleratorPowerParams> boards;
  for (Row const& c : read("coefficients.csv")) boards[c.at("device")] = board(c);
  ASSERT_EQ(boards.size(), 5u);
  struct Sum {
    double error = 0;
    int rows = 0;
  };
  std::map<std::string, Sum> sums;
  for (Row const& r : read("rows.csv")) {
    if (r.at("half") != "judge") continue;
    AcceleratorPowerParams const& p = boards.at(r.at("device"));
    Precision const precision = r.at("precision") == "fp8"   ? Precision::fp8
                                : r.at("precision") == "fp4" ? Precision::fp4
                                                             : Precision::bf16;
    ActivityInput const activity{.sm = number(r, "awake"),
                                 .compute = number(r, "tflop_per_s"),
                                 .memory = number(r, "tbyte_per_s"),
                                 .precision = precision};
    double const power_w = accelerator_draw(p, activity, true, p.power_limit_w, 1.0, p.leakage_reference_k).power_w;
    Sum& s = sums[r.at("group")];
    s.error += std::abs(power_w / number(r, "power_w") - 1);
    ++s.rows;
  }
  std::map<std::string, double> const bound{{"h200 matmul bf16", 0.024},      {"h200 matmul fp8", 0.031},
                                            {"h200 decode attention", 0.051}, {"h200 prefill attention", 0.197},
                                            {"gb200 matmul bf16", 0.059},     {"gb200 matmul fp8", 0.067},
                                            {"gb200 matmul fp4", 0.070},      {"b200 serving", 0.114},
                                            {"h100 serving", 0.097},          {"a100 decoding", 0.070}};
  EXPECT_EQ(sums.size(), bound.size());
  for (auto const& [group, limit] : bound) {
    ASSERT_GT(sums[group].rows, 5) << group;
    EXPECT_LT(sums[group].error / sums[group].rows, limit) << group;
  }
}

/// "0.517 pJ/FLOP" -> 0.517
double leading_number(toml::table const& entry, char const* key) {
  if (auto const value = entry[key]["value"].value<std::string>()) return std::stod(*value);
  return entry[key]["value"].value<double>().value();
}

TEST(AcceleratorPowerValidation, CatalogueCarriesTheFittedCoefficients) {
  auto const catalogue = toml::parse_file(ONDOL_SOURCE_DIR "/scenarios/catalogue/accelerators.toml");
  std::map<std::string, char const*> const id{{"a100", "nvidia/a100-sxm-80gb"},
                                              {"h100", "nvidia/h100-sxm"},
                                              {"h200", "nvidia/h200-sxm"},
                                              {"b200", "nvidia/b200-sxm"},
                                              {"gb200", "nvidia/gb200"}};
  for (Row const& c : read("coefficients.csv")) {
    SCOPED_TRACE(c.at("device"));
    toml::table const& entry = *catalogue["accelerator"][id.at(c.at("device"))].as_table();
    EXPECT_DOUBLE_EQ(leading_number(entry, "idle"), number(c, "idle_w"));
    EXPECT_DOUBLE_EQ(leading_number(entry, "context"), number(c, "context_w"));
    EXPECT_DOUBLE_EQ(leading_number(entry, "sm_active"), number(c, "sm_active_w"));
    EXPECT_DOUBLE_EQ(leading_number(entry, "energy_per_byte"), number(c, "pj_per_byte"));
    EXPECT_DOUBLE_EQ(leading_number(entry, "energy_per_flop"), number(c, "pj_bf16"));
    if (c.at("device") == "a100") continue;  // no fp8 unit
    EXPECT_NEAR(leading_number(entry, "fp8_energy_ratio"), number(c, "pj_fp8") / number(c, "pj_bf16"), 0.001);
  }
}

}  // namespace
}  // namespace ondol::sim
