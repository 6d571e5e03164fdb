#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <tuple>

#include "scenarios/schema/describe.hpp"
#include "scenarios/schema/document.hpp"
#include "scenarios/schema/read.hpp"
#include "scenarios/schema/toml_text.hpp"

namespace ondol::schema {
namespace {

std::string instant_text(std::int64_t seconds, std::string const& zone) {
  int offset = 0;
  if (zone.size() == 6) {
    offset = (std::stoi(zone.substr(1, 2)) * 60 + std::stoi(zone.substr(4, 2))) * 60;
    if (zone[0] == '-') offset = -offset;
  }
  using namespace std::chrono;
  sys_seconds const local{std::chrono::seconds{seconds + offset}};
  auto const day = floor<days>(local);
  year_month_day const date{day};
  hh_mm_ss const time{local - day};
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d%s", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                zone.size() == 6 ? zone.c_str() : "Z");
  return text;
}

template <class T, class Text>
std::string list_text(T const& items, Text text) {
  std::string out = "[";
  bool first = true;
  for (auto const& i : items) {
    if (!first) out += ", ";
    out += text(i);
    first = false;
  }
  return out + "]";
}

class Writer {
 public:
  Writer(Scenario const& s, bool origins) : s_(s), origins_(origins) {}

  /// Tables below `header` come after the plain keys, as TOML wants it.
  void table(Fields const& fields, std::string const& header, std::string const& path, bool is_list, bool is_entry) {
    bool const root = header.empty();
    if (!root) {
      out_ += "\n" + std::string(is_list ? "[[" : "[") + header + (is_list ? "]]" : "]") + "\n";
      if (is_entry) entry_tag(path);
    }
    for (auto const& f : fields)
      if (f.applies) plain(f, join(path, f.key), !entry_.empty());
    for (auto const& f : fields) {
      if (!f.applies) continue;
      auto const name = root ? f.key : header + "." + key_text(f.key);
      if (auto const* g = std::get_if<slot::Group>(&f.slot)) {
        if (g->present()) table(g->open(), name, join(path, f.key), false, false);
      } else if (auto const* l = std::get_if<slot::List>(&f.slot)) {
        for (std::size_t i = 0; i < l->size(); ++i)
          table(l->at(i), name, join(path, f.key) + "[" + std::to_string(i) + "]", true, false);
      } else if (auto const* m = std::get_if<std::map<std::string, double>*>(&f.slot)) {
        if ((*m)->empty()) continue;
        out_ += "\n[" + name + "]\n";
        for (auto const& [key, share] : **m) line(key_text(key), number_text(share), join(join(path, f.key), key), false);
      }
    }
  }

  void entry(Fields const& fields, std::string const& kind, std::string const& id) {
    entry_ = kind + "." + id;
    table(fields, kind + "." + toml_text(id), entry_, false, true);
    entry_.clear();
  }

  std::string text() { return std::move(out_); }
  void text(std::string const& t) { out_ += t; }

 private:
  using Key = std::tuple<Tier, std::string, std::string>;

  static std::string join(std::string const& path, std::string const& key) { return path.empty() ? key : path + "." + key; }

  static Key key_of(Origin const& o) { return {o.tier, o.source, o.reason}; }

  /// Says once what most values of a catalogue entry share: source, tier, reason.
  void entry_tag(std::string const& path) {
    std::map<Key, std::size_t> votes;
    for (auto it = s_.origin.lower_bound(path + "."); it != s_.origin.end() && it->first.starts_with(path + "."); ++it)
      if (!it->second.is_default) ++votes[key_of(it->second)];
    auto const best =
        std::max_element(votes.begin(), votes.end(), [](auto const& a, auto const& b) { return a.second < b.second; });
    common_ = best == votes.end() ? Key{Tier::user, "", ""} : best->first;
    out_ += "extends = \"\"";
    if (origins_) out_ += "  # complete: takes nothing from the catalogue";
    out_ += "\n";
    auto const& [tier, source, why] = common_;
    out_ += std::string("tier = \"") + tier_name(tier) + "\"\n";
    if (!source.empty()) out_ += "source = " + toml_text(source) + "\n";
    if (!why.empty()) out_ += "why = " + toml_text(why) + "\n";
  }

  void line(std::string const& key, std::string const& value, std::string const& path, bool in_entry) {
    auto const it = s_.origin.find(path);
    std::string text = value;
    if (it != s_.origin.end()) {
      Origin const& o = it->second;
      Key const expected = in_entry ? common_ : Key{Tier::user, "", ""};
      bool const tagged =
          in_entry ? key_of(o) != expected || o.uncertainty : !o.is_default && (key_of(o) != expected || o.uncertainty);
      if (tagged) {
        text = "{ value = " + value + ", tier = \"" + tier_name(o.tier) + "\"";
        bool const afresh = o.tier == Tier::assumed;  // inherits neither source nor reason
        if (!o.source.empty() || (!afresh && !std::get<1>(expected).empty())) text += ", source = " + toml_text(o.source);
        if (!o.reason.empty() || (!afresh && !std::get<2>(expected).empty())) text += ", why = " + toml_text(o.reason);
        if (o.uncertainty) text += ", uncertainty = " + number_text(*o.uncertainty);
        if (o.draw) text += ", draw = " + std::to_string(o.draw);
        text += " }";
      }
    }
    out_ += key + " = " + text;
    if (origins_ && it != s_.origin.end()) out_ += "  # " + comment(it->second);
    out_ += "\n";
  }

  /// "default", "haenam.toml:31", "accelerators.toml:12, datasheet [key], +/- 5 %"
  static std::string comment(Origin const& o) {
    if (o.is_default) return o.draw ? "default, draw " + std::to_string(o.draw) : "default";
    std::string text =
        o.file.starts_with("--") ? o.file : std::filesystem::path(o.file).filename().string() + ":" + std::to_string(o.line);
    if (o.tier != Tier::user) text += std::string(", ") + tier_name(o.tier);
    if (!o.source.empty()) text += " [" + o.source + "]";
    if (o.uncertainty) {
      char u[32];
      std::snprintf(u, sizeof u, ", +/- %.3g %%", *o.uncertainty * 100);
      text += u;
    }
    if (o.draw) text += ", draw " + std::to_string(o.draw);
    if (!o.reason.empty()) text += ": " + o.reason;
    for (char& c : text)
      if (c == '\n' || c == '\t') c = ' ';
    return text;
  }

  void plain(Field const& f, std::string const& path, bool in_entry) {
    auto const put = [&](std::string const& value) { line(key_text(f.key), value, path, in_entry); };
    auto const origin = s_.origin.find(path);
    bool const chosen = origin != s_.origin.end() && !origin->second.is_default;  // an empty text may be an answer
    if (auto const* q = std::get_if<slot::Quantity>(&f.slot)) {
      if (auto const v = q->get()) put(toml_text(quantity_text(*v, *q->dimension)));
    } else if (auto const* c = std::get_if<slot::Choice>(&f.slot)) {
      put(toml_text(c->get()));
    } else if (auto const* t = std::get_if<slot::Instant>(&f.slot)) {
      put(instant_text(*t->seconds, s_.site.time_zone));
    } else if (auto const* d = std::get_if<double*>(&f.slot)) {
      put(number_text(**d));
    } else if (auto const* i = std::get_if<int*>(&f.slot)) {
      put(std::to_string(**i));
    } else if (auto const* u = std::get_if<std::uint64_t*>(&f.slot)) {
      put(std::to_string(**u));
    } else if (auto const* b = std::get_if<bool*>(&f.slot)) {
      put(**b ? "true" : "false");
    } else if (auto const* s = std::get_if<std::string*>(&f.slot)) {
      if (!(*s)->empty() || chosen) put(toml_text(**s));
    } else if (auto const* texts = std::get_if<std::vector<std::string>*>(&f.slot)) {
      if (!(*texts)->empty() || chosen) put(list_text(**texts, [](std::string const& text) { return toml_text(text); }));
    } else if (auto const* ints = std::get_if<std::vector<int>*>(&f.slot)) {
      if (!(*ints)->empty() || chosen) put(list_text(**ints, [](int n) { return std::to_string(n); }));
    } else if (auto const* numbers = std::get_if<std::vector<double>*>(&f.slot)) {
      put(list_text(**numbers, number_text));
    } else if (auto const* rows = std::get_if<std::vector<std::vector<double>>*>(&f.slot)) {
      if (!(*rows)->empty()) put(list_text(**rows, [](auto const& row) { return list_text(row, number_text); }));
    } else if (auto const* fixed = std::get_if<std::span<double>>(&f.slot)) {
      put(list_text(*fixed, number_text));
    }
  }

  Scenario const& s_;
  bool origins_;
  std::string out_;
  std::string entry_;  ///< path of the catalogue entry being written
  Key common_{Tier::user, "", ""};
};

}  // namespace

std::string dump(Scenario const& scenario, bool origins) {
  Scenario copy = scenario;  // descriptions bind to members that can be changed
  Writer w(scenario, origins);
  w.text("# Resolved scenario of " + scenario.simulation.name + (origins ? "; each line says where its value comes from" : "") +
         "\n");
  w.table(Table::fields(copy), "", "", false, false);
  for (auto const& k : kinds())
    for (auto const& id : k.ids(copy)) w.entry(k.entry(copy, id), k.key, id);
  return w.text();
}

}  // namespace ondol::schema
