#include "sim/sweep/sizing.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "scenarios/schema/quantity_text.hpp"

namespace ondol::sim {
namespace {

using schema::Dimension;
using schema::in_quotes;

/// A unit of a key figure, as the scenario language reads it.
struct Measure {
  Dimension const* dimension = nullptr;
  double zero = 0, one = 1;  ///< SI values of 0 and 1: temperatures have an offset
};
std::optional<Measure> measure(std::string const& units) {
  std::string const spelled = units == "million KRW" ? "MKRW" : units == "L/kWh" ? "kg/kWh" : units;
  for (auto const* d : schema::all_dimensions()) {
    auto const zero = schema::parse_quantity("0 " + spelled, *d).value, one = schema::parse_quantity("1 " + spelled, *d).value;
    if (zero && one) return Measure{d, *zero, *one};
  }
  return std::nullopt;
}

/// `value`, written in `from`, in the units of a key figure.  Nothing: another dimension.
std::optional<double> converted(double value, std::string const& from, std::string const& to) {
  if (from == to || (from.empty() && to == "1")) return value;
  if (to == "1" || from.empty() || from == "1") {
    if (to == "1" && from == "%") return value / 100;
    return std::nullopt;
  }
  auto const a = measure(from), b = measure(to);
  if (!a || !b || a->dimension->exponents != b->dimension->exponents || (a->zero != 0) != (b->zero != 0)) return std::nullopt;
  return ((a->zero - b->zero) + value * (a->one - a->zero)) / (b->one - b->zero);
}

Fault at(Fault place, std::string message) {
  place.message = std::move(message);
  return place;
}

std::string listed(std::vector<std::string> const& names) {
  std::string out;
  for (auto const& n : names) out += (out.empty() ? "" : ", ") + n;
  return out;
}

/// How far from its limit a value is, for the order of members alone.
double score(Limit const& limit, double margin) {
  double const size = std::max(std::abs(limit.at_most.value_or(0)), std::abs(limit.at_least.value_or(0)));
  return std::isnan(margin) ? -std::numeric_limits<double>::infinity() : margin / (size > 0 ? size : 1);
}

struct MemberFinding {
  std::vector<Finding> limits;
  std::string failed;
  double score = std::numeric_limits<double>::infinity();
};

MemberFinding judge_member(std::vector<Limit> const& limits, std::vector<SizingCase> const& cases,
                           std::vector<std::vector<Outcome>> const& runs, std::vector<Spare> const& spares,
                           std::size_t member) {
  MemberFinding out;
  for (std::size_t c = 0; c < runs.size(); ++c)
    if (auto const& run = runs[c][member]; run.status != Outcome::Status::complete && out.failed.empty())
      out.failed = (cases.size() > 1 ? cases[c].name + ": " : "") + run.error;
  if (!out.failed.empty()) {
    out.score = -std::numeric_limits<double>::infinity();
    return out;
  }
  for (auto const& limit : limits) {
    std::optional<Finding> worst;
    for (std::size_t c = 0; c < cases.size(); ++c) {
      if (!limit.in[c]) continue;
      Finding here;
      here.in_case = c;
      here.value = std::nan("");
      if (limit.of_facility()) {
        here.value = spares[c].mw;
        here.note = spares[c].lost;
      } else {
        auto const& kpis = runs[c][member].kpis;
        auto const found = std::find_if(kpis.begin(), kpis.end(), [&](Kpi const& k) { return k.name == limit.of; });
        if (found == kpis.end()) continue;  // nothing of the kind can happen in this case
        here.value = found->value;
      }
      here.margin = limit.margin(here.value);
      if (!worst || std::isnan(here.margin) || here.margin < worst->margin) worst = here;
      if (std::isnan(here.margin)) break;
    }
    if (!worst) worst = Finding{std::nan(""), std::nan(""), 0, ""};
    out.limits.push_back(*worst);
    out.score = std::min(out.score, score(limit, worst->margin));
  }
  return out;
}

}  // namespace

double Limit::margin(double value) const {
  if (std::isnan(value)) return value;
  double left = std::numeric_limits<double>::infinity();
  if (at_most) left = std::min(left, *at_most - value);
  if (at_least) left = std::min(left, value - *at_least);
  return left;
}

std::string Limit::text() const {
  auto const number = [&](double v) {
    auto text = schema::number_text(v);
    if (text.ends_with(".0")) text.resize(text.size() - 2);
    return text + (units == "1" || units.empty() ? "" : " " + units);
  };
  std::string out = of;
  if (at_least && at_most) return number(*at_least) + " <= " + out + " <= " + number(*at_most);
  return out + (at_most ? " <= " + number(*at_most) : " >= " + number(*at_least));
}

std::vector<Limit> sizing_limits(schema::SizeSpec const& spec, std::vector<SizingCase> const& cases,
                                 std::vector<Kpi> const& known) {
  std::vector<Limit> limits;
  std::vector<Fault> faults;
  for (auto const& l : spec.limit) {
    Limit limit;
    limit.of = l.of;
    std::string units = "MW";
    if (limit.of_facility()) {
      limit.long_name = "Load that could be added, fed and cooled with any one unit lost";
    } else {
      auto const kpi = std::find_if(known.begin(), known.end(), [&](Kpi const& k) { return k.name == l.of; });
      if (kpi == known.end()) {
        std::vector<std::string> names{n_minus_1_limit};
        for (auto const& k : known) names.push_back(k.name);
        auto const near = nearest(l.of, names);
        faults.push_back(
            at(l.written, "no key figure of this base is called " + in_quotes(l.of) +
                              (near.empty() ? "; there are " + listed(names) : "; did you mean \"" + near + "\"?")));
        continue;
      }
      units = kpi->units;
      limit.long_name = kpi->long_name;
    }
    limit.units = units;
    bool const one_of_facility = limit.of_facility() && !l.at_most && !l.at_least;
    if (one_of_facility) limit.at_least = 0;
    for (auto const& [declared, kept] : {std::pair{&l.at_most, &limit.at_most}, {&l.at_least, &limit.at_least}}) {
      if (!*declared) continue;
      *kept = converted(**declared, l.units, units);
      if (*kept) continue;
      faults.push_back(
          at(l.written,
             in_quotes(l.of) + " is " + (units == "1" ? "a plain number" : "told in " + units) + ", which " +
                 (l.units.empty() || l.units == "1" ? "a number without unit is not" : l.units + " cannot be turned into")));
      break;
    }
    for (auto const& c : cases)
      limit.in.push_back(l.in.empty() ? !(limit.of_facility() && c.loses)
                                      : std::find(l.in.begin(), l.in.end(), c.declared) != l.in.end());
    for (auto const& name : l.in)
      if (std::none_of(cases.begin(), cases.end(), [&](SizingCase const& c) { return c.declared == name; })) {
        std::vector<std::string> names;
        for (auto const& c : cases)
          if (std::find(names.begin(), names.end(), c.declared) == names.end()) names.push_back(c.declared);
        auto const near = nearest(name, names);
        faults.push_back(
            at(l.written, "there is no case " + in_quotes(name) +
                              (near.empty() ? "; there are " + listed(names) : "; did you mean \"" + near + "\"?")));
      }
    limits.push_back(std::move(limit));
  }
  if (!faults.empty()) throw InputError(std::move(faults));
  return limits;
}

Judgement PointFinding::judgement() const {
  Judgement j;
  j.failed = failed;
  for (auto const& l : limits) j.margins.push_back(l.margin);
  return j;
}

PointFinding judge_point(std::vector<Limit> const& limits, std::vector<SizingCase> const& cases,
                         std::vector<std::vector<Outcome>> const& runs, std::vector<Spare> const& spares, double share) {
  std::size_t const members = runs.empty() ? 1 : runs.front().size();
  std::vector<MemberFinding> found;
  for (std::size_t m = 0; m < members; ++m) found.push_back(judge_member(limits, cases, runs, spares, m));
  std::vector<std::size_t> order(members);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return found[a].score > found[b].score; });
  auto const needed =
      std::clamp<std::size_t>(static_cast<std::size_t>(std::ceil(share * static_cast<double>(members) - 1e-9)), 1, members);
  PointFinding out;
  out.members = members;
  out.kept = static_cast<std::size_t>(std::count_if(found.begin(), found.end(), [](auto const& f) { return f.score >= 0; }));
  out.member = order[needed - 1];
  out.failed = found[out.member].failed;
  out.limits = std::move(found[out.member].limits);
  return out;
}

}  // namespace ondol::sim
