#pragma once
/// Typed indices: a RackId cannot be used where a NodeId is meant.  An id is the position in the array of its kind.

#include <compare>
#include <cstdint>
#include <functional>

namespace ondol {

template <class Tag>
struct Id {
  std::uint32_t index = 0;
  constexpr Id() = default;
  constexpr explicit Id(std::size_t i) : index(static_cast<std::uint32_t>(i)) {}
  constexpr auto operator<=>(Id const&) const = default;
};

using HallId = Id<struct HallTag>;
using RackId = Id<struct RackTag>;
using NodeId = Id<struct NodeTag>;
using PoolId = Id<struct PoolTag>;
using JobId = Id<struct JobTag>;
using PowerUnitId = Id<struct PowerUnitTag>;
using CoolingLoopId = Id<struct CoolingLoopTag>;
using PlantId = Id<struct PlantTag>;

}  // namespace ondol

template <class Tag>
struct std::hash<ondol::Id<Tag>> {
  std::size_t operator()(ondol::Id<Tag> id) const noexcept { return id.index; }
};
