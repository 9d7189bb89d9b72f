#include "picture.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <map>

namespace peers {

namespace {

/// Colours that colour-blind readers can tell apart (Okabe and Ito); one per method.
constexpr std::array colours = {"#000000", "#e69f00", "#56b4e9", "#009e73",
                                "#d55e00", "#cc79a7", "#0072b2"};

/// "time error" lines of a method on a set, loosest tolerance first. A run that did not end counts
/// as infinitely slow and wrong: where more than half of the cases fail there is no point.
std::string line_of(const std::string& method, const std::string& set,
                    const std::vector<test_case>& cases, const std::vector<point>& points) {
    std::map<double, std::array<std::vector<double>, 2>, std::greater<>> by_tolerance;
    for (const auto& about : cases) {
        for (const auto& p : points) {
            if (about.set == set && p.about == about.name && p.method == method) {
                by_tolerance[p.tolerance][0].push_back(p.seconds);
                by_tolerance[p.tolerance][1].push_back(p.error);
            }
        }
    }
    std::string text;
    for (const auto& [tolerance, values] : by_tolerance) {
        const double time = median(values[0]);
        const double error = median(values[1]);
        if (std::isfinite(time) && std::isfinite(error)) {
            text += fmt::format("{:g} {:g}\n", time, error);
        }
    }
    return text.empty() ? "NaN NaN\n" : text;  // so that its name is in the key all the same
}

std::string panel(const std::string& set, std::size_t methods, bool keyed) {
    std::string plots;
    for (std::size_t i = 0; i < methods; ++i) {
        plots += fmt::format("{}${}{} with linespoints lw 2 pt 7 ps 0.5 lc rgb '{}' title name{}",
                             i == 0 ? "" : ", \\\n     ", set, i, colours[i % colours.size()], i);
    }
    return fmt::format("set title '{} cases'\n{}\nplot {}\n", set,
                       keyed ? "set key at screen 0.99, screen 0.9 right top" : "unset key", plots);
}

}  // namespace

std::string picture_script(const std::vector<test_case>& cases, const std::vector<point>& points) {
    const auto methods = methods_in(points);
    std::string script;
    for (std::size_t i = 0; i < methods.size(); ++i) {
        script += fmt::format("name{} = '{}'\n", i, methods[i]);
        for (const std::string set : {"reference", "stiff"}) {
            script += fmt::format("${}{} << EOD\n{}EOD\n", set, i,
                                  line_of(methods[i], set, cases, points));
        }
    }
    script += "set terminal svg size 1000,430 background rgb 'white' font 'sans-serif,13'\n"
              "set logscale xy\n"
              "set format xy '1e%T'\n"
              "set grid lc rgb '#dddddd'\n"
              "set xrange [1e-5:1e1]\n"
              "set yrange [1e-15:1]\n"
              "set xlabel 'time of one call, seconds'\n"
              "set ylabel 'relative error of the half-height times'\n"
              "set multiplot layout 1,2 margins 0.08,0.81,0.14,0.91 spacing 0.05\n";
    script += panel("reference", methods.size(), false);
    script += "unset ylabel\nset format y ''\n";
    script += panel("stiff", methods.size(), true);
    return script + "unset multiplot\n";
}

}  // namespace peers
