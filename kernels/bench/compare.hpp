#pragma once

#include <string>
#include <vector>

namespace ondol::meter {

/// "12 of 4096 values differ, worst at 17: 1.5 against 1.25 (tolerance 0.01)"; empty where none does.
/// A value differs where |got - expected| > tolerance * scale[i]; one scale for all where `scale` has one element.
std::string compare(std::vector<double> const& got, std::vector<double> const& expected, std::vector<double> const& scale,
                    double tolerance);

}  // namespace ondol::meter
