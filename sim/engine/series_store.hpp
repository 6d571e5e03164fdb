#pragma once
/// Series of a report under way: makes their places and the signal table that names them.

#include <memory>
#include <string>
#include <vector>

#include "sim/state/signal_table.hpp"

namespace ondol::sim {

class SeriesStore {
 public:
  SignalTable table;

  /// Place of n values along `axis` (empty: one value over time).  Not `wanted`: they can be written, and nobody sees them.
  double* vector(bool wanted, std::string group, std::string axis, std::size_t n, std::string name, std::string units,
                 std::string long_name, std::string cell_methods) {
    places_.push_back(std::make_unique<std::vector<double>>(n));
    if (wanted)
      table.series.push_back({std::move(group), std::move(name), std::move(units), std::move(long_name),
                              std::move(cell_methods), std::move(axis), std::span<double const>(*places_.back())});
    return places_.back()->data();
  }
  double* scalar(std::string group, std::string name, std::string units, std::string long_name, std::string cell_methods) {
    return vector(true, std::move(group), "", 1, std::move(name), std::move(units), std::move(long_name),
                  std::move(cell_methods));
  }

 private:
  std::vector<std::unique_ptr<std::vector<double>>> places_;  ///< stable addresses for the views
};

}  // namespace ondol::sim
