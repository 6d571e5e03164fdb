#include "sim/record/whole_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>

namespace ondol::sim {

namespace fs = std::filesystem;

namespace {

/// Closes itself; `close` tells whether that worked.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  bool open() const { return number_ >= 0; }
  operator int() const { return number_; }
  bool close() {
    bool const closed = number_ < 0 || ::close(number_) == 0;
    number_ = -1;
    return closed;
  }

 private:
  int number_;
};

bool write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    auto const written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

void write_whole(fs::path const& path, std::string_view content) {
  // Two writers of one path do not meet in one temporary file.
  fs::path const temporary = fs::path(path) += "." + std::to_string(::getpid()) + ".partial";
  Descriptor file(::open(temporary.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666));
  bool const created = file.open();
  if (!created || !write_all(file, content) || ::fsync(file) != 0 || !file.close() ||
      ::rename(temporary.c_str(), path.c_str()) != 0) {
    std::string const why = std::strerror(errno);
    if (created) ::unlink(temporary.c_str());
    throw std::runtime_error("cannot write " + path.string() + ": " + why);
  }
  // The new name is on the disk once its folder is; some file systems refuse to sync a folder, and the file is whole anyway.
  auto const folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (Descriptor const opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); opened.open()) ::fsync(opened);
}

}  // namespace ondol::sim
