// The class ranks without MPI: this process is the only one.
#include <tbb/info.h>

#include <cstdlib>

#include "fusionflow/validation/study/parallel.hpp"
#include "fusionflow/validation/study/ranks.hpp"

namespace fusionflow::validation {

// Takes the launcher's number of this process, so that only the first of many reports an error.
ranks::ranks()
    : processors_(tbb::info::default_concurrency()), started_(read_launched(std::getenv)) {
    rank_ = started_.rank;
}

ranks::~ranks() = default;

bool ranks::know_mpi() noexcept { return false; }

std::exception_ptr ranks::first_failure(std::exception_ptr own) { return own; }

void ranks::share(const std::string& /*fingerprint*/, const std::vector<std::size_t>& open,
                  int jobs, const compute_row& compute, const accept_row& accept) {
    for_each_index(open.size(), jobs, [&](std::size_t i) { accept(open[i], compute(open[i])); });
}

}  // namespace fusionflow::validation
