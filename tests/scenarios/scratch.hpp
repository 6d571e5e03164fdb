#pragma once
/// Scenarios written on the spot, and their faults as "line:column message".

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "scenarios/schema/read.hpp"

namespace ondol::schema {

inline std::filesystem::path const fixtures = std::filesystem::path(ONDOL_SOURCE_DIR) / "tests" / "scenarios" / "fixtures";

/// A folder that lives as long as the test.
class Scratch {
 public:
  Scratch() {
    auto const* test = ::testing::UnitTest::GetInstance()->current_test_info();
    static int number = 0;
    folder = std::filesystem::path(ONDOL_BINARY_DIR) / "tests" / "scratch" /
             (std::string(test->test_suite_name()) + "." + test->name() + "." + std::to_string(number++));
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
  }
  ~Scratch() { std::filesystem::remove_all(folder); }
  Scratch(Scratch const&) = delete;
  Scratch& operator=(Scratch const&) = delete;

  std::filesystem::path write(std::string const& name, std::string const& text) const {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary) << text;
    return folder / name;
  }

  std::filesystem::path folder;
};

inline ReadOptions with_fixtures() {
  ReadOptions options;
  options.catalogue = fixtures / "catalogue";
  return options;
}

inline std::string contents(std::filesystem::path const& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Faults of reading `file`; empty when it reads.
inline std::vector<Fault> faults_of(std::filesystem::path const& file, ReadOptions const& options = with_fixtures()) {
  try {
    read_scenario(file, options);
  } catch (InputError const& e) {
    return e.faults();
  }
  return {};
}

/// "12:8 there is no tariff ..."; width as "12:8+5" when it is more than one.
inline std::vector<std::string> brief(std::vector<Fault> const& faults) {
  std::vector<std::string> out;
  for (auto const& f : faults)
    out.push_back(std::to_string(f.line) + ":" + std::to_string(f.column) + (f.width > 1 ? "+" + std::to_string(f.width) : "") +
                  " " + f.message);
  return out;
}

}  // namespace ondol::schema
