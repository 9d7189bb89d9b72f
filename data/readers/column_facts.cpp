#include "fusionflow/data/readers/column_facts.hpp"

#include <algorithm>
#include <cmath>

#include "fusionflow/data/number_text.hpp"

namespace fusionflow::data {

std::string_view name_of(column_kind kind) {
    switch (kind) {
        case column_kind::truth: return "truth";
        case column_kind::whole: return "whole";
        case column_kind::number: return "number";
        case column_kind::text: return "text";
        case column_kind::mixed: return "mixed";
        case column_kind::empty: break;
    }
    return "empty";
}

void column_facts::add(std::string_view text, const missing_marks& marks, char decimal) {
    const number_text number = read_number(text, decimal);
    if (number.what == number_text::kind::finite && !marks.is_gap(number.value)) {
        ++numbers_;
        add_number(number.value);
    } else if (number.what == number_text::kind::finite || marks.is_gap(text)) {
        ++missing_;
    } else if (const auto truth = truth_value(text)) {
        ++truths_;
        add_number(*truth);
    } else {
        ++texts_;
        add_label(text);
    }
}

void column_facts::add(double number, const missing_marks& marks) {
    if (std::isnan(number) || marks.is_gap(number)) {
        ++missing_;
    } else {
        ++numbers_;
        add_number(number);
    }
}

void column_facts::add(const column_facts& later) {
    missing_ += later.missing_;
    truths_ += later.truths_;
    numbers_ += later.numbers_;
    texts_ += later.texts_;
    whole_ = whole_ && later.whole_;
    least_ = std::min(least_, later.least_);
    most_ = std::max(most_, later.most_);
    for (const std::string& label : later.labels_) {
        add_label(label);
    }
}

void column_facts::add_number(double number) {
    whole_ = whole_ && number == std::floor(number);
    least_ = std::min(least_, number);
    most_ = std::max(most_, number);
}

void column_facts::add_label(std::string_view text) {
    if (labels_.size() < most_labels && !labels_.contains(text)) {
        labels_.emplace(text);
    }
}

column_kind column_facts::kind() const noexcept {
    if (texts_ > 0) {
        return numbers_ + truths_ > 0 ? column_kind::mixed : column_kind::text;
    }
    if (numbers_ > 0) {
        return whole_ ? column_kind::whole : column_kind::number;
    }
    return truths_ > 0 ? column_kind::truth : column_kind::empty;
}

bool column_facts::constant() const noexcept {
    const bool one_number = numbers_ + truths_ > 0 && least_ == most_;
    return texts_ == 0 ? one_number : labels_.size() == 1 && numbers_ + truths_ == 0;
}

}  // namespace fusionflow::data
