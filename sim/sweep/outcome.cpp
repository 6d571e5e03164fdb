#include "sim/sweep/outcome.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

#include "scenarios/base/error.hpp"
#include "sim/sweep/content_key.hpp"

namespace ondol::sim {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Shortest text that reads back to the same double; JSON has no word for those that are not finite.
Json exact(double x) {
  if (std::isnan(x)) return "nan";
  if (std::isinf(x)) return x > 0 ? "inf" : "-inf";
  return x;
}

double number(Json const& json) {
  if (!json.is_string()) return json.get<double>();
  auto const& text = json.get_ref<std::string const&>();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  throw std::runtime_error("no number");
}

Json to_json(Outcome const& o) {
  Json json{{"key", o.key},
            {"status", o.status == Outcome::Status::complete ? "complete" : "failed"},
            {"error", o.error},
            {"content_hash", o.content_hash},
            {"ledger_residual", exact(o.ledger_residual)},
            {"heat_residual", exact(o.heat_residual)},
            {"wall_s", exact(o.wall_s)},
            {"simulation_s", exact(o.simulation_s)},
            {"peak_bytes", exact(o.peak_bytes)},
            {"kpis", Json::array()}};
  for (auto const& k : o.kpis)
    json["kpis"].push_back({{"name", k.name}, {"value", exact(k.value)}, {"units", k.units}, {"long_name", k.long_name}});
  return json;
}

Outcome from_json(Json const& json) {
  Outcome o;
  o.key = json.at("key").get<std::string>();
  o.status = json.at("status").get<std::string>() == "complete" ? Outcome::Status::complete : Outcome::Status::failed;
  o.error = json.at("error").get<std::string>();
  o.content_hash = json.at("content_hash").get<std::string>();
  o.ledger_residual = number(json.at("ledger_residual"));
  o.heat_residual = number(json.at("heat_residual"));
  o.wall_s = number(json.at("wall_s"));
  o.simulation_s = number(json.at("simulation_s"));
  o.peak_bytes = number(json.at("peak_bytes"));
  for (auto const& k : json.at("kpis"))
    o.kpis.push_back({k.at("name").get<std::string>(), number(k.at("value")), k.at("units").get<std::string>(),
                      k.at("long_name").get<std::string>()});
  return o;
}

std::string text_of(Json const& json) {
  return json.dump(1, ' ', false, Json::error_handler_t::replace);
}

[[noreturn]] void cannot_write(fs::path const& path) {
  throw std::runtime_error("cannot write " + path.string() + ": " + std::strerror(errno));
}

/// A descriptor that closes itself.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

fs::path partial_of(fs::path const& path) {
  return fs::path(path) += ".partial";
}

void write_whole(fs::path const& path, std::string const& text) {
  Descriptor const file{::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666)};
  if (file.number < 0) cannot_write(path);
  for (std::size_t done = 0; done < text.size();) {
    auto const n = ::write(file.number, text.data() + done, text.size() - done);
    if (n < 0 && errno != EINTR) cannot_write(path);
    if (n > 0) done += static_cast<std::size_t>(n);
  }
  if (::fsync(file.number) != 0 && errno != EINVAL) cannot_write(path);
}

}  // namespace

std::optional<Outcome> RunStore::load(std::string const& key) const {
  std::ifstream file(outcome(key), std::ios::binary);
  if (!file) return std::nullopt;
  std::string const text{std::istreambuf_iterator<char>(file), {}};
  try {
    auto const json = Json::parse(text);
    auto const& body = json.at("outcome");
    if (ContentKey().add(text_of(body)).text() != json.at("checksum").get<std::string>()) return std::nullopt;
    auto o = from_json(body);
    if (o.key != key) return std::nullopt;
    return o;
  } catch (std::exception const&) {  // cut off or overwritten: as if it were not there
    return std::nullopt;
  }
}

void RunStore::save(Outcome const& o) const {
  auto const body = to_json(o);
  Json json;
  json["checksum"] = ContentKey().add(text_of(body)).text();
  json["outcome"] = body;
  auto const path = outcome(o.key), partial = partial_of(path);
  try {
    write_whole(partial, text_of(json) + "\n");
    fs::rename(partial, path);
  } catch (std::exception const&) {
    std::error_code ignored;
    fs::remove(partial, ignored);
    throw;
  }
  Descriptor const folder{::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (folder.number >= 0) ::fsync(folder.number);
}

void RunStore::create() const {
  for (auto const& folder : {folder_, folder_ / "runs", folder_ / "logs"}) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
      throw InputError("cannot make the folder " + folder.string() + ": " + error.message() + "; choose another by -o");
    if (::access(folder.c_str(), W_OK) != 0)
      throw InputError("cannot write into the folder " + folder.string() + ": " + std::strerror(errno) +
                       "; choose another by -o");
  }
}

void RunStore::clean(std::string const& key) const {
  std::error_code ignored;
  fs::remove(partial_of(results(key)), ignored);
  fs::remove(partial_of(outcome(key)), ignored);
}

bool RunStore::used() const {
  std::error_code ignored;
  for (auto const& entry : fs::directory_iterator(folder_, ignored))
    if (auto const& path = entry.path();
        path.filename() != "lock" && !(entry.is_directory(ignored) && fs::is_empty(path, ignored)))
      return true;
  return false;
}

StoreLock::StoreLock(RunStore const& store, Kind kind) {
  auto const path = store.folder() / "lock";
  descriptor_ = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666);
  if (descriptor_ < 0)
    throw InputError("cannot write into the folder " + store.folder().string() + ": " + std::strerror(errno) +
                     "; choose another by -o");
  int const how = kind == Kind::alone ? LOCK_EX : LOCK_SH;
  if (::flock(descriptor_, how | LOCK_NB) == 0) return;
  int const error = errno;
  if (error == ENOLCK || error == ENOSYS || error == EOPNOTSUPP) return;  // a network file system that knows no locks
  ::close(descriptor_);
  if (error == EWOULDBLOCK)
    throw InputError("another ondol works in " + store.folder().string() +
                     "; wait for it, end it, or choose another folder by -o");
  throw InputError("cannot lock " + path.string() + ": " + std::strerror(error));
}

StoreLock::~StoreLock() {
  ::close(descriptor_);
}

}  // namespace ondol::sim
