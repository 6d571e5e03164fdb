#pragma once
/// Number format of a job's matrix products.

#include <optional>
#include <string>

namespace ondol::workloads {

enum class Precision { fp64, bf16, fp8, fp4 };
char const* to_string(Precision precision);
std::optional<Precision> precision_from(std::string const& name);

}  // namespace ondol::workloads
