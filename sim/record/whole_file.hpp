#pragma once
/// Files that are there whole or not at all.

#include <filesystem>
#include <string_view>

namespace ondol::sim {

/// Writes `content` beside `path`, syncs it, and renames: whatever happens, a power cut too, `path` holds what it held before
/// or all of `content`.  Throws std::runtime_error when it cannot (disk full ...); nothing is then left behind.
void write_whole(std::filesystem::path const& path, std::string_view content);

}  // namespace ondol::sim
