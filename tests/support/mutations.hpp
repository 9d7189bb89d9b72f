#pragma once

#include <sys/resource.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "fusionflow/data/moment_sums.hpp"
#include "fusionflow/data/random.hpp"

// Files that went wrong, and what to hold them against.
namespace fusionflow::tests {

using texts = std::vector<std::string>;

/// While this lives the process gets 192 MiB of memory more and no byte beyond. Readers keep blocks
/// of some MiB and the files here are small; what they claim is gigabytes.
class memory_limit {
public:
    memory_limit() {
#if !defined(__SANITIZE_ADDRESS__)  // whose shadow memory is counted too
        std::ifstream pages("/proc/self/statm");
        rlim_t used = 0;
        if (pages >> used && getrlimit(RLIMIT_AS, &before_) == 0) {
            rlimit now = before_;
            now.rlim_cur = used * 4096 + (rlim_t{192} << 20U);
            set_ = setrlimit(RLIMIT_AS, &now) == 0;
        }
#endif
    }
    memory_limit(const memory_limit&) = delete;
    memory_limit& operator=(const memory_limit&) = delete;
    ~memory_limit() {
        if (set_) {
            setrlimit(RLIMIT_AS, &before_);
        }
    }

private:
    rlimit before_{};
    bool set_ = false;
};

/// Changes files, always in the same ways.
class mutator {
public:
    explicit mutator(std::uint64_t seed) : random_(seed) {}

    std::size_t below(std::size_t n) {
        return static_cast<std::size_t>(random_.uniform(0, static_cast<double>(n)));
    }
    const std::string& one_of(const texts& choice) { return choice[below(choice.size())]; }

    // One change of bytes, wherever it falls.
    void any(std::string& bytes) {
        const std::size_t at = below(bytes.size() + 1);
        const std::size_t length = std::min(below(20), bytes.size() - at);
        switch (below(6)) {
            case 0: bytes.resize(at); break;
            case 1: bytes.erase(at, length); break;
            case 2: bytes.insert(at, std::string(length, static_cast<char>(below(256)))); break;
            case 3: bytes.insert(at, bytes.substr(at, length)); break;
            case 4: bytes.replace(at, length, std::string(length, '\xff')); break;
            default:
                for (std::size_t i = at; i < at + length; ++i) {
                    bytes[i] = static_cast<char>(below(256));
                }
        }
    }

    // The first occurrence of `from` becomes something else.
    void replace(std::string& bytes, const std::string& from, const texts& choice) {
        const std::size_t at = bytes.find(from);
        if (at != std::string::npos) {
            bytes.replace(at, from.size(), one_of(choice));
        }
    }

private:
    data::random_source random_;
};

/// A second reader of CSV, as simple as can be: records character by character. \return Quotes.
inline std::size_t cut_records(const std::string& text, std::vector<texts>& records) {
    records.assign(1, {});
    std::string field;
    std::size_t quotes = 0;
    const auto end_record = [&] {
        if (!records.back().empty() || field.find_first_not_of(" \t") != std::string::npos) {
            records.back().push_back(field);
            records.emplace_back();
        }
        field.clear();
    };
    for (const char c : text) {
        quotes += c == '"' ? 1 : 0;
        const bool quoted = quotes % 2 == 1;
        if (c == '"') {
            continue;
        }
        if (!quoted && c == ',') {
            records.back().push_back(field);
            field.clear();
        } else if (!quoted && (c == '\n' || c == '\r')) {
            end_record();
        } else {
            field += c;
        }
    }
    end_record();
    records.pop_back();
    return quotes;
}

/// Numbers by strtod; nothing where anything is wrong.
inline std::optional<data::row_matrix> simple_csv(const std::string& text) {
    std::vector<texts> records;
    if (cut_records(text, records) % 2 == 1 || records.empty()) {
        return std::nullopt;
    }
    const std::size_t columns = records[0].size();
    data::row_matrix values(static_cast<Eigen::Index>(records.size()) - 1,
                            static_cast<Eigen::Index>(columns));
    for (std::size_t r = 1; r < records.size(); ++r) {
        for (std::size_t c = 0; c < columns; ++c) {
            if (records[r].size() != columns || records[r][c].empty()) {
                return std::nullopt;
            }
            char* end = nullptr;
            const double value = std::strtod(records[r][c].c_str(), &end);
            while (*end == ' ' || *end == '\t') {
                ++end;
            }
            if (*end != '\0' || !std::isfinite(value)) {
                return std::nullopt;
            }
            values(static_cast<Eigen::Index>(r) - 1, static_cast<Eigen::Index>(c)) = value;
        }
    }
    return values;
}

}  // namespace fusionflow::tests
