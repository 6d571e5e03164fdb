#pragma once
/// The simulated accelerator for tests: shipped truth with some lines of it changed.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "kernels/fake/fake_bench.hpp"

namespace ondol::meter {

inline std::string const fake_library = ONDOL_BINARY_DIR "/libondol_fake_nvml.so";
inline std::string const shipped_truth = ONDOL_SOURCE_DIR "/kernels/fake/truth/h200_like.txt";

inline std::string text_of(std::string const& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The shipped truth with the values of these keys replaced.
inline std::string truth_with(std::map<std::string, std::string> const& changes) {
  std::string text = text_of(shipped_truth);
  for (auto const& [key, value] : changes) {
    std::size_t const at = text.find("\n" + key + " = ") + 1;
    text.replace(at, text.find('\n', at) - at, key + " = " + value);
  }
  return text;
}

class Simulated {
 public:
  explicit Simulated(std::string const& faults = "", std::map<std::string, std::string> const& changes = {},
                     std::uint64_t seed = 1)
      : accelerator_(fake_library, written(truth_with(changes)), seed, faults) {}
  ~Simulated() { std::filesystem::remove(file()); }
  Clock& clock() { return accelerator_.clock(); }
  Bench& bench() { return accelerator_.bench(); }
  fake::FakeAccelerator const& truth() const { return accelerator_; }

 private:
  static std::string file() { return testing::TempDir() + "truth-" + std::to_string(getpid()) + ".txt"; }
  static std::string written(std::string const& text) {
    std::ofstream(file(), std::ios::binary) << text;
    return file();
  }
  fake::FakeAccelerator accelerator_;
};

}  // namespace ondol::meter
