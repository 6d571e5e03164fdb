// Times by the simulator's models of protection and storage, one a line, for page.py:
//   predict < questions > seconds
//
//   electronic AT_SIX CURRENT             time to trip, cold; AT_SIX: the setting's seconds at six times
//   moulded|miniature RATED CURRENT       cold
//   hot RATED CURRENT FIRST HOURS         moulded, after FIRST times the rating for so many hours
//   overload LOAD                         of a large UPS on its inverter
//   battery K T0 P0 P                     to empty, from full, if P0 lasts T0
//   fuel SHARE LOAD                       share of the fuel of full load
//   start SETS START SYNCHRONISE          until all sets are on the bus
//   loaded SETS START SYNCHRONISE BLOCK INTERVAL   until all of their rating is, taken as soon as may be
// or  predict outage LENGTH OVERRIDE START TRANSFER > events

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "outage.hpp"
#include "sim/power/battery.hpp"
#include "sim/power/breaker.hpp"
#include "sim/power/generator.hpp"
#include "sim/power/ups.hpp"

namespace {

using namespace ondol::sim;

/// A battery of which p0 takes all in t0 lasts by the rate law at every other power, below t0 too.
double battery_s(double k, double t0, double p0, double p) {
  double const easy = 1e-3;  // of the smaller power: at it the whole capacity is given up
  double const easy_w = easy * std::min(p0, p), easy_s = t0 * std::pow(p0 / easy_w, k);
  Battery const b({.capacity_j = easy_w * easy_s, .discharge_limit_w = 1e12, .rate_exponent = k, .rated_discharge_s = easy_s});
  return b.time_to_empty_s(p);
}

double sets_s(GeneratorParams const& p, std::size_t sets, bool loaded) {
  GeneratorPlant plant(p, sets, 1e9);
  plant.call();
  double clock_s = 0;
  double const all_w = p.rated_w * static_cast<double>(sets);
  while (clock_s < 3600) {
    if (loaded) plant.set_load(std::min(all_w, plant.acceptable_w()));
    if (loaded ? plant.load_w() >= all_w - 1 : plant.on_bus() == sets) return clock_s;
    clock_s += plant.advance(loaded ? 0.01 : 1e9).elapsed_s;
  }
  throw std::runtime_error("the sets never are on the bus");
}

double answer(std::string const& what, std::istream& in) {
  double a = 0, b = 0, c = 0, d = 0, e = 0;
  if (what == "electronic" && in >> a >> b) return Breaker(electronic_breaker(1, a, 15)).time_to_trip_s(b);
  if (what == "moulded" && in >> a >> b) return Breaker(moulded_case_breaker(a, 15)).time_to_trip_s(a * b);
  if (what == "miniature" && in >> a >> b) return Breaker(miniature_breaker(a, 15)).time_to_trip_s(a * b);
  if (what == "hot" && in >> a >> b >> c >> d) {
    Breaker x(moulded_case_breaker(a, 15));
    x.advance(d * 3600, a * c);
    return x.time_to_trip_s(a * b);
  }
  if (what == "overload" && in >> a) {
    Ups ups({});
    ups.set({.load = a});
    return ups.time_to_event_s();
  }
  if (what == "battery" && in >> a >> b >> c >> d) return battery_s(a, b, c, d);
  if (what == "fuel" && in >> a >> b) return fuel_m3_per_s({.fuel_m3_per_s = 1, .idle_fuel_share = a}, b);
  if (what == "start" && in >> a >> b >> c)
    return sets_s({.rated_w = 1e6, .start_s = b, .synchronise_s = c}, static_cast<std::size_t>(a), false);
  if (what == "loaded" && in >> a >> b >> c >> d >> e)
    return sets_s({.rated_w = 1e6, .start_s = b, .synchronise_s = c, .block = d, .block_interval_s = e},
                  static_cast<std::size_t>(a), true);
  throw std::runtime_error("cannot read the question");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc == 6 && argv[1] == std::string("outage")) {
      ondol::validation::play_outage(std::atof(argv[2]), std::atof(argv[3]), std::atof(argv[4]), std::atof(argv[5]));
      return 0;
    }
    for (std::string line; std::getline(std::cin, line);) {
      std::istringstream in(line);
      std::string what;
      in >> what;
      std::printf("%.9g\n", answer(what, in));
    }
  } catch (std::exception const& error) {
    std::fprintf(stderr, "predict: %s\n", error.what());
    return 1;
  }
  return 0;
}
