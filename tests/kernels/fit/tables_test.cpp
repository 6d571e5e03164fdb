/// Tables without clocks and temperatures, half of the kernels, missing pairs: what is not there is said, what is there is
/// used.

#include <gmock/gmock.h>

#include <cmath>

#include "kernels/fit/quality.hpp"
#include "tests/kernels/fit/synthetic.hpp"

namespace ondol::meter::fit {
namespace {

using testing::far_from_priors;
using ::testing::HasSubstr;
using testing::Synthetic;
using testing::windows_of;

Points points_of(Synthetic const& s, double clock_hz = 0) {
  Campaign c;
  c.windows = windows_of(s);
  return make_points(std::span(&c, 1), clock_hz);
}
Priors const& hopper() {
  static Priors const priors = load_priors("hopper");
  return priors;
}
Estimate const* find(Fit const& f, std::string const& name) {
  for (Estimate const& e : f.estimates)
    if (e.name == name) return &e;
  return nullptr;
}

TEST(Tables, LimitedRowsWithoutClockSpeakToOneSide) {
  Synthetic s{.truth = far_from_priors(), .limit_w = 550, .clocks = false, .temperatures = false, .memory_scope = false};
  Points const points = points_of(s, s.reference_clock_hz);
  Fit const f = fit(hopper(), points.fit, points.reference_clock_hz, 1, 0);
  Limiter const limiter = find_limiter(points, {});
  Quality const q = judge(f, points, limiter);
  EXPECT_GT(q.one_sided, 0U);
  EXPECT_EQ(find(f, "voltage_slope"), nullptr) << "no clock is known, so nothing tells of the voltage";
  EXPECT_EQ(find(f, "leakage_slope"), nullptr);
  // Read at clock 1, a row at the limit would pull the energies of what it does down.
  for (auto const& [part, truth] : {std::pair{"control.", &s.truth.control}, std::pair{"data.", &s.truth.data}})
    for (Channel const c : {Channel::tensor_bf16, Channel::tensor_fp8, Channel::vector_fp64}) {
      Estimate const* e = find(f, part + std::string(name(c)));
      ASSERT_NE(e, nullptr);
      EXPECT_LT(std::abs(e->value - (*truth)[index(c)]), 3 * e->sd) << e->name;
      EXPECT_LT(e->sd / e->value, 0.1) << e->name;
    }
  // Leakage hides in the rest: 27 K at most of a third of a watt each.
  EXPECT_LT(q.all_held_out.mape, 0.05);
  for (Residual const& r : q.fit)
    if (r.point->one_sided()) {
      EXPECT_LE(r.predicted_w, r.point->power_w * (1 + 1e-9));
    }
}

TEST(Tables, HalfOfTheKernelsStillFit) {
  Synthetic s{.truth = far_from_priors(),
              .without = {"fma_fp64", "fma_fp16x2", "tensor_tf32", "tensor_int8", "tensor_fp64", "l1_read", "l2_write",
                          "hbm_write", "hbm_copy", "host_to_device", "device_to_host", "special_ex2"}};
  Points const points = points_of(s);
  Fit const f = fit(hopper(), points.fit, points.reference_clock_hz, 1, 0);
  EXPECT_EQ(find(f, "control.tensor_int8"), nullptr);
  ASSERT_NE(find(f, "control.tensor_bf16"), nullptr);
  EXPECT_NEAR(find(f, "control.tensor_bf16")->value / s.truth.control[index(Channel::tensor_bf16)], 1, 0.1);
}

TEST(Tables, WithoutZerosControlAndDataAreNotParted) {
  Synthetic s{.truth = far_from_priors(), .data_pairs = false};
  Points const points = points_of(s);
  Fit const f = fit(hopper(), points.fit, points.reference_clock_hz, 1, 0);
  EXPECT_LT(f.identified.rank, f.estimates.size());
  std::string all;
  for (auto const& u : f.identified.undetermined) all += u + "; ";
  EXPECT_THAT(all, HasSubstr("tensor_bf16"));
  // the sum is known though its parts are not
  double const c = find(f, "control.tensor_bf16")->value + find(f, "data.tensor_bf16")->value;
  EXPECT_NEAR(c / (s.truth.control[index(Channel::tensor_bf16)] + s.truth.data[index(Channel::tensor_bf16)]), 1, 0.05);
  EXPECT_GT(find(f, "data.tensor_bf16")->prior_share, 0.2);
}

TEST(Tables, ChannelsWithoutPriorAreNamed) {
  Synthetic s{.truth = far_from_priors()};
  auto points = points_of(s);
  points.fit[20].rate[Channel::tensor_fp4] = 1e15;
  try {
    fit(hopper(), points.fit, points.reference_clock_hz, 1, 0);
    FAIL();
  } catch (std::runtime_error const& e) {
    EXPECT_THAT(e.what(), HasSubstr("tensor_fp4"));
    EXPECT_THAT(e.what(), HasSubstr("--priors"));
  }
}

TEST(Tables, TooFewWindowsAreRefused) {
  Synthetic s{.truth = far_from_priors()};
  auto const points = points_of(s);
  EXPECT_THROW(fit(hopper(), std::span(points.fit).first(2), points.reference_clock_hz, 1, 0), std::runtime_error);
}

TEST(Tables, EveryFamilyOfPriorsReads) {
  for (auto const& [family, text] : embedded_priors()) {
    Priors const p = load_priors(family);
    EXPECT_GT(p.scalar[0]->value, 30) << family;
    EXPECT_TRUE(p.control[index(Channel::hbm_read)].has_value()) << family;
  }
  EXPECT_EQ(family_of("NVIDIA GH200 480GB"), "hopper");
  EXPECT_EQ(family_of("NVIDIA GB200"), "blackwell");
  EXPECT_EQ(family_of("AMD Instinct MI300A"), "cdna");
  EXPECT_EQ(family_of("Voodoo 2"), "");
}

TEST(Tables, PriorsAreStrict) {
  auto const problem = [](std::string const& text) -> std::string {
    try {
      read_priors(text, "p.toml");
    } catch (std::runtime_error const& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_THAT(problem("format = 2\nname = \"x\""), HasSubstr("p.toml:1:"));
  std::string text = embedded_priors()[0].second;
  EXPECT_THAT(problem(text + "\nsurprise = 1\n"), HasSubstr("surprise"));
  text.replace(text.find("75 W"), 4, "75 V");
  EXPECT_THAT(problem(text), HasSubstr("unit"));
}

}  // namespace
}  // namespace ondol::meter::fit
