#include "fusionflow/validation/study/launched.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <string_view>

namespace fusionflow::validation {

namespace {

// The variables in which a launcher sets the number of a process, and how many there are.
struct launcher {
    const char* by;
    const char* rank;
    const char* size;
};

// The number of tasks of srun's own step comes before SLURM_NTASKS, which batch scripts and shells,
// not started by srun, have from the allocation.
constexpr auto launchers = std::to_array<launcher>({
    {"mpirun", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
    {"mpirun", "PMI_RANK", "PMI_SIZE"},
    {"mpirun", "MV2_COMM_WORLD_RANK", "MV2_COMM_WORLD_SIZE"},
    {"flux", "FLUX_TASK_RANK", "FLUX_JOB_SIZE"},
    {"srun", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS"},
    {"srun", "SLURM_PROCID", "SLURM_NTASKS"},
});

std::optional<int> number_from(const environment& variables, const char* name) {
    const char* text = variables(name);
    const std::string_view digits = text == nullptr ? "" : text;
    int value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = error == std::errc() && end == digits.data() + digits.size();
    return whole ? std::optional(value) : std::nullopt;
}

// Slurm starts the script of a batch job once, whatever the number of its tasks.
bool is_batch_script(const environment& variables) {
    const char* kind = variables("ENVIRONMENT");
    return kind != nullptr && std::string_view(kind) == "BATCH" &&
           variables("SLURM_STEP_NUM_TASKS") == nullptr;
}

}  // namespace

launched read_launched(const environment& variables) {
    for (const launcher& l : launchers) {
        const std::optional<int> rank = number_from(variables, l.rank);
        const std::optional<int> size = number_from(variables, l.size);
        if (std::string_view(l.by) == "srun" && is_batch_script(variables)) {
            continue;
        }
        if (rank && size && *rank >= 0 && *rank < *size) {
            return {l.by, *rank, *size};
        }
    }
    const std::optional<int> rank = number_from(variables, "PMIX_RANK");
    return rank && *rank > 0 ? launched{"mpirun", *rank, *rank + 1} : launched{};
}

}  // namespace fusionflow::validation
