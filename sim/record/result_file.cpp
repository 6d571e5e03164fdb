#include "sim/record/result_file.hpp"

#include "scenarios/base/error.hpp"
#include "sim/record/hdf5_reader.hpp"
#include "sim/record/recorder.hpp"
#include "sim/record/sweep_index.hpp"

namespace ondol::sim {

namespace {

std::vector<Kpi> read_kpis(hid_t file) {
  auto const column = [&](char const* name) { return h5::open_dataset(file, std::string("kpis/") + name); };
  auto const names = h5::texts(column("name")), units = h5::texts(column("units")), meaning = h5::texts(column("long_name"));
  auto const values = h5::numbers(column("value"));
  if (values.size() != names.size() || units.size() != names.size() || meaning.size() != names.size())
    throw std::runtime_error("columns of kpis differ in length");
  std::vector<Kpi> kpis;
  for (std::size_t i = 0; i < names.size(); ++i) kpis.push_back({names[i], values[i], units[i], meaning[i]});
  return kpis;
}

ResultFile read(std::filesystem::path const& path) {
  h5::Reader const reader(path, results_format, results_format_version);
  return reader.reading([&] {
    auto const root = reader.file();
    auto const text = [&](char const* name) { return h5::text_attribute(root, name).value_or(""); };
    ResultFile out;
    out.path = path;
    out.title = text("title");
    out.status = text("status");
    out.content_hash = text("content_hash");
    out.code_version = text("code_version");
    out.start_time = text("start_time");
    out.complete = h5::number_attribute(root, "complete").value_or(0) != 0;
    out.ledger_residual = h5::number_attribute(root, "ledger_residual").value_or(0);
    out.heat_residual = h5::number_attribute(root, "heat_residual").value_or(0);
    if (!reader.has("kpis"))
      throw InputError(path.string() + " has no key figures: its run " +
                       (out.status == "running" ? "was killed, or still runs" : "ended as \"" + out.status + "\"") +
                       "; run it to its end");
    out.kpis = read_kpis(root);
    out.scenario_toml = h5::texts(h5::open_dataset(root, "scenario_toml")).at(0);
    return out;
  });
}

}  // namespace

FileKind kind_of(std::filesystem::path const& path) {
  h5::survive(path, [&] { h5::format_of(path); });
  auto const format = h5::format_of(path);
  if (format == results_format) return FileKind::run;
  if (format == sweep_format) return FileKind::sweep;
  throw InputError(path.string() + " is \"" + format + "\": neither results of a run nor the index of a sweep");
}

ResultFile read_result(std::filesystem::path const& path) {
  h5::survive(path, [&] { read(path); });
  return read(path);
}

}  // namespace ondol::sim
