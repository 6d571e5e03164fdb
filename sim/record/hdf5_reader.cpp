#include "sim/record/hdf5_reader.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <numeric>
#include <stdexcept>

#include "scenarios/base/error.hpp"

namespace ondol::sim::h5 {

namespace fs = std::filesystem;

namespace {

Handle open_file(fs::path const& path) {
  begin();
  auto const name = path.string();
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    auto const index = path / "sweep.h5";
    throw InputError(name + " is a folder; name a results file in it" +
                     (fs::exists(index, ignored) ? ", such as " + index.string() : ""));
  }
  if (!fs::exists(path, ignored)) {
    auto const partial = fs::path(path) += ".partial";
    throw InputError("there is no file " + name +
                     (fs::exists(partial, ignored) ? ", but " + partial.string() + ": its run was killed, or still runs" : ""));
  }
  if (!fs::is_regular_file(path, ignored)) throw InputError(name + " is not a file that holds results");
  if (H5Fis_hdf5(name.c_str()) <= 0)
    throw InputError(name +
                     " is not an HDF5 file, or its beginning is lost; results are what `ondol run` and `ondol sweep` write");
  Handle file(H5Fopen(name.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  // A run that is still written, or was killed, is open to those who say that they know.
  if (file < 0) file = {H5Fopen(name.c_str(), H5F_ACC_RDONLY | H5F_ACC_SWMR_READ, H5P_DEFAULT), H5Fclose};
  if (file < 0) throw InputError(name + " is cut short or damaged; HDF5 says: " + reason());
  return file;
}

std::string format_of(hid_t file, fs::path const& path) {
  auto const format = text_attribute(file, "format");
  if (!format || !format->starts_with("ondol-"))
    throw InputError(path.string() + " is HDF5, but not results of this program: it does not say `format = \"ondol-...\"`");
  return *format;
}

std::string what_it_is(std::string const& format) {
  if (format == "ondol-results") return "the results of a run";
  if (format == "ondol-sweep") return "the index of a sweep";
  return "\"" + format + "\"";
}

std::size_t count(hid_t dataset) {
  Handle const space(check(H5Dget_space(dataset), "size"), H5Sclose);
  return static_cast<std::size_t>(check(H5Sget_simple_extent_npoints(space), "size"));
}

/// Variable-length texts of a dataset or attribute, read by `read(type, pointers)`.
template <class Read>
std::vector<std::string> read_texts(hid_t own_type, hid_t space, std::size_t size, Read const& read) {
  if (check(H5Tis_variable_str(own_type), "type") == 0) throw std::runtime_error("numbers where texts are expected");
  std::vector<char*> raw(size);
  auto const type = string_type();
  if (size > 0) check(read(type, raw.data()), "cannot read texts");
  std::vector<std::string> out(size);
  std::transform(raw.begin(), raw.end(), out.begin(), [](char const* text) { return text ? text : ""; });
  if (size > 0) H5Dvlen_reclaim(type, space, H5P_DEFAULT, raw.data());
  return out;
}

}  // namespace

Reader::Reader(fs::path path, std::string const& format, std::string const& version)
    : path_(std::move(path)), file_(open_file(path_)) {
  auto const name = path_.string();
  reading([&] {
    auto const own = format_of(file_, path_);
    if (own != format) throw InputError(name + " is " + what_it_is(own) + ", not " + what_it_is(format));
    auto const major = [](std::string const& text) { return text.substr(0, text.find('.')); };
    auto const written = text_attribute(file_, "format_version").value_or("");
    if (major(written) != major(version))
      throw InputError(name + " has format " + (written.empty() ? "of no version" : written) + ", and this program reads " +
                       major(version) + ".x: read it with the program that wrote it" +
                       (text_attribute(file_, "code_version") ? " (" + *text_attribute(file_, "code_version") + ")" : "") +
                       ", or run its scenario again");
    return 0;
  });
}

void Reader::refuse(std::exception const& e) const {
  if (auto const* known = dynamic_cast<InputError const*>(&e)) throw *known;
  throw InputError(path_.string() + " is damaged: " + e.what());
}

bool Reader::has(std::string const& name) const {
  return check(H5Lexists(file_, name.c_str(), H5P_DEFAULT), "cannot look for " + name) > 0;
}

namespace {
/// Bytes of address space that this process has.
rlim_t address_space() {
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}
}  // namespace

void survive(fs::path const& path, std::function<void()> const& read) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) throw std::runtime_error(std::string("cannot make a pipe: ") + std::strerror(errno));
  pid_t const child = ::fork();
  if (child < 0) throw std::runtime_error(std::string("cannot start a process: ") + std::strerror(errno));
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // Enough for any file that is sound; where lengths are damaged HDF5 asks for all memory there is, or never ends.
    std::error_code unknown;
    auto const found = fs::file_size(path, unknown);
    rlim_t const size = unknown ? 0 : found;
    rlim_t const most = address_space() + (rlim_t{512} << 20) + 8 * size, time = 2 + size / (rlim_t{16} << 20);
    rlimit const seconds{time, time}, memory{most, most}, none{0, 0};
    ::setrlimit(RLIMIT_CPU, &seconds);
    ::setrlimit(RLIMIT_AS, &memory);
    ::setrlimit(RLIMIT_CORE, &none);
    if (int const null = ::open("/dev/null", O_WRONLY); null >= 0) ::dup2(null, 2);  // glibc's words on a broken heap
    std::string problem;
    try {
      read();
    } catch (InputError const& e) {
      problem = e.faults().front().message;
    } catch (std::exception const& e) {
      problem = path.string() + " is damaged: " + e.what();
    }
    bool const told = ::write(pipe[1], problem.data(), problem.size()) == static_cast<ssize_t>(problem.size());
    ::_exit(told ? 0 : 1);
  }
  ::close(pipe[1]);
  std::string problem;
  char part[512];
  for (ssize_t n; (n = ::read(pipe[0], part, sizeof part)) > 0 || (n < 0 && errno == EINTR);)
    if (n > 0) problem.append(part, static_cast<std::size_t>(n));
  ::close(pipe[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  if (!problem.empty()) throw InputError(problem);
  if (status != 0) throw InputError(path.string() + " is damaged: HDF5 cannot read it to its end");
}

std::string format_of(fs::path const& path) {
  return format_of(open_file(path), path);
}

std::vector<std::string> names(hid_t group) {
  std::vector<std::string> all;
  auto const note = [](hid_t, char const* name, H5L_info_t const*, void* out) -> herr_t {
    static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    return 0;
  };
  check(H5Literate(group, H5_INDEX_CRT_ORDER, H5_ITER_INC, nullptr, note, &all), "cannot list its contents");
  return all;
}

std::optional<std::string> text_attribute(hid_t object, std::string const& name) {
  if (check(H5Aexists(object, name.c_str()), name) == 0) return std::nullopt;
  Handle const a(check(H5Aopen(object, name.c_str(), H5P_DEFAULT), name), H5Aclose);
  Handle const type(check(H5Aget_type(a), name), H5Tclose);
  Handle const space(check(H5Aget_space(a), name), H5Sclose);
  if (H5Sget_simple_extent_npoints(space) != 1) throw std::runtime_error("attribute " + name + " is not one text");
  return read_texts(type, space, 1, [&](hid_t as, char** to) { return H5Aread(a, as, to); }).front();
}

std::optional<double> number_attribute(hid_t object, std::string const& name) {
  if (check(H5Aexists(object, name.c_str()), name) == 0) return std::nullopt;
  Handle const a(check(H5Aopen(object, name.c_str(), H5P_DEFAULT), name), H5Aclose);
  Handle const space(check(H5Aget_space(a), name), H5Sclose);
  if (H5Sget_simple_extent_npoints(space) != 1) throw std::runtime_error("attribute " + name + " is not one number");
  double value = 0;
  check(H5Aread(a, H5T_NATIVE_DOUBLE, &value), "attribute " + name);
  return value;
}

Handle open_dataset(hid_t file, std::string const& name) {
  return {check(H5Dopen2(file, name.c_str(), H5P_DEFAULT), "no dataset " + name), H5Dclose};
}

std::vector<hsize_t> shape(hid_t dataset) {
  Handle const space(check(H5Dget_space(dataset), "size"), H5Sclose);
  std::vector<hsize_t> size(static_cast<std::size_t>(check(H5Sget_simple_extent_ndims(space), "size")));
  check(H5Sget_simple_extent_dims(space, size.data(), nullptr), "size");
  return size;
}

std::vector<double> numbers(hid_t dataset) {
  std::vector<double> out(count(dataset));
  if (!out.empty())
    check(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()), "cannot read numbers");
  return out;
}

std::vector<std::int64_t> whole_numbers(hid_t dataset) {
  std::vector<std::int64_t> out(count(dataset));
  if (!out.empty()) check(H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()), "cannot read numbers");
  return out;
}

std::vector<std::string> texts(hid_t dataset) {
  Handle const type(check(H5Dget_type(dataset), "type"), H5Tclose);
  Handle const space(check(H5Dget_space(dataset), "size"), H5Sclose);
  return read_texts(type, space, count(dataset),
                    [&](hid_t as, char** to) { return H5Dread(dataset, as, H5S_ALL, H5S_ALL, H5P_DEFAULT, to); });
}

}  // namespace ondol::sim::h5
