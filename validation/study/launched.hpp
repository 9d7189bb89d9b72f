#pragma once

#include <string>

#include "fusionflow/validation/study/shard.hpp"

namespace fusionflow::validation {

/// How many processes of one command line were started together, as their environment says.
struct launched {
    std::string by = "mpirun";  ///< the launcher's name in errors: "mpirun", "flux" or "srun"
    int rank = 0;
    int size = 1;  ///< 1: this process alone
};

/// Looks for the variables of Open MPI, of MPICH and its kin, of MVAPICH, Flux, PMIx and Slurm.
///
/// A single task inside of an allocation of many (a batch script, a shell of salloc, `srun -n 1`)
/// is alone. PMIx does not say how many processes there are: all but the first know that they are
/// not alone. Variables that are no numbers, or do not fit each other, count as not set.
/// \see tests/validation/launched_test.cpp
[[nodiscard]] launched read_launched(const environment& variables);

}  // namespace fusionflow::validation
