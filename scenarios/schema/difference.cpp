#include "scenarios/schema/difference.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "scenarios/schema/document.hpp"
#include "scenarios/schema/quantity_text.hpp"
#include "scenarios/schema/toml_text.hpp"

namespace ondol::schema {
namespace {

using Kind = Value::Kind;

/// Numbers that went through one text more or less may lose their last bits.
bool equal(double a, double b) {
  return a == b || std::abs(a - b) <= 1e-14 * std::max(std::abs(a), std::abs(b)) || (std::isnan(a) && std::isnan(b));
}

bool is_number(Value const& v) {
  return v.is(Kind::integer) || v.is(Kind::real);
}
double number(Value const& v) {
  return v.is(Kind::integer) ? static_cast<double>(v.integer) : v.real;
}

/// Texts that are one quantity in two spellings.
bool same_quantity(std::string const& a, std::string const& b) {
  static auto const dimensions = [] {
    auto all = all_dimensions();
    all.push_back(&absolute_temperature());
    return all;
  }();
  return std::any_of(dimensions.begin(), dimensions.end(), [&](Dimension const* dimension) {
    auto const x = parse_quantity(a, *dimension).value;
    if (!x) return false;
    auto const y = parse_quantity(b, *dimension).value;
    return y && equal(*x, *y);
  });
}

/// The text that names an element of a list: its id, else its name.
std::string const* handle(Value const& element) {
  for (auto const* key : {"id", "name"})
    if (auto const* v = element.find(key); v && v->is(Kind::text)) return &v->text;
  return nullptr;
}

/// Every element has a name of its own.
bool is_named(Value const& list) {
  std::set<std::string> seen;
  return std::all_of(list.items.begin(), list.items.end(),
                     [&](Value const& v) { return v.is(Kind::table) && handle(v) && seen.insert(*handle(v)).second; });
}
bool is_list_of_tables(Value const& v) {
  return v.is(Kind::array) && !v.items.empty() &&
         std::all_of(v.items.begin(), v.items.end(), [](Value const& i) { return i.is(Kind::table); });
}

class Comparison {
 public:
  Comparison(Sources const& sources) : sources_(sources) {}

  void compare(std::string const& path, Value const& a, Value const& b) {
    if (a.is(Kind::table) && b.is(Kind::table)) return tables(path, a, b);
    if (is_list_of_tables(a) && is_list_of_tables(b)) return lists(path, a, b);
    if (!same(a, b)) found.push_back({path, text(a), text(b)});
  }

  std::vector<Difference> found;

 private:
  static std::string join(std::string const& path, std::string const& key) {
    return path.empty() ? key_text(key) : path + "." + key_text(key);
  }
  static std::string element(std::string const& path, std::size_t i) { return path + "[" + std::to_string(i) + "]"; }

  void only_before(std::string const& path, Value const& v) { found.push_back({path, text(v), std::nullopt}); }
  void only_after(std::string const& path, Value const& v) { found.push_back({path, std::nullopt, text(v)}); }

  void tables(std::string const& path, Value const& a, Value const& b) {
    for (auto const& e : a.entries) {
      auto const* other = b.find(e.key);
      other ? compare(join(path, e.key), e.value, *other) : entries(join(path, e.key), e.value, true);
    }
    for (auto const& e : b.entries)
      if (!a.find(e.key)) entries(join(path, e.key), e.value, false);
  }

  /// A list of tables that one side lacks is told element by element.
  void entries(std::string const& path, Value const& v, bool before) {
    if (!is_list_of_tables(v)) return before ? only_before(path, v) : only_after(path, v);
    bool const named = is_named(v);
    for (std::size_t i = 0; i < v.items.size(); ++i) {
      auto const place = named ? join(path, *handle(v.items[i])) : element(path, i);
      before ? only_before(place, v.items[i]) : only_after(place, v.items[i]);
    }
  }

  void lists(std::string const& path, Value const& a, Value const& b) {
    is_named(a) && is_named(b) ? named_lists(path, a, b) : plain_lists(path, a, b);
  }

  void named_lists(std::string const& path, Value const& a, Value const& b) {
    auto const in = [](Value const& list, std::string const& name) -> Value const* {
      auto const it = std::find_if(list.items.begin(), list.items.end(), [&](Value const& v) { return *handle(v) == name; });
      return it == list.items.end() ? nullptr : &*it;
    };
    std::string order_a, order_b;  // of those that both have
    for (auto const& item : a.items) {
      auto const place = join(path, *handle(item));
      if (auto const* other = in(b, *handle(item))) {
        tables(place, item, *other);
        order_a += (order_a.empty() ? "" : ", ") + *handle(item);
      } else {
        only_before(place, item);
      }
    }
    for (auto const& item : b.items)
      if (in(a, *handle(item)))
        order_b += (order_b.empty() ? "" : ", ") + *handle(item);
      else
        only_after(join(path, *handle(item)), item);
    if (order_a != order_b) found.push_back({path + " (order)", order_a, order_b});
  }

  /// Elements without names belong together by place, counted from the end behind one that was put in or left out.
  void plain_lists(std::string const& path, Value const& a, Value const& b) {
    auto const n = a.items.size(), m = b.items.size();
    std::size_t head = 0, tail = 0;
    if (n != m) {
      while (head < std::min(n, m) && same(a.items[head], b.items[head])) ++head;
      while (tail < std::min(n, m) - head && same(a.items[n - 1 - tail], b.items[m - 1 - tail])) ++tail;
    }
    std::size_t i = head;
    for (; i < std::min(n, m) - tail; ++i) compare(element(path, i), a.items[i], b.items[i]);
    for (auto k = i; k < n - tail; ++k) only_before(element(path, k), a.items[k]);
    for (auto k = i; k < m - tail; ++k) only_after(element(path, k), b.items[k]);
  }

  bool same(Value const& a, Value const& b) const {
    if (is_number(a) && is_number(b)) return equal(number(a), number(b));
    if (a.kind != b.kind) return false;
    switch (a.kind) {
      case Kind::boolean:
        return a.boolean == b.boolean;
      case Kind::text:
        return a.text == b.text || same_quantity(a.text, b.text);
      case Kind::time:
        return a.time.seconds == b.time.seconds && a.time.has_offset == b.time.has_offset;
      case Kind::array:
        return a.items.size() == b.items.size() && std::equal(a.items.begin(), a.items.end(), b.items.begin(),
                                                              [&](Value const& x, Value const& y) { return same(x, y); });
      case Kind::table: {
        Comparison inner(sources_);
        inner.tables("", a, b);
        return inner.found.empty();
      }
      default:
        return false;
    }
  }

  std::string text(Value const& v) const {
    switch (v.kind) {
      case Kind::boolean:
        return v.boolean ? "true" : "false";
      case Kind::integer:
        return std::to_string(v.integer);
      case Kind::real:
        return number_text(v.real);
      case Kind::text:
        return toml_text(v.text);
      case Kind::time: {  // as written, in its own time zone
        auto const line = sources_.line(v.place);
        auto const begin = std::min<std::size_t>(line.size(), v.place.column - 1);
        return line.substr(begin, line.find_first_of(",]}#\t", begin) - begin);
      }
      case Kind::array: {
        std::string out;
        for (auto const& i : v.items) out += (out.empty() ? "" : ", ") + text(i);
        return "[" + out + "]";
      }
      case Kind::table: {
        std::string out;
        for (auto const& e : v.entries) out += (out.empty() ? " " : ", ") + key_text(e.key) + " = " + text(e.value);
        return "{" + out + " }";
      }
    }
    return "";
  }

  Sources const& sources_;
};

}  // namespace

std::vector<Difference> differences(std::string const& before, std::string const& after, std::string const& before_name,
                                    std::string const& after_name) {
  Sources sources;
  Faults faults(sources);
  auto const a = parse_document(before, before_name, sources, faults);
  auto const b = parse_document(after, after_name, sources, faults);
  if (!a || !b) throw InputError(faults.sorted(Severity::error));
  Comparison comparison(sources);
  comparison.compare("", *a, *b);
  return std::move(comparison.found);
}

}  // namespace ondol::schema
