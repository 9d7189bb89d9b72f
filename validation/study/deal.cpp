#include "fusionflow/validation/study/deal.hpp"

#include <tbb/task_arena.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <string>

#include "fusionflow/data/error.hpp"
#include "fusionflow/validation/study/parallel.hpp"

namespace fusionflow::validation {

namespace {

constexpr char separator = '\n';

}  // namespace

std::vector<std::size_t> open_rows::take(std::size_t wanted) {
    const std::lock_guard lock(mutex_);
    const std::size_t rest = rows_.size() - taken_;
    const std::size_t fair = std::max<std::size_t>(1, rest / (2 * threads_));
    const auto from = rows_.begin() + static_cast<std::ptrdiff_t>(taken_);
    const auto count = static_cast<std::ptrdiff_t>(std::min({wanted, fair, rest}));
    taken_ += static_cast<std::size_t>(count);
    return {from, from + count};
}

void open_rows::fail(const std::exception_ptr& thrown) {
    const std::lock_guard lock(mutex_);
    taken_ = rows_.size();
    failure_ = failure_ ? failure_ : thrown;
}

std::exception_ptr open_rows::failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
}

void piece_size::took(std::size_t rows, std::chrono::duration<double> time) {
    constexpr double wanted = 0.02;  // seconds
    constexpr double most = 1000;
    constexpr double shortest = 1e-9;
    const double each = time.count() / static_cast<double>(std::max<std::size_t>(rows, 1));
    next_ = static_cast<std::size_t>(std::clamp(wanted / std::max(each, shortest), 1.0, most));
}

// The loops are isolated: a thread that waits for others inside a wide network must not begin
// another loop meanwhile.
void on_threads(int jobs, const std::function<void()>& loop) {
    for_each_index(static_cast<std::size_t>(jobs), jobs,
                   [&](std::size_t) { tbb::this_task_arena::isolate(loop); });
}

std::string pack_failure(const std::exception_ptr& thrown) {
    if (!thrown) {
        return {};
    }
    try {
        std::rethrow_exception(thrown);
    } catch (const data::input_error& e) {
        return "input" + (separator + e.field()) + separator + e.rule();
    } catch (const std::bad_alloc&) {
        return "memory";
    } catch (const std::exception& e) {
        return "other" + (separator + std::string(e.what()));
    }
}

std::exception_ptr unpack_failure(const std::string& text) {
    const std::size_t kind_end = std::min(text.find(separator), text.size());
    const std::string kind = text.substr(0, kind_end);
    const std::string rest = text.substr(std::min(kind_end + 1, text.size()));
    if (kind == "input") {
        const std::size_t field_end = rest.find(separator);
        return std::make_exception_ptr(
            data::input_error(rest.substr(0, field_end), rest.substr(field_end + 1)));
    }
    return kind == "memory" ? std::make_exception_ptr(std::bad_alloc())
                            : std::make_exception_ptr(std::runtime_error(rest));
}

}  // namespace fusionflow::validation
