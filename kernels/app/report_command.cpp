#include "kernels/app/report_command.hpp"

#include <iostream>
#include <stdexcept>
#include <vector>

#include "kernels/app/exit_codes.hpp"
#include "kernels/app/fit_tables.hpp"

namespace ondol::meter {
namespace {

constexpr char const* usage =
    "usage: ondol-meter report calibration.toml [DIR...] [--name ID] [--json]\n"
    "  DIR      campaigns whose windows judge the calibration anew\n"
    "  --name   which entry, where the file holds several\n";

fit::Calibration const& chosen(std::vector<fit::Calibration> const& all, std::string const& name, std::string const& file) {
  if (name.empty() && all.size() == 1) return all[0];
  std::string ids;
  for (fit::Calibration const& c : all) {
    if (c.id == name) return c;
    ids += (ids.empty() ? "" : ", ") + c.id;
  }
  throw std::runtime_error(file + " holds " + ids + (name.empty() ? "; name one with --name" : ", not " + name));
}

void run(std::string const& file, std::vector<std::string> const& folders, std::string const& name, bool json) {
  auto const all = fit::read_calibrations(file);
  fit::Calibration const& c = chosen(all, name, file);
  if (folders.empty()) {
    if (json)
      print_json(std::cout, c, nullptr, nullptr, nullptr, nullptr);
    else
      print_calibration(std::cout, c);
    return;
  }
  std::vector<fit::Campaign> campaigns;
  for (std::string const& folder : folders) campaigns.push_back(fit::read_campaign(folder));
  fit::Points const points = fit::make_points(campaigns, c.reference_clock.value);
  fit::Limiter limiter;  // judged with what the file says the limiter holds
  limiter.held = c.limit_held.value;
  fit::Quality const quality = fit::judge(fit::as_fit(c), points, limiter);
  if (json) {
    print_json(std::cout, c, &quality, nullptr, &points, nullptr);
    return;
  }
  print_calibration(std::cout, c);
  print_quality(std::cout, quality);
}

}  // namespace

int report_command(std::span<std::string const> arguments) {
  std::vector<std::string> plain;
  std::string name;
  bool json = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string const& a = arguments[i];
    if (a == "--help" || a == "-h") {
      std::cout << usage;
      return ok;
    }
    if (a == "--json") {
      json = true;
    } else if (a == "--name" && i + 1 < arguments.size()) {
      name = arguments[++i];
    } else if (a.starts_with("-")) {
      std::cerr << "error: unknown option " << a << " or its value is missing\n" << usage;
      return bad_input;
    } else {
      plain.push_back(a);
    }
  }
  if (plain.empty()) {
    std::cerr << "error: no calibration file is named\n" << usage;
    return bad_input;
  }
  try {
    run(plain[0], {plain.begin() + 1, plain.end()}, name, json);
    return ok;
  } catch (std::exception const& error) {
    std::cerr << "error: " << error.what() << '\n';
    return bad_input;
  }
}

}  // namespace ondol::meter
