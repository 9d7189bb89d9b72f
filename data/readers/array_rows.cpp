#include "fusionflow/data/readers/array_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/readers/table_source.hpp"

namespace fusionflow::data {

namespace {

constexpr std::uint64_t most_held = std::uint64_t{256} << 20U;

// Where each column begins in Fortran order; columns count in C order of their dimensions.
std::vector<std::uint64_t> fortran_places(const npy_header& header, std::uint64_t columns) {
    const auto steps = item_steps(header.shape, true);
    const auto counts = item_steps(header.shape, false);
    std::vector<std::uint64_t> places(columns, 0);
    for (std::uint64_t c = 0; c < columns; ++c) {
        std::uint64_t left = c;
        for (std::size_t d = 1; d < header.shape.size(); ++d) {
            places[c] += left / counts[d] * steps[d];
            left %= counts[d];
        }
    }
    return places;
}

}  // namespace

array_shape table_shape(const npy_header& header) {
    if (header.type == npy_header::kind::text) {
        refuse("need numbers, got text");
    }
    if (header.shape.empty()) {
        refuse("need an array of rows, got a single number");
    }
    array_shape shape{static_cast<std::uint64_t>(header.shape[0]), 1};
    for (std::size_t d = 1; d < header.shape.size(); ++d) {
        const auto extent = static_cast<std::size_t>(header.shape[d]);
        if (extent == 0) {
            refuse("need at least one column, got none");
        }
        if (!(extent <= most_columns / shape.columns)) {
            refuse(fmt::format("need at most {} columns", most_columns));
        }
        shape.columns *= extent;
    }
    return shape;
}

array_rows::array_rows(npy_header header, std::unique_ptr<byte_source> source, std::uint64_t before)
    : header_(std::move(header)), source_(std::move(source)), before_(before),
      width_(table_shape(header_).columns) {
    if (header_.fortran_order && width_ > 1) {
        places_ = fortran_places(header_, width_);
    }
}

void array_rows::read(const std::vector<std::size_t>& columns, row_matrix& to) {
    if (places_.empty()) {
        read_c(columns, to);
    } else {
        read_fortran(columns, to);
    }
    row_ += static_cast<std::uint64_t>(to.rows());
    // Nothing may follow the last row; reading beyond it, archives check their sums.
    if (row_ == static_cast<std::uint64_t>(header_.shape[0])) {
        char beyond = 0;
        if (!(places_.empty() || held_)) {
            source_->seek(before_ + header_.bytes());
        }
        if (source_->read({&beyond, 1}) != 0) {
            refuse("it goes on after the last row of its shape");
        }
    }
}

void array_rows::read_c(const std::vector<std::size_t>& columns, row_matrix& to) {
    const auto rows = static_cast<std::size_t>(to.rows());
    bytes_.resize(rows * width_ * header_.item_bytes);
    if (source_->read(bytes_) != bytes_.size()) {
        refuse("truncated: it ends before the last row of its shape");
    }
    row_matrix all(to.rows(), static_cast<Eigen::Index>(width_));
    decode_numbers(header_, bytes_, all.data());
    for (std::size_t i = 0; i < columns.size(); ++i) {
        to.col(static_cast<Eigen::Index>(i)) = all.col(static_cast<Eigen::Index>(columns[i]));
    }
}

// Reads the whole array in growing steps, so that it takes no memory for bytes that are not there.
void array_rows::hold() {
    const std::uint64_t all = header_.bytes();
    if (!(all <= most_held)) {
        refuse(fmt::format("need C order, or a plain .npy file, above {} MiB", most_held >> 20U));
    }
    constexpr std::uint64_t step = std::uint64_t{1} << 20U;
    while (bytes_.size() < all) {
        const std::size_t had = bytes_.size();
        bytes_.resize(std::min(all, had + std::max<std::uint64_t>(step, had)));
        const std::size_t got = source_->read({bytes_.data() + had, bytes_.size() - had});
        if (got < bytes_.size() - had) {
            refuse("truncated: it ends before the last row of its shape");
        }
    }
    held_ = true;
}

std::string_view array_rows::column_bytes(std::uint64_t place, std::size_t count) {
    if (held_) {
        return std::string_view(bytes_).substr(place, count);
    }
    bytes_.resize(count);
    source_->seek(before_ + place);
    if (source_->read(bytes_) != count) {
        refuse("truncated: it ends before the last row of its shape");
    }
    return bytes_;
}

void array_rows::read_fortran(const std::vector<std::size_t>& columns, row_matrix& to) {
    if (!held_ && !source_->seekable()) {
        hold();
    }
    Eigen::VectorXd values(to.rows());
    const std::size_t count = static_cast<std::size_t>(to.rows()) * header_.item_bytes;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::uint64_t place = (places_[columns[i]] + row_) * header_.item_bytes;
        decode_numbers(header_, column_bytes(place, count), values.data());
        to.col(static_cast<Eigen::Index>(i)) = values;
    }
}

}  // namespace fusionflow::data
