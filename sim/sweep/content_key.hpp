#pragma once
/// Content hash (XXH3-128): what makes two runs the same run.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace ondol::sim {

class ContentKey {
 public:
  ContentKey();
  ~ContentKey();
  ContentKey(ContentKey const& other);
  ContentKey& operator=(ContentKey const& other);

  /// Length and bytes, so that "ab", "c" is not "a", "bc".
  ContentKey& add(std::string_view bytes);
  /// Content of a file, not its name.  Throws std::runtime_error when it cannot be read.
  ContentKey& add_file(std::filesystem::path const& path);

  /// 32 hexadecimal digits.
  std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ondol::sim
