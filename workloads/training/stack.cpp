#include "workloads/training/stack.hpp"

#include <fmt/format.h>

#include "scenarios/base/error.hpp"

namespace ondol::workloads {

schema::TrainingStackSpec stack_of(schema::TrainingSpec const& job, schema::Catalogue const& catalogue) {
  auto const found = catalogue.training_stack.find(job.stack);
  if (found == catalogue.training_stack.end())
    throw InputError(fmt::format("training \"{}\": no training_stack \"{}\" in the catalogue", job.name, job.stack));
  return found->second;
}

}  // namespace ondol::workloads
