#include "scenarios/schema/decode.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

namespace ondol::schema {
namespace {

using Kind = Value::Kind;

std::string joined(std::string const& path, std::string const& key) {
  return path.empty() ? key : path + "." + key;
}
std::string indexed(std::string const& path, std::size_t i) {
  return path + "[" + std::to_string(i) + "]";
}
std::string list_of(std::vector<std::string> const& words, std::size_t most = 8) {
  std::string out;
  for (std::size_t i = 0; i < words.size() && i < most; ++i) out += (i ? ", " : "") + in_quotes(words[i]);
  if (words.size() > most) out += ", ... (" + std::to_string(words.size()) + " in all)";
  return out;
}

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace

std::string suggestion(std::string const& word, std::vector<std::string> const& known) {
  if (auto const near = nearest(word, known); !near.empty()) return ". Did you mean " + in_quotes(near) + "?";
  if (known.empty()) return "";
  return "; known are " + list_of(known);
}

Place Decoder::place(std::string path) const {
  while (true) {
    if (auto const it = places_.find(path); it != places_.end()) return it->second;
    auto const cut = path.find_last_of(".[");
    if (cut == std::string::npos) break;
    path.resize(cut);
  }
  auto const root = places_.find("");
  return root == places_.end() ? Place{} : root->second;
}

bool Decoder::good(std::string const& path) const {
  auto const it = bad_.lower_bound(path);
  if (it == bad_.end() || !it->starts_with(path)) return true;
  if (it->size() == path.size()) return false;
  for (auto i = it; i != bad_.end() && i->starts_with(path); ++i)
    if (i->size() == path.size() || (*i)[path.size()] == '.' || (*i)[path.size()] == '[') return false;
  return true;
}

std::string Decoder::written(Value const& v) const {
  std::string out = sources_[v.place.source].value;
  if (!out.empty()) return out;
  std::string const line = sources_.line(v.place);
  std::uint32_t column = 0;
  for (char const c : line) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++column;
    if (column >= v.place.column && column < v.place.column + v.place.width) out += c;
  }
  return out.size() > 60 ? out.substr(0, 57) + "..." : out;
}

void Decoder::fault(std::string const& path, Place const& place, std::string message) {
  bad_.insert(path);
  faults_.error(place, std::move(message));
}

void Decoder::wrong_type(Field const& f, Value const& v, std::string const& path, std::string const& expected) {
  fault(path, v.place, f.key + " takes " + expected + ", not " + kind_name(v.kind));
}

void Decoder::mark(Value const& v, std::string const& path) {
  places_[path] = v.place;
  auto const& source = sources_[v.place.source];
  Origin o;
  o.file = source.name;
  o.line = v.place.line;
  o.column = v.place.column;
  o.tier = source.catalogue ? Tier::assumed : Tier::user;
  if (v.tag) {
    if (v.tag->tier) o.tier = *v.tag->tier;
    o.source = v.tag->source;
    o.reason = v.tag->why;
    o.uncertainty = v.tag->uncertainty;
    o.draw = v.tag->draw;
    o.is_default = o.tier == Tier::assumed && o.reason == "default";  // as `dump` writes it
  }
  origin_[path] = std::move(o);
}

void Decoder::mark_default(std::string const& path) {
  Origin o;
  o.tier = Tier::assumed;
  o.reason = "default";
  o.is_default = true;
  origin_[path] = std::move(o);
}

bool Decoder::in_range(Field const& f, double x, Value const& v, std::string const& path, Dimension const* dimension) {
  auto const show = [&](double limit) { return dimension ? quantity_text(limit, *dimension) : plain_number(limit); };
  std::string const what = f.key + " = " + written(v);
  if (!std::isfinite(x)) {
    fault(path, v.place, what + " is not a finite number");
    return false;
  }
  bool const low = x < f.low || (f.above_low && x == f.low), high = x > f.high;
  if (low || high) {
    std::string rule;
    if (std::isfinite(f.low) && std::isfinite(f.high))
      rule =
          f.above_low ? "above " + show(f.low) + " and at most " + show(f.high) : "from " + show(f.low) + " to " + show(f.high);
    else if (std::isfinite(f.low))
      rule = (f.above_low ? "above " : "at least ") + show(f.low);
    else
      rule = "at most " + show(f.high);
    std::string const hint = high && f.high == 1 && x >= 2 && x <= 100 && x / 100 >= f.low
                                 ? ". Write " + plain_number(x / 100) + " for " + plain_number(x) + " %?"
                                 : "";
    fault(path, v.place, what + " is out of range: " + rule + " is allowed" + hint);
    return false;
  }
  if (dimension && std::abs(x) > dimension->limit) {
    fault(path, v.place, what + " is beyond belief for a " + dimension->name + " (more than " + show(dimension->limit) + ")");
    return false;
  }
  return true;
}

bool Decoder::number(Field const& f, Value const& v, std::string const& path, double& out) {
  double x = 0;
  if (v.is(Kind::integer)) {
    x = static_cast<double>(v.integer);
  } else if (v.is(Kind::real)) {
    x = v.real;
  } else {
    wrong_type(f, v, path, v.is(Kind::text) ? "a bare number (no quotes, no unit)" : "a number");
    return false;
  }
  if (!in_range(f, x, v, path, nullptr)) return false;
  out = x;
  return true;
}

bool Decoder::integer(Field const& f, Value const& v, std::string const& path, double& out) {
  double x = 0;
  if (v.is(Kind::integer)) {
    x = static_cast<double>(v.integer);
  } else if (v.is(Kind::real) && (std::trunc(v.real) == v.real || !std::isfinite(v.real))) {
    x = v.real;
  } else {
    wrong_type(f, v, path, v.is(Kind::text) ? "a bare whole number (no quotes)" : "a whole number");
    return false;
  }
  if (f.late_limit && std::isfinite(x) && x > f.high) {
    oversized[path] = x;
    bad_.insert(path);
    return false;
  }
  if (!in_range(f, x, v, path, nullptr)) return false;
  out = x;
  return true;
}

bool Decoder::text(Field const& f, Value const& v, std::string const& path, std::string& out) {
  if (!v.is(Kind::text)) {
    wrong_type(f, v, path, "a text in quotes");
    return false;
  }
  for (char const c : v.text)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
      fault(path, v.place, f.key + " holds a control character");
      return false;
    }
  if (!f.choices.empty() && std::find(f.choices.begin(), f.choices.end(), v.text) == f.choices.end()) {
    std::string const near = nearest(v.text, f.choices);
    fault(path, v.place,
          f.key + " = " + written(v) + " is not one of " + list_of(f.choices) +
              (near.empty() ? "" : ". Write " + in_quotes(near) + "?"));
    return false;
  }
  if (v.text.empty() && f.is_required) {
    fault(path, v.place, f.key + " is empty (" + f.doc + ")");
    return false;
  }
  if (f.is_identity && (v.text == "." || v.text.find('/') != std::string::npos || v.text.find('\n') != std::string::npos ||
                        v.text.size() > 200)) {
    fault(path, v.place,
          f.key +
              " names a group in the results, so it may hold no \"/\", no line break and at most 200 characters, and not be "
              "\".\"");
    return false;
  }
  out = v.text;
  return true;
}

/// The file that `word` names, relative to the file that holds it.
std::string Decoder::file_at(std::string const& word, std::string const& path, Place const& place) {
  namespace fs = std::filesystem;
  auto const& source = sources_[place.source].name;
  fs::path const folder = source.starts_with("--") ? fs::path() : fs::path(source).parent_path();
  fs::path const file = (folder / word).lexically_normal();
  std::error_code ignored;
  if (!fs::exists(file, ignored))
    fault(path, place,
          "there is no file " + file.string() + " (names are relative to the file that holds them)" + file_suggestion(file));
  else if (!fs::is_regular_file(file, ignored))
    fault(path, place, file.string() + " is not a file");
  return file.string();
}

void Decoder::refer(Field const& f, std::string const& id, std::string const& path, Place const& place) {
  if (!f.reference.empty() && !id.empty()) references.push_back({f.reference, id, path, place});
}

void Decoder::table(Value const& table, std::function<Fields()> const& open, std::string const& path,
                    std::vector<std::string> const& also_known) {
  places_.emplace(path, table.place);
  Fields fields = open();
  if (std::any_of(fields.begin(), fields.end(), [](Field const& f) { return !f.condition.empty(); })) {
    // The enum decides which keys apply: read it first, then describe again.
    for (auto const& f : fields)
      if (auto const* v = table.find(f.key); v && std::holds_alternative<slot::Choice>(f.slot) && v->is(Kind::text))
        if (auto const c = std::find(f.choices.begin(), f.choices.end(), v->text); c != f.choices.end())
          std::get<slot::Choice>(f.slot).set(static_cast<std::size_t>(c - f.choices.begin()));
    fields = open();
  }
  std::set<std::string> misspelt;  // keys that an unknown key near them was meant to be
  for (auto const& e : table.entries) {
    auto const known = [&](Field const& f) { return f.key == e.key; };
    if (std::any_of(fields.begin(), fields.end(), known) ||
        std::find(also_known.begin(), also_known.end(), e.key) != also_known.end())
      continue;
    std::vector<std::string> words;
    for (auto const& f : fields) words.push_back(f.key);
    words.insert(words.end(), also_known.begin(), also_known.end());
    auto const near = nearest(e.key, words);
    misspelt.insert(near);
    std::string const where = path.empty() ? "" : " in " + path;
    fault(joined(path, e.key), e.key_place,
          "unknown key " + in_quotes(e.key) + where +
              (near.empty() ? "; known are " + list_of(words, 40) : ". Did you mean " + in_quotes(near) + "?"));
  }
  for (auto const& f : fields) {
    std::string const here = joined(path, f.key);
    Value const* v = table.find(f.key);
    if (v && !f.applies) {
      if (std::any_of(fields.begin(), fields.end(), [&](Field const& other) { return other.key == f.key && other.applies; }))
        continue;
      fault(here, v->place, f.key + " belongs to " + f.condition);
      continue;
    }
    if (!f.applies) continue;
    if (v) {
      field(f, *v, here);
      continue;
    }
    if (f.is_required && misspelt.contains(f.key)) {
      bad_.insert(here);
      continue;
    }
    if (f.is_required) {
      bool const list = std::holds_alternative<slot::List>(f.slot), group = std::holds_alternative<slot::Group>(f.slot);
      std::string const what = list && path.empty()    ? "[[" + f.key + "]]"
                               : group && path.empty() ? "[" + f.key + "]"
                                                       : in_quotes(f.key);
      fault(here, table.place, (path.empty() ? whole : path) + " needs " + what + " (" + f.doc + ")");
      continue;
    }
    if (auto const* g = std::get_if<slot::Group>(&f.slot)) {
      if (g->optional) continue;
      Value nothing;
      nothing.place = table.place;
      this->table(nothing, g->open, here);
      continue;
    }
    if (std::holds_alternative<slot::List>(f.slot)) continue;
    if (auto const* q = std::get_if<slot::Quantity>(&f.slot); q && !q->get()) continue;  // optional, absent
    mark_default(here);
    if (auto const* s = std::get_if<std::string*>(&f.slot)) refer(f, **s, here, table.place);
  }
}

void Decoder::field(Field const& f, Value const& v, std::string const& path) {
  bool const container = std::holds_alternative<slot::Group>(f.slot) || std::holds_alternative<slot::List>(f.slot);
  if (!container) mark(v, path);
  std::visit(
      Overloaded{
          [&](slot::Quantity const& q) {
            if (!v.is(Kind::text)) {
              if (v.is(Kind::real) && !std::isfinite(v.real))
                fault(path, v.place, f.key + " = " + written(v) + " is not a finite number");
              else if (v.is(Kind::integer) || v.is(Kind::real))
                fault(path, v.place,
                      f.key + " = " + written(v) + " has no unit (" + q.dimension->name + " expected). Write " +
                          in_quotes(written(v) + " " + q.dimension->units.front()) + "?");
              else
                wrong_type(f, v, path,
                           "a " + std::string(q.dimension->name) + " in quotes, such as " +
                               in_quotes(std::string("1 ") + q.dimension->units.front()));
              return;
            }
            auto const parsed = parse_quantity(v.text, *q.dimension);
            if (!parsed.value)
              fault(path, v.place, f.key + " = " + in_quotes(v.text) + " " + parsed.problem);
            else if (in_range(f, *parsed.value, v, path, q.dimension))
              q.set(*parsed.value);
          },
          [&](slot::Choice const& c) {
            std::string word;
            if (text(f, v, path, word))
              c.set(static_cast<std::size_t>(std::find(f.choices.begin(), f.choices.end(), word) - f.choices.begin()));
          },
          [&](slot::Group const& g) {
            if (v.is(Kind::table))
              table(v, g.open, path);
            else if (v.is(Kind::array))
              fault(path, v.place, f.key + " is one table: write [" + f.key + "], not [[" + f.key + "]]");
            else
              wrong_type(f, v, path, "a table");
          },
          [&](slot::List const& l) {
            if (!v.is(Kind::array)) {
              if (v.is(Kind::table))
                fault(path, v.place, f.key + " is a list of tables: write [[" + f.key + "]], not [" + f.key + "]");
              else
                wrong_type(f, v, path, "a list of tables");
              return;
            }
            if (f.is_required && v.items.empty()) fault(path, v.place, f.key + " is empty (" + f.doc + ")");
            places_[path] = v.place;
            l.resize(v.items.size());
            std::map<std::string, Place> seen;
            for (std::size_t i = 0; i < v.items.size(); ++i) {
              std::string const here = indexed(path, i);
              if (!v.items[i].is(Kind::table)) {
                fault(here, v.items[i].place, f.key + " takes a list of tables");
                continue;
              }
              table(
                  v.items[i], [&l, i] { return l.at(i); }, here);
              for (auto const& inner : l.at(i)) {
                if (!inner.is_identity || !good(joined(here, inner.key))) continue;
                std::string const& id = *std::get<std::string*>(inner.slot);
                auto const at = place(joined(here, inner.key));
                if (auto const [it, fresh] = seen.emplace(id, at); !fresh)
                  fault(joined(here, inner.key), at,
                        f.key + " " + in_quotes(id) + " was declared before, in line " + std::to_string(it->second.line) +
                            " of " + sources_[it->second.source].name);
              }
            }
          },
          [&](slot::Raw const& r) {
            using Shape = slot::Raw::Shape;
            if (r.shape == Shape::list && !v.is(Kind::array))
              wrong_type(f, v, path, "a list");
            else if (r.shape == Shape::table && !v.is(Kind::table))
              wrong_type(f, v, path, "a table");
            else if (r.shape == Shape::number && !(v.is(Kind::text) || v.is(Kind::integer) || v.is(Kind::real)))
              wrong_type(f, v, path, "a number, in quotes with its unit if it has one");
            else
              *r.to = v;
          },
          [&](slot::Instant const& t) {
            DateTime when;
            if (v.is(Kind::time)) {
              when = v.time;
            } else if (auto const parsed = v.is(Kind::text) ? parse_date_time(v.text) : std::nullopt) {
              when = *parsed;
            } else {
              wrong_type(f, v, path, "a date and time such as 2026-07-01T00:00:00+09:00");
              return;
            }
            if (when.seconds < -2208988800 || when.seconds > 7258118400) {
              fault(path, v.place, f.key + " = " + written(v) + " is outside the years 1900 to 2200");
              return;
            }
            *t.seconds = when.seconds;
            if (!when.has_offset) local_times.insert(path);
          },
          [&](double* m) {
            double x = 0;
            if (number(f, v, path, x)) *m = x;
          },
          [&](int* m) {
            double x = 0;
            if (!integer(f, v, path, x)) return;
            if (x > std::numeric_limits<int>::max())
              fault(path, v.place, f.key + " = " + written(v) + " is out of range: at most 2147483647 is allowed");
            else
              *m = static_cast<int>(x);
          },
          [&](std::uint64_t* m) {
            if (v.is(Kind::integer) && v.integer >= 0)
              *m = static_cast<std::uint64_t>(v.integer);
            else if (double x = 0; integer(f, v, path, x))
              *m = static_cast<std::uint64_t>(x);
          },
          [&](bool* m) {
            if (v.is(Kind::boolean))
              *m = v.boolean;
            else
              wrong_type(f, v, path, "true or false, without quotes");
          },
          [&](std::string* m) {
            std::string word;
            if (!text(f, v, path, word)) return;
            *m = word;
            refer(f, word, path, v.place);
            if (f.is_path && !word.empty()) *m = file_at(word, path, v.place);
          },
          [&](std::vector<std::string>* m) {
            if (!v.is(Kind::array)) {
              wrong_type(f, v, path, v.is(Kind::text) ? "a list of texts: write [" + written(v) + "]" : "a list of texts");
              return;
            }
            m->clear();
            if (v.items.empty() && f.is_required) {
              fault(path, v.place, f.key + " is empty (" + f.doc + ")");
              return;
            }
            for (std::size_t i = 0; i < v.items.size(); ++i) {
              std::string word;
              std::string const here = indexed(path, i);
              if (!text(f, v.items[i], here, word)) continue;
              if (std::find(m->begin(), m->end(), word) != m->end()) {
                fault(here, v.items[i].place, in_quotes(word) + " is listed twice in " + f.key);
                continue;
              }
              places_[here] = v.items[i].place;
              m->push_back(f.is_path && !word.empty() ? file_at(word, here, v.items[i].place) : word);
              refer(f, word, here, v.items[i].place);
            }
          },
          [&](std::vector<int>* m) {
            if (!v.is(Kind::array)) {
              wrong_type(f, v, path, "a list of whole numbers");
              return;
            }
            m->clear();
            for (std::size_t i = 0; i < v.items.size(); ++i) {
              double x = 0;
              if (!integer(f, v.items[i], indexed(path, i), x)) continue;
              int const n = static_cast<int>(x);
              if (!f.may_repeat && std::find(m->begin(), m->end(), n) != m->end())
                fault(indexed(path, i), v.items[i].place, std::to_string(n) + " is listed twice in " + f.key);
              else
                m->push_back(n);
            }
          },
          [&](std::vector<double>* m) {
            if (!v.is(Kind::array)) {
              wrong_type(f, v, path, "a list of numbers");
              return;
            }
            m->clear();
            if (v.items.empty() && f.is_required) fault(path, v.place, f.key + " is empty (" + f.doc + ")");
            for (std::size_t i = 0; i < v.items.size(); ++i)
              if (double x = 0; number(f, v.items[i], indexed(path, i), x)) m->push_back(x);
          },
          [&](std::vector<std::vector<double>>* m) {
            m->clear();
            if (!v.is(Kind::array)) {
              wrong_type(f, v, path, "a list of rows, each a list of numbers");
              return;
            }
            for (std::size_t i = 0; i < v.items.size(); ++i) {
              auto const& row = v.items[i];
              std::string const here = indexed(path, i);
              places_[here] = row.place;
              if (!row.is(Kind::array)) {
                fault(here, row.place, f.key + " takes a list of rows, each a list of numbers, not " + kind_name(row.kind));
                return;
              }
              auto& out = m->emplace_back();
              for (std::size_t j = 0; j < row.items.size(); ++j)
                if (double x = 0; number(f, row.items[j], indexed(here, j), x)) out.push_back(x);
            }
          },
          [&](std::span<double> m) {
            if (!v.is(Kind::array) || v.items.size() != m.size()) {
              fault(path, v.place,
                    f.key + " takes a list of " + std::to_string(m.size()) + " numbers" +
                        (v.is(Kind::array) ? ", not " + std::to_string(v.items.size()) : ""));
              return;
            }
            for (std::size_t i = 0; i < m.size(); ++i)
              if (double x = 0; number(f, v.items[i], indexed(path, i), x)) m[i] = x;
          },
          [&](std::map<std::string, double>* m) {
            if (!v.is(Kind::table)) {
              wrong_type(f, v, path, "a table of shares, such as { a = 0.7, b = 0.3 }");
              return;
            }
            m->clear();
            if (v.entries.empty() && f.is_required) fault(path, v.place, f.key + " is empty (" + f.doc + ")");
            for (auto const& e : v.entries) {
              std::string const here = joined(path, e.key);
              mark(e.value, here);
              double x = 0;
              if (number(f, e.value, here, x)) (*m)[e.key] = x;
              refer(f, e.key, here, e.key_place);
            }
          },
      },
      f.slot);
}

}  // namespace ondol::schema
