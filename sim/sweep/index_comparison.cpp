#include "sim/sweep/index_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "scenarios/base/error.hpp"

namespace ondol::sim {

namespace {

using Variable = SweepIndex::Variable;

std::string number_text(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.12g", x);  // the same value from two programs may differ in its last bits
  return text;
}

/// The value of a coordinate at a position along its dimension: "18 degC", "seoul_2022".
std::string label(Variable const& c, std::size_t i) {
  if (auto const* texts = std::get_if<std::vector<std::string>>(&c.values)) return texts->at(i);
  auto const* whole = std::get_if<std::vector<std::int64_t>>(&c.values);
  auto const number = whole ? std::to_string(whole->at(i)) : number_text(std::get<std::vector<double>>(c.values).at(i));
  return c.units.empty() || c.units == "1" ? number : number + " " + c.units;
}

Variable const* find(std::vector<Variable> const& all, std::string const& name) {
  auto const it = std::find_if(all.begin(), all.end(), [&](Variable const& v) { return v.name == name; });
  return it == all.end() ? nullptr : &*it;
}

bool along(Variable const& v, std::uint32_t dimension) {
  return v.dimensions == std::vector{dimension};
}

bool along_all(Variable const& v, SweepIndex const& index) {
  if (v.dimensions.empty()) return true;
  if (v.dimensions.size() != index.dimensions.size()) return false;
  for (std::uint32_t d = 0; d < v.dimensions.size(); ++d)
    if (v.dimensions[d] != d) return false;
  return true;
}

std::vector<std::string> names_of(SweepIndex const& index) {
  std::vector<std::string> names;
  for (auto const& d : index.dimensions) names.push_back(d.name);
  return names;
}

std::string list(std::vector<std::string> const& names) {
  std::string out;
  for (auto const& n : names) out += (out.empty() ? "" : ", ") + n;
  return out.empty() ? "none" : out;
}

/// A dimension of both: which positions of the first and the other belong together.
struct SharedDimension {
  std::uint32_t first = 0, other = 0;  ///< numbers of the dimension
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
};

/// A place of both: its number in either.
struct Place {
  std::size_t first = 0, other = 0;
};

class Comparison {
 public:
  Comparison(SweepIndex const& first, SweepIndex const& other, std::string const& first_name, std::string const& other_name)
      : a_(first), b_(other), a_name_(first_name), b_name_(other_name) {
    auto mine = names_of(a_), others = names_of(b_);
    std::sort(mine.begin(), mine.end());
    std::sort(others.begin(), others.end());
    if (mine != others)
      throw InputError(a_name_ + " and " + b_name_ + " have other dimensions, so no place is in both: " + list(names_of(a_)) +
                       " and " + list(names_of(b_)));
    for (std::uint32_t d = 0; d < a_.dimensions.size(); ++d) share(d);
    places();
    if (places_.empty()) throw InputError(a_name_ + " and " + b_name_ + " share no place: their axes have no value in common");
  }

  IndexComparison compare(Tolerance const& tolerance, std::vector<std::string> const& only) {
    out_.places = places_.size();
    auto const wanted = [&](std::string const& name) {
      return only.empty() || std::find(only.begin(), only.end(), name) != only.end();
    };
    for (auto const& v : a_.variables)
      if (is_figure(v, a_) && wanted(v.name)) {
        auto const* w = find(b_.variables, v.name);
        out_.variables.push_back(w && is_figure(*w, b_) && w->units == v.units ? figure(v, *w, tolerance[v.name])
                                                                               : alone(v, true));
      }
    for (auto const& w : b_.variables)
      if (is_figure(w, b_) && wanted(w.name)) {
        auto const* v = find(a_.variables, w.name);
        if (!v || !is_figure(*v, a_) || v->units != w.units) out_.variables.push_back(alone(w, false));
      }
    texts();
    return std::move(out_);
  }

  static bool is_figure(Variable const& v, SweepIndex const& index) {
    return std::holds_alternative<std::vector<double>>(v.values) && along_all(v, index);
  }

 private:
  /// What a position along a dimension is called by all coordinates that both have along it.
  std::string key(SweepIndex const& index, std::uint32_t d, std::vector<std::string> const& names, std::size_t i) const {
    std::string out;
    for (auto const& name : names) {
      auto const& c = *find(index.coordinates, name);
      if (along(c, d)) out += label(c, i) + '\n';
    }
    return out;
  }

  void share(std::uint32_t d) {
    auto const& dimension = a_.dimensions[d];
    auto const at =
        std::find_if(b_.dimensions.begin(), b_.dimensions.end(), [&](auto const& x) { return x.name == dimension.name; });
    SharedDimension shared{d, static_cast<std::uint32_t>(at - b_.dimensions.begin()), {}};
    std::vector<std::string> names;
    for (auto const& c : a_.coordinates) {
      auto const* other = along(c, d) ? find(b_.coordinates, c.name) : nullptr;
      if (!other || !along(*other, shared.other)) continue;
      if (other->units != c.units)
        throw InputError("the axis " + c.name + " is in " + unit(c) + " in " + a_name_ + " and in " + unit(*other) + " in " +
                         b_name_);
      names.push_back(c.name);
    }
    std::map<std::string, std::size_t> theirs;
    for (std::size_t i = 0; i < at->size; ++i) theirs.emplace(key(b_, shared.other, names, i), i);
    std::vector<bool> met(at->size);
    for (std::size_t i = 0; i < dimension.size; ++i)
      if (auto const it = theirs.find(key(a_, d, names, i)); it != theirs.end() && !met[it->second]) {
        shared.pairs.emplace_back(i, it->second);
        met[it->second] = true;
      } else {
        out_.only_first.push_back(name(a_, d, i));
      }
    for (std::size_t i = 0; i < at->size; ++i)
      if (!met[i]) out_.only_other.push_back(name(b_, shared.other, i));
    dimensions_.push_back(std::move(shared));
  }

  static std::string unit(Variable const& c) { return c.units.empty() ? "no units" : c.units; }

  /// "climate = seoul_2022"
  static std::string name(SweepIndex const& index, std::uint32_t d, std::size_t i) {
    auto const& dimension = index.dimensions[d].name;
    auto const* c = find(index.coordinates, dimension);
    return dimension + " = " + (c ? label(*c, i) : std::to_string(i));
  }

  static std::size_t step(SweepIndex const& index, std::uint32_t d) {
    std::size_t out = 1;
    for (auto k = d + 1; k < index.dimensions.size(); ++k) out *= index.dimensions[k].size;
    return out;
  }

  void places() {
    places_ = {{}};
    for (auto const& d : dimensions_) {
      std::vector<Place> next;
      next.reserve(places_.size() * d.pairs.size());
      for (auto const& p : places_)
        for (auto const& [i, k] : d.pairs) next.push_back({p.first + i * step(a_, d.first), p.other + k * step(b_, d.other)});
      places_ = std::move(next);
    }
  }

  /// "supply = 18 degC, climate = seoul_2022"
  std::string where(Place const& p) const {
    std::string out;
    for (std::uint32_t d = 0; d < a_.dimensions.size(); ++d)
      out += (out.empty() ? "" : ", ") + name(a_, d, p.first / step(a_, d) % a_.dimensions[d].size);
    return out;
  }

  static ComparedVariable named(Variable const& v) {
    ComparedVariable c;
    c.name = v.name;
    c.units = v.units;
    c.long_name = v.long_name;
    return c;
  }

  ComparedVariable alone(Variable const& v, bool first) const {
    auto c = named(v);
    (first ? c.in_other : c.in_first) = false;
    c.different = c.beyond = places_.size();
    return c;
  }

  ComparedVariable figure(Variable const& v, Variable const& w, Allowance const& allowance) const {
    auto c = named(v);
    auto const& x = std::get<std::vector<double>>(v.values);
    auto const& y = std::get<std::vector<double>>(w.values);
    double furthest = -1;
    Place const* at = nullptr;
    for (auto const& p : places_) {
      double const a = x[p.first], b = y[p.other];
      if (!std::isnan(a) && !std::isnan(b)) ++c.values;
      if (Allowance{}.keeps(a, b)) continue;
      ++c.different;
      if (!allowance.keeps(a, b)) ++c.beyond;
      double const distance = std::isnan(a) || std::isnan(b) ? 0 : std::abs(b - a);
      if (distance <= furthest) continue;
      furthest = distance;
      at = &p;
    }
    if (at) {
      c.first = x[at->first];
      c.other = y[at->other];
      c.where = where(*at);
    }
    return c;
  }

  /// Status and content hash of the runs.
  void texts() {
    auto const of = [](SweepIndex const& index, char const* name) -> std::vector<std::string> const* {
      auto const* v = find(index.variables, name);
      return v && along_all(*v, index) ? std::get_if<std::vector<std::string>>(&v->values) : nullptr;
    };
    if (auto const* mine = of(a_, "run"), *theirs = of(b_, "run"); mine && theirs)
      for (auto const& p : places_)
        if (!(*mine)[p.first].empty() && (*mine)[p.first] == (*theirs)[p.other]) ++out_.same_runs;
    if (auto const* mine = of(a_, "status"), *theirs = of(b_, "status"); mine && theirs)
      for (auto const& p : places_)
        if ((*mine)[p.first] != (*theirs)[p.other] && ++out_.status_differs == 1)
          out_.status_where = where(p) + ": " + (*mine)[p.first] + ", " + (*theirs)[p.other];
  }

  SweepIndex const &a_, &b_;
  std::string const &a_name_, &b_name_;
  std::vector<SharedDimension> dimensions_;
  std::vector<Place> places_;
  IndexComparison out_;
};

}  // namespace

std::size_t IndexComparison::beyond() const {
  auto const n = std::count_if(variables.begin(), variables.end(), [](auto const& v) { return v.beyond > 0; });
  return static_cast<std::size_t>(n) + status_differs + only_first.size() + only_other.size();
}

IndexComparison compare_indices(SweepIndex const& first, SweepIndex const& other, Tolerance const& tolerance,
                                std::vector<std::string> const& only, std::string const& first_name,
                                std::string const& other_name) {
  return Comparison(first, other, first_name, other_name).compare(tolerance, only);
}

std::vector<std::string> figure_names(SweepIndex const& index) {
  std::vector<std::string> names;
  for (auto const& v : index.variables)
    if (Comparison::is_figure(v, index)) names.push_back(v.name);
  return names;
}

}  // namespace ondol::sim
