#include "fusionflow/validation/figures/plot_layout.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

using namespace fusionflow;
using validation::curve;
using validation::curve_style;
using validation::figure;
using validation::panel;

BOOST_AUTO_TEST_SUITE(plot_layout)

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

/// |W| = loss = f(t) at 10,001 instants from 0 to 10.
template <class Function>
solver::trajectory path_of(Function f) {
    solver::trajectory path;
    path.names = {"A"};
    for (int i = 0; i <= 10000; ++i) {
        const double t = i / 1000.0;
        path.time.push_back(t);
        path.norms.push_back(Eigen::VectorXd::Constant(1, f(t)));
        path.loss.push_back(f(t));
    }
    return path;
}

double step(double t) { return 0.5 + 0.5 * std::tanh(20 * (t - 5)); }

figure with_panels(std::size_t n) {
    figure fig;
    fig.panels.resize(n);
    return fig;
}

}  // namespace

BOOST_AUTO_TEST_CASE(panels_stand_apart_inside_the_picture) {
    for (std::size_t n = 1; n <= 8; ++n) {
        const auto where = arrange(with_panels(n), 0);
        std::vector<validation::plot_frame> frames;
        for (std::size_t p = 0; p < n; ++p) {
            frames.push_back(where.frame(p, true));
            frames.push_back(where.frame(p, false));
        }
        for (std::size_t i = 0; i < frames.size(); ++i) {
            BOOST_TEST((0 < frames[i].left && frames[i].left < frames[i].right &&
                        frames[i].right < 1 && 0 < frames[i].bottom &&
                        frames[i].bottom < frames[i].top && frames[i].top < 1));
            for (std::size_t j = 0; j < i; ++j) {
                const bool beside =
                    frames[i].left > frames[j].right || frames[j].left > frames[i].right;
                const bool below =
                    frames[i].top < frames[j].bottom || frames[j].top < frames[i].bottom;
                BOOST_TEST((beside || below), n << " panels, frames " << i << " and " << j);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(axes_end_after_finite_values_and_near_marks) {
    figure fig;
    fig.panels.push_back({"", {{"", curve_style::line, path_of(step)}}, {12, 1000}});
    fig.panels.front().curves.front().path.loss.back() = inf;
    fig.panels.push_back({"", {}, {2, inf}});
    const auto all = measure(fig);
    BOOST_TEST(all.loss == 1.05, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(all.weight == 1.1, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(all.time[0] == 12.6, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(all.time[1] == 2.1, boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(axes_of_nothing_are_drawable) {
    const auto all = measure(with_panels(1));
    BOOST_TEST((all.loss == 1 && all.weight == 1 && all.time[0] == 1));
}

BOOST_AUTO_TEST_CASE(ticks_are_round_and_few) {
    BOOST_TEST(validation::tick(5) == 1);
    BOOST_TEST(validation::tick(9) == 2);
    BOOST_TEST(validation::tick(21) == 5);
    BOOST_TEST(validation::tick(26) == 10);
    for (double end = 1e-9; end < 1e15; end *= 1.7) {
        const double labels = end / validation::tick(end);
        BOOST_TEST((labels >= 2 && labels <= 5.0000001), end);
    }
}

BOOST_AUTO_TEST_CASE(thinned_line_stays_within_a_pixel) {
    const curve line{"", curve_style::line, path_of(step)};
    const validation::plot_ranges all{1, 1, {10}};
    const auto kept = visible_instants(line, 10, all);
    BOOST_TEST(kept.size() < 500U);
    BOOST_TEST(kept.front() == 0U);
    BOOST_TEST(kept.back() == line.path.size() - 1);
    // Instants left out are within 0.5 % of the last kept, the spacing of lines.
    for (std::size_t k = 0; k + 1 < kept.size(); ++k) {
        for (std::size_t i = kept[k]; i < kept[k + 1]; ++i) {
            BOOST_REQUIRE(std::abs(line.path.loss[i] - line.path.loss[kept[k]]) <= 0.005);
        }
    }
    const curve markers{"", curve_style::markers, line.path};
    BOOST_TEST(visible_instants(markers, 10, all).size() < 40U);
}

BOOST_AUTO_TEST_CASE(legend_follows_the_panel_with_most_curves) {
    figure fig = with_panels(2);
    fig.panels[1].curves.resize(1);
    BOOST_TEST(&richest(fig) == &fig.panels[1]);
}

BOOST_AUTO_TEST_SUITE_END()
