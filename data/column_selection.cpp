#include "data/column_selection.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <unordered_map>

#include "data/csv_fields.hpp"
#include "data/error.hpp"

namespace fusionflow::data {

namespace {

using positions = std::unordered_map<std::string_view, std::size_t>;

std::size_t position_of(const positions& where, const std::string& name) {
    const auto found = where.find(name);
    if (found == where.end()) {
        refuse(fmt::format("there is no column '{}'", name));
    }
    return found->second;
}

void add_range(const positions& where, const std::string& item, std::size_t dots,
               std::vector<std::size_t>& found) {
    const std::size_t first = position_of(where, item.substr(0, dots));
    const std::size_t last = position_of(where, item.substr(dots + 2));
    if (!(first <= last)) {
        refuse(fmt::format("need a range in the order of the columns, got '{}'", item));
    }
    for (std::size_t i = first; i <= last; ++i) {
        found.push_back(i);
    }
}

void add_matches(const std::vector<std::string>& columns, const std::string& item,
                 const std::set<std::string>& named, std::vector<std::size_t>& found) {
    const std::size_t before = found.size();
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (!named.contains(columns[i]) &&
            fnmatch(item.c_str(), columns[i].c_str(), FNM_NOESCAPE) == 0) {
            found.push_back(i);
        }
    }
    if (found.size() == before) {
        refuse(fmt::format("no column matches '{}'", item));
    }
}

}  // namespace

// Items apart by commas, in quotes if need be: a record of CSV.
std::vector<std::string> selection_items(std::string_view selection) {
    return read_csv_header(selection, ',');
}

std::vector<std::size_t> find_columns(const std::vector<std::string>& columns,
                                      std::string_view selection,
                                      const std::set<std::string>& named) {
    positions where;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        where.emplace(columns[i], i);
    }
    std::vector<std::size_t> found;
    const std::vector<std::string> items = selection_items(selection);
    if (items.empty()) {
        refuse("need columns, got none");
    }
    for (const std::string& item : items) {
        const auto exact = where.find(item);
        const std::size_t dots = item.find("..");
        if (exact != where.end()) {
            found.push_back(exact->second);
        } else if (dots != std::string::npos) {
            add_range(where, item, dots, found);
        } else if (item.find_first_of("*?[") != std::string::npos) {
            add_matches(columns, item, named, found);
        } else if (item.empty()) {
            refuse("need columns apart by commas, got an empty one");
        } else {
            refuse(fmt::format("there is no column '{}'", item));
        }
    }
    return found;
}

}  // namespace fusionflow::data
