#include <hdf5_hl.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "sim/record/hdf5_reader.hpp"
#include "sim/record/sweep_index.hpp"

namespace ondol::sim {

namespace {

using Variable = SweepIndex::Variable;

/// Positions of the scales that a dataset is attached to.
std::vector<std::uint32_t> attached(hid_t set, std::vector<h5::Handle> const& scales) {
  auto const size = h5::shape(set);
  std::vector<std::uint32_t> dimensions;
  for (unsigned i = 0; i < size.size(); ++i)
    for (std::uint32_t d = 0; d < scales.size(); ++d)
      if (size[i] == h5::shape(scales[d]).at(0) &&
          h5::check(H5DSis_attached(set, scales[d], i), "cannot read dimensions") > 0) {
        dimensions.push_back(d);
        break;
      }
  if (dimensions.size() != size.size()) throw std::runtime_error("a variable without dimensions");
  return dimensions;
}

Variable read_variable(hid_t set, std::string const& name, std::vector<std::uint32_t> dimensions) {
  Variable v{name,
             h5::text_attribute(set, "long_name").value_or(""),
             h5::text_attribute(set, "units").value_or(""),
             std::move(dimensions),
             {}};
  h5::Handle const type(h5::check(H5Dget_type(set), "type"), H5Tclose);
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
      v.values = h5::numbers(set);
      break;
    case H5T_INTEGER:
      v.values = h5::whole_numbers(set);
      break;
    default:
      v.values = h5::texts(set);
  }
  return v;
}

std::vector<std::string> words(std::string const& text) {
  std::vector<std::string> out;
  std::size_t begin = 0;
  while (begin < text.size()) {
    auto const end = std::min(text.find(' ', begin), text.size());
    if (end > begin) out.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

std::map<std::string, std::string> text_attributes(hid_t file) {
  std::map<std::string, std::string> all;
  std::vector<std::string> names;
  auto const note = [](hid_t, char const* name, H5A_info_t const*, void* out) -> herr_t {
    static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    return 0;
  };
  h5::check(H5Aiterate2(file, H5_INDEX_NAME, H5_ITER_INC, nullptr, note, &names), "cannot list attributes");
  for (auto const& name : names)
    if (name != "Conventions" && name != "format" && name != "format_version")
      all[name] = h5::text_attribute(file, name).value_or("");
  return all;
}

/// The file that an external link of group `runs` leads to.
std::string target(hid_t runs, char const* name) {
  H5L_info_t info;
  h5::check(H5Lget_info(runs, name, &info, H5P_DEFAULT), name);
  if (info.type != H5L_TYPE_EXTERNAL) throw std::runtime_error(std::string("runs/") + name + " is not a link to a file");
  std::string value(info.u.val_size, '\0');
  h5::check(H5Lget_val(runs, name, value.data(), value.size(), H5P_DEFAULT), name);
  char const *file = nullptr, *object = nullptr;
  h5::check(H5Lunpack_elink_val(value.data(), value.size(), nullptr, &file, &object), name);
  return file;
}

std::vector<std::string> read_links(hid_t file, std::size_t places) {
  std::vector<std::string> links(places);
  h5::Handle const runs(h5::check(H5Gopen2(file, "runs", H5P_DEFAULT), "no group runs"), H5Gclose);
  for (auto const& name : h5::names(runs)) {
    std::size_t place = 0;
    auto const [end, error] = std::from_chars(name.data(), name.data() + name.size(), place);
    if (error != std::errc{} || end != name.data() + name.size() || place >= places)
      throw std::runtime_error("runs/" + name + " is the link of no place");
    links[place] = target(runs, name.c_str());
  }
  return links;
}

SweepIndex read(std::filesystem::path const& path) {
  h5::Reader const reader(path, sweep_format, sweep_format_version);
  return reader.reading([&] {
    auto const file = reader.file();
    SweepIndex out;
    out.attributes = text_attributes(file);
    out.sweep_toml = h5::texts(h5::open_dataset(file, "sweep_toml")).at(0);

    std::vector<h5::Handle> scales;
    std::vector<std::pair<std::string, h5::Handle>> others;
    std::vector<std::string> beside;  // names of coordinates that are no dimension
    std::size_t places = 1;
    for (auto const& name : h5::names(file)) {
      if (name == "runs" || name == "sweep_toml") continue;
      auto set = h5::open_dataset(file, name);
      if (h5::check(H5DSis_scale(set), name) > 0) {
        auto const size = h5::shape(set);
        if (size.size() != 1) throw std::runtime_error("dimension " + name + " is not a list");
        out.dimensions.push_back({name, h5::text_attribute(set, "long_name").value_or(""), size[0]});
        out.coordinates.push_back(read_variable(set, name, {static_cast<std::uint32_t>(scales.size())}));
        places *= size[0];
        scales.push_back(std::move(set));
      } else {
        for (auto& c : words(h5::text_attribute(set, "coordinates").value_or(""))) beside.push_back(std::move(c));
        others.emplace_back(name, std::move(set));
      }
    }
    for (auto const& [name, set] : others) {
      auto v = read_variable(set, name, attached(set, scales));
      bool const coordinate = std::find(beside.begin(), beside.end(), name) != beside.end();
      (coordinate ? out.coordinates : out.variables).push_back(std::move(v));
    }
    out.links = read_links(file, places);
    return out;
  });
}

}  // namespace

SweepIndex read_sweep_index(std::filesystem::path const& path) {
  h5::survive(path, [&] { read(path); });
  return read(path);
}

}  // namespace ondol::sim
