#pragma once
/// Reading HDF5 that people hand to the program: what is wrong with a file is their input, and is said so.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/record/hdf5_file.hpp"

namespace ondol::sim::h5 {

/// Opens a file of ours to be read, also one that a run still writes.  Throws InputError: not there, a folder, not HDF5, cut
/// short, not made by this program, of another major version.
class Reader {
 public:
  /// `format` as in its root attribute of that name, `version` the one this program writes.
  Reader(std::filesystem::path path, std::string const& format, std::string const& version);

  /// Runs `read`, and turns what HDF5 stumbles over into an InputError that names the file.
  template <class Read>
  auto reading(Read const& read) const {
    try {
      return read();
    } catch (std::exception const& e) {
      refuse(e);
    }
  }

  hid_t file() const { return file_; }
  bool has(std::string const& name) const;  ///< an object, links followed no further

 private:
  [[noreturn]] void refuse(std::exception const& e) const;
  std::filesystem::path path_;
  Handle file_;
};

/// Runs `read` in a process of its own first, and throws InputError when that does not survive it: HDF5 1.10 crashes on
/// some damaged files, and takes all memory for others.
void survive(std::filesystem::path const& path, std::function<void()> const& read);

/// The root attribute `format` of any file of ours.  Throws InputError as above.
std::string format_of(std::filesystem::path const& path);

std::vector<std::string> names(hid_t group);  ///< of its members, in order of creation

std::optional<std::string> text_attribute(hid_t object, std::string const& name);
std::optional<double> number_attribute(hid_t object, std::string const& name);

Handle open_dataset(hid_t file, std::string const& name);
std::vector<hsize_t> shape(hid_t dataset);  ///< empty of a scalar
std::vector<double> numbers(hid_t dataset);
std::vector<std::int64_t> whole_numbers(hid_t dataset);
std::vector<std::string> texts(hid_t dataset);

}  // namespace ondol::sim::h5
