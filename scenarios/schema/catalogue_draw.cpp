#include "scenarios/schema/catalogue_draw.hpp"

#include <algorithm>
#include <cmath>

#include "scenarios/base/random.hpp"

namespace ondol::schema {
namespace {

constexpr double celsius_zero_k = 273.15;
constexpr int most_tries = 1000;  // beyond it, what is wanted can hardly be: the estimate stays

/// exp(s z - s^2 / 2): mean 1, standard deviation `u`.
double factor(double u, double z) {
  double const variance = std::log1p(u * u);
  return std::exp(std::sqrt(variance) * z - variance / 2);
}

struct Number {
  enum class Kind { amount, temperature, efficiency_of_loss };
  Kind kind = Kind::amount;
  double value = 0, low = 0, high = 0, uncertainty = 0;
  bool above_low = false;
  std::function<void(double)> set;

  double drawn(double z) const {
    if (kind == Kind::temperature) return value + uncertainty * std::abs(value - celsius_zero_k) * z;
    if (kind == Kind::efficiency_of_loss) return 1 / (1 + factor(uncertainty, z) * (1 / value - 1));
    bool const share = std::isfinite(low) && std::isfinite(high) && value > (low + high) / 2;
    if (!share) return value * factor(uncertainty, z);
    double const left = high - value;
    return left > 0 ? high - left * factor(std::min(1.0, uncertainty * value / left), -z) : value;
  }
  bool bears(double x) const { return std::isfinite(x) && x <= high && (above_low ? x > low : x >= low); }
};

/// What one z moves: a value, a list, or all values of a curve.
struct Group {
  std::vector<Number> numbers;
  std::vector<Origin*> origins;
};

class EntryDraw {
 public:
  EntryDraw(Scenario& s, CatalogueTrees const& trees, std::string kind, std::string id)
      : s_(s), trees_(trees), kind_(std::move(kind)), id_(std::move(id)) {}

  void draw(Fields const& fields) {
    collect(fields, "", kind_ + "." + id_, "");
    for (auto& [key, group] : groups_) draw(key, group);
  }

 private:
  /// `keys` is the way to these fields within the entry, `path` the one in the scenario; `whole` the key that draws as one.
  void collect(Fields const& fields, std::string const& keys, std::string const& path, std::string const& whole) {
    for (auto const& f : fields) {
      if (!f.applies || f.draws == Field::Draws::never) continue;
      std::string const key = keys.empty() ? f.key : keys + "." + f.key, here = path + "." + f.key;
      std::string const& group = !whole.empty() ? whole : f.draws_as_one ? key : std::string{};
      if (auto const* g = std::get_if<slot::Group>(&f.slot)) {
        if (g->present()) collect(g->open(), key, here, group);
      } else if (auto const* l = std::get_if<slot::List>(&f.slot)) {
        for (std::size_t i = 0; i < l->size(); ++i) {
          std::string const at = "[" + std::to_string(i) + "]";
          collect(l->at(i), key + at, here + at, group);
        }
      } else {
        std::string const beside = keys.empty() ? f.draws_with : keys + "." + f.draws_with;
        number(f, here, !group.empty() ? group : f.draws_with.empty() ? key : beside);
      }
    }
  }

  void number(Field const& f, std::string const& path, std::string const& group) {
    auto const origin = s_.origin.find(path);
    if (origin == s_.origin.end() || origin->second.draw) return;
    Number n;
    if (origin->second.uncertainty)
      n.uncertainty = *origin->second.uncertainty;
    else if (f.draws == Field::Draws::always)
      n.uncertainty = assumed(origin->second.tier);
    if (n.uncertainty <= 0) return;
    n.low = f.low;
    n.high = f.high;
    n.above_low = f.above_low;
    if (f.is_efficiency_of_loss) n.kind = Number::Kind::efficiency_of_loss;
    std::vector<Number> found;
    auto const add = [&](double value, std::function<void(double)> set) {
      n.value = value;
      n.set = std::move(set);
      found.push_back(n);
    };
    auto const add_all = [&](auto& list) {
      for (double& x : list) add(x, [&x](double y) { x = y; });
    };
    if (auto const* q = std::get_if<slot::Quantity>(&f.slot)) {
      if (q->dimension->absolute_temperature) n.kind = Number::Kind::temperature;
      if (auto const v = q->get()) add(*v, q->set);
    } else if (auto const* d = std::get_if<double*>(&f.slot)) {
      add(**d, [x = *d](double y) { *x = y; });
    } else if (auto const* list = std::get_if<std::vector<double>*>(&f.slot)) {
      add_all(**list);
    } else if (auto const* fixed = std::get_if<std::span<double>>(&f.slot)) {
      add_all(*fixed);
    }
    if (found.empty()) return;
    origin->second.uncertainty = n.uncertainty;
    auto& g = groups_[group];
    g.origins.push_back(&origin->second);
    for (auto& number : found) g.numbers.push_back(std::move(number));
  }

  double assumed(Tier tier) const {
    auto const u = s_.simulation.assumed_uncertainty.find(tier_name(tier));
    return u == s_.simulation.assumed_uncertainty.end() ? 0 : u->second;
  }

  void draw(std::string const& key, Group& group) {
    int const n = s_.simulation.catalogue_draw;
    RandomStream random(s_.simulation.seed,
                        "catalogue/" + kind_ + "." + trees_.owner(kind_, id_, key) + "." + key + "/" + std::to_string(n));
    std::vector<double> values(group.numbers.size());
    for (int i = 0; i < most_tries; ++i) {
      double const z = random.normal();
      bool borne = true;
      for (std::size_t k = 0; k < values.size(); ++k) {
        values[k] = group.numbers[k].drawn(z);
        borne = borne && group.numbers[k].bears(values[k]);
      }
      if (!borne) continue;
      for (std::size_t k = 0; k < values.size(); ++k) group.numbers[k].set(values[k]);
      break;
    }
    for (auto* origin : group.origins) origin->draw = n;
  }

  Scenario& s_;
  CatalogueTrees const& trees_;
  std::string kind_, id_;
  std::map<std::string, Group> groups_;
};

void check_tiers(Scenario const& s, Decoder const& decoder, Faults& faults) {
  std::vector<std::string> const tiers{"measured", "literature", "datasheet", "assumed"};
  for (auto const& [tier, u] : s.simulation.assumed_uncertainty)
    if (std::find(tiers.begin(), tiers.end(), tier) == tiers.end())
      faults.error(decoder.place("simulation.assumed_uncertainty." + tier),
                   in_quotes(tier) + " is no tier of the catalogue" + suggestion(tier, tiers));
}

}  // namespace

void draw_catalogue(Scenario& scenario, CatalogueTrees const& trees, Decoder const& decoder, Faults& faults) {
  check_tiers(scenario, decoder, faults);
  int const n = scenario.simulation.catalogue_draw;
  for (auto const& [path, origin] : scenario.origin)
    if (origin.draw && origin.draw != n) {
      faults.error(decoder.place(path),
                   path + " is of draw " + std::to_string(origin.draw) +
                       " of the catalogue, and its estimate is not in this file. Set simulation.catalogue_draw = " +
                       std::to_string(origin.draw) + ", or begin with the scenario that was dumped");
      return;
    }
  if (n == 0) return;
  for (auto const& k : kinds())
    if (std::string_view(k.key) != "calibration")
      for (auto const& id : k.ids(scenario)) EntryDraw(scenario, trees, k.key, id).draw(k.entry(scenario, id));
}

}  // namespace ondol::schema
