#include "kernels/meter/nvml.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <set>

#include "tests/kernels/simulated.hpp"

namespace ondol::meter::nvml {
namespace {

/// The promise never to change a card, checked on the one table of what is looked up.
TEST(Nvml, EverySymbolOnlyReads) {
  std::set<std::string_view> seen;
  for (std::string_view symbol : symbol_names) {
    EXPECT_TRUE(seen.insert(symbol).second) << symbol;
    for (char const* verb : {"Set", "Reset", "Clear", "Enable", "Disable", "Freeze", "Create", "Destroy", "Modify", "Remove",
                             "Discover", "Register", "Activate", "Inject", "Write", "Validate", "Control", "Stream"})
      EXPECT_EQ(symbol.find(verb), std::string_view::npos) << symbol;
    bool const reads = symbol.find("Get") != std::string_view::npos;
    bool const own = symbol == "nvmlInit_v2" || symbol == "nvmlShutdown" || symbol == "nvmlErrorString" ||
                     symbol == "nvmlGpmSampleAlloc" || symbol == "nvmlGpmSampleFree";
    EXPECT_TRUE(reads || own) << symbol;
  }
}

std::string complaint(std::string const& path) {
  try {
    Library const library(path);
  } catch (Missing const& e) {
    return e.what();
  }
  return "loaded";
}

TEST(Nvml, SaysWhatIsMissing) {
  EXPECT_THAT(complaint("/nowhere/libnvidia-ml.so.1"), testing::HasSubstr("NVML cannot be loaded"));
  EXPECT_THAT(complaint("libm.so.6"), testing::HasSubstr("no nvmlInit_v2"));
}

TEST(Nvml, PathComesFromTheEnvironment) {
  setenv("ONDOL_NVML", "/somewhere/else.so", 1);
  EXPECT_EQ(Library::path(), "/somewhere/else.so");
  unsetenv("ONDOL_NVML");
  EXPECT_EQ(Library::path(), "libnvidia-ml.so.1");
}

TEST(Nvml, ReadsTheSimulatedCard) {
  Simulated s;
  Library const library(fake_library);
  EXPECT_EQ(library.devices(), 1u);
  EXPECT_EQ(library.driver().value, "simulated");
  Device const d(library, "00000000:1B:00.0");
  EXPECT_EQ(d.bus_id(), "00000000:1B:00.0");
  EXPECT_EQ(d.product().value, "Simulated H200");
  EXPECT_EQ(d.enforced_limit_w().value, 700);
  EXPECT_EQ(d.limit_range().value.least_w, 200);
  EXPECT_EQ(d.max_clock_hz(sm_clock).value, 1980e6);
  EXPECT_FALSE(d.mig().value);
  EXPECT_EQ(d.clock_events().value, 0x1u);
  EXPECT_TRUE(d.compute_processes().value.empty());
  s.bench().hold();
  EXPECT_EQ(d.compute_processes().value.size(), 1u);
  EXPECT_THROW(Device(library, "00000000:2C:00.0"), Missing);
  EXPECT_THROW(Device(library, 1), Missing);
}

TEST(Nvml, SymbolsMayBeAbsentOneByOne) {
  Simulated s;
  Library const library(fake_library);
  Device const d(library, 0);
  EXPECT_FALSE(library.has(Symbol::applications_clock));
  EXPECT_EQ(d.applications_clock_hz(sm_clock).code, function_not_found);
  EXPECT_TRUE(d.temperature_c());
}

TEST(Nvml, EachFieldCarriesItsOwnCode) {
  Simulated s("no_instant");
  Library const library(fake_library);
  Device const d(library, 0);
  s.clock().sleep_for(2);
  std::array<Field, 3> f{{{field_power_instant, scope_gpu, {}, 0}, {field_power_average, scope_gpu, {}, 0}, {9999, 0, {}, 0}}};
  d.read(f);
  EXPECT_EQ(f[0].answer.code, not_supported);
  ASSERT_TRUE(f[1].answer);
  EXPECT_NEAR(1e-3 * f[1].answer.value, s.truth().true_power_w(), 1);
  EXPECT_GT(f[1].timestamp_us, 0);
  EXPECT_EQ(f[2].answer.code, not_supported);
}

TEST(Nvml, ALostDeviceSaysSo) {
  Simulated s("lost 1");
  Library const library(fake_library);
  Device const d(library, 0);
  EXPECT_TRUE(d.energy_mj());
  s.clock().sleep_for(2);
  EXPECT_EQ(d.energy_mj().code, gpu_is_lost);
  EXPECT_EQ(d.temperature_c().code, gpu_is_lost);
}

TEST(Nvml, GpmGivesSharesOfPeak) {
  Simulated s;
  Library const library(fake_library);
  Device const d(library, 0);
  s.bench().start({"fma_fp32", Fill::zeros, 0.5}, 100);
  ASSERT_EQ(d.gpm_sample(1), success);
  s.clock().sleep_for(1);
  ASSERT_EQ(d.gpm_sample(0), success);
  GpmShares const g = d.gpm_since(1);
  EXPECT_NEAR(g.sm.value, 0.5, 1e-3);
  EXPECT_NEAR(g.fp32.value, 0.5 * 0.97, 0.01);
  EXPECT_NEAR(g.tensor.value, 0, 1e-9);
}

}  // namespace
}  // namespace ondol::meter::nvml
