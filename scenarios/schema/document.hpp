#pragma once
/// TOML text as a tree whose every key and value knows its place.  No struct, no unit, no meaning: see decode.hpp.

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/base/error.hpp"
#include "scenarios/schema/spec.hpp"

namespace ondol::schema {

/// A stretch of one source text.  `source` is an index into `Sources`; line 0 means the text as a whole.
struct Place {
  std::uint32_t source = 0;
  std::uint32_t line = 0, column = 0, width = 1;
};

/// Where a number is from, as written beside it: { value = ..., source = ..., tier = ..., uncertainty = ..., why = ... }.
struct Tag {
  std::optional<Tier> tier;
  std::string source, why;
  std::optional<double> uncertainty;
  int draw = 0;  ///< as a dump says of values that it wrote drawn: { value = ..., uncertainty = ..., draw = 3 }
};

char const* tier_name(Tier tier);

/// Date and time of a TOML value, in seconds of its own clock since 1970-01-01T00:00; UTC when an offset was given.
struct DateTime {
  std::int64_t seconds = 0;
  bool has_offset = false;
};

struct Value {
  enum class Kind { boolean, integer, real, text, time, array, table };
  struct Entry;

  Kind kind = Kind::table;
  bool boolean = false;
  bool in_braces = false;  ///< a table written as { ... }
  std::int64_t integer = 0;
  double real = 0;
  std::string text;
  DateTime time;
  std::vector<Value> items;
  std::vector<Entry> entries;
  Place place;
  std::shared_ptr<Tag const> tag;  ///< of the value, or of the nearest table around it that has one

  Value const* find(std::string_view key) const;
  Value* find(std::string_view key);
  bool is(Kind k) const { return kind == k; }
};

struct Value::Entry {
  std::string key;
  Place key_place;
  Value value;
};

inline Value const* Value::find(std::string_view key) const {
  for (auto const& e : entries)
    if (e.key == key) return &e.value;
  return nullptr;
}
inline Value* Value::find(std::string_view key) {
  for (auto& e : entries)
    if (e.key == key) return &e.value;
  return nullptr;
}

/// "a whole number", "a table", ...
char const* kind_name(Value::Kind kind);

/// Every text that was read, so that a fault can quote its line.
class Sources {
 public:
  struct Source {
    std::string name;  ///< as the user gave it
    std::string text;
    bool catalogue = false;
    std::vector<std::size_t> line_starts;
    std::uint32_t first_line = 1;  ///< of the file, that the text begins with
    std::string value;             ///< what was given there, where it is not the text (made from a range)
  };
  std::uint32_t add(Source source);
  std::uint32_t add(std::string name, std::string text, bool catalogue);
  Source const& operator[](std::uint32_t i) const { return all_[i]; }
  std::string line(Place const& place) const;
  std::size_t size() const { return all_.size(); }
  /// Forgets those after the first `n`: nothing may refer to them any more.
  void shrink(std::size_t n) { all_.erase(all_.begin() + static_cast<std::ptrdiff_t>(n), all_.end()); }
  /// A fault there.
  Fault fault(Place const& place, std::string message = {}, Severity severity = Severity::error) const;

 private:
  std::deque<Source> all_;
};

/// Collects faults; the reader never stops at the first.
class Faults {
 public:
  explicit Faults(Sources const& sources) : sources_(sources) {}
  void error(Place const& place, std::string message) { add(Severity::error, place, std::move(message)); }
  void warning(Place const& place, std::string message) { add(Severity::warning, place, std::move(message)); }
  bool any() const { return errors_ > 0; }
  std::size_t errors() const { return errors_; }
  /// Sorted by position, each fault once.
  std::vector<Fault> sorted(Severity severity) const;

 private:
  void add(Severity severity, Place const& place, std::string message);
  struct Item {
    Severity severity;
    Place place;
    std::string message;
  };
  Sources const& sources_;
  std::vector<Item> items_;
  std::size_t errors_ = 0;
};

/// Takes source, tier, uncertainty and why out of a table: they are said of all values below it that do not say otherwise.
/// A table { value = ... } becomes that value.  `tier = "assumed"` drops
/// an inherited source and reason.
void settle_tags(Value& v, std::shared_ptr<Tag const> const& inherited, Faults& faults);

/// What becomes of source, tier, uncertainty and why: they tag values (`settle_tags`), or are keys like others.
enum class Tags { settled, plain };

/// Reads one file.  Nothing (and faults) when it cannot be read, is not text, or is not TOML.
std::optional<Value> read_document(std::filesystem::path const& file, bool catalogue, Sources& sources, Faults& faults,
                                   Tags tags = Tags::settled);

/// Text of `file` as it is, or nothing and a fault.
std::optional<std::string> read_text(std::filesystem::path const& file, Sources& sources, Faults& faults);

/// "; did you mean ...?" when a file beside `file` has a name much like it.
std::string file_suggestion(std::filesystem::path const& file);

/// The same of a text that is no file of its own, such as the scenario inside a results file; `name` is for faults.
std::optional<Value> parse_document(std::string text, std::string name, Sources& sources, Faults& faults);

/// A value as written after `--set key=`: TOML, or else the bare text.  `column` is where the value starts in that source.
Value parse_value(std::string_view text, std::uint32_t source, std::size_t column, Faults& faults);

/// A TOML date-time ("2026-07-01T00:00:00+09:00", "2026-07-01") or nothing.
std::optional<DateTime> parse_date_time(std::string_view text);

}  // namespace ondol::schema
