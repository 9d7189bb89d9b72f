#include "fusionflow/data/readers/csv_table.hpp"

#include <fmt/format.h>
#include <tbb/parallel_for.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/data/printable.hpp"
#include "fusionflow/data/readers/csv_fields.hpp"
#include "fusionflow/data/readers/csv_guess.hpp"
#include "fusionflow/data/readers/csv_records.hpp"

namespace fusionflow::data {

namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 18U;

csv_guess guess_of(const file_bytes& source, const std::string& file,
                   const table_options& options) {
    const std::string_view head = source.peek();
    need(head.substr(0, 512).find('\0') == std::string_view::npos, file,
         "need text, got NUL bytes (of UTF-16: iconv -f utf-16 -t utf-8 converts it)");
    return guess_csv(head, head.size() < file_bytes::peeked, file, options);
}

class csv_table final : public table_source {
public:
    csv_table(std::unique_ptr<file_bytes> source, const std::string& file,
              const table_options& options, const csv_guess& guess)
        : table_source(file),
          records_(std::move(source), file,
                   {options.skip_lines, options.comment, guess.delimiter == ' '}) {
        layout_.delimiter = guess.delimiter;
        layout_.missing = options.missing;
        layout_.decimal = options.decimal;
        layout_.marks = missing_marks(options);
        set_hint(guess.hint);
        if (!options.delimiter && guess.delimiter != ',' && !is_named_for(file, guess.delimiter)) {
            add_note(fmt::format("{}: the delimiter looks like {} and is taken for it (--delimiter "
                                 "sets it)",
                                 file, spell_delimiter(guess.delimiter)));
        }
        if (!guess.note.empty()) {
            add_note(fmt::format("{}: {}", file, guess.note));
        }
        progress_.all_bytes = records_.source().bytes_all();
        read_header(options);
        select({});
    }

    ~csv_table() noexcept override {
        ahead_.cancel();
        (void)ahead_.wait();
    }

    [[nodiscard]] table_progress progress() const override { return progress_; }

    void select(const std::vector<wanted_column>& wanted) override {
        layout_.place.assign(columns().size(), -1);
        layout_.labels.clear();
        labels_.clear();
        for (const wanted_column& w : wanted) {
            layout_.place.at(w.column) = static_cast<int>(layout_.labels.size());
            layout_.labels.push_back(w.labels);
            labels_.push_back(w.labels);
        }
    }

    [[nodiscard]] bool next(row_block& block) override {
        if (!started_) {
            read_ahead();
        }
        (void)ahead_.wait();
        block = {};
        if (failure_) {
            std::rethrow_exception(failure_);
        }
        const std::vector<csv_piece> pieces = std::move(pieces_);
        progress_.bytes = records_.source().bytes_done();
        if (pieces.empty()) {
            return false;
        }
        read_ahead();
        fill(block, pieces);
        return true;
    }

    [[nodiscard]] std::vector<column_facts> survey() override {
        std::vector<column_facts> facts(columns().begin(), columns().end());
        for (;;) {
            const std::string_view text = records_.some();
            if (text.empty()) {
                return facts;
            }
            const csv_piece piece = survey_csv(text, layout_, facts);
            if (piece.fault) {
                report(*piece.fault);
            }
            records_.add_lines(piece.lines);
        }
    }

private:
    // Without a header the first record shows the number of columns, and is read again as a row.
    void read_header(const table_options& options) {
        const std::string_view text = options.header ? records_.one() : records_.look();
        if (text.empty()) {
            throw input_error(file(), records_.skips_on()
                                          ? fmt::format("has no more than {} lines, need a table "
                                                        "after those (--skip-lines)",
                                                        options.skip_lines)
                                          : "need a table, got nothing but comments");
        }
        at_place(fmt::format("{}, line {}", file(), records_.line()), [&] {
            auto names = read_csv_header(text, layout_.delimiter);
            if (names.empty()) {
                refuse("need a header of column names, got an empty line");
            }
            if (!options.header) {
                for (std::size_t i = 0; i < names.size(); ++i) {
                    names[i] = std::to_string(i);
                }
            }
            if (!std::all_of(names.begin(), names.end(), is_utf8)) {
                refuse(fmt::format("need column names in UTF-8 {}", convert_to_utf8));
            }
            set_columns(std::move(names));
        });
        if (options.header) {
            records_.add_lines(
                static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')));
        }
    }

    // Reads the next pieces while others are worked on. What it throws is kept for next().
    void read_ahead() {
        started_ = true;
        ahead_.run([this] {
            try {
                pieces_ = read_pieces(records_.some());
            } catch (...) {
                failure_ = std::current_exception();
            }
        });
    }

    // Reads the pieces of a text; there are none at the end of the file.
    [[nodiscard]] std::vector<csv_piece> read_pieces(std::string_view text) {
        std::vector<std::size_t> ends = record_ends(text, piece_bytes);
        if (!text.empty() && (ends.empty() || ends.back() < text.size())) {
            ends.push_back(text.size());  // the last line of the file, without a line end
        }
        std::vector<csv_piece> pieces(ends.size());
        tbb::parallel_for(std::size_t{0}, ends.size(), [&](std::size_t i) {
            const std::size_t begin = i == 0 ? 0 : ends[i - 1];
            pieces[i] = read_csv(text.substr(begin, ends[i] - begin), layout_);
        });
        // The first fault is reported: pieces before it are whole, so its own begins with a record.
        for (const csv_piece& piece : pieces) {
            if (piece.fault) {
                report(*piece.fault);
            }
            records_.add_lines(piece.lines);
        }
        return pieces;
    }

    [[noreturn]] void report(const csv_fault& fault) const {
        std::string place = fmt::format("{}, line {}", file(), records_.line(fault.line));
        if (fault.column > 0) {
            place += fmt::format(", column {} ({})", fault.column, columns()[fault.column - 1]);
            throw input_error(place, fault.rule);
        }
        throw input_error(place, fault.rule + (hint().empty() ? "" : fmt::format(" ({})", hint())));
    }

    void fill(row_block& block, const std::vector<csv_piece>& pieces) {
        std::size_t rows = 0;
        for (const csv_piece& piece : pieces) {
            rows += piece.rows.size();
        }
        const auto width = static_cast<Eigen::Index>(layout_.labels.size());
        block.values.resize(static_cast<Eigen::Index>(rows), width);
        block.rows.reserve(rows);
        double* to = block.values.data();
        for (const csv_piece& piece : pieces) {
            to = std::copy(piece.values.begin(), piece.values.end(), to);
            for (const std::uint64_t row : piece.rows) {
                block.rows.push_back(progress_.rows + row);
            }
            progress_.rows += piece.records;
            progress_.skipped += piece.records - piece.rows.size();
            progress_.missing_values += piece.missing_values;
            collect(piece);
        }
    }

    void collect(const csv_piece& piece) {
        for (std::size_t i = 0; i < labels_.size(); ++i) {
            if (labels_[i] != nullptr && !labels_[i]->frozen()) {
                at_place(file(), [&] { labels_[i]->collect(piece.seen[i]); });
            }
        }
    }

    record_reader records_;
    csv_layout layout_;
    std::vector<class_labels*> labels_;
    table_progress progress_;
    tbb::task_group ahead_;  // uses pieces_, failure_ and records_ until waited for
    std::vector<csv_piece> pieces_;
    std::exception_ptr failure_;
    bool started_ = false;
};

}  // namespace

std::unique_ptr<table_source> open_csv(std::unique_ptr<file_bytes> source, const std::string& file,
                                       const table_options& options) {
    const csv_guess guess = guess_of(*source, file, options);
    return std::make_unique<csv_table>(std::move(source), file, options, guess);
}

}  // namespace fusionflow::data
