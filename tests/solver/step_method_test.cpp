#include "fusionflow/solver/steps/step_method.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>
#include <limits>

#include "tests/solver/known_flows.hpp"
#include "tests/solver/walk.hpp"

using namespace fusionflow;
using solver::error_gauge;
using solver::state;
using tests::growth;

BOOST_AUTO_TEST_SUITE(step_method)

namespace {

using factory = tests::method_factory;

/// What a method promises, and steps between which to look: their errors are far above those of
/// rounding, and next orders of h are a small part of them.
struct promise {
    const char* name;
    factory make;
    double order;         // errors at a given time are as h to this power
    double order_inside;  // errors of interpolation inside a step are
    double shortest;      // step; the longest is 2.5 times as long
};

// Interpolation: Dormand and Prince's polynomial of degree 4, one of degree 5 through the middle of
// the step, a cubic whose far end has an error of order 3 of a step of order 2, and the polynomial
// through start and five stages of Radau.
constexpr promise promises[] = {
    {"dopri5", solver::make_dopri5, 5, 5, 0.015},
    {"cash-karp", solver::make_cash_karp, 5, 6, 0.05},
    {"fehlberg78", solver::make_fehlberg78, 8, 6, 0.25},
    {"bulirsch-stoer", solver::make_bulirsch_stoer, 10, 6, 0.3},
    {"rkc", solver::make_chebyshev, 2, 3, 0.01},
    {"radau", solver::make_radau, 9, 6, 0.38},
};

/// A flow whose error of the state cannot be told, while that of the time can.
class unknown_error final : public tests::known_flow {
public:
    [[nodiscard]] state initial() const override { return {1, 0}; }
    void derivative(const state& /*x*/, state& dxdt) override { dxdt = {0, 1}; }
    [[nodiscard]] double relative_error(const state& /*x*/, const state& error) const override {
        return error[0] / error[0];
    }
    [[nodiscard]] bool keeps_time() const override { return true; }
};

// What next orders of h do to a slope in these ranges.
constexpr double slope_tolerance = 0.4;
constexpr double longest = 2.5;  // times the shortest
constexpr int lengths = 7;
constexpr double places[] = {0.1, 0.3, 0.5, 0.7, 0.9};  // of a step

double length_of(const promise& p, int i) {
    return p.shortest * std::pow(longest, static_cast<double>(i) / (lengths - 1));
}

/// Slope of log y(h) against log h, by least squares.
double slope(const promise& p, const std::function<double(double)>& y) {
    double xx = 0;
    double xy = 0;
    for (int i = 0; i < lengths; ++i) {
        const double x = std::log(length_of(p, i) / length_of(p, lengths / 2));
        xx += x * x;
        xy += x * std::log(y(length_of(p, i)));
    }
    return xy / xx;
}

/// A method at the start of a flow, with what it needs for steps.
struct walker {
    solver::flow& system;
    long evaluations = 0;
    std::unique_ptr<solver::step_method> method;
    state x;
    state dxdt;
    double elapsed = 0;  // of a time that is kept

    walker(factory make, solver::flow& f)
        : system(f), method(make(f, evaluations)), x(f.initial()), dxdt(x.size()) {
        system.derivative(x, dxdt);
    }
    [[nodiscard]] error_gauge gauge(double rtol) const { return {&system, 1, rtol}; }
    [[nodiscard]] bool attempt(double h, double rtol) {
        return method->attempt(x, dxdt, h, gauge(rtol));
    }
    void accept() {
        x = method->next();
        dxdt = method->next_speed();
        if (system.keeps_time()) {
            elapsed += x.back();
            x.back() = 0;
        }
    }
    /// The least rtol that lets a step of length h pass; leaves the step that did.
    double least_rtol(double h) {
        double low = std::log(1e-15);
        double high = std::log(0.1);
        for (int i = 0; i < 40; ++i) {
            const double middle = (low + high) / 2;
            const bool passes = attempt(h, std::exp(middle)) && method->error() <= 1;
            (passes ? high : low) = middle;
        }
        BOOST_TEST_REQUIRE(attempt(h, std::exp(high)));
        BOOST_TEST_REQUIRE(method->error() <= 1);
        return std::exp(high);
    }
    /// Error of what is said to be the state of `flow` at c after one step.
    [[nodiscard]] double error(const growth& flow, double c, const state& said) const {
        const state exact = flow.at(c);
        state difference(exact.size());
        std::transform(said.begin(), said.end(), exact.begin(), difference.begin(), std::minus<>());
        return gauge(0)(exact, difference);
    }
};

// Error at c = 4.8 of all numbers after steps of about h. Newton's iterations of radau go on until
// they are exact to a hundredth of rtol, which is to be less than its error.
double error_at_end(const promise& p, growth& system, double h, double rtol) {
    constexpr double end = 4.8;
    const double steps = std::round(end / h);
    walker w(p.make, system);
    for (int i = 0; i < static_cast<int>(steps); ++i) {
        BOOST_TEST_REQUIRE(w.attempt(end / steps, rtol));
        w.accept();
    }
    state reached = w.x;
    if (system.keeps_time()) {
        reached.back() = w.elapsed;
    }
    return w.error(system, end, reached) * std::pow(steps * h / end, p.order);
}

}  // namespace

// Infinity over infinity was an error of zero where time is kept, so that a step whose stages
// overflowed was accepted.
BOOST_AUTO_TEST_CASE(an_error_that_cannot_be_told_is_none_that_passes) {
    const unknown_error flow;
    const error_gauge gauge{&flow, 1, 1e-6};
    const double infinity = std::numeric_limits<double>::infinity();
    BOOST_TEST(gauge({1, 1}, {infinity, 1e-9}) == infinity);
    BOOST_TEST(gauge({1, 1}, {1, infinity}) == infinity);
    BOOST_TEST(gauge({1, 1}, {1, std::numeric_limits<double>::quiet_NaN()}) == infinity);
}

BOOST_AUTO_TEST_CASE(steps_converge_with_the_order_of_the_method) {
    for (const promise& p : promises) {
        for (const bool keeps_time : {false, true}) {
            growth system(keeps_time);
            const double found = slope(p, [&](double h) {
                return error_at_end(p, system, h, 3e-13 * std::pow(h / p.shortest, 8));
            });
            BOOST_TEST_CONTEXT(p.name << ", time kept: " << keeps_time) {
                // A method may do better than its order, but not by much.
                BOOST_TEST(found > p.order - slope_tolerance);
                BOOST_TEST(found < p.order + 2 * slope_tolerance);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(error_grows_with_the_power_that_is_said) {
    for (const promise& p : promises) {
        growth system(true);
        walker w(p.make, system);
        const double found = slope(p, [&](double h) {
            BOOST_TEST_REQUIRE(w.attempt(h, 1e-6));
            return w.method->error();
        });
        BOOST_TEST_CONTEXT(p.name) {
            BOOST_TEST(std::abs(found - w.method->error_power()) < slope_tolerance);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_step_that_passes_has_an_error_below_rtol) {
    // Fehlberg's estimate is the leading term of the error itself; the others are of lower order.
    constexpr double next_term = 1.1;
    for (const promise& p : promises) {
        for (const bool keeps_time : {false, true}) {
            growth system(keeps_time);
            for (int i = 0; i < lengths; ++i) {
                const double h = length_of(p, i);
                walker w(p.make, system);
                const double rtol = w.least_rtol(h);
                BOOST_TEST_CONTEXT(p.name << ", time kept: " << keeps_time << ", h = " << h) {
                    BOOST_TEST(w.error(system, h, w.method->next()) < next_term * rtol);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(places_by_steps_of_their_own_are_as_exact_as_the_end) {
    for (const promise& p : promises) {
        growth system(true);
        state there(system.initial().size());
        for (int i = 0; i < lengths; ++i) {
            const double h = length_of(p, i);
            walker w(p.make, system);
            const double rtol = w.least_rtol(h);
            for (const double place : places) {
                w.method->at(place * h, w.gauge(rtol), there);
                BOOST_TEST_CONTEXT(p.name << ", h = " << h << ", at " << place) {
                    BOOST_TEST(w.error(system, place * h, there) < rtol);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(interpolation_has_its_order_and_meets_both_ends) {
    for (const promise& p : promises) {
        growth system(true);
        const double found = slope(p, [&](double h) {
            walker w(p.make, system);
            (void)w.least_rtol(h);
            state there(w.x.size());
            double largest = 0;
            for (const double place : places) {
                w.method->inside(place * h, there);
                largest = std::max(largest, w.error(system, place * h, there));
            }
            w.method->inside(0, there);
            BOOST_TEST(w.error(system, 0, there) < 1e-15);
            w.method->inside(h, there);
            // Time in radau is an integral whose end is its own: up to the error of the stages.
            const double miss =
                system.relative_error(w.method->next(), {there[0] - w.method->next()[0],
                                                         there[1] - w.method->next()[1], 0});
            BOOST_TEST(miss < 1e-13);  // coefficients of size 1e2 that cancel
            return largest;
        });
        BOOST_TEST_CONTEXT(p.name) {
            BOOST_TEST(std::abs(found - p.order_inside) < slope_tolerance);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_speed_that_is_no_number_is_no_step) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    constexpr promise both = {"switching", solver::make_switching, 0, 0, 0};
    for (const double beyond : {std::nan(""), inf}) {
        const auto check = [&](const promise& p) {
            tests::wall system(0.5, beyond);
            walker w(p.make, system);
            BOOST_TEST_CONTEXT(p.name << ", " << beyond << " beyond the wall") {
                BOOST_TEST(!w.attempt(2, 1e-9));
                BOOST_TEST(!w.attempt(0.6, 1e-9));
                BOOST_TEST(w.attempt(0.25, 1e-9));
            }
        };
        std::for_each(std::begin(promises), std::end(promises), check);
        check(both);
    }
}

BOOST_AUTO_TEST_SUITE_END()
