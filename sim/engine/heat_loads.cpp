#include "sim/engine/heat_loads.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "sim/engine/refusal.hpp"

namespace ondol::sim {

namespace {

using namespace schema;

/// A CSV of numbers: read once, whatever number of loads name it.  Columns that nothing names may hold anything.
struct Table {
  std::string file, text;
  std::vector<std::string_view> header;
  std::vector<std::pair<std::size_t, std::string_view>> rows;  ///< line and its text

  explicit Table(std::string const& name) : file(name) {
    std::unique_ptr<gzFile_s, int (*)(gzFile)> const in(gzopen(file.c_str(), "rb"), gzclose);
    if (!in) refuse_line(file, 0, "cannot be read");
    std::vector<char> block(1 << 16);
    int got = 0;
    while ((got = gzread(in.get(), block.data(), static_cast<unsigned>(block.size()))) > 0)
      text.append(block.data(), static_cast<std::size_t>(got));
    if (got < 0) refuse_line(file, 0, "cannot be read: damaged compression");
    std::string_view left = text;
    if (left.starts_with("\xef\xbb\xbf")) left.remove_prefix(3);
    for (std::size_t line = 1; !left.empty(); ++line) {
      auto const end = std::min(left.find('\n'), left.size());
      auto row = left.substr(0, end);
      left.remove_prefix(std::min(end + 1, left.size()));
      if (!row.empty() && row.back() == '\r') row.remove_suffix(1);
      if (line == 1)
        header = cells(row);
      else if (!row.empty())
        rows.emplace_back(line, row);
    }
    if (rows.empty()) refuse_line(file, 0, "holds no rows");
  }

  static std::vector<std::string_view> cells(std::string_view line) {
    std::vector<std::string_view> out;
    for (;;) {
      auto const comma = line.find(',');
      out.push_back(line.substr(0, comma));
      if (comma == std::string_view::npos) return out;
      line.remove_prefix(comma + 1);
    }
  }

  std::vector<double> const& column(std::string const& name) {
    if (auto const known = columns_.find(name); known != columns_.end()) return known->second;
    auto const at = static_cast<std::size_t>(std::find(header.begin(), header.end(), name) - header.begin());
    if (at == header.size()) {
      std::vector<std::string> const all(header.begin(), header.end());
      auto const near = nearest(name, all);
      refuse_line(file, 1, fmt::format("has no column \"{}\"{}", name, near.empty() ? "" : "; did you mean \"" + near + "\"?"));
    }
    if (cells_.empty())
      for (auto const& [line, row] : rows) {
        cells_.push_back(cells(row));
        if (cells_.back().size() != header.size())
          refuse_line(file, line, fmt::format("has {} columns, the header {}", cells_.back().size(), header.size()));
      }
    std::vector<double> values;
    values.reserve(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto const cell = cells_[i][at];
      double x = 0;
      auto const [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), x);
      if (error != std::errc{} || end != cell.data() + cell.size() || !std::isfinite(x))
        refuse_line(file, rows[i].first, fmt::format("{} is \"{}\", not a number", name, cell));
      values.push_back(x);
    }
    return columns_.emplace(name, std::move(values)).first->second;
  }

  /// Times of a run that begins `offset_s` into the file.
  std::shared_ptr<std::vector<double> const> times(std::string const& name, double offset_s) {
    auto& known = times_[{name, offset_s}];
    if (known) return known;
    auto const& read = column(name);
    for (std::size_t i = 1; i < read.size(); ++i)
      if (!(read[i] > read[i - 1]))
        refuse_line(file, rows[i].first, fmt::format("{} = {} follows {}; times must rise", name, read[i], read[i - 1]));
    std::vector<double> shifted = read;
    for (double& t : shifted) t -= offset_s;
    return known = std::make_shared<std::vector<double> const>(std::move(shifted));
  }

 private:
  std::vector<std::vector<std::string_view>> cells_;
  std::map<std::string, std::vector<double>> columns_;
  std::map<std::pair<std::string, double>, std::shared_ptr<std::vector<double> const>> times_;
};

LoadSeries series(HeatLoadSpec const& spec, std::map<std::string, Table>& tables) {
  if (spec.file.empty()) return LoadSeries(spec.power->v);
  auto& table = tables.try_emplace(spec.file, spec.file).first->second;
  double const unit = (spec.unit == "MW" ? 1e6 : spec.unit == "kW" ? 1e3 : 1.0) * spec.scale;
  std::vector<double> power(table.rows.size(), 0.0);
  for (auto const& name : spec.columns) {
    auto const& column = table.column(name);
    for (std::size_t i = 0; i < power.size(); ++i) {
      if (column[i] < 0) refuse_line(spec.file, table.rows[i].first, fmt::format("{} = {} is negative", name, column[i]));
      power[i] += column[i] * unit;
    }
  }
  auto const between =
      spec.interpolation == HeatLoadSpec::Interpolation::step ? LoadSeries::Between::step : LoadSeries::Between::linear;
  return {table.times(spec.time_column, spec.offset.v), std::move(power), between, spec.repeat};
}

}  // namespace

std::vector<HeatLoad> heat_loads(Scenario const& s) {
  std::map<std::string, Table> tables;
  std::vector<HeatLoad> loads;
  for (std::size_t i = 0; i < s.heat_load.size(); ++i) {
    auto const& spec = s.heat_load[i];
    auto const hall = std::find_if(s.hall.begin(), s.hall.end(), [&](auto const& h) { return h.id == spec.hall; });
    loads.push_back({static_cast<std::uint32_t>(hall - s.hall.begin()), spec.liquid_fraction, series(spec, tables)});
    auto const& read = loads.back().series;
    if (!read.covers(0, s.simulation.duration.v))
      refuse(s, fmt::format("heat_load[{}].file", i),
             fmt::format("the load of {} is of {:.10g} s to {:.10g} s after the start of the run, the run of 0 s to {:.10g} s; "
                         "shorten the run, or set offset or repeat",
                         spec.file, read.first_s(), read.end_s(), s.simulation.duration.v));
  }
  return loads;
}

void rate_heat_loads(Scenario& s) {
  std::map<std::string, Table> tables;
  for (auto& spec : s.heat_load)
    if (!spec.file.empty()) spec.power = Watts{series(spec, tables).highest_w()};
}

}  // namespace ondol::sim
