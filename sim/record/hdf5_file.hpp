#pragma once
/// HDF5 handles that close themselves and calls that throw with the library's own reason.

#include <hdf5.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ondol::sim::h5 {

/// An HDF5 identifier with its closing call.
class Handle {
 public:
  using Closer = herr_t (*)(hid_t);
  Handle() = default;
  Handle(hid_t id, Closer closer) : id_(id), closer_(closer) {}
  Handle(Handle&& o) noexcept : id_(std::exchange(o.id_, -1)), closer_(o.closer_) {}
  Handle& operator=(Handle&& o) noexcept {
    std::swap(id_, o.id_);
    std::swap(closer_, o.closer_);
    return *this;
  }
  ~Handle() { reset(); }
  /// Closes now; false when the library could not (a last flush onto a full disk, say).
  bool reset() {
    bool const closed = id_ < 0 || closer_(id_) >= 0;
    id_ = -1;
    return closed;
  }
  void abandon() { id_ = -1; }
  operator hid_t() const { return id_; }

 private:
  hid_t id_ = -1;
  Closer closer_ = nullptr;
};

/// Before the first HDF5 call of a process.  Keeps HDF5 from printing, since the reasons travel in exceptions, and from its
/// own clean-up at exit, which crashes in 1.10.8 when a file could not be closed because the disk was full.
void begin();

/// The operating system's words out of HDF5's error stack, e.g. "No space left on device", else its deepest description.
std::string reason();

/// Throws std::runtime_error "<what>: <reason>".
[[noreturn]] void fail(std::string const& what);

/// Passes a non-negative result through, fails otherwise.
template <class T>
T check(T result, std::string const& what) {
  if (result < 0) fail(what);
  return result;
}

Handle string_type();  ///< variable-length UTF-8

/// HDF5 strings end at a zero byte, so one inside a value would silently cut it: std::invalid_argument.
char const* plain(std::string const& value);

/// Attributes, written over when they exist.
void attribute(hid_t object, std::string const& name, std::string const& value);
void attribute(hid_t object, std::string const& name, double value);
void attribute(hid_t object, std::string const& name, std::int64_t value);
void attribute(hid_t object, std::string const& name, std::uint64_t value);
/// A text of fixed length, not empty: netCDF's own tools know dates only by such units (`ncdump -t`).
void fixed_attribute(hid_t object, std::string const& name, std::string const& value);

/// A 1-D dataset written at once (deflated when numeric and long), open for attributes.
Handle dataset(hid_t group, std::string const& name, std::span<double const> values);
Handle dataset(hid_t group, std::string const& name, std::span<std::int64_t const> values);
Handle dataset(hid_t group, std::string const& name, std::span<std::string const> values);

/// Texts filled up with zeros to the longest and deflated: a tenth of the room where few differ, or many are short.
Handle padded_dataset(hid_t group, std::string const& name, std::span<std::string const> values);

/// A scalar UTF-8 string dataset.
void text(hid_t group, std::string const& name, std::string const& value);

/// A chunked, shuffled and deflated dataset that grows along its first dimension; `columns` = 0 makes it 1-D.
Handle growing(hid_t group, std::string const& name, hid_t type, hsize_t chunk_rows, hsize_t columns, hsize_t chunk_columns);

}  // namespace ondol::sim::h5
