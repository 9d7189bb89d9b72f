#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstring>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace fusionflow::data {

/// The latest results of a function of a large matrix, so that parts of the program that know
/// nothing of each other do not decompose the same matrix again. A result is found by the numbers
/// of its matrix, all of which are compared: it is the very result that the function would give.
/// Any number of threads may ask at once.
template <typename Value>
class recent {
public:
    /// \param most  Numbers in all matrices and results that are kept; the oldest go first.
    explicit recent(Eigen::Index most) : most_(most) {}

    /// The result for `matrix`, known or made.
    ///
    /// \param marks  What the result depends on besides the matrix.
    /// \param make   Takes nothing, gives a Value.
    /// \param size   Numbers that the result is made of.
    template <typename Make>
    [[nodiscard]] std::shared_ptr<const Value> find(const Eigen::MatrixXd& matrix,
                                                    const std::vector<int>& marks,
                                                    Eigen::Index size, const Make& make) {
        {
            const std::lock_guard lock(mutex_);
            const auto known = std::find_if(entries_.begin(), entries_.end(), [&](const entry& e) {
                return e.marks == marks && same(e.matrix, matrix);
            });
            if (known != entries_.end()) {
                entries_.splice(entries_.begin(), entries_, known);
                return entries_.front().value;
            }
        }
        auto value = std::make_shared<const Value>(make());
        const Eigen::Index numbers = matrix.size() + size;
        if (numbers <= most_) {
            const std::lock_guard lock(mutex_);
            entries_.push_front({matrix, marks, value, numbers});
            kept_ += numbers;
            while (kept_ > most_) {
                kept_ -= entries_.back().numbers;
                entries_.pop_back();
            }
        }
        return value;
    }

private:
    struct entry {
        Eigen::MatrixXd matrix;
        std::vector<int> marks;
        std::shared_ptr<const Value> value;
        Eigen::Index numbers;
    };

    static bool same(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
        return a.rows() == b.rows() && a.cols() == b.cols() &&
               std::memcmp(a.data(), b.data(),
                           static_cast<std::size_t>(a.size()) * sizeof(double)) == 0;
    }

    Eigen::Index most_;
    Eigen::Index kept_ = 0;
    std::list<entry> entries_;
    std::mutex mutex_;
};

/// Matrices with fewer rows are decomposed again: that costs less than to look for them.
inline constexpr Eigen::Index least_remembered = 24;

/// Numbers that one kind of results may keep, 40 MB: the decompositions of 784 inputs and of the
/// parts of all their modalities.
inline constexpr Eigen::Index most_remembered = 5'000'000;

}  // namespace fusionflow::data
