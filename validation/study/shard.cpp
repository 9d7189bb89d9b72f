#include "fusionflow/validation/study/shard.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <vector>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/validation/settings/numbers.hpp"

namespace fusionflow::validation {

namespace {

constexpr const char* task_id = "SLURM_ARRAY_TASK_ID";
constexpr const char* task_count = "SLURM_ARRAY_TASK_COUNT";
constexpr const char* task_min = "SLURM_ARRAY_TASK_MIN";
constexpr const char* task_max = "SLURM_ARRAY_TASK_MAX";

long read_variable(const environment& variables, const char* name) {
    const char* text = variables(name);
    if (text == nullptr) {
        throw data::input_error(
            name, fmt::format("is not set although {} is: set it, or give --shard", task_id));
    }
    return parse_int(name, text);
}

// The distance between the indices of an array. Slurm's own SLURM_ARRAY_TASK_STEP is not that of
// lists as in --array=1,3,5.
long step_of_array(const environment& variables, long min, long count) {
    if (count == 1 || variables(task_max) == nullptr) {
        return 1;
    }
    const long max = read_variable(variables, task_max);
    data::need(max > min && (max - min) % (count - 1) == 0, task_max,
               "need array indices that are evenly spaced, got {} from {} to {}: give --shard",
               count, min, max);
    return (max - min) / (count - 1);
}

}  // namespace

std::string shard::text() const { return fmt::format("{}/{}", index, count); }

void shard::validate() const {
    data::need(index >= 1 && index <= count, "shard", "need i/n with 1 <= i <= n, got {}", text());
}

shard parse_shard(const std::string& text) {
    const std::vector<std::string> parts = split(text, '/');
    data::need(parts.size() == 2, "shard", "need i/n, got '{}'", text);
    const shard part{parse_int("shard", parts[0]), parse_int("shard", parts[1])};
    part.validate();
    return part;
}

std::optional<shard> slurm_shard(const environment& variables) {
    if (variables(task_id) == nullptr) {
        return std::nullopt;
    }
    const long id = read_variable(variables, task_id);
    const long count = read_variable(variables, task_count);
    data::need(count >= 1, task_count, "need >= 1, got {}", count);
    const long min = read_variable(variables, task_min);
    const long step = step_of_array(variables, min, count);
    const long place = (id - min) / step;
    data::need(id >= min && (id - min) % step == 0 && place < count, task_id,
               "need one of the {} array indices from {} in steps of {}, got {}", count, min, step,
               id);
    return shard{static_cast<int>(place + 1), static_cast<int>(count)};
}

std::string shard_file(const std::string& file, const shard& part) {
    if (part.count == 1) {
        return file;
    }
    const std::filesystem::path path(file);
    const std::string name = fmt::format("{}.{}-of-{}{}", path.stem().string(), part.index,
                                         part.count, path.extension().string());
    return (path.parent_path() / name).string();
}

}  // namespace fusionflow::validation
