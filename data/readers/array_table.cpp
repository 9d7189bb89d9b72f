#include "fusionflow/data/readers/array_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/data/readers/class_labels.hpp"
#include "fusionflow/data/readers/foreign_format.hpp"
#include "fusionflow/data/readers/missing_marks.hpp"
#include "fusionflow/data/readers/npy.hpp"
#include "fusionflow/data/readers/npz_archive.hpp"

namespace fusionflow::data {

namespace {

using Eigen::Index;

class array_table final : public table_source {
    // A block has as many rows as fit into so many numbers, at least one.
    static constexpr std::uint64_t most_numbers = std::uint64_t{1} << 20U;

public:
    array_table(const std::string& file, std::vector<table_array> arrays,
                const table_options& options, std::uint64_t file_bytes)
        : table_source(file), missing_(options.missing), marks_(options), file_bytes_(file_bytes) {
        std::vector<std::string> names;
        for (table_array& array : arrays) {
            const array_shape shape = table_shape(array.header);
            need(names.size() + shape.columns <= most_columns, file, "need at most {} columns",
                 most_columns);
            for (std::size_t c = 0; c < shape.columns; ++c) {
                names.push_back(array.name.empty() ? std::to_string(c)
                                : array.header.shape.size() == 1
                                    ? array.name
                                    : fmt::format("{}.{}", array.name, c));
            }
            parts_.push_back({std::move(array), shape, names.size() - shape.columns, {}, {}, {}});
        }
        at_place(file, [&] { set_columns(std::move(names)); });
    }

    [[nodiscard]] table_progress progress() const override {
        table_progress now = progress_;
        now.all_bytes = file_bytes_;
        const double share =
            rows_ == 0 ? 0 : static_cast<double>(now.rows) / static_cast<double>(rows_);
        now.bytes = static_cast<std::uint64_t>(share * static_cast<double>(file_bytes_));
        return now;
    }

    void select(const std::vector<wanted_column>& wanted) override {
        wanted_ = wanted;
        const part* first = nullptr;
        row_numbers_ = wanted.size();
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            part& p = part_of(wanted[i].column);
            if (first == nullptr) {
                first = &p;
                rows_ = p.shape.rows;
            }
            if (p.shape.rows != rows_) {
                throw input_error(
                    file(), fmt::format("need arrays of as many rows: {} has {}, {} {}",
                                        first->array.name, rows_, p.array.name, p.shape.rows));
            }
            if (!p.rows) {
                p.rows = p.array.open();
                row_numbers_ += p.shape.columns;
            }
            p.columns.push_back(wanted[i].column - p.first);
            p.places.push_back(static_cast<Index>(i));
        }
    }

    [[nodiscard]] bool next(row_block& block) override {
        block = {};
        const std::uint64_t rows = std::min(
            rows_ - progress_.rows,
            std::max<std::uint64_t>(1, most_numbers / std::max<std::uint64_t>(row_numbers_, 1)));
        if (rows == 0) {
            return false;
        }
        block.values.resize(static_cast<Index>(rows), static_cast<Index>(wanted_.size()));
        for (part& p : parts_) {
            if (p.rows) {
                read_part(p, block.values);
            }
        }
        keep_whole_rows(block);
        progress_.rows += rows;
        return true;
    }

    // Surveys one array after another, because they may have different numbers of rows.
    [[nodiscard]] std::vector<column_facts> survey() override {
        std::vector<column_facts> facts(columns().begin(), columns().end());
        for (part& p : parts_) {
            survey(p, &facts[p.first]);
        }
        return facts;
    }

private:
    struct part {
        table_array array;
        array_shape shape;
        std::size_t first;                 // first column in the table
        std::unique_ptr<array_rows> rows;  // null until a column is selected
        std::vector<std::size_t> columns;  // selected columns of the array
        std::vector<Index> places;         // their places in a row of a block
    };

    part& part_of(std::size_t column) {
        const auto after =
            std::upper_bound(parts_.begin(), parts_.end(), column,
                             [](std::size_t c, const part& p) { return c < p.first; });
        return *std::prev(after);
    }

    void survey(part& p, column_facts* facts) {
        std::vector<std::size_t> all(p.shape.columns);
        std::iota(all.begin(), all.end(), std::size_t{0});
        const auto rows = at_place(file(), p.array.name, [&] { return p.array.open(); });
        const std::uint64_t step = std::max<std::uint64_t>(1, most_numbers / p.shape.columns);
        for (std::uint64_t done = 0; done < p.shape.rows; done += step) {
            row_matrix values(static_cast<Index>(std::min(step, p.shape.rows - done)),
                              static_cast<Index>(p.shape.columns));
            at_place(file(), p.array.name, [&] { rows->read(all, values); });
            for (Index i = 0; i < values.rows(); ++i) {
                for (std::size_t c = 0; c < p.shape.columns; ++c) {
                    facts[c].add(values(i, static_cast<Index>(c)), marks_);
                }
            }
        }
    }

    void read_part(part& p, row_matrix& values) {
        row_matrix own(values.rows(), static_cast<Index>(p.columns.size()));
        at_place(file(), p.array.name, [&] { p.rows->read(p.columns, own); });
        for (std::size_t i = 0; i < p.places.size(); ++i) {
            values.col(p.places[i]) = own.col(static_cast<Index>(i));
        }
    }

    [[noreturn]] void refuse(std::uint64_t row, std::size_t place, const std::string& rule) const {
        const std::size_t column = wanted_[place].column;
        throw input_error(fmt::format("{}, row {}, column {} ({})", file(), row + 1, column + 1,
                                      columns()[column]),
                          rule);
    }

    void keep_whole_rows(row_block& block) {
        Index kept = 0;
        std::vector<class_labels::label_set> seen(wanted_.size());
        for (Index i = 0; i < block.values.rows(); ++i) {
            const std::uint64_t row = progress_.rows + static_cast<std::uint64_t>(i);
            const std::uint64_t gaps = check_row(block.values.row(i).data(), row, seen);
            progress_.missing_values += gaps;
            if (gaps > 0) {
                ++progress_.skipped;
                continue;
            }
            block.values.row(kept++) = block.values.row(i);
            block.rows.push_back(row);
        }
        block.values.conservativeResize(kept, Eigen::NoChange);
        for (std::size_t i = 0; i < wanted_.size(); ++i) {
            class_labels* const labels = wanted_[i].labels;
            if (labels != nullptr && !labels->frozen()) {
                at_place(file(), [&] { labels->collect(seen[i]); });
            }
        }
    }

    // Counts missing values, refuses infinite ones, and puts classes in place of labels.
    std::uint64_t check_row(double* values, std::uint64_t row,
                            std::vector<class_labels::label_set>& seen) {
        std::uint64_t gaps = 0;
        for (std::size_t i = 0; i < wanted_.size(); ++i) {
            double& value = values[i];
            if (std::isnan(value) || marks_.is_gap(value)) {
                ++gaps;
                if (missing_ == missing_rule::refuse) {
                    refuse(row, i, "a value is missing (--missing skip leaves such rows out)");
                }
            } else if (!std::isfinite(value)) {
                refuse(row, i, fmt::format("need a finite number, got {}", value));
            } else if (wanted_[i].labels != nullptr) {
                value = label(*wanted_[i].labels, value, row, i, seen[i]);
            }
        }
        return gaps;
    }

    [[nodiscard]] double label(const class_labels& labels, double value, std::uint64_t row,
                               std::size_t place, class_labels::label_set& seen) const {
        const std::string text = fmt::format("{}", value == 0 ? 0.0 : value);
        if (labels.frozen()) {
            const int code = labels.code(text);
            if (code < 0) {
                refuse(row, place,
                       fmt::format("'{}' was not there when the file was read first", text));
            }
            return code;
        }
        seen.insert(text);
        if (!(seen.size() <= class_labels::most)) {
            refuse(row, place,
                   fmt::format("need at most {} classes, got more", class_labels::most));
        }
        return 0;
    }

    missing_rule missing_;
    missing_marks marks_;
    std::uint64_t file_bytes_;
    std::vector<part> parts_;
    std::vector<wanted_column> wanted_;
    std::uint64_t rows_ = 0;
    std::uint64_t row_numbers_ = 0;
    table_progress progress_;
};

}  // namespace

std::unique_ptr<table_source> make_array_table(const std::string& file,
                                               std::vector<table_array> arrays,
                                               const table_options& options,
                                               std::uint64_t file_bytes) {
    return std::make_unique<array_table>(file, std::move(arrays), options, file_bytes);
}

namespace {

// An IDX file begins with two zeros, the type of its numbers, and the number of dimensions.
struct idx_type {
    char code;
    npy_header::kind type;
    std::size_t bytes;
};

constexpr auto idx_types = std::to_array<idx_type>({
    {0x08, npy_header::kind::whole, 1},
    {0x09, npy_header::kind::integer, 1},
    {0x0b, npy_header::kind::integer, 2},
    {0x0c, npy_header::kind::integer, 4},
    {0x0d, npy_header::kind::real, 4},
    {0x0e, npy_header::kind::real, 8},
});

const idx_type* idx_type_of(char code) {
    const auto* const found = std::find_if(idx_types.begin(), idx_types.end(),
                                           [code](const idx_type& t) { return t.code == code; });
    return found == idx_types.end() ? nullptr : found;
}

npy_start read_idx_start(byte_source& source) {
    const std::string magic = source.take(4);
    if (!is_idx(magic)) {
        refuse("not an IDX file: another beginning");
    }
    const idx_type* const found = idx_type_of(magic[2]);
    if (found == nullptr) {
        refuse(fmt::format("need an IDX file of numbers of type 0x08, 0x09, or 0x0b to 0x0e, got "
                           "type 0x{:02x}",
                           static_cast<unsigned char>(magic[2])));
    }
    const idx_type& type = *found;
    const auto dimensions = static_cast<std::size_t>(static_cast<unsigned char>(magic[3]));
    if (!(dimensions >= 1 && dimensions <= most_array_dimensions)) {
        refuse(fmt::format("need an IDX file of 1 to {} dimensions, got {}", most_array_dimensions,
                           dimensions));
    }
    npy_start start;
    start.header.type = type.type;
    start.header.item_bytes = type.bytes;
    start.header.big_endian = true;
    const std::string extents = source.take(4 * dimensions);
    for (std::size_t i = 0; i < extents.size(); i += 4) {
        std::int64_t extent = 0;
        for (std::size_t b = 0; b < 4; ++b) {
            extent = extent * 256 + static_cast<unsigned char>(extents[i + b]);
        }
        start.header.shape.push_back(extent);
    }
    count_items(start.header);
    start.bytes = 4 + extents.size();
    return start;
}

// A table from a file that holds one array. If the file is not compressed, its size shows at once
// whether it holds what its shape says.
std::unique_ptr<table_source> one_array(std::unique_ptr<file_bytes> source, const std::string& file,
                                        npy_start (*read_start)(byte_source&),
                                        const table_options& options) {
    return at_place(file, [&] {
        npy_start start = read_start(*source);
        (void)table_shape(start.header);
        const std::uint64_t before = start.bytes;
        const std::uint64_t left = source->bytes_all() - std::min(source->bytes_all(), before);
        if (source->seekable() && left != start.header.bytes()) {
            refuse(fmt::format("need {} bytes of numbers for its shape, got {}",
                               start.header.bytes(), left));
        }
        const std::uint64_t all = source->bytes_all();
        // The rows are shared, because what std::function holds has to be copied.
        auto rows = std::make_shared<std::unique_ptr<array_rows>>(
            std::make_unique<array_rows>(start.header, std::move(source), before));
        std::vector<table_array> arrays;
        arrays.push_back({"", start.header, [rows] { return std::move(*rows); }});
        return make_array_table(file, std::move(arrays), options, all);
    });
}

}  // namespace

bool is_idx(std::string_view head) { return head.size() >= 4 && head[0] == 0 && head[1] == 0; }

std::unique_ptr<table_source> open_npy(std::unique_ptr<file_bytes> source, const std::string& file,
                                       const table_options& options) {
    return one_array(std::move(source), file, read_npy_start, options);
}

std::unique_ptr<table_source> open_idx(std::unique_ptr<file_bytes> source, const std::string& file,
                                       const table_options& options) {
    return one_array(std::move(source), file, read_idx_start, options);
}

std::unique_ptr<table_source> open_npz(const std::string& file, const table_options& options) {
    const npz_archive archive(file);
    std::vector<table_array> arrays;
    for (std::uint64_t i = 0; i < archive.count(); ++i) {
        if (const std::string foreign = about_foreign_member(archive.place(i)); !foreign.empty()) {
            throw input_error(file, foreign);
        }
    }
    for (std::uint64_t i = 0; i < archive.count(); ++i) {
        at_place(file, archive.place(i), [&] {
            const npz_member member = archive.member(i);
            const npy_start start = read_npy_start(*archive.open(member));
            // Texts and single numbers may be there, but they are no columns.
            if (start.header.type == npy_header::kind::text || start.header.shape.empty()) {
                return;
            }
            const std::uint64_t left = member.bytes - std::min(member.bytes, start.bytes);
            if (left != start.header.bytes()) {
                refuse(fmt::format("need {} bytes of numbers for its shape, got {}",
                                   start.header.bytes(), left));
            }
            (void)table_shape(start.header);
            arrays.push_back({member.name, start.header, [archive, member, start] {
                                  auto source = archive.open(member);
                                  (void)source->take(start.bytes);
                                  return std::make_unique<array_rows>(
                                      start.header, std::move(source), start.bytes);
                              }});
        });
    }
    need(!arrays.empty(), file, "need an array of rows, got none");
    return make_array_table(file, std::move(arrays), options, archive.bytes());
}

}  // namespace fusionflow::data
