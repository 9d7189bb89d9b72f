#include "fusionflow/data/readers/chained_table.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "fusionflow/data/error.hpp"

namespace fusionflow::data {

namespace {

class chained_table final : public table_source {
public:
    chained_table(const std::vector<std::string>& files, const table_options& options)
        : table_source(files.front()), files_(files), options_(options),
          current_(open_table(files.front(), options)) {
        set_columns(current_->columns());
        set_hint(current_->hint());
        for (const std::string& note : current_->notes()) {
            add_note(note);
        }
        for (const std::string& name : files) {
            std::error_code error;
            const std::uint64_t size = std::filesystem::file_size(name, error);
            all_bytes_ += error ? 0 : size;
        }
    }

    [[nodiscard]] table_progress progress() const override {
        const table_progress now = current_->progress();
        return {before_.rows + now.rows, before_.skipped + now.skipped,
                before_.missing_values + now.missing_values, before_.bytes + now.bytes, all_bytes_};
    }

    void select(const std::vector<wanted_column>& wanted) override {
        wanted_ = wanted;
        current_->select(wanted);
    }

    [[nodiscard]] bool next(row_block& block) override {
        while (!current_->next(block)) {
            if (place_ + 1 == files_.size()) {
                return false;
            }
            open_next();
        }
        for (std::uint64_t& row : block.rows) {
            row += before_.rows;
        }
        return true;
    }

    [[nodiscard]] std::vector<column_facts> survey() override {
        std::vector<column_facts> facts = current_->survey();
        while (place_ + 1 < files_.size()) {
            open_next();
            const std::vector<column_facts> later = current_->survey();
            for (std::size_t i = 0; i < facts.size(); ++i) {
                facts[i].add(later[i]);
            }
        }
        return facts;
    }

private:
    void open_next() {
        before_ = progress();
        current_ = open_table(files_[++place_], options_);
        if (current_->columns() != columns()) {
            throw input_error(files_[place_], fmt::format("need the columns of {}", file()));
        }
        current_->select(wanted_);
    }

    std::vector<std::string> files_;
    table_options options_;
    std::size_t place_ = 0;
    std::unique_ptr<table_source> current_;
    std::vector<wanted_column> wanted_;
    table_progress before_;  // of the tables before the current one
    std::uint64_t all_bytes_ = 0;
};

}  // namespace

std::unique_ptr<table_source> open_tables(const std::vector<std::string>& files,
                                          const table_options& options) {
    if (files.size() == 1) {
        return open_table(files.front(), options);
    }
    return std::make_unique<chained_table>(files, options);
}

}  // namespace fusionflow::data
