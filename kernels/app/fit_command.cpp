#include "kernels/app/fit_command.hpp"

#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <vector>

#include "kernels/app/exit_codes.hpp"
#include "kernels/app/fit_tables.hpp"
#include "kernels/fit/quantity.hpp"

namespace ondol::meter {
namespace {

constexpr char const* usage =
    "usage: ondol-meter fit DIR... -o calibration.toml [options]\n"
    "  --priors FILE|FAMILY     hopper, blackwell, ampere, cdna or a file (default: by the product of meta.json)\n"
    "  --name ID                of the entry, such as nvidia/h200-sxm (default: by the product)\n"
    "  --tier WORD              measured (default) or literature, for converted tables\n"
    "  --source KEY             of docs/references.d (default: none)\n"
    "  --reference-clock MHZ    default: the highest that meta.json or the windows know\n"
    "  --model-error SHARE      a floor under the relative error of the model, such as 0.01\n"
    "  --force                  overwrite the file\n"
    "  --json                   one JSON object instead of tables\n";

struct UsageError : std::runtime_error {
  using runtime_error::runtime_error;
};

struct Wanted {
  std::vector<std::string> folders;
  std::string output, priors, name, source, tier = "measured";
  double reference_clock_hz = 0, model_error = 0;
  bool json = false, force = false;
};

Wanted parse(std::span<std::string const> arguments) {
  Wanted w;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string const& a = arguments[i];
    auto const next = [&]() -> std::string const& {
      if (i + 1 == arguments.size()) throw UsageError(a + " takes a value");
      return arguments[++i];
    };
    auto const number = [&](double least, double most) {
      std::string const& text = next();
      auto const value = fit::number_of(text, "");
      if (!value || *value < least || *value > most)
        throw UsageError(a + " " + text + ": takes a number from " + fit::text_of(least) + " to " + fit::text_of(most));
      return *value;
    };
    if (a == "-o" || a == "--output")
      w.output = next();
    else if (a == "--priors")
      w.priors = next();
    else if (a == "--name")
      w.name = next();
    else if (a == "--source")
      w.source = next();
    else if (a == "--tier")
      w.tier = next();
    else if (a == "--reference-clock")
      w.reference_clock_hz = 1e6 * number(100, 10000);
    else if (a == "--model-error")
      w.model_error = number(0, 0.5);
    else if (a == "--force")
      w.force = true;
    else if (a == "--json")
      w.json = true;
    else if (a.starts_with("-"))
      throw UsageError("unknown option " + a);
    else
      w.folders.push_back(a);
  }
  if (w.folders.empty()) throw UsageError("no folder of a campaign is named");
  if (w.output.empty()) throw UsageError("no file to write is named (-o)");
  if (w.tier != "measured" && w.tier != "literature") throw UsageError("--tier is measured or literature, not " + w.tier);
  return w;
}

/// "NVIDIA H200 SXM" -> "nvidia-h200-sxm": an id where none was given.
std::string id_of(std::string const& product) {
  std::string id;
  for (char const c : product) {
    bool const plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    bool const capital = c >= 'A' && c <= 'Z';
    if (plain || capital)
      id += capital ? static_cast<char>(c - 'A' + 'a') : c;
    else if (!id.empty() && id.back() != '-')
      id += '-';
  }
  return id;
}

void run(Wanted const& w) {
  if (std::filesystem::exists(w.output) && !w.force) throw std::runtime_error(w.output + ": exists; --force overwrites it");
  std::vector<fit::Campaign> campaigns;
  for (std::string const& folder : w.folders) campaigns.push_back(fit::read_campaign(folder));
  std::string const product = campaigns[0].about("product");
  std::string const family = w.priors.empty() ? fit::family_of(product) : w.priors;
  if (family.empty())
    throw std::runtime_error("no priors are known for product \"" + product + "\"; name a family or a file with --priors");
  std::string const id = w.name.empty() ? id_of(product) : w.name;
  if (id.empty()) throw std::runtime_error(w.folders[0] + ": meta.json names no product; name the entry with --name");
  fit::Priors const priors = fit::load_priors(family);

  fit::Points const points = fit::make_points(campaigns, w.reference_clock_hz);
  if (points.reference_clock_hz <= 0)
    throw std::runtime_error("no window and no meta.json knows a clock; name the highest SM clock with --reference-clock");
  fit::Fit const fitted = fit::fit(priors, points.fit, points.reference_clock_hz, campaigns.size(), w.model_error);
  fit::Limiter const limiter = fit::find_limiter(points, campaigns);
  fit::Quality quality = fit::judge(fitted, points, limiter);
  fit::leave_one_kernel_out(quality, priors, fitted, points, campaigns.size());
  std::optional<fit::Thermal> thermal;
  for (std::size_t i = 0; i < campaigns.size() && !thermal; ++i) thermal = fit::fit_thermal(campaigns[i].samples);

  fit::Calibration const c =
      fit::calibrate(fitted, priors, points, quality, limiter, thermal, campaigns, {id, "", w.source, w.tier});
  fit::write_calibration(std::filesystem::path(w.output), c);
  if (w.json) {
    print_json(std::cout, c, &quality, &fitted, &points, &limiter);
    return;
  }
  print_fit(std::cout, fitted, points, limiter, thermal);
  print_quality(std::cout, quality);
  std::cout << "\nwrote " << w.output << '\n';
}

}  // namespace

int fit_command(std::span<std::string const> arguments) {
  for (std::string const& a : arguments)
    if (a == "--help" || a == "-h") {
      std::cout << usage;
      return ok;
    }
  try {
    run(parse(arguments));
    return ok;
  } catch (UsageError const& error) {
    std::cerr << "error: " << error.what() << '\n' << usage;
    return bad_input;
  } catch (std::exception const& error) {
    std::cerr << "error: " << error.what() << '\n';
    return bad_input;
  }
}

}  // namespace ondol::meter
