#include "fusionflow/cli/trouble.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fusionflow/cli/streams.hpp"

namespace fusionflow::cli {

exit_code report_trouble(const validation::table& t) {
    const auto in_trouble = [](const validation::table_row& row) { return row.failed; };
    const auto failed = std::count_if(t.rows.begin(), t.rows.end(), in_trouble);
    if (failed == 0) {
        return exit_code::done;
    }
    const auto first = std::find_if(t.rows.begin(), t.rows.end(), in_trouble);
    say_error(fmt::format("{} of {} rows ended in trouble, the first by {} ({}{}{})", failed,
                          t.rows.size(), first->outcome, t.methods[first->method],
                          t.points.axes().empty() ? "" : " at ", t.points.describe(first->point)));
    return exit_code::numerical_failure;
}

}  // namespace fusionflow::cli
