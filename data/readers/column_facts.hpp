#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <string_view>

#include "fusionflow/data/readers/missing_marks.hpp"

namespace fusionflow::data {

/// What the values of a column are; missing ones do not count.
enum class column_kind {
    empty,   ///< no values
    truth,   ///< True and False
    whole,   ///< numbers without a fraction
    number,  ///< numbers
    text,    ///< texts
    mixed,   ///< numbers and texts
};

/// The name of a kind: `whole`, ...
[[nodiscard]] std::string_view name_of(column_kind kind);

/// What is known of a column after its values were seen.
class column_facts {
public:
    using label_set = std::set<std::string, std::less<>>;
    /// Number of different texts that are told apart.
    static constexpr std::size_t most_labels = 1000;

    explicit column_facts(std::string name) : name_(std::move(name)) {}

    /// Adds a field of text. \param decimal  The decimal mark of numbers.
    void add(std::string_view text, const missing_marks& marks, char decimal);
    /// Adds a number of an array, NaN where it is missing.
    void add(double number, const missing_marks& marks);
    /// Adds all values of the same column in a table that follows.
    void add(const column_facts& later);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] std::uint64_t rows() const noexcept {
        return missing_ + truths_ + numbers_ + texts_;
    }
    [[nodiscard]] std::uint64_t missing() const noexcept { return missing_; }
    [[nodiscard]] std::uint64_t texts() const noexcept { return texts_; }
    [[nodiscard]] column_kind kind() const noexcept;
    /// True if all values that are not missing are the same.
    [[nodiscard]] bool constant() const noexcept;
    /// The range of the numbers; truth values are 0 and 1. Without numbers it is inf to -inf.
    [[nodiscard]] double least() const noexcept { return least_; }
    [[nodiscard]] double most() const noexcept { return most_; }
    /// The different texts, the first `most_labels` of them that were seen.
    [[nodiscard]] const label_set& labels() const noexcept { return labels_; }

private:
    void add_number(double number);
    void add_label(std::string_view text);

    std::string name_;
    std::uint64_t missing_ = 0;
    std::uint64_t truths_ = 0;
    std::uint64_t numbers_ = 0;
    std::uint64_t texts_ = 0;
    bool whole_ = true;
    double least_ = std::numeric_limits<double>::infinity();
    double most_ = -std::numeric_limits<double>::infinity();
    label_set labels_;
};

}  // namespace fusionflow::data
