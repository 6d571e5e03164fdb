#pragma once
/// Files that extend files, entries that extend entries, and `--set`: trees laid over trees.

#include <filesystem>
#include <string>

#include "scenarios/schema/document.hpp"
#include "scenarios/schema/sweep_spec.hpp"

namespace ondol::schema {

/// Lays `top` over `base`: tables key by key, lists of tables that all have an `id` or a `name` element by element, anything
/// else replaced.  A table with a `form` (a loss curve) is one thing and is replaced whole.
void overlay(Value& base, Value top);

/// Reads `file` and what it extends, the extended file first.
std::optional<Value> read_extended(std::filesystem::path const& file, Sources& sources, Faults& faults,
                                   Tags tags = Tags::settled);

/// Applies one "path.to.key=value".  A list element is addressed by index (`racks[0]`) or by its id or name (`hall.a`), all
/// elements by `racks[*]`.
void apply_set(Value& root, std::string const& assignment, Sources& sources, Faults& faults);
/// Likewise; faults quote the sweep file.
void apply_override(Value& root, Override const& change, Sources& sources, Faults& faults);

/// Gives `v` and all in it one place.
void stand_at(Value& v, Place const& place);

/// Place of the "=" that ends the path of "path.to.key=value", or npos.
std::size_t end_of_key(std::string_view assignment);

}  // namespace ondol::schema
