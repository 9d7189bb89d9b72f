#include "fusionflow/validation/study/ranks.hpp"

#include <fmt/format.h>

#include "fusionflow/data/error.hpp"

namespace fusionflow::validation {

void ranks::check_connected(const shard& own) {
    if (size_ > 1 || started_.size == 1) {
        return;
    }
    if (own.count > 1) {
        rank_ = 0;  // writes a shard, or an error, of its own
    }
    if (own.count >= started_.size && (own.index - 1) % started_.size == started_.rank) {
        return;
    }
    const char* why =
        know_mpi() ? "MPI does not know of the others" : "this fusionflow was built without MPI";
    const char* way = know_mpi() ? "start them by mpirun" : "build it with MPI";
    throw data::input_error(
        started_.by, fmt::format("{}, {} of it would do the same: start one, give each a --shard "
                                 "of its own, or {}",
                                 why, started_.size, way));
}

}  // namespace fusionflow::validation
