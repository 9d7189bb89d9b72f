#include "cases.hpp"

#include <fstream>
#include <stdexcept>

namespace peers {

std::vector<std::string> split(const std::string& line) {
    std::vector<std::string> fields(1);
    for (const char c : line) {
        if (c == ',') {
            fields.emplace_back();
        } else {
            fields.back() += c;
        }
    }
    return fields;
}

std::vector<test_case> read_cases(const std::string& file) {
    std::ifstream in(file);
    if (!in) {
        throw std::runtime_error("cannot read " + file);
    }
    std::vector<test_case> cases;
    std::string line;
    std::getline(in, line);  // the names of the columns
    while (std::getline(in, line)) {
        const auto f = split(line);
        if (f.size() != 7) {
            throw std::runtime_error(file + ": need 7 fields, got: " + line);
        }
        cases.push_back({f[0], f[1], std::stoi(f[2]), std::stoi(f[3]), f[4], f[5], f[6]});
    }
    return cases;
}

test_case read_case(const std::string& file, const std::string& name) {
    for (const auto& about : read_cases(file)) {
        if (about.name == name) {
            return about;
        }
    }
    throw std::runtime_error(file + ": no case " + name);
}

}  // namespace peers
