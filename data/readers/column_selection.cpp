#include "fusionflow/data/readers/column_selection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fnmatch.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/readers/csv_fields.hpp"

namespace fusionflow::data {

namespace {

// A name in small letters without what people leave out: blanks, dashes, points and quotes.
std::string bare(const std::string& name) {
    std::string text;
    for (const char c : name) {
        if (c >= 'A' && c <= 'Z') {
            text += static_cast<char>(c - 'A' + 'a');
        } else if (std::string_view(" _-.\"'\t").find(c) == std::string_view::npos) {
            text += c;
        }
    }
    return text;
}

std::string listed(const std::vector<std::string>& columns) {
    constexpr std::size_t most = 10;
    const auto end = columns.begin() + static_cast<std::ptrdiff_t>(std::min(most, columns.size()));
    return fmt::format(
        "'{}'{}", fmt::join(columns.begin(), end, "', '"),
        columns.size() > most
            ? fmt::format(", ... ({} in all, listed by fusionflow columns)", columns.size())
            : "");
}

// Finds columns of one table by name, and refuses names that are not among them.
class column_finder {
public:
    column_finder(const std::vector<std::string>& columns, const std::string& hint)
        : columns_(columns), hint_(hint) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            where_.emplace(columns[i], i);
        }
    }

    [[nodiscard]] std::optional<std::size_t> find(const std::string& name) const {
        const auto found = where_.find(name);
        return found == where_.end() ? std::nullopt : std::optional(found->second);
    }
    [[nodiscard]] std::size_t position_of(const std::string& name) const {
        const auto found = find(name);
        return found ? *found : (refuse_unknown(name), 0);
    }

    [[noreturn]] void refuse_unknown(const std::string& name) const {
        const auto meant =
            std::find_if(columns_.begin(), columns_.end(), [wanted = bare(name)](const auto& c) {
                return !wanted.empty() && bare(c) == wanted;
            });
        refuse_with_columns(fmt::format(
            "there is no column '{}'{}", name,
            meant == columns_.end() ? "" : fmt::format(" (did you mean '{}'?)", *meant)));
    }
    [[noreturn]] void refuse_with_columns(const std::string& rule) const {
        refuse(fmt::format("{}; the columns are {}{}", rule, listed(columns_),
                           hint_.empty() ? "" : fmt::format(" ({})", hint_)));
    }

    void add_range(const std::string& item, std::size_t dots,
                   std::vector<std::size_t>& found) const {
        const std::size_t first = position_of(item.substr(0, dots));
        const std::size_t last = position_of(item.substr(dots + 2));
        if (!(first <= last)) {
            refuse(fmt::format("need a range in the order of the columns, got '{}'", item));
        }
        for (std::size_t i = first; i <= last; ++i) {
            found.push_back(i);
        }
    }

    void add_matches(const std::string& item, const std::set<std::string>& named,
                     std::vector<std::size_t>& found) const {
        const std::size_t before = found.size();
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (!columns_[i].empty() && !named.contains(columns_[i]) &&
                fnmatch(item.c_str(), columns_[i].c_str(), FNM_NOESCAPE) == 0) {
                found.push_back(i);
            }
        }
        if (found.size() == before) {
            refuse_with_columns(fmt::format("no column matches '{}'", item));
        }
    }

private:
    const std::vector<std::string>& columns_;
    const std::string& hint_;
    std::unordered_map<std::string_view, std::size_t> where_;
};

}  // namespace

// Items are separated by commas and quoted if need be, so a selection is a record of CSV.
std::vector<std::string> selection_items(std::string_view selection) {
    return read_csv_header(selection, ',');
}

std::vector<std::size_t> find_columns(const std::vector<std::string>& columns,
                                      std::string_view selection,
                                      const std::set<std::string>& named, const std::string& hint) {
    const column_finder finder(columns, hint);
    std::vector<std::size_t> found;
    const std::vector<std::string> items = selection_items(selection);
    if (items.empty()) {
        refuse("need columns, got none");
    }
    for (const std::string& item : items) {
        const auto exact = finder.find(item);
        const std::size_t dots = item.find("..");
        if (exact) {
            found.push_back(*exact);
        } else if (dots != std::string::npos) {
            finder.add_range(item, dots, found);
        } else if (item.find_first_of("*?[") != std::string::npos) {
            finder.add_matches(item, named, found);
        } else if (item.empty()) {
            refuse("need columns apart by commas, got an empty one");
        } else {
            finder.refuse_unknown(item);
        }
    }
    return found;
}

}  // namespace fusionflow::data
