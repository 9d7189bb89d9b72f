// Makes work-precision.md and work-precision.svg from the oracle's and the methods' results.

#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>

#include "fusionflow/validation/figures/gnuplot.hpp"
#include "fusionflow/validation/figures/svg.hpp"
#include "picture.hpp"
#include "table.hpp"

namespace {

void write(const std::string& file, const std::string& text) {
    std::ofstream out(file, std::ios::binary);
    out << text;
    if (!out.flush()) {
        throw std::runtime_error("cannot write " + file);
    }
}

/// The cases that were run: a quick run has only some of the file's.
std::vector<peers::test_case> cases_run(const std::string& file,
                                        const std::vector<peers::point>& points) {
    std::vector<peers::test_case> cases;
    for (const auto& about : peers::read_cases(file)) {
        for (const auto& p : points) {
            if (p.about == about.name) {
                cases.push_back(about);
                break;
            }
        }
    }
    return cases;
}

}  // namespace

int main(int count, char** words) {
    if (count != 5) {
        std::cerr << "usage: report CASES.csv ORACLE.csv RESULTS.csv DIR\n";
        return 2;
    }
    try {
        const std::string folder = words[4];
        const auto points = peers::read_points(words[3], words[2]);
        const auto cases = cases_run(words[1], points);
        write(folder + "/work-precision.md", peers::table(cases, points));
        std::string picture =
            fusionflow::validation::run_gnuplot(peers::picture_script(cases, points), "svg");
        fusionflow::validation::describe_svg(
            picture, "Error of the half-height times against the time they take",
            "A line per method, a point per tolerance, medians over the reference cases (left) and "
            "the stiff ones (right)");
        write(folder + "/work-precision.svg", picture);
    } catch (const std::exception& error) {
        std::cerr << "report: " << error.what() << '\n';
        return 1;
    }
}
