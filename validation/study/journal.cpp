#include "fusionflow/validation/study/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "fusionflow/data/error.hpp"
#include "fusionflow/validation/files/files.hpp"
#include "fusionflow/validation/study/checksum.hpp"

namespace fusionflow::validation {

namespace fs = std::filesystem;

namespace {

using nlohmann::json;

constexpr const char* fingerprint_key = "fingerprint";
constexpr std::string_view head_mark = R"({"fingerprint":")";
constexpr std::string_view seal_mark = R"(,"crc32":")";
constexpr std::string_view seal_end = R"("})";
constexpr std::string_view never_text = "never";

// JSON has no infinity and no NaN: a time is "never" where it is infinite, null where unknown.
std::string to_json(double time) {
    if (std::isnan(time)) {
        return "null";
    }
    return std::isinf(time) ? fmt::format("\"{}\"", never_text) : fmt::format("{}", time);
}

std::optional<double> to_time(const json& value) {
    if (value.is_null()) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    if (value.is_string() && value == never_text) {
        return std::numeric_limits<double>::infinity();
    }
    return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

// A text as a JSON string, whatever its bytes.
std::string spell(const std::string& text) {
    return json(text).dump(-1, ' ', true, json::error_handler_t::replace);
}

// Closes an unfinished JSON object with a checksum of the work's name and of the object so far.
std::string sealed(std::string object, std::string_view work = {}) {
    const std::uint32_t sum = checksum(std::string(work) + object);
    return std::move(object) + fmt::format("{}{:08x}{}", seal_mark, sum, seal_end);
}

// The object of a line that sealed() ended; nothing if it was torn or changed.
std::optional<json> unsealed(const std::string& line, std::string_view work = {}) {
    const std::size_t at = line.rfind(seal_mark);
    if (at == std::string::npos || sealed(line.substr(0, at), work) != line) {
        return std::nullopt;
    }
    json object = json::parse(line, nullptr, false);
    return object.is_object() ? std::optional(std::move(object)) : std::nullopt;
}

const json* member(const json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() ? nullptr : &*found;
}

}  // namespace

// The line is put together by hand: a JSON object of the library takes longer than all the rest.
std::string format_row(std::size_t index, const journal_row& row, std::string_view work) {
    std::string times;
    for (const double time : row.times) {
        times += times.empty() ? "" : ",";
        times += to_json(time);
    }
    const std::string more = row.more.empty() ? "" : fmt::format(R"("more":{},)", row.more);
    return sealed(fmt::format(R"({{"failed":{},{}"outcome":{},"row":{},"times":[{}])", row.failed,
                              more, spell(row.outcome), index, times),
                  work);
}

std::optional<indexed_row> parse_row(const std::string& line, std::string_view work) {
    const std::optional<json> object = unsealed(line, work);
    if (!object) {
        return std::nullopt;
    }
    const json* index = member(*object, "row");
    const json* times = member(*object, "times");
    const json* outcome = member(*object, "outcome");
    const json* failed = member(*object, "failed");
    const json* more = member(*object, "more");
    if (!(index != nullptr && index->is_number_unsigned() && times != nullptr &&
          times->is_array() && outcome != nullptr && outcome->is_string() && failed != nullptr &&
          failed->is_boolean())) {
        return std::nullopt;
    }
    indexed_row result{index->get<std::size_t>(),
                       {{}, outcome->get<std::string>(), failed->get<bool>()}};
    for (const json& value : *times) {
        const std::optional<double> time = to_time(value);
        if (!time) {
            return std::nullopt;
        }
        result.row.times.push_back(*time);
    }
    result.row.more = more == nullptr ? "" : more->dump();
    return result;
}

journal::journal(const std::string& file, journal_work work, journal_options options)
    : file_(file), work_(std::move(work)), id_(fmt::format("{:08x}", checksum(work_.fingerprint))),
      options_(std::move(options)) {
    std::error_code why;
    const fs::file_status there = fs::status(file, why);
    if (there.type() != fs::file_type::not_found) {
        if (why) {
            refuse(options_.option, fmt::format("cannot read '{}': {}", file, why.message()));
        }
        if (there.type() != fs::file_type::regular) {
            refuse(options_.option,
                   fmt::format("'{}' keeps the rows that are finished and has to be a regular "
                               "file: delete it, or write elsewhere",
                               file));
        }
        read();
    }
    begin();
}

journal::~journal() {
    if (!pending_.empty()) {
        (void)append(pending_);
    }
    if (out_ >= 0) {
        ::close(out_);
    }
}

void journal::refuse(const std::string& option, const std::string& rule) const {
    throw data::input_error(option, rule);
}

void journal::warn(const std::string& sentence) const {
    if (options_.warn) {
        options_.warn(sentence);
    }
}

void journal::read() {
    std::ifstream in(file_, std::ios::binary);
    if (!in) {
        refuse(options_.option, fmt::format("cannot read '{}': {}", file_, std::strerror(errno)));
    }
    if (!has_rows(in)) {
        return;
    }
    std::string line;
    std::getline(in, line);
    const std::optional<json> head = unsealed(line);
    if (!head) {
        check_version(line);
        return;
    }
    if (!options_.resume) {
        refuse(options_.option,
               fmt::format("'{}' holds rows of a run that was interrupted: go on with --resume, "
                           "or delete it",
                           file_));
    }
    const json* fingerprint = member(*head, fingerprint_key);
    if (fingerprint == nullptr || fingerprint->dump(-1, ' ', true) != spell(work_.fingerprint)) {
        refuse("resume",
               fmt::format("'{}' belongs to other work: delete it, or write elsewhere", file_));
    }
    read_rows(in);
    if (in.bad()) {
        refuse(options_.option, fmt::format("cannot read '{}'", file_));
    }
}

// False where the first line is empty or was torn early. Refuses a file that does not begin like a
// journal, because it holds something else.
bool journal::has_rows(std::istream& in) const {
    std::string start(head_mark.size(), '\0');
    in.read(start.data(), static_cast<std::streamsize>(start.size()));
    if (in.bad()) {
        refuse(options_.option, fmt::format("cannot read '{}'", file_));
    }
    start.resize(static_cast<std::size_t>(in.gcount()));
    const std::string first = start.substr(0, start.find('\n'));
    if (first != head_mark && head_mark.starts_with(first)) {
        return false;
    }
    if (first != head_mark) {
        refuse(options_.resume ? "resume" : options_.option,
               fmt::format("'{}' is not a journal of finished rows: delete it, or write elsewhere",
                           file_));
    }
    in.clear();
    in.seekg(0);
    return true;
}

// Refuses a journal of an earlier version, which has no checksums. Any other first line that
// begins like a journal was torn or damaged, and there is nothing to go on from.
void journal::check_version(const std::string& first_line) const {
    const json head = json::parse(first_line, nullptr, false);
    if (head.is_object() && !head.contains("crc32")) {
        refuse("resume",
               fmt::format("'{}' was written by another version of fusionflow: delete it, or "
                           "write elsewhere",
                           file_));
    }
}

// Reads rows up to the first line that is no row of this work.
void journal::read_rows(std::istream& in) {
    std::string line;
    for (std::size_t number = 2; std::getline(in, line); ++number) {
        std::optional<indexed_row> kept = parse_row(line, id_);
        const std::optional<std::size_t> times = kept ? work_.times_of(kept->index) : std::nullopt;
        if (!(times && kept->row.times.size() == *times)) {
            // A killed run may well leave a torn last line; damage before it deserves a warning.
            if (in.peek() != std::istream::traits_type::eof()) {
                warn(fmt::format("'{}' is damaged at line {}: the rows from there on are computed "
                                 "again",
                                 file_, number));
            }
            return;
        }
        rows_[kept->index] = std::move(kept->row);
    }
}

// The file is written anew, so that a torn line does not stay, and goes on from its end.
void journal::begin() {
    output_file fresh(options_.option, file_);
    const auto write = [&](const std::string& line) {
        fresh.write(line + '\n');
        whole_ += line.size() + 1;
    };
    write(sealed(R"({"fingerprint":)" + spell(work_.fingerprint)));
    for (const auto& [index, row] : rows_) {
        write(format_row(index, row, id_));
    }
    fresh.commit();
    out_ = ::open(file_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (out_ < 0) {
        refuse(options_.option, fmt::format("cannot write '{}': {}", file_, std::strerror(errno)));
    }
}

const journal_row* journal::find(std::size_t index) const {
    const auto found = rows_.find(index);
    return found == rows_.end() ? nullptr : &found->second;
}

void journal::add(std::size_t index, const journal_row& row) {
    const std::string line = format_row(index, row, id_) + '\n';
    std::unique_lock lock(mutex_);
    pending_ += line;
    if (writing_) {
        return;  // The thread that is writing takes the row along: no other waits for the file.
    }
    writing_ = true;
    for (bool well = true; well && !pending_.empty();) {
        std::string lines = std::exchange(pending_, {});
        lock.unlock();
        well = append(lines);
        lock.lock();
        pending_.insert(0, lines);
    }
    writing_ = false;
}

// Writes lines, and removes those that were written from the text; false if some are left.
bool journal::append(std::string& lines) {
    const int failure = write_lines(lines);
    if (failure != 0 && !std::exchange(said_, true)) {
        warn(fmt::format("cannot write '{}': {}: finished rows wait in memory, and are written as "
                         "soon as it works again",
                         file_, std::strerror(failure)));
    }
    return failure == 0;
}

// Writes lines as append() does; returns 0 or an errno. A line that was written in part is cut off
// the file again, and stays in the text.
int journal::write_lines(std::string& lines) {
    if (torn_ && ::ftruncate(out_, static_cast<off_t>(whole_)) != 0) {
        return errno;
    }
    torn_ = false;
    std::size_t done = 0;
    int failure = 0;
    while (failure == 0 && done < lines.size()) {
        const ssize_t count = ::write(out_, lines.data() + done, lines.size() - done);
        if (count >= 0) {
            done += static_cast<std::size_t>(count);
        } else if (errno != EINTR) {
            failure = errno;
        }
    }
    const std::size_t kept = done == 0 ? 0 : lines.rfind('\n', done - 1) + 1;
    lines.erase(0, kept);
    whole_ += kept;
    torn_ = kept < done;
    if (torn_ && ::ftruncate(out_, static_cast<off_t>(whole_)) == 0) {
        torn_ = false;
    }
    return failure;
}

}  // namespace fusionflow::validation
