#pragma once
/// What a sizing says when it has ended: the answer, what binds it, and every point that was tried.

#include <string>
#include <vector>

#include "scenarios/schema/sweep_spec.hpp"
#include "sim/app/size_points.hpp"
#include "sim/sweep/search.hpp"
#include "sim/sweep/sizing.hpp"

namespace ondol::app {

struct SizeAnswer {
  schema::SizeSpec const& spec;
  std::vector<sim::SizingCase> const& cases;
  std::vector<sim::Limit> const& limits;
  sim::SearchResult const& found;
  std::vector<SizePoint const*> points;  ///< one a trial of `found`
  std::string folder, index;             ///< index empty: none was written
  std::size_t ran = 0, reused = 0;
  double wall_s = 0;
};

void print_size(SizeAnswer const& answer, bool colour);
std::string size_to_json(SizeAnswer const& answer);

}  // namespace ondol::app
