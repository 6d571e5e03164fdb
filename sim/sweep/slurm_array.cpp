#include "sim/sweep/slurm_array.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>

#include "scenarios/base/error.hpp"

namespace ondol::sim {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Whole or not at all.
void write(fs::path const& path, Json const& json) {
  auto const partial = fs::path(path) += ".partial";
  {
    std::ofstream file(partial, std::ios::binary);
    file << json.dump(1, ' ', false, Json::error_handler_t::replace) << '\n';
    file.close();
    if (!file) throw std::runtime_error("cannot write " + partial.string());
  }
  fs::rename(partial, path);
}

Json read(fs::path const& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return Json::parse(std::string{std::istreambuf_iterator<char>(file), {}});
}

/// Letters, digits and a few marks: what is shown in a queue and split at bars.
std::string plain(std::string const& title) {
  std::string text = title.substr(0, 40);
  for (char& c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.') c = '_';
  return text;
}

fs::path folder_of(RunStore const& store) {
  return store.folder() / "slurm";
}

/// N of DIR/slurm/N; 0: another folder.
std::uint64_t number_of(fs::path const& folder) {
  auto const text = folder.filename().string();
  if (text.empty() || text.size() > 9 || !std::ranges::all_of(text, [](unsigned char c) { return std::isdigit(c) != 0; }))
    return 0;
  return std::stoull(text);
}

std::vector<fs::path> folders_of(RunStore const& store) {
  std::vector<fs::path> folders;
  if (!fs::is_directory(folder_of(store))) return folders;
  for (auto const& entry : fs::directory_iterator(folder_of(store)))
    if (number_of(entry.path()) > 0) folders.push_back(entry.path());
  std::ranges::sort(folders, {}, number_of);
  return folders;
}

}  // namespace

void SlurmArray::save() const {
  write(folder / "job.json", Json{{"name", name}, {"job", job}, {"tasks", tasks}, {"ended", ended}});
}

std::vector<SlurmArray> arrays_of(RunStore const& store) {
  std::vector<SlurmArray> arrays;
  for (auto const& folder : folders_of(store)) try {
      auto const json = read(folder / "job.json");
      arrays.push_back({folder, json.at("name").get<std::string>(), json.at("job").get<std::uint64_t>(),
                        json.at("tasks").get<std::uint32_t>(), json.at("ended").get<bool>()});
    } catch (std::exception const&) {
    }
  return arrays;
}

SlurmArray new_array(RunStore const& store, std::string const& title) {
  auto const folders = folders_of(store);
  SlurmArray array;
  array.folder = folder_of(store) / std::to_string(folders.empty() ? 1 : number_of(folders.back()) + 1);
  char mark[16];
  std::snprintf(mark, sizeof mark, "-%08x", static_cast<unsigned>(std::random_device()()));
  array.name = "ondol-" + plain(title) + mark;
  fs::create_directories(array.folder);
  return array;
}

void write_runs(fs::path const& path, std::vector<RunRequest> const& runs) {
  auto json = Json::array();
  for (auto const& run : runs) {
    auto sets = Json::array();
    for (auto const& set : run.sets) sets.push_back({set.key, set.value});
    json.push_back({{"key", run.key}, {"label", run.label}, {"sets", sets}});
  }
  write(path, json);
}

std::vector<RunRequest> read_runs(fs::path const& path) try {
  std::vector<RunRequest> runs;
  for (auto const& json : read(path)) {
    RunRequest run;
    run.key = json.at("key").get<std::string>();
    run.label = json.at("label").get<std::string>();
    for (auto const& set : json.at("sets")) {
      schema::Override value;
      value.key = set.at(0).get<std::string>();
      value.value = set.at(1).get<std::string>();
      run.sets.push_back(std::move(value));
    }
    runs.push_back(std::move(run));
  }
  return runs;
} catch (std::exception const& e) {
  throw InputError(path.string() + " is no list of runs that a sweep has written: " + e.what());
}

}  // namespace ondol::sim
