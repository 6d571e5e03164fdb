#include "kernels/activity/window.hpp"

#include <charconv>
#include <cmath>
#include <fstream>
#include <set>
#include <stdexcept>
#include <utility>
#include <variant>

namespace ondol::meter {
namespace {

constexpr std::array<std::pair<Role, std::string_view>, 5> role_words{{{Role::state, "state"},
                                                                       {Role::fit, "fit"},
                                                                       {Role::ladder, "ladder"},
                                                                       {Role::temperature, "temperature"},
                                                                       {Role::held_out, "held_out"}}};
constexpr std::array<std::string_view, flags_in_all> flag_words{"mig",           "other_process", "limit_below_default",
                                                                "clocks_locked", "thermal",       "power_brake",
                                                                "lost_device",   "stale_counter", "short"};

using Number = double Window::*;
using Known = std::optional<double> Window::*;
using Slot = std::variant<int Window::*, Number, Known, std::uint64_t Window::*, std::string Window::*, Role Window::*,
                          std::optional<Fill> Window::*, ClockEvents Window::*, Flags Window::*, Channel>;
struct Column {
  std::string name;
  Slot slot;
};

std::vector<Column> make_columns() {
  std::vector<Column> all{{"window", &Window::number},
                          {"kernel", &Window::kernel},
                          {"role", &Window::role},
                          {"fill", &Window::fill},
                          {"toggle", &Window::toggle},
                          {"sm_share", &Window::sm_share},
                          {"seed", &Window::seed},
                          {"period_s", &Window::period_s},
                          {"repeat", &Window::repeat},
                          {"t0_s", &Window::t0_s},
                          {"t1_s", &Window::t1_s},
                          {"energy_counter_j", &Window::energy_counter_j},
                          {"energy_instant_j", &Window::energy_instant_j},
                          {"energy_average_j", &Window::energy_average_j},
                          {"uncertainty_j", &Window::uncertainty_j},
                          {"memory_power_w", &Window::memory_power_w},
                          {"temperature_c", &Window::temperature_c},
                          {"memory_temperature_c", &Window::memory_temperature_c},
                          {"sm_clock_nvml_hz", &Window::sm_clock_nvml_hz},
                          {"sm_clock_kernel_hz", &Window::sm_clock_kernel_hz},
                          {"limit_w", &Window::limit_w},
                          {"reasons", &Window::reasons},
                          {"flags", &Window::flags},
                          {"launches", &Window::launches},
                          {"awake", &Window::awake}};
  for (std::size_t i = 0; i < channels; ++i) all.push_back({"work_" + std::string(channel_names[i]), static_cast<Channel>(i)});
  for (auto const& [name, slot] : {std::pair<char const*, Known>{"gpm_sm", &Window::gpm_sm},
                                   {"gpm_tensor", &Window::gpm_tensor},
                                   {"gpm_dram", &Window::gpm_dram},
                                   {"gpm_fp32", &Window::gpm_fp32},
                                   {"gpm_fp64", &Window::gpm_fp64}})
    all.push_back({name, slot});
  return all;
}

std::vector<Column> const& columns() {
  static std::vector<Column> const all = make_columns();
  return all;
}

template <class T>
std::string digits(T value, int base = 10) {
  std::array<char, 32> buffer{};
  std::to_chars_result done{};
  if constexpr (std::is_floating_point_v<T>)
    done = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  else
    done = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, base);
  return {buffer.data(), done.ptr};
}

struct Writer {
  Window const& w;
  std::string operator()(int Window::*m) const { return digits(w.*m); }
  std::string operator()(Number m) const { return digits(w.*m); }
  std::string operator()(Known m) const { return w.*m ? digits(*(w.*m)) : std::string(); }
  std::string operator()(std::uint64_t Window::*m) const { return digits(w.*m); }
  std::string operator()(std::string Window::*m) const { return w.*m; }
  std::string operator()(Role Window::*m) const { return std::string(name(w.*m)); }
  std::string operator()(std::optional<Fill> Window::*m) const { return w.*m ? std::string(name(*(w.*m))) : std::string(); }
  std::string operator()(ClockEvents Window::*m) const { return "0x" + digits((w.*m).bits, 16); }
  std::string operator()(Flags Window::*m) const { return text(w.*m); }
  std::string operator()(Channel c) const { return digits(w.work[c]); }
};

double real(std::string_view field) {
  double value = 0;
  auto const [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size()) throw std::invalid_argument("is not a number");
  if (!std::isfinite(value)) throw std::invalid_argument("is not finite");
  return value;
}

template <class T>
T whole(std::string_view field, int base = 10) {
  T value = 0;
  auto const [end, error] = std::from_chars(field.data(), field.data() + field.size(), value, base);
  if (error != std::errc() || end != field.data() + field.size()) throw std::invalid_argument("is not a whole number");
  return value;
}

/// Throws the problem as text; its place is known only outside.
struct Reader {
  Window& w;
  std::string_view field;
  void operator()(int Window::*m) const { w.*m = whole<int>(field); }
  void operator()(Number m) const { w.*m = real(field); }
  void operator()(Known m) const { w.*m = field.empty() ? std::nullopt : std::optional(real(field)); }
  void operator()(std::uint64_t Window::*m) const { w.*m = whole<std::uint64_t>(field); }
  void operator()(std::string Window::*m) const {
    if (field.empty()) throw std::invalid_argument("is empty");
    w.*m = field;
  }
  void operator()(Role Window::*m) const {
    auto const role = role_named(field);
    if (!role) throw std::invalid_argument("is no role (state, fit, ladder, temperature, held_out)");
    w.*m = *role;
  }
  void operator()(std::optional<Fill> Window::*m) const {
    w.*m = fill_named(field);
    if (!field.empty() && !(w.*m))
      throw std::invalid_argument("is no fill (zeros, constant, random_bits, normal, sparse50, sparse90)");
  }
  void operator()(ClockEvents Window::*m) const {
    if (field.empty()) return;
    if (!field.starts_with("0x")) throw std::invalid_argument("is not hexadecimal (0x...)");
    (w.*m).bits = whole<std::uint64_t>(field.substr(2), 16);
  }
  void operator()(Flags Window::*m) const {
    auto const flags = flags_from(field);
    if (!flags) throw std::invalid_argument("holds an unknown flag");
    w.*m = *flags;
  }
  void operator()(Channel c) const { w.work[c] = real(field); }
};

struct Place {
  std::string const& file;
  int line = 0;
  [[noreturn]] void fault(std::size_t column, std::string const& problem) const {
    throw std::runtime_error(file + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + problem);
  }
};

/// Fields of a line and where each begins, from 1.
std::vector<std::pair<std::string_view, std::size_t>> split(std::string_view line) {
  std::vector<std::pair<std::string_view, std::size_t>> fields;
  std::size_t begin = 0;
  for (;;) {
    std::size_t const comma = line.find(',', begin);
    fields.emplace_back(line.substr(begin, comma - begin), begin + 1);
    if (comma == std::string_view::npos) return fields;
    begin = comma + 1;
  }
}

/// For each field of the header, the column that it names.
std::vector<Column const*> read_header(std::string_view line, Place const& place) {
  std::vector<Column const*> order;
  std::set<std::string_view> seen;
  for (auto const& [field, at] : split(line)) {
    Column const* found = nullptr;
    for (Column const& c : columns())
      if (c.name == field) found = &c;
    if (!found) place.fault(at, "unknown column \"" + std::string(field) + "\"; kernels/README.md lists them");
    if (!seen.insert(found->name).second) place.fault(at, "column \"" + std::string(field) + "\" stands twice");
    order.push_back(found);
  }
  for (Column const& c : columns())
    if (!seen.contains(c.name)) place.fault(1, "column \"" + c.name + "\" is missing");
  return order;
}

Window read_row(std::string_view line, std::vector<Column const*> const& order, Place const& place) {
  auto const fields = split(line);
  if (fields.size() != order.size())
    place.fault(fields.back().second,
                std::to_string(fields.size()) + " fields where the header has " + std::to_string(order.size()));
  Window w;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    try {
      std::visit(Reader{w, fields[i].first}, order[i]->slot);
    } catch (std::invalid_argument const& problem) {
      place.fault(fields[i].second, order[i]->name + " = \"" + std::string(fields[i].first) + "\" " + problem.what());
    }
  }
  if (w.t1_s <= w.t0_s) place.fault(1, "window " + std::to_string(w.number) + " ends before it begins (t1_s <= t0_s)");
  return w;
}

}  // namespace

std::string_view name(Role role) {
  for (auto const& [r, word] : role_words)
    if (r == role) return word;
  return "";
}

std::optional<Role> role_named(std::string_view word) {
  for (auto const& [role, w] : role_words)
    if (w == word) return role;
  return std::nullopt;
}

std::string_view name(Flag flag) {
  return flag_words[static_cast<std::size_t>(flag)];
}

std::string text(Flags flags) {
  std::string all;
  for (std::size_t i = 0; i < flags_in_all; ++i)
    if (flags.raised(static_cast<Flag>(i))) all += (all.empty() ? "" : "+") + std::string(flag_words[i]);
  return all;
}

std::optional<Flags> flags_from(std::string_view words) {
  Flags flags;
  while (!words.empty()) {
    std::string_view const word = words.substr(0, words.find('+'));
    bool known = false;
    for (std::size_t i = 0; i < flags_in_all; ++i)
      if (flag_words[i] == word) {
        flags.raise(static_cast<Flag>(i));
        known = true;
      }
    if (!known || words.size() == word.size() + 1) return std::nullopt;
    words.remove_prefix(word.size() < words.size() ? word.size() + 1 : word.size());
  }
  return flags;
}

std::vector<std::string> const& window_columns() {
  static std::vector<std::string> const names = [] {
    std::vector<std::string> all;
    for (Column const& c : columns()) all.push_back(c.name);
    return all;
  }();
  return names;
}

void write_window_header(std::ostream& out) {
  for (std::size_t i = 0; i < columns().size(); ++i) out << (i ? "," : "") << columns()[i].name;
  out << '\n';
}

void write_window(std::ostream& out, Window const& w) {
  std::string row;
  for (std::size_t i = 0; i < columns().size(); ++i) row += (i ? "," : "") + std::visit(Writer{w}, columns()[i].slot);
  out << row + '\n';
}

std::vector<Window> read_windows(std::istream& in, std::string const& file) {
  Place place{file, 1};
  std::string line;
  auto const next = [&] {
    if (!std::getline(in, line)) return false;
    if (in.eof()) place.fault(line.size() + 1, "the line has no end: its writer was cut off; delete it");
    return true;
  };
  if (!next()) place.fault(1, "the file is empty");
  auto const order = read_header(line, place);
  std::vector<Window> windows;
  std::set<int> numbers;
  for (++place.line; next(); ++place.line) {
    windows.push_back(read_row(line, order, place));
    if (!numbers.insert(windows.back().number).second)
      place.fault(1, "window " + std::to_string(windows.back().number) + " stands twice");
  }
  return windows;
}

std::vector<Window> read_windows(std::filesystem::path const& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path.string() + ": cannot be read");
  return read_windows(in, path.string());
}

void write_windows(std::filesystem::path const& path, std::span<Window const> windows) {
  std::ofstream out(path, std::ios::binary);
  write_window_header(out);
  for (Window const& w : windows) write_window(out, w);
  if (!out.flush()) throw std::runtime_error(path.string() + ": cannot be written");
}

}  // namespace ondol::meter
