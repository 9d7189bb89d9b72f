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

/// The classes that labels, the texts of a column, name. Labels are first collected, in any order
/// and by any thread; once they are frozen each class has a number: 0, 1, ... in sorted order.
///
/// If all labels are numbers, `1`, `1.0`, `01` and `+1` are one class, named by the shortest way to
/// write it, and classes are sorted by value. Each text stays a class of its own if any has more
/// than 15 digits, which a double may not tell apart.
/// \see tests/data/class_labels_test.cpp
class class_labels {
public:
    using label_set = std::set<std::string, std::less<>>;
    static constexpr std::size_t most = 1000;

    /// Adds labels that were seen. Not to be called once frozen. The caller says which file has too
    /// many.
    ///
    /// \throws input_error  with an empty field: more than 1000 different ones.
    void collect(const label_set& seen);

    /// Ends collecting and sorts the classes: as numbers if all labels are, else byte by byte.
    void freeze();
    [[nodiscard]] bool frozen() const noexcept { return frozen_; }

    /// The number of a label; -1 if it was never collected. Only once frozen.
    [[nodiscard]] int code(std::string_view label) const;
    /// The names of the classes in the order of their numbers. Only once frozen.
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }
    /// If labels are numbers, the spellings of the first class that has several; else empty.
    [[nodiscard]] const std::vector<std::string>& joined() const noexcept { return joined_; }

private:
    void freeze_numbers(const std::map<double, std::vector<std::string>>& classes);

    bool frozen_ = false;
    std::mutex mutex_;
    label_set seen_;
    std::vector<std::string> names_;
    std::vector<std::string> joined_;
    std::unordered_map<std::string_view, int> codes_;  // by label, a text in seen_
};

}  // namespace fusionflow::data
