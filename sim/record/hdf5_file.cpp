#include "sim/record/hdf5_file.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace ondol::sim::h5 {

namespace {

void scalar_attribute(hid_t object, std::string const& name, hid_t type, void const* value) {
  auto const what = "cannot write attribute " + name;
  if (check(H5Aexists(object, name.c_str()), what) > 0) check(H5Adelete(object, name.c_str()), what);
  Handle const space(check(H5Screate(H5S_SCALAR), what), H5Sclose);
  Handle const a(check(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), what), H5Aclose);
  check(H5Awrite(a, type, value), what);
}

Handle whole(hid_t group, std::string const& name, hid_t type, std::size_t size, void const* values, bool deflate) {
  auto const what = "cannot write dataset " + name;
  hsize_t const n = size;
  Handle const space(check(H5Screate_simple(1, &n, nullptr), what), H5Sclose);
  Handle const create(check(H5Pcreate(H5P_DATASET_CREATE), what), H5Pclose);
  if (deflate && n >= 512) {
    hsize_t const chunk = std::min<hsize_t>(n, 8192);
    check(H5Pset_chunk(create, 1, &chunk), what);
    check(H5Pset_shuffle(create), what);
    check(H5Pset_deflate(create, 1), what);
  }
  Handle set(check(H5Dcreate2(group, name.c_str(), type, space, H5P_DEFAULT, create, H5P_DEFAULT), what), H5Dclose);
  if (n > 0) check(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), what);
  return set;
}

}  // namespace

std::string reason() {
  std::string deepest;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned n, H5E_error2_t const* error, void* out) -> herr_t {
        if (n == 0 && error->desc) *static_cast<std::string*>(out) = error->desc;
        return 0;
      },
      &deepest);
  std::string_view const key = "error message = '";
  if (auto const at = deepest.find(key); at != std::string::npos) {
    auto const from = at + key.size();
    return deepest.substr(from, deepest.find('\'', from) - from);
  }
  return deepest.empty() ? "HDF5 gives no reason" : deepest;
}

char const* plain(std::string const& value) {
  if (value.find('\0') != std::string::npos) throw std::invalid_argument("a text with a zero byte cannot be stored");
  return value.c_str();
}

void begin() {
  H5dont_atexit();
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

void fail(std::string const& what) {
  throw std::runtime_error(what + ": " + reason());
}

Handle string_type() {
  Handle type(check(H5Tcopy(H5T_C_S1), "string type"), H5Tclose);
  check(H5Tset_size(type, H5T_VARIABLE), "string type");
  check(H5Tset_cset(type, H5T_CSET_UTF8), "string type");
  return type;
}

void attribute(hid_t object, std::string const& name, std::string const& value) {
  char const* const text = plain(value);
  scalar_attribute(object, name, string_type(), &text);
}
void fixed_attribute(hid_t object, std::string const& name, std::string const& value) {
  Handle const type(check(H5Tcopy(H5T_C_S1), "string type"), H5Tclose);
  check(H5Tset_size(type, value.size()), "string type");
  check(H5Tset_strpad(type, H5T_STR_NULLPAD), "string type");
  scalar_attribute(object, name, type, plain(value));
}
void attribute(hid_t object, std::string const& name, double value) {
  scalar_attribute(object, name, H5T_NATIVE_DOUBLE, &value);
}
void attribute(hid_t object, std::string const& name, std::int64_t value) {
  scalar_attribute(object, name, H5T_NATIVE_INT64, &value);
}
void attribute(hid_t object, std::string const& name, std::uint64_t value) {
  scalar_attribute(object, name, H5T_NATIVE_UINT64, &value);
}

Handle dataset(hid_t group, std::string const& name, std::span<double const> values) {
  return whole(group, name, H5T_NATIVE_DOUBLE, values.size(), values.data(), true);
}
Handle dataset(hid_t group, std::string const& name, std::span<std::int64_t const> values) {
  return whole(group, name, H5T_NATIVE_INT64, values.size(), values.data(), true);
}
Handle dataset(hid_t group, std::string const& name, std::span<std::string const> values) {
  std::vector<char const*> texts(values.size());
  std::transform(values.begin(), values.end(), texts.begin(), plain);
  return whole(group, name, string_type(), texts.size(), texts.data(), false);
}

Handle padded_dataset(hid_t group, std::string const& name, std::span<std::string const> values) {
  std::size_t longest = 1;
  for (auto const& value : values) longest = std::max(longest, value.size());
  std::string texts(values.size() * longest, '\0');
  for (std::size_t i = 0; i < values.size(); ++i) texts.replace(i * longest, values[i].size(), plain(values[i]));
  Handle const type(check(H5Tcopy(H5T_C_S1), "string type"), H5Tclose);
  check(H5Tset_size(type, longest), "string type");
  check(H5Tset_cset(type, H5T_CSET_UTF8), "string type");
  check(H5Tset_strpad(type, H5T_STR_NULLPAD), "string type");
  return whole(group, name, type, values.size(), texts.data(), true);
}

void text(hid_t group, std::string const& name, std::string const& value) {
  auto const what = "cannot write " + name;
  Handle const type = string_type();
  Handle const space(check(H5Screate(H5S_SCALAR), what), H5Sclose);
  Handle const set(check(H5Dcreate2(group, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), what), H5Dclose);
  char const* const content = plain(value);
  check(H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, &content), what);
}

Handle growing(hid_t group, std::string const& name, hid_t type, hsize_t chunk_rows, hsize_t columns, hsize_t chunk_columns) {
  auto const what = "cannot create dataset " + name;
  int const rank = columns > 0 ? 2 : 1;
  hsize_t const size[2] = {0, columns};
  hsize_t const limit[2] = {H5S_UNLIMITED, columns};
  hsize_t const chunk[2] = {chunk_rows, chunk_columns};
  Handle const space(check(H5Screate_simple(rank, size, limit), what), H5Sclose);
  Handle const create(check(H5Pcreate(H5P_DATASET_CREATE), what), H5Pclose);
  check(H5Pset_chunk(create, rank, chunk), what);
  check(H5Pset_shuffle(create), what);
  check(H5Pset_deflate(create, 1), what);
  double const nan = std::numeric_limits<double>::quiet_NaN();
  check(H5Pset_fill_value(create, H5T_NATIVE_DOUBLE, &nan), what);
  return {check(H5Dcreate2(group, name.c_str(), type, space, H5P_DEFAULT, create, H5P_DEFAULT), what), H5Dclose};
}

}  // namespace ondol::sim::h5
