#pragma once
/// The little that the program needs of a command line: GPU nodes have no libraries for it.

#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace ondol::meter {

/// What the user wrote cannot be done as written.
struct BadInput : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Option {
  std::string_view name;  ///< "--out"
  bool takes_value = true;
};

class Arguments {
 public:
  /// `--name value` and `--name=value`.  Throws BadInput for what is unknown, twice there, or lacks its value.
  Arguments(std::span<std::string const>, std::span<Option const>);
  bool has(std::string_view name) const { return values_.contains(name); }
  std::string text(std::string_view name, std::string_view otherwise) const;
  /// "570s" and "570" are both seconds.  Finite and at least `least`.
  double seconds(std::string_view name, double otherwise, double least) const;
  double factor(std::string_view name, double otherwise) const;
  std::uint64_t whole(std::string_view name, std::uint64_t otherwise) const;

 private:
  double number(std::string_view name, std::string_view text, double least) const;
  std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace ondol::meter
