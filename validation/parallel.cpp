#include "validation/parallel.hpp"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

namespace fusionflow::validation {

void for_each_index(std::size_t count, int jobs, const std::function<void(std::size_t)>& body) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(jobs));
    tbb::task_arena arena(jobs);
    // Pieces of one: they may last from microseconds to minutes.
    arena.execute([&] {
        tbb::parallel_for(
            tbb::blocked_range<std::size_t>(0, count, 1),
            [&](const tbb::blocked_range<std::size_t>& range) {
                for (std::size_t i = range.begin(); i < range.end(); ++i) {
                    body(i);
                }
            },
            tbb::simple_partitioner());
    });
}

}  // namespace fusionflow::validation
