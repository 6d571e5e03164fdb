/// The calibration file: written whole, read back the same, refused with its place where it is wrong; the commands around it.

#include "kernels/fit/calibration.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <sstream>

#include "kernels/app/fit_command.hpp"
#include "kernels/app/report_command.hpp"
#include "tests/kernels/fit/synthetic.hpp"

namespace ondol::meter::fit {
namespace {

using testing::campaign_of;
using testing::far_from_priors;
using ::testing::HasSubstr;
using testing::Synthetic;

std::string read(std::filesystem::path const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Made {
  std::filesystem::path folder, file;
};
Made const& made() {
  static Made const m = [] {
    Made all;
    all.folder = campaign_of({.truth = far_from_priors()}, "calibration");
    all.file = all.folder / "calibration.toml";
    std::vector<std::string> const arguments{all.folder, "-o", all.file, "--name", "test/board", "--json"};
    ::testing::internal::CaptureStdout();
    EXPECT_EQ(fit_command(arguments), 0);
    EXPECT_THAT(::testing::internal::GetCapturedStdout(), HasSubstr("\"calibration\": \"test/board\""));
    return all;
  }();
  return m;
}

TEST(CalibrationFile, ReadsBackAsWritten) {
  auto const all = read_calibrations(made().file);
  ASSERT_EQ(all.size(), 1U);
  Calibration const& c = all[0];
  EXPECT_EQ(c.id, "test/board");
  EXPECT_EQ(c.tier, "measured");
  std::ostringstream again;
  write_calibration(again, c);
  EXPECT_EQ(again.str(), read(made().file));
  EXPECT_EQ(c.covariance.size(), c.parameters.size() * c.parameters.size());
  EXPECT_NEAR(std::sqrt(c.covariance[0]), *c.scalar[0].uncertainty, 5e-3 * *c.scalar[0].uncertainty);
  EXPECT_EQ(c.control[index(Channel::scaleup)]->tier, "assumed") << "no window moved a byte there: the prior's tier";
  EXPECT_TRUE(c.control[index(Channel::tensor_bf16)]->tier.empty()) << "the entry's tier";
}

TEST(CalibrationFile, FaultsNameTheirPlace) {
  std::string const good = read(made().file);
  auto const problem = [&](std::string const& from, std::string const& to) -> std::string {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    auto const path = made().folder / "bad.toml";
    std::ofstream(path, std::ios::binary) << text;
    try {
      read_calibrations(path);
    } catch (std::runtime_error const& e) {
      return e.what();
    }
    return "";
  };
  EXPECT_EQ(problem("format = 1", "format = 1"), "");
  EXPECT_THAT(problem("format = 1", "format = 9"), HasSubstr("bad.toml:2:"));
  EXPECT_THAT(problem("tier = ", "teir = "), HasSubstr("tier"));
  EXPECT_THAT(problem("format = 1", "format = 1\nsurprise = 2"), HasSubstr("bad.toml:3:1: unknown key \"surprise\""));
  EXPECT_THAT(problem(" MHz\"", " GHz\""), HasSubstr("MHz"));
  EXPECT_THAT(problem("parameters = [", "parameters = [\"extra\", "), HasSubstr("rows of"));
  EXPECT_THAT(problem("[calibration.", "[calibration"), HasSubstr("bad.toml:"));
}

TEST(CalibrationFile, EntriesWrittenByHandMayLackWhatOnlyAFitKnows) {
  auto const path = made().folder / "hand.toml";
  std::ofstream(path)
      << "[calibration.\"a/b\"]\nname = \"by hand\"\ntier = \"literature\"\nreference_clock = \"1700 MHz\"\n"
         "minimum_clock = \"510 MHz\"\nidle = \"88 W\"\nreference_temperature = { value = \"45 degC\", tier = \"assumed\", "
         "why = \"so\" }\n[calibration.\"a/b\".control]\nhbm_read = \"70 pJ/B\"\n";
  auto const all = read_calibrations(path);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].scalar[0].value, 88);
  EXPECT_EQ(all[0].limit_held.value, 1);
  EXPECT_TRUE(all[0].parameters.empty());
  std::ofstream(path, std::ios::app) << "surprise = 1\n";
  EXPECT_THROW(read_calibrations(path), std::runtime_error);
}

TEST(FitCommand, DoesNotOverwriteUnlessForced) {
  std::vector<std::string> arguments{made().folder, "-o", made().file, "--name", "other/board"};
  std::string const before = read(made().file);
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(fit_command(arguments), 2);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("--force"));
  EXPECT_EQ(read(made().file), before);
}

TEST(FitCommand, SameWindowsSameBits) {
  auto const second = made().folder / "second.toml";
  std::vector<std::string> const arguments{made().folder, "-o", second, "--name", "test/board", "--force"};
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(fit_command(arguments), 0);
  EXPECT_THAT(::testing::internal::GetCapturedStdout(), HasSubstr("rank"));
  EXPECT_EQ(read(second), read(made().file));
}

TEST(FitCommand, WrongArgumentsAndFilesAreSaid) {
  auto const run = [](std::vector<std::string> const& arguments, int status) {
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(fit_command(arguments), status);
    return ::testing::internal::GetCapturedStderr();
  };
  EXPECT_THAT(run({}, 2), HasSubstr("usage"));
  EXPECT_THAT(run({"x"}, 2), HasSubstr("-o"));
  EXPECT_THAT(run({"x", "-o", "y", "--tier", "guess"}, 2), HasSubstr("--tier"));
  EXPECT_THAT(run({"x", "-o", "y", "--model-error", "much"}, 2), HasSubstr("--model-error"));
  EXPECT_THAT(run({"/nowhere", "-o", "y"}, 2), HasSubstr("/nowhere"));
  EXPECT_THAT(run({made().folder, "-o", "/nowhere/y.toml"}, 2), HasSubstr("cannot be written"));
  EXPECT_THAT(run({made().folder, "-o", "y", "--priors", "voodoo"}, 2), HasSubstr("voodoo"));
}

TEST(ReportCommand, JudgesOtherCampaigns) {
  auto const other = campaign_of({.truth = far_from_priors(), .seed = 7}, "other");
  std::string const file = made().file;  // made before the capture: it captures too
  ::testing::internal::CaptureStdout();
  EXPECT_EQ(report_command(std::vector<std::string>{file, other}), 0);
  std::string const text = ::testing::internal::GetCapturedStdout();
  EXPECT_THAT(text, HasSubstr("control.hbm_read"));
  EXPECT_THAT(text, HasSubstr("ALL HELD OUT"));
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(report_command(std::vector<std::string>{made().folder / "none.toml"}), 2);
  EXPECT_EQ(report_command(std::vector<std::string>{}), 2);
  EXPECT_EQ(report_command(std::vector<std::string>{made().file, "--name", "nobody"}), 2);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("test/board"));
}

}  // namespace
}  // namespace ondol::meter::fit
