#include "fusionflow/data/readers/split_labels.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/number_text.hpp"

namespace fusionflow::data {

namespace {

// A text in small letters without blanks and dashes: `Held-out` becomes `heldout`.
std::string letters_of(const std::string& text) {
    std::string letters;
    for (const char c : text) {
        if (c >= 'A' && c <= 'Z') {
            letters += static_cast<char>(c - 'A' + 'a');
        } else if (c >= 'a' && c <= 'z') {
            letters += c;
        } else if (c != ' ' && c != '-' && c != '_') {
            return text;  // it is no such word
        }
    }
    return letters;
}

bool is_among(const std::string& word, const auto& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_held_out_word(const std::string& column, const std::string& label) {
    constexpr auto training = std::to_array<std::string_view>({"train", "training", "trainset"});
    constexpr auto held_out =
        std::to_array<std::string_view>({"test", "testing", "testset", "validation", "valid", "val",
                                         "dev", "eval", "heldout", "holdout"});
    const std::string word = letters_of(label);
    if (!is_among(word, training) && !is_among(word, held_out)) {
        refuse(fmt::format("need texts such as train and test in column '{0}', got '{1}' (--split "
                           "'{0}=TEXT,...' names those of the rows to hold out)",
                           column, label));
    }
    return is_among(word, held_out);
}

bool is_same(const std::string& a, const std::string& b) {
    const number_text x = read_number(a);
    const number_text y = read_number(b);
    const bool numbers = x.what == number_text::kind::finite && y.what == number_text::kind::finite;
    return a == b || (numbers && x.value == y.value);
}

}  // namespace

std::vector<unsigned char> held_out_labels(const std::string& column,
                                           const std::vector<std::string>& labels,
                                           const std::vector<std::string>& texts) {
    std::vector<unsigned char> held_out(labels.size(), 0);
    for (const std::string& text : texts) {
        const auto found = std::find_if(labels.begin(), labels.end(),
                                        [&](const std::string& l) { return is_same(l, text); });
        if (found == labels.end()) {
            constexpr std::size_t most = 10;
            const auto end =
                labels.begin() + static_cast<std::ptrdiff_t>(std::min(most, labels.size()));
            refuse(fmt::format("there is no '{}' in column '{}', but '{}'{}", text, column,
                               fmt::join(labels.begin(), end, "', '"),
                               labels.size() > most ? ", ..." : ""));
        }
        held_out[static_cast<std::size_t>(found - labels.begin())] = 1;
    }
    for (std::size_t i = 0; texts.empty() && i < labels.size(); ++i) {
        held_out[i] = is_held_out_word(column, labels[i]) ? 1 : 0;
    }
    const auto count = std::count(held_out.begin(), held_out.end(), 1);
    if (count == 0 || static_cast<std::size_t>(count) == labels.size()) {
        refuse(fmt::format(
            "need rows for training and others to hold out, but column '{}' holds out {} row",
            column, count == 0 ? "no" : "every"));
    }
    return held_out;
}

}  // namespace fusionflow::data
