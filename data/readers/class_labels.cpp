#include "fusionflow/data/readers/class_labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/number_text.hpp"

namespace fusionflow::data {

namespace {

// Number of digits from the first nonzero one on; those of the exponent do not count.
std::size_t digits_in(std::string_view number) {
    const std::string_view mantissa = number.substr(0, number.find_first_of("eE"));
    const std::size_t first = mantissa.find_first_of("123456789");
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return first == std::string_view::npos
               ? 0
               : static_cast<std::size_t>(
                     std::count_if(mantissa.begin() + static_cast<std::ptrdiff_t>(first),
                                   mantissa.end(), is_digit));
}

}  // namespace

void class_labels::collect(const label_set& seen) {
    const std::scoped_lock one_at_a_time(mutex_);
    seen_.insert(seen.begin(), seen.end());
    if (!(seen_.size() <= most)) {
        refuse(fmt::format("need at most {} classes, got more", most));
    }
}

void class_labels::freeze() {
    constexpr std::size_t told_apart = 15;  // any number of so many digits survives in a double
    std::map<double, std::vector<std::string>> numbers;
    bool all = true;
    bool short_ones = true;
    for (const std::string& label : seen_) {
        const number_text read = read_number(label);
        all = all && read.what == number_text::kind::finite;
        short_ones = short_ones && digits_in(label) <= told_apart;
        numbers[all ? read.value + 0.0 : 0].push_back(label);  // -0 + 0 is 0
    }
    if (all && short_ones) {
        freeze_numbers(numbers);
    } else if (all) {
        for (const auto& [value, labels] : numbers) {
            names_.insert(names_.end(), labels.begin(), labels.end());
        }
    } else {
        names_.assign(seen_.begin(), seen_.end());
    }
    if (codes_.empty()) {
        for (std::size_t i = 0; i < names_.size(); ++i) {
            codes_.emplace(*seen_.find(names_[i]), static_cast<int>(i));
        }
    }
    frozen_ = true;
}

void class_labels::freeze_numbers(const std::map<double, std::vector<std::string>>& classes) {
    for (const auto& [value, labels] : classes) {
        for (const std::string& label : labels) {
            codes_.emplace(*seen_.find(label), static_cast<int>(names_.size()));
        }
        names_.push_back(fmt::format("{}", value));
        if (joined_.empty() && labels.size() > 1) {
            joined_ = labels;
        }
    }
}

int class_labels::code(std::string_view label) const {
    const auto found = codes_.find(label);
    return found == codes_.end() ? -1 : found->second;
}

}  // namespace fusionflow::data
