#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fusionflow::data {

/// The classes that the texts of a column name. First they are collected, in any order and by any
/// thread; once frozen each has a number: 0, 1, ... in sorted order.
///
/// Labels that are all numbers are numbers: `1`, `1.0`, `01` and `+1` are one class, called as the
/// number is written shortest, and classes are sorted by value. Those of more than 15 digits, which
/// a double may not tell apart, stay the texts that they are. \see tests/data/class_labels_test.cpp
class class_labels {
public:
    using label_set = std::set<std::string, std::less<>>;
    static constexpr std::size_t most = 1000;

    /// Adds labels that were seen; not once frozen. Those of a table are given as they are, so that
    /// which file has too many is for the caller to say.
    ///
    /// \throws input_error  with an empty field: more than 1000 different ones.
    void collect(const label_set& seen);

    /// From here on labels are looked up. Sorted as numbers if all are, else byte by byte.
    void freeze();
    [[nodiscard]] bool frozen() const noexcept { return frozen_; }

    /// The number of a label; -1 if it was never collected. Only once frozen.
    [[nodiscard]] int code(std::string_view label) const;
    /// In the order of their numbers. Only once frozen.
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    /// The labels of the first class that has several, where labels are numbers; else empty.
    [[nodiscard]] const std::vector<std::string>& joined() const noexcept { return joined_; }

private:
    void freeze_numbers(const std::map<double, std::vector<std::string>>& classes);

    bool frozen_ = false;
    std::mutex mutex_;
    label_set seen_;
    std::vector<std::string> names_;
    std::vector<std::string> joined_;
    std::unordered_map<std::string_view, int> codes_;  // of the texts in seen_
};

}  // namespace fusionflow::data
