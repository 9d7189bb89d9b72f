#include "fusionflow/validation/study/parallel.hpp"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "fusionflow/data/need.hpp"

namespace fusionflow::validation {

void check_jobs(int jobs) {
    constexpr int most = 1024;
    data::need(jobs >= 1 && jobs <= most, "jobs", "need 1 ... {}, got {}", most, jobs);
}

void for_each_index(std::size_t count, int jobs, const std::function<void(std::size_t)>& body,
                    std::size_t piece) {
    if (jobs == 1 || count <= piece) {
        for (std::size_t i = 0; i < count; ++i) {
            body(i);
        }
        return;
    }
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(jobs));
    tbb::task_arena arena(jobs);
    arena.execute([&] {
        tbb::parallel_for(
            tbb::blocked_range<std::size_t>(0, count, piece),
            [&](const tbb::blocked_range<std::size_t>& range) {
                for (std::size_t i = range.begin(); i < range.end(); ++i) {
                    body(i);
                }
            },
            tbb::simple_partitioner());
    });
}

}  // namespace fusionflow::validation
