#include "scenarios/schema/document.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <tuple>

// toml++ 3.3 asserts, and in release builds assumes, that a key follows "[": it must not be so with a user's text.
namespace ondol::schema {
struct BrokenHeader {};
constexpr void parser_expects(bool holds) {
  if (!holds) throw BrokenHeader{};
}
}  // namespace ondol::schema
#undef NDEBUG
#define TOML_ASSERT(expr) ::ondol::schema::parser_expects(static_cast<bool>(expr))
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace ondol::schema {
namespace {

constexpr std::size_t largest_file = std::size_t{64} << 20;
constexpr std::size_t deepest_key = 64;  ///< parts of a dotted key; the parser itself bounds brackets

// ------------------------------------------------------------------------------------------------ text of a file
struct Problem {
  std::string message;
  Place place;  ///< line 0: the file as a whole
};

/// Contents of `file`, or why there are none.
std::optional<Problem> load(std::filesystem::path const& file, std::string& text) {
  namespace fs = std::filesystem;
  std::error_code error;
  auto const status = fs::status(file, error);
  if (status.type() == fs::file_type::not_found) {
    return Problem{"no such file" + file_suggestion(file), {}};
  }
  if (status.type() == fs::file_type::directory) return Problem{"is a folder, not a TOML file", {}};
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream{std::fopen(file.c_str(), "rb"), &std::fclose};
  if (!stream) return Problem{std::string("cannot be opened: ") + std::strerror(errno), {}};
  char block[1 << 16];
  while (std::size_t const n = std::fread(block, 1, sizeof block, stream.get())) {
    if (std::memchr(block, 0, n)) return Problem{"is not a text file (it holds NUL bytes); a scenario is TOML text", {}};
    text.append(block, n);
    if (text.size() > largest_file) return Problem{"is larger than 64 MB, which no scenario needs; nothing of it was used", {}};
  }
  if (std::ferror(stream.get())) return Problem{std::string("cannot be read: ") + std::strerror(errno), {}};
  if (text.empty()) return Problem{"is empty", {}};
  return std::nullopt;
}

/// Length of the valid UTF-8 sequence at `s[i]`, or 0.
std::size_t sequence_length(std::string_view s, std::size_t i) {
  auto const byte = [&](std::size_t k) { return static_cast<unsigned char>(s[k]); };
  unsigned char const lead = byte(i);
  if (lead < 0x80) return 1;
  std::size_t const n = lead >= 0xC2 && lead <= 0xDF   ? 2
                        : lead >= 0xE0 && lead <= 0xEF ? 3
                        : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                       : 0;
  if (n == 0 || i + n > s.size()) return 0;
  for (std::size_t k = i + 1; k < i + n; ++k)
    if ((byte(k) & 0xC0) != 0x80) return 0;
  unsigned char const second = byte(i + 1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
      (lead == 0xF4 && second > 0x8F))
    return 0;
  return n;
}

/// First fault of the encoding, a control character, or a key nested so deep that it can only be an attack on the stack.
std::optional<Problem> examine(std::string& text) {
  std::uint32_t line = 1, column = 1;
  std::size_t dots = 0;
  char quote = 0;
  for (std::size_t i = 0; i < text.size();) {
    auto const n = sequence_length(text, i);
    if (n == 0) {
      char hex[8];
      std::snprintf(hex, sizeof hex, "0x%02X", static_cast<unsigned>(static_cast<unsigned char>(text[i])));
      Place place;
      place.line = line;
      place.column = column;
      for (std::size_t k = i; k < text.size() && text[k] != '\n'; ++k)  // so that the quoted line can be shown anywhere
        if (auto const m = sequence_length(text, k); m == 0) text[k] = '?';
      return Problem{std::string("byte ") + hex + " is not valid UTF-8; save the file as UTF-8", place};
    }
    char const c = text[i];
    bool const end_of_line = c == '\n' || (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n');
    if ((static_cast<unsigned char>(c) < 0x20 && c != '\t' && !end_of_line) || c == 0x7f)
      return Problem{"a control character, which TOML does not allow", Place{0, line, column, 1}};
    if (c == '\n') {
      ++line;
      column = 0;
      dots = 0;
      quote = 0;
    } else if (quote) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '.' && ++dots > deepest_key) {
      return Problem{"keys are nested more than " + std::to_string(deepest_key) + " deep", Place{0, line, column, 1}};
    } else if (c != '.' && !(std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == ' ')) {
      dots = 0;
    }
    i += n;
    ++column;
  }
  return std::nullopt;
}

// ------------------------------------------------------------------------------------------------ toml++ -> Value
Place place_of(toml::source_region const& region, std::uint32_t source) {
  Place p;
  p.source = source;
  p.line = region.begin.line;
  p.column = region.begin.column;
  p.width = region.end.line == region.begin.line && region.end.column > region.begin.column
                ? region.end.column - region.begin.column
                : 1;
  return p;
}

DateTime convert(toml::date const& d, std::optional<toml::time> const& t, std::optional<toml::time_offset> const& offset) {
  using namespace std::chrono;
  auto const day = sys_days{year{d.year} / month{d.month} / std::chrono::day{d.day}};
  DateTime out;
  out.seconds = std::int64_t{day.time_since_epoch().count()} * 86400;
  if (t) out.seconds += t->hour * 3600 + t->minute * 60 + t->second;
  if (offset) {
    out.seconds -= std::int64_t{offset->minutes} * 60;
    out.has_offset = true;
  }
  return out;
}

Value convert(toml::node const& node, std::uint32_t source) {
  Value v;
  v.place = place_of(node.source(), source);
  switch (node.type()) {
    case toml::node_type::boolean:
      v.kind = Value::Kind::boolean;
      v.boolean = **node.as_boolean();
      break;
    case toml::node_type::integer:
      v.kind = Value::Kind::integer;
      v.integer = **node.as_integer();
      break;
    case toml::node_type::floating_point:
      v.kind = Value::Kind::real;
      v.real = **node.as_floating_point();
      break;
    case toml::node_type::string:
      v.kind = Value::Kind::text;
      v.text = **node.as_string();
      break;
    case toml::node_type::date:
      v.kind = Value::Kind::time;
      v.time = convert(**node.as_date(), std::nullopt, std::nullopt);
      break;
    case toml::node_type::date_time: {
      v.kind = Value::Kind::time;
      toml::date_time const& t = **node.as_date_time();
      v.time = convert(t.date, t.time, t.offset);
      break;
    }
    case toml::node_type::time:  // a time of day without a date means nothing here; kept as text so that it is refused by name
      v.kind = Value::Kind::text;
      v.text = "time of day";
      break;
    case toml::node_type::array:
      v.kind = Value::Kind::array;
      for (auto const& item : *node.as_array()) v.items.push_back(convert(item, source));
      break;
    case toml::node_type::table:
      v.kind = Value::Kind::table;
      v.in_braces = node.as_table()->is_inline();
      for (auto const& [key, item] : *node.as_table())
        v.entries.push_back({std::string(key.str()), place_of(key.source(), source), convert(item, source)});
      std::stable_sort(v.entries.begin(), v.entries.end(), [](auto const& a, auto const& b) {
        return std::tie(a.key_place.line, a.key_place.column) < std::tie(b.key_place.line, b.key_place.column);
      });
      break;
    case toml::node_type::none:
      break;
  }
  return v;
}

}  // namespace

namespace {
/// The first line that begins like a table header and holds no key.
Place broken_header(std::string_view text, std::uint32_t source) {
  std::uint32_t line = 1;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    std::size_t const end = std::min(text.find('\n', begin), text.size());
    std::size_t i = text.find_first_not_of(" \t", begin);
    if (i < end && text[i] == '[') {
      i = text.find_first_not_of("[ \t", i);
      bool const key = i < end && (std::isalnum(static_cast<unsigned char>(text[i])) || std::strchr("_-\"'", text[i]));
      if (!key) return {source, line, static_cast<std::uint32_t>(std::min(i, end) - begin + 1), 1};
    }
    begin = end + 1;
  }
  return {source, 0, 0, 1};
}

/// A source that is text, as a tree.
std::optional<Value> parse_source(std::uint32_t source, Sources const& sources, Faults& faults, Tags tags) {
  try {
    toml::table const table = toml::parse(std::string_view(sources[source].text), std::string_view{});
    Value root = convert(table, source);
    root.place = Place{source, 0, 0, 1};
    if (tags == Tags::settled) settle_tags(root, nullptr, faults);
    return root;
  } catch (BrokenHeader const&) {
    faults.error(broken_header(sources[source].text, source), "not valid TOML: a table header needs a key, such as [site]");
    return std::nullopt;
  } catch (toml::parse_error const& error) {
    Place place = place_of(error.source(), source);
    std::string message{error.description()};
    for (auto const& prefix : {"Error while parsing ", "Error while "})
      if (message.starts_with(prefix)) {
        message = "not valid TOML: " + message.substr(std::strlen(prefix));
        break;
      }
    for (std::size_t at; (at = message.find('\n')) != std::string::npos;) message.replace(at, 1, "\\n");
    faults.error(place, message);
    return std::nullopt;
  }
}

}  // namespace

std::string file_suggestion(std::filesystem::path const& file) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<std::string> neighbours;
  auto const folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  for (fs::directory_iterator it(folder, error), end; !error && it != end && neighbours.size() < 1000; it.increment(error))
    neighbours.push_back(it->path().filename().string());
  std::sort(neighbours.begin(), neighbours.end());
  auto const near = nearest(file.filename().string(), neighbours);
  return near.empty() ? "" : "; did you mean \"" + (file.has_parent_path() ? (folder / near).string() : near) + "\"?";
}

std::optional<std::string> read_text(std::filesystem::path const& file, Sources& sources, Faults& faults) {
  std::string text;
  auto problem = load(file, text);
  if (!problem) problem = examine(text);
  if (!problem) return text;
  problem->place.source = sources.add(file.string(), problem->place.line == 0 ? std::string{} : std::move(text), false);
  faults.error(problem->place, problem->message);
  return std::nullopt;
}

std::optional<Value> read_document(std::filesystem::path const& file, bool catalogue, Sources& sources, Faults& faults,
                                   Tags tags) {
  std::string text;
  auto problem = load(file, text);
  if (!problem) problem = examine(text);
  auto const source =
      sources.add(file.string(), problem && problem->place.line == 0 ? std::string{} : std::move(text), catalogue);
  if (problem) {
    problem->place.source = source;
    faults.error(problem->place, problem->message);
    return std::nullopt;
  }
  return parse_source(source, sources, faults, tags);
}

std::optional<Value> parse_document(std::string text, std::string name, Sources& sources, Faults& faults) {
  auto const problem = examine(text);
  auto const source = sources.add(std::move(name), std::move(text), false);
  if (!problem) return parse_source(source, sources, faults, Tags::settled);
  faults.error({source, problem->place.line, problem->place.column, problem->place.width}, problem->message);
  return std::nullopt;
}

namespace {
/// `text` as the value of a key in front of it, or null when it is no TOML value.
constexpr std::string_view key_before = "x = ";
std::unique_ptr<toml::table> parse_one(std::string_view text) {
  std::string document{key_before};
  document += text;
  if (examine(document)) return nullptr;
  try {
    auto table = std::make_unique<toml::table>(toml::parse(std::string_view(document), std::string_view{}));
    return table->size() == 1 && table->contains("x") ? std::move(table) : nullptr;
  } catch (toml::parse_error const&) {
    return nullptr;
  } catch (BrokenHeader const&) {
    return nullptr;
  }
}

void shift_columns(Value& v, std::uint32_t by) {
  v.place.column += by;
  for (auto& item : v.items) shift_columns(item, by);
  for (auto& e : v.entries) {
    e.key_place.column += by;
    shift_columns(e.value, by);
  }
}
}  // namespace

Value parse_value(std::string_view text, std::uint32_t source, std::size_t column, Faults& faults) {
  Value v;
  if (auto const table = parse_one(text)) {
    v = convert(*table->get("x"), source);
    shift_columns(v, static_cast<std::uint32_t>(column - 1 - key_before.size()));  // modulo 2^32, so a shift left is right too
    settle_tags(v, nullptr, faults);
    return v;
  }
  v.kind = Value::Kind::text;
  v.text = text;
  v.place = {source, 1, static_cast<std::uint32_t>(column),
             std::max<std::uint32_t>(1, static_cast<std::uint32_t>(text.size()))};
  return v;
}

std::optional<DateTime> parse_date_time(std::string_view text) {
  auto const table = parse_one(text);
  auto const* node = table ? table->get("x") : nullptr;
  if (!node || !(node->is_date() || node->is_date_time())) return std::nullopt;
  return convert(*node, 0).time;
}

}  // namespace ondol::schema
