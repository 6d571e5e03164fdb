#include "sim/record/sweep_index.hpp"

#include <hdf5_hl.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>
#include <stdexcept>

#include "sim/record/hdf5_file.hpp"
#include "sim/record/whole_file.hpp"

namespace ondol::sim {

namespace {

using Variable = SweepIndex::Variable;

constexpr char const* doing = "cannot make the index of a sweep";

template <class T>
T check(T result) {
  return h5::check(result, doing);
}

/// Makes the file in memory.  There the disk cannot fill up under HDF5, which would crash on it, and a half-made file is
/// nothing but memory.
class IndexWriter {
 public:
  explicit IndexWriter(SweepIndex const& index) : index_(index) {
    h5::begin();
    h5::Handle const access(check(H5Pcreate(H5P_FILE_ACCESS)), H5Pclose);
    check(H5Pset_fapl_core(access, 1u << 20, false));
    // The first superblock: later ones have the mark "being written" under their checksum, and an image loses the mark alone.
    check(H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_V18));
    auto const create = timeless(H5P_FILE_CREATE);
    check(H5Pset_link_creation_order(create, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED));
    file_ = {check(H5Fcreate("sweep.h5", H5F_ACC_TRUNC, create, access)), H5Fclose};
  }

  std::string image() {
    attributes();
    scales();
    for (auto const& c : index_.coordinates)
      if (!is_dimension(c.name)) write(c);
    for (auto const& v : index_.variables) {
      auto const set = write(v);
      if (auto const names = beside(v); !names.empty()) h5::attribute(set, "coordinates", names);
    }
    links();
    toml();

    check(H5Fflush(file_, H5F_SCOPE_LOCAL));
    std::string bytes(static_cast<std::size_t>(check(H5Fget_file_image(file_, nullptr, 0))), '\0');
    check(H5Fget_file_image(file_, bytes.data(), bytes.size()));
    return bytes;
  }

 private:
  /// Creation properties of an object without dates, so that equal content is equal bytes.
  static h5::Handle timeless(hid_t kind) {
    h5::Handle create(check(H5Pcreate(kind)), H5Pclose);
    check(H5Pset_obj_track_times(create, false));
    return create;
  }

  bool is_dimension(std::string const& name) const {
    return std::any_of(index_.dimensions.begin(), index_.dimensions.end(), [&](auto const& d) { return d.name == name; });
  }

  /// Coordinates that are no dimension and lie along some of those of `v`: xarray finds them by these names [CF, 5].
  std::string beside(Variable const& v) const {
    auto const along = dimensions_of(v);
    std::string names;
    for (auto const& c : index_.coordinates) {
      auto const own = dimensions_of(c);
      bool const within =
          std::all_of(own.begin(), own.end(), [&](auto d) { return std::find(along.begin(), along.end(), d) != along.end(); });
      if (within && !is_dimension(c.name)) names += (names.empty() ? "" : " ") + c.name;
    }
    return names;
  }

  void attributes() {
    h5::attribute(file_, "Conventions", std::string("CF-1.8"));
    h5::attribute(file_, "format", std::string(sweep_format));
    h5::attribute(file_, "format_version", std::string(sweep_format_version));
    for (auto const& [name, value] : index_.attributes) h5::attribute(file_, name, value);
  }

  /// One scale a dimension: its coordinate, or its numbers from 0 where it has none.
  void scales() {
    for (std::uint32_t d = 0; d < index_.dimensions.size(); ++d) {
      auto const& dimension = index_.dimensions[d];
      auto const own = std::find_if(index_.coordinates.begin(), index_.coordinates.end(),
                                    [&](Variable const& c) { return c.name == dimension.name; });
      if (own != index_.coordinates.end()) {
        if (own->dimensions != std::vector{d})
          throw std::logic_error("the coordinate " + own->name + " must lie along the dimension of its name");
        scales_.push_back(create(*own));
      } else {
        std::vector<std::int64_t> numbers(dimension.size);
        std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
        scales_.push_back(create({dimension.name, dimension.long_name, "", {d}, std::move(numbers)}));
      }
      check(H5DSset_scale(scales_.back(), dimension.name.c_str()));
    }
  }

  std::vector<std::uint32_t> dimensions_of(Variable const& v) const {
    if (!v.dimensions.empty()) return v.dimensions;
    std::vector<std::uint32_t> all(index_.dimensions.size());
    std::iota(all.begin(), all.end(), 0u);
    return all;
  }

  h5::Handle create(Variable const& v) {
    if (!names_.insert(v.name).second) throw std::logic_error("the index has two variables " + v.name);
    std::vector<hsize_t> shape;
    for (auto const d : dimensions_of(v)) shape.push_back(index_.dimensions.at(d).size);
    h5::Handle const space(
        check(shape.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr)),
        H5Sclose);
    auto const size = std::accumulate(shape.begin(), shape.end(), hsize_t{1}, std::multiplies<>());
    auto const properties = timeless(H5P_DATASET_CREATE);
    auto const put = [&](hid_t type, std::size_t count, void const* values) {
      if (count != size)
        throw std::logic_error("the variable " + v.name + " has " + std::to_string(count) + " values for " +
                               std::to_string(size) + " places");
      h5::Handle set(check(H5Dcreate2(file_, v.name.c_str(), type, space, H5P_DEFAULT, properties, H5P_DEFAULT)), H5Dclose);
      if (count > 0) check(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
      return set;
    };
    h5::Handle set;
    if (auto const* numbers = std::get_if<std::vector<double>>(&v.values)) {
      set = put(H5T_NATIVE_DOUBLE, numbers->size(), numbers->data());
    } else if (auto const* whole = std::get_if<std::vector<std::int64_t>>(&v.values)) {
      set = put(H5T_NATIVE_INT64, whole->size(), whole->data());
    } else {
      auto const& texts = std::get<std::vector<std::string>>(v.values);
      std::vector<char const*> pointers(texts.size());
      std::transform(texts.begin(), texts.end(), pointers.begin(), h5::plain);
      set = put(h5::string_type(), pointers.size(), pointers.data());
    }
    if (!v.units.empty()) h5::attribute(set, "units", v.units);
    if (!v.long_name.empty()) h5::attribute(set, "long_name", v.long_name);
    return set;
  }

  /// A variable with the scales of its dimensions.
  h5::Handle write(Variable const& v) {
    auto set = create(v);
    auto const dimensions = dimensions_of(v);
    for (std::size_t i = 0; i < dimensions.size(); ++i)
      check(H5DSattach_scale(set, scales_[dimensions[i]], static_cast<unsigned>(i)));
    return set;
  }

  /// runs/0, runs/1 ... lead into the file of each run that left one.
  void links() {
    auto const properties = timeless(H5P_GROUP_CREATE);
    check(H5Pset_link_creation_order(properties, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED));
    h5::Handle const group(check(H5Gcreate2(file_, "runs", H5P_DEFAULT, properties, H5P_DEFAULT)), H5Gclose);
    for (std::size_t i = 0; i < index_.links.size(); ++i)
      if (!index_.links[i].empty())
        check(H5Lcreate_external(h5::plain(index_.links[i]), "/", group, std::to_string(i).c_str(), H5P_DEFAULT, H5P_DEFAULT));
  }

  /// A dataset along nothing: xarray shows it as a text.
  void toml() {
    auto const type = h5::string_type();
    h5::Handle const space(check(H5Screate(H5S_SCALAR)), H5Sclose);
    auto const properties = timeless(H5P_DATASET_CREATE);
    h5::Handle const set(check(H5Dcreate2(file_, "sweep_toml", type, space, H5P_DEFAULT, properties, H5P_DEFAULT)), H5Dclose);
    char const* const text = h5::plain(index_.sweep_toml);
    check(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, &text));
  }

  SweepIndex const& index_;
  h5::Handle file_;
  std::set<std::string> names_{"runs", "sweep_toml"};
  std::vector<h5::Handle> scales_;  ///< by dimension
};

}  // namespace

void write_sweep_index(std::filesystem::path const& path, SweepIndex const& index) {
  write_whole(path, IndexWriter(index).image());
}

}  // namespace ondol::sim
