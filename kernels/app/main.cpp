#include <iostream>
#include <string>
#include <vector>

#include "kernels/app/fit_command.hpp"
#include "kernels/app/report_command.hpp"

int main(int argc, char** argv) {
  std::vector<std::string> const arguments(argv + 1, argv + argc);
  if (!arguments.empty() && arguments[0] == "fit") return ondol::meter::fit_command(std::span(arguments).subspan(1));
  if (!arguments.empty() && arguments[0] == "report") return ondol::meter::report_command(std::span(arguments).subspan(1));
  std::cerr << "usage: ondol-meter fit|report ...\n";
  return 2;
}
