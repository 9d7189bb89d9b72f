#include "data/class_labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "data/error.hpp"

namespace fusionflow::data {

namespace {

std::optional<double> number_in(const std::string& text) {
    double value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && stop == end && std::isfinite(value) ? std::optional(value)
                                                                       : std::nullopt;
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
    std::vector<std::pair<std::optional<double>, std::string>> sorted;
    for (const std::string& label : seen_) {
        sorted.emplace_back(number_in(label), label);
    }
    const bool numbers = std::all_of(sorted.begin(), sorted.end(),
                                     [](const auto& l) { return l.first.has_value(); });
    if (numbers) {
        std::sort(sorted.begin(), sorted.end());
    }
    for (auto& [value, label] : sorted) {
        names_.push_back(std::move(label));
    }
    for (std::size_t i = 0; i < names_.size(); ++i) {
        codes_.emplace(names_[i], static_cast<int>(i));
    }
    frozen_ = true;
}

int class_labels::code(std::string_view label) const {
    const auto found = codes_.find(label);
    return found == codes_.end() ? -1 : found->second;
}

}  // namespace fusionflow::data
