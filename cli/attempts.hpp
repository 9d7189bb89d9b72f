#pragma once

#include <exception>

namespace fusionflow::cli {

/// What is done with an answer once it is there: files are written, then it is printed. A step that
/// fails does not keep the others from being done, so that no work is lost.
class attempts {
public:
    /// Does a step at once; what it throws is kept.
    template <typename Action>
    void add(const Action& action) {
        try {
            action();
        } catch (...) {
            first_failure_ = first_failure_ ? first_failure_ : std::current_exception();
        }
    }

    /// Throws what the first failed step has thrown, if any has.
    void finish() const {
        if (first_failure_) {
            std::rethrow_exception(first_failure_);
        }
    }

private:
    std::exception_ptr first_failure_;
};

}  // namespace fusionflow::cli
