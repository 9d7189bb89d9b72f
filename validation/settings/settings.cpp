#include "fusionflow/validation/settings/settings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fusionflow/data/printable.hpp"

namespace fusionflow::validation {

namespace {

bool is_printable(std::string_view word) {
    while (!word.empty()) {
        const std::size_t length = data::printable_bytes(word);
        if (length == 0) {
            return false;
        }
        word.remove_prefix(length);
    }
    return true;
}

// A word on one line, as bash and newer shells read it: $'a\nb\377'.
std::string escaped_word(std::string_view word) {
    std::string quoted = "$'";
    while (!word.empty()) {
        const std::size_t length = data::printable_bytes(word);
        const char c = word.front();
        if (length == 0) {
            // An octal escape ends after three digits; a hexadecimal one could take in more.
            quoted += c == '\n' ? "\\n" : fmt::format("\\{:03o}", static_cast<unsigned char>(c));
        } else {
            quoted += c == '\'' || c == '\\' ? "\\" : "";
            quoted += word.substr(0, length);
        }
        word.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return quoted + "'";
}

}  // namespace

bool settings::has(std::string_view name) const {
    return std::any_of(given.begin(), given.end(),
                       [name](const given_option& g) { return g.name == name; });
}

void note_given(settings& s, std::string_view name, const std::string& value) {
    std::erase_if(s.given, [name](const given_option& g) { return g.name == name; });
    s.given.push_back({std::string(name), value});
}

void set_moments(settings& s, std::shared_ptr<const data::moments> moments,
                 const std::string& value) {
    s.moments = std::move(moments);
    note_given(s, "moments", value);
}

std::string shell_word(const std::string& word) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+.,:/@%";
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) {
        return word;
    }
    if (!is_printable(word)) {
        return escaped_word(word);
    }
    std::string quoted = "'";
    for (const char c : word) {
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return quoted + "'";
}

std::string command_line(const settings& s) {
    std::string line;
    for (const given_option& g : s.given) {
        const setting_info& info = *find_setting(g.name);
        // "true" and "false" are also what files say of an option whose value may be left out.
        const bool may_be_bare = info.argument.empty() || !info.implied.empty();
        if (!may_be_bare || g.value != "false") {
            line += fmt::format("{}--{}", line.empty() ? "" : " ", g.name);
            const bool bare = may_be_bare && (g.value == "true" || g.value == info.implied);
            line += bare ? "" : ' ' + shell_word(g.value);
        }
    }
    return line;
}

}  // namespace fusionflow::validation
