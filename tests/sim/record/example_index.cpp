/// Writes the example index to the path given: tests of other languages read it.

#include "tests/sim/record/example_index.hpp"

int main(int count, char** arguments) {
  if (count != 2) return 2;
  ondol::sim::write_sweep_index(arguments[1], ondol::sim::example_index());
}
