#include "sim/engine/placements.hpp"

#include <cmath>
#include <string>
#include <utility>

namespace ondol::sim {

namespace {

/// How a stretch ended: a job that waits again was interrupted.
std::string told(JobPhase how) {
  return how == JobPhase::waiting ? "interrupted" : to_string(how);
}

}  // namespace

void Placements::begin(std::uint32_t job, JobRecord const& record) {
  if (!wanted_) return;
  Stretch s{.begin_s = record.run_start_s, .working_s = record.resume_s, .end_s = std::nan(""), .job = job};
  s.first_rack = facility_.node_rack[record.holdings.front().node];
  auto last = s.first_rack;
  s.racks = 1;
  for (auto const& h : record.holdings)  // by node, and nodes by rack
    if (facility_.node_rack[h.node] != std::exchange(last, facility_.node_rack[h.node])) ++s.racks;
  under_way_[job] = stretches_.size();
  stretches_.push_back(s);
}

void Placements::end(std::uint32_t job, JobPhase how, double now_s) {
  if (!wanted_) return;
  auto const at = under_way_.find(job);
  auto& s = stretches_[at->second];
  s.end_s = now_s;
  s.how = how;
  if (s.working_s > now_s) s.working_s = std::nan("");
  under_way_.erase(at);
}

void Placements::write(Recorder& recorder, std::vector<workloads::Job> const& jobs) const {
  if (!wanted_) return;
  auto const column = [&](std::string name, std::string units, std::string long_name, auto value,
                          TextLayout texts = TextLayout::own_length) {
    auto make = [this, value] {
      std::vector<decltype(value(stretches_.front()))> values;
      values.reserve(stretches_.size());
      for (auto const& s : stretches_) values.push_back(value(s));
      return decltype(Column::values)(std::move(values));
    };
    return ColumnSource{std::move(name), std::move(units), std::move(long_name), std::move(make), texts};
  };
  recorder.table(
      "placements",
      std::vector<ColumnSource>{
          column("job", "1", "Row in jobs", [](Stretch const& s) { return std::int64_t{s.job}; }),
          column("begin", "s", "It gets its accelerators, after the start of the run",
                 [](Stretch const& s) { return s.begin_s; }),
          column("working", "s", "It works from then on: before, it loads its last checkpoint",
                 [](Stretch const& s) { return s.working_s; }),
          column("end", "s", "It gives them back; none: it still has them", [](Stretch const& s) { return s.end_s; }),
          column(
              "how", "", "Done, interrupted, failed or running", [](Stretch const& s) { return told(s.how); },
              TextLayout::padded),
          column("accelerators", "1", "Accelerators held",
                 [&](Stretch const& s) { return std::int64_t{jobs[s.job].accelerators}; }),
          column("racks", "1", "Racks that they are in", [](Stretch const& s) { return std::int64_t{s.racks}; }),
          column(
              "first_rack", "", "The first of them", [&](Stretch const& s) { return facility_.racks[s.first_rack].name; },
              TextLayout::padded),
      });
}

}  // namespace ondol::sim
