// ranks without MPI: this process is the only one.
#include <fmt/format.h>
#include <tbb/info.h>

#include <cstdlib>

#include "data/error.hpp"
#include "validation/parallel.hpp"
#include "validation/ranks.hpp"

namespace fusionflow::validation {

namespace {

int number_from(const char* name, int otherwise) {
    const char* text = std::getenv(name);
    return text == nullptr ? otherwise : std::atoi(text);
}

}  // namespace

// Whoever starts many of these by mpirun wants one line about it, not many.
ranks::ranks()
    : processors_(tbb::info::default_concurrency()),
      rank_(number_from("OMPI_COMM_WORLD_RANK", number_from("PMI_RANK", 0))),
      size_(number_from("OMPI_COMM_WORLD_SIZE", number_from("PMI_SIZE", 1))) {}

ranks::~ranks() = default;

std::exception_ptr ranks::first_failure(std::exception_ptr own) { return own; }

void ranks::share(const std::string& /*fingerprint*/, const std::vector<std::size_t>& open,
                  int jobs, const compute_row& compute, const accept_row& accept) {
    if (size_ > 1) {
        throw data::input_error(
            "mpirun", fmt::format("this fusionflow was built without MPI, {} of it would do the "
                                  "same: start one, or build it with MPI",
                                  size_));
    }
    for_each_index(open.size(), jobs, [&](std::size_t i) { accept(open[i], compute(open[i])); });
}

}  // namespace fusionflow::validation
