#include "validation/journal.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "data/error.hpp"

namespace fusionflow::validation {

namespace {

using nlohmann::json;

// JSON has no infinity: null is "unknown", the text "never" is what it says.
std::string to_json(double time) {
    if (std::isnan(time)) {
        return "null";
    }
    return std::isinf(time) ? "\"never\"" : fmt::format("{}", time);
}

double to_time(const json& value) {
    if (value.is_null()) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    return value.is_string() ? std::numeric_limits<double>::infinity() : value.get<double>();
}

}  // namespace

// By hand: an object of the library takes longer than the rest of a row's way to the file.
std::string format_row(std::size_t index, const journal_row& row) {
    std::string times;
    for (const double time : row.times) {
        times += times.empty() ? "" : ",";
        times += to_json(time);
    }
    return fmt::format(R"({{"failed":{},"outcome":{},"row":{},"times":[{}]}})", row.failed,
                       json(row.outcome).dump(), index, times);
}

std::optional<indexed_row> parse_row(const std::string& line) {
    const json object = json::parse(line, nullptr, false);
    if (object.is_discarded()) {
        return std::nullopt;
    }
    indexed_row result;
    result.index = object.at("row").get<std::size_t>();
    for (const json& time : object.at("times")) {
        result.row.times.push_back(to_time(time));
    }
    result.row.outcome = object.at("outcome").get<std::string>();
    result.row.failed = object.at("failed").get<bool>();
    return result;
}

journal::journal(const std::string& file, const std::string& fingerprint, bool resume,
                 const std::string& option) {
    const bool exists = std::filesystem::exists(file);
    if (exists && !resume) {
        throw data::input_error(
            option, fmt::format("'{}' holds rows of a run that was interrupted: go on with "
                                "--resume, or delete it",
                                file));
    }
    if (exists) {
        read(file, fingerprint);
    }
    // Written anew, so that a torn line does not stay; renamed over the old one when complete.
    const std::string fresh = file + ".new";
    out_.open(fresh, std::ios::trunc);
    out_ << json{{"fingerprint", fingerprint}} << '\n';
    for (const auto& [index, row] : rows_) {
        out_ << format_row(index, row) << '\n';
    }
    out_.flush();
    std::error_code error;
    std::filesystem::rename(fresh, file, error);
    if (!out_ || error) {
        throw data::input_error(option, fmt::format("cannot write '{}'", file));
    }
}

void journal::read(const std::string& file, const std::string& fingerprint) {
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    const json head = json::parse(line, nullptr, false);
    if (!head.is_object() || head.value("fingerprint", "") != fingerprint) {
        throw data::input_error(
            "resume", fmt::format("'{}' is of other work: delete it, or write elsewhere", file));
    }
    while (std::getline(in, line)) {
        std::optional<indexed_row> kept = parse_row(line);
        if (!kept) {
            break;
        }
        rows_[kept->index] = std::move(kept->row);
    }
}

const journal_row* journal::find(std::size_t index) const {
    const auto found = rows_.find(index);
    return found == rows_.end() ? nullptr : &found->second;
}

void journal::add(std::size_t index, const journal_row& row) {
    const std::string line = format_row(index, row) + '\n';
    std::unique_lock lock(mutex_);
    pending_ += line;
    // Whoever is writing takes along what others bring meanwhile: nobody waits for the file.
    while (!writing_ && !pending_.empty()) {
        writing_ = true;
        const std::string lines = std::exchange(pending_, {});
        lock.unlock();
        out_ << lines << std::flush;
        lock.lock();
        writing_ = false;
    }
}

}  // namespace fusionflow::validation
