#include "fusionflow/solver/networks/waiting_layer.hpp"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <array>

#include "fusionflow/solver/networks/line_kernels.hpp"

namespace fusionflow::solver {

namespace {

using Eigen::Index;

constexpr Index most_waiting = 8;
constexpr Index block = 4;       // lines that are worked on together
constexpr Index wide = 1 << 18;  // numbers in a layer, from which on threads pay
constexpr Index chunks_of_wide = 16;

// Number of lines in a chunk, which one thread works on; it depends on the layer only.
Index chunk_lines(Index lines, Index length) {
    if (lines * length < wide) {
        return std::max<Index>(lines, 1);
    }
    const Index share = (lines + chunks_of_wide - 1) / chunks_of_wide;
    return (share + block - 1) / block * block;
}

// Calls action(chunk, first, last) for every chunk of lines.
template <typename Action>
void for_chunks(Index lines, Index length, const Action& action) {
    const Index size = chunk_lines(lines, length);
    const Index chunks = (lines + size - 1) / size;
    const auto work = [&](Index chunk) {
        action(chunk, chunk * size, std::min(lines, (chunk + 1) * size));
    };
    if (chunks <= 1) {
        work(0);
    } else {
        oneapi::tbb::parallel_for(Index{0}, chunks, work);
    }
}

Index chunk_count(Index lines, Index length) {
    const Index size = chunk_lines(lines, length);
    return (lines + size - 1) / size;
}

}  // namespace

waiting_layer::waiting_layer(double* numbers, Index lines, Index length)
    : numbers_(numbers), lines_(lines), length_(length), coefs_(most_waiting, lines),
      vectors_(length, most_waiting), along_(most_waiting) {}

void waiting_layer::add(double keep, const Eigen::VectorXd& coefs, const Eigen::VectorXd& v) {
    if (full()) {
        settle();
    }
    scale_ *= keep;
    if (keep != 1) {
        coefs_.topRows(waiting_) *= keep;
    }
    coefs_.row(waiting_) = coefs.transpose();
    vectors_.col(waiting_) = v;
    ++waiting_;
}

void waiting_layer::settle_lines(Index first, Index count) {
    Index i = first;
    for (; i + block <= first + count; i += block) {
        line_kernels::settle<block>(line(i), length_, scale_, &coefs_(0, i), most_waiting,
                                    vectors_.data(), waiting_);
    }
    for (; i < first + count; ++i) {
        line_kernels::settle<1>(line(i), length_, scale_, &coefs_(0, i), most_waiting,
                                vectors_.data(), waiting_);
    }
}

void waiting_layer::forget() {
    scale_ = 1;
    waiting_ = 0;
    settles_ = false;
}

void waiting_layer::settle() {
    for_chunks(lines_, length_,
               [this](Index, Index first, Index last) { settle_lines(first, last - first); });
    forget();
}

// Dots of v with at most a block of lines of W, waiting updates included.
void waiting_layer::dot_lines(const Eigen::VectorXd& v, Index first, Index count, double* out) {
    if (count == block) {
        line_kernels::dots<block>(line(first), length_, v.data(), out);
    } else {
        for (Index i = 0; i < count; ++i) {
            line_kernels::dots<1>(line(first + i), length_, v.data(), out + i);
        }
    }
    if (settles_) {
        return;
    }
    for (Index i = 0; i < count; ++i) {
        out[i] *= scale_;
        for (Index k = 0; k < waiting_; ++k) {
            out[i] += coefs_(k, first + i) * along_(k);
        }
    }
}

// Adds up at most a block of stored lines, without waiting updates.
void waiting_layer::sum_lines(const double* coefs, Index first, Index count, double* out) const {
    if (count == block) {
        line_kernels::add_sum<block>(line(first), length_, coefs, out);
        return;
    }
    for (Index i = 0; i < count; ++i) {
        line_kernels::add_sum<1>(line(first + i), length_, coefs + i, out);
    }
}

void waiting_layer::begin_dots(const Eigen::VectorXd& v) {
    settles_ = full();
    if (!settles_) {
        along_.head(waiting_).noalias() = vectors_.leftCols(waiting_).transpose() * v;
    }
}

void waiting_layer::read_lines(const reading& wanted, Index first, Index last, double* sums) {
    for (Index i = first; i < last; i += block) {
        const Index count = std::min(block, last - i);
        if (settles_) {
            settle_lines(i, count);
        }
        if (wanted.v != nullptr) {
            dot_lines(*wanted.v, i, count, wanted.dots + i);
        }
        for (Index column = 0; column < wanted.columns; ++column) {
            sum_lines(wanted.coefs + column * lines_ + i, i, count, sums + column * length_);
        }
    }
}

void waiting_layer::read(const reading& wanted, Eigen::Ref<Eigen::MatrixXd> sums) {
    const Index chunks = chunk_count(lines_, length_);
    sums.setZero();
    if (chunks == 1) {
        read_lines(wanted, 0, lines_, sums.data());
    } else {
        partial_.resize(length_ * std::max<Index>(wanted.columns, 1), chunks);
        for_chunks(lines_, length_, [&](Index chunk, Index first, Index last) {
            partial_.col(chunk).setZero();
            read_lines(wanted, first, last, &partial_(0, chunk));
        });
        if (wanted.columns > 0) {
            for (Index chunk = 0; chunk < chunks; ++chunk) {
                sums.reshaped() += partial_.col(chunk);
            }
        }
    }
    if (settles_) {
        forget();
        return;
    }
    add_waiting(wanted.coefs, sums);
}

// Turns sums of the stored lines into sums of the lines of W.
void waiting_layer::add_waiting(const double* coefs, Eigen::Ref<Eigen::MatrixXd> sums) {
    if (scale_ != 1) {
        sums *= scale_;
    }
    for (Index column = 0; waiting_ > 0 && column < sums.cols(); ++column) {
        const Eigen::Map<const Eigen::VectorXd> c(coefs + column * lines_, lines_);
        along_.head(waiting_).noalias() = coefs_.topRows(waiting_) * c;
        sums.col(column).noalias() += vectors_.leftCols(waiting_) * along_.head(waiting_);
    }
}

void waiting_layer::dots(const Eigen::VectorXd& v, Eigen::VectorXd& out) {
    begin_dots(v);
    out.resize(lines_);
    Eigen::MatrixXd none(length_, 0);
    read({&v, out.data(), nullptr, 0}, none);
}

void waiting_layer::sums(const Eigen::VectorXd& coefs, Eigen::VectorXd& out) {
    settles_ = full();
    out.resize(length_);
    read({nullptr, nullptr, coefs.data(), 1}, out);
}

void waiting_layer::dots_and_sums(const Eigen::VectorXd& v, Eigen::VectorXd& dot_out,
                                  const Eigen::MatrixXd& coefs, Eigen::MatrixXd& sum_out) {
    begin_dots(v);
    dot_out.resize(lines_);
    sum_out.resize(length_, coefs.cols());
    read({&v, dot_out.data(), coefs.data(), coefs.cols()}, sum_out);
}

turning_point::turning_point(std::vector<member> members)
    : members_(std::move(members)), partial_(members_.size()) {}

void turning_point::turn_lines(const descent_law& by, Index chunk, Index first, Index last) {
    for (Eigen::MatrixXd& sums : partial_) {
        sums.col(chunk).setZero();
    }
    std::array<double, static_cast<std::size_t>(block)> dots{};
    for (Index i = first; i < last; i += block) {
        const Index count = std::min(block, last - i);
        for (const member& m : members_) {
            if (m.layer->settles_) {
                m.layer->settle_lines(i, count);
            }
            m.layer->dot_lines(*m.column, i, count, dots.data());
            above_->segment(i, count) += Eigen::Map<const Eigen::VectorXd>(dots.data(), count);
        }
        w_->segment(i, count) =
            by.keep() * old_.segment(i, count) + by.rate * above_->segment(i, count);
        for (std::size_t j = 0; j < members_.size(); ++j) {
            members_[j].layer->sum_lines(w_->data() + i, i, count, &partial_[j](0, chunk));
        }
    }
}

void turning_point::turn(const descent_law& by, Eigen::VectorXd& w, Eigen::VectorXd& above) {
    old_ = w;
    w_ = &w;
    above_ = &above;
    Index longest = 0;
    for (const member& m : members_) {
        m.layer->begin_dots(*m.column);
        longest = std::max(longest, m.layer->length());
    }
    const Index chunks = chunk_count(w.size(), longest);
    for (std::size_t j = 0; j < members_.size(); ++j) {
        partial_[j].resize(members_[j].layer->length(), chunks);
    }
    for_chunks(w.size(), longest,
               [&](Index chunk, Index first, Index last) { turn_lines(by, chunk, first, last); });
    old_ *= by.rate;
    for (std::size_t j = 0; j < members_.size(); ++j) {
        waiting_layer& layer = *members_[j].layer;
        if (layer.settles_) {
            layer.forget();
        }
        layer.add(by.keep(), old_, *members_[j].column);
        Eigen::VectorXd& below = *members_[j].below;
        below = partial_[j].col(0);
        for (Index chunk = 1; chunk < chunks; ++chunk) {
            below += partial_[j].col(chunk);
        }
        layer.add_waiting(w.data(), below);
    }
}

}  // namespace fusionflow::solver
