#include "kernels/fit/priors.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "kernels/fit/quantity.hpp"
#include "kernels/fit/toml_file.hpp"

namespace ondol::meter::fit {
namespace {

Prior read_prior(toml::table const& table, std::string const& file, std::string const& name, std::string_view unit) {
  Keys keys(table, file, "the prior of " + name);
  Prior p;
  p.value = keys.number("value", unit) * (unit.starts_with("pJ") ? joules_per_picojoule : 1);
  p.relative_sd = keys.number("relative_sd");
  p.tier = keys.text("tier");
  p.source = keys.text("source", "");
  p.why = keys.text("why", "");
  keys.finish();
  if (p.value <= 0) keys.fault_at("value", "must be above zero");
  if (p.relative_sd <= 0) keys.fault_at("relative_sd", "must be above zero");
  if (p.tier == "assumed" ? p.why.empty() : p.source.empty())
    keys.fault_at("tier", "needs a source, or \"assumed\" and a reason (why)");
  return p;
}

std::array<std::optional<Prior>, channels> read_channels(Keys& root, std::string_view part) {
  std::array<std::optional<Prior>, channels> all;
  auto const* table = root.table(part);
  if (!table) return all;
  Keys keys(*table, root.file(), std::string(part));
  for (std::size_t i = 0; i < channels; ++i)
    if (auto const* prior = keys.table(channel_names[i]))
      all[i] = read_prior(*prior, root.file(), std::string(part) + "." + std::string(channel_names[i]),
                          energy_unit(static_cast<Channel>(i)));
  keys.finish();
  return all;
}

}  // namespace

std::string_view unit(Scalar s) {
  if (s == Scalar::voltage_slope || s == Scalar::voltage_floor) return "";
  return s == Scalar::leakage_slope ? "W/K" : "W";
}

Priors read_priors(std::string_view text, std::string const& file) {
  toml::table const table = parse_toml(text, file);
  Keys root(table, file, "the priors");
  if (root.number("format") != 1) root.fault_at("format", "is unknown here; this program reads format 1");
  Priors priors;
  priors.name = root.text("name");
  for (std::size_t i = 0; i < scalars; ++i) {
    root.need(scalar_names[i]);
    priors.scalar[i] =
        read_prior(*root.table(scalar_names[i]), file, std::string(scalar_names[i]), unit(static_cast<Scalar>(i)));
  }
  priors.control = read_channels(root, "control");
  priors.data = read_channels(root, "data");
  root.finish();
  for (std::size_t i = 0; i < channels; ++i)
    if (priors.control[i].has_value() != priors.data[i].has_value())
      throw std::runtime_error(file + ": " + std::string(channel_names[i]) + " needs a prior under control and under data");
  return priors;
}

Priors load_priors(std::string const& which) {
  for (auto const& [family, text] : embedded_priors())
    if (family == which) return read_priors(text, which + " priors");
  std::ifstream in(which, std::ios::binary);
  if (!in)
    throw std::runtime_error(which + ": neither a file of priors nor a family (hopper, blackwell, ampere, cdna) that I know");
  std::string const text{std::istreambuf_iterator<char>(in), {}};
  return read_priors(text, which);
}

std::string family_of(std::string_view product) {
  for (auto const& [word, family] : {std::pair{"H100", "hopper"},
                                     {"H200", "hopper"},
                                     {"H800", "hopper"},
                                     {"H20", "hopper"},
                                     {"B200", "blackwell"},
                                     {"B300", "blackwell"},
                                     {"A100", "ampere"},
                                     {"A800", "ampere"},
                                     {"MI2", "cdna"},
                                     {"MI3", "cdna"}})
    if (product.find(word) != std::string_view::npos) return family;
  return "";
}

}  // namespace ondol::meter::fit
