#include "fusionflow/solver/clocks/half_height.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <functional>

#include "fusionflow/theory/race/race.hpp"
#include "tests/support/models.hpp"

using namespace fusionflow;
using theory::outcome;

BOOST_AUTO_TEST_SUITE(half_height)

namespace {

// Paths of total weights given as a function of time stand in for a solver. Toy data with rho =
// 0.5, kappa = 2: A alone reaches 1.25, both reach (1, 1).
class straight_view final : public solver::step_view {
public:
    straight_view(double from, double to, std::function<Eigen::VectorXd(double)> path)
        : from_(from), length_(to - from), path_(std::move(path)) {}
    [[nodiscard]] double length() const override { return length_; }
    [[nodiscard]] double accuracy() const override { return 1e-12; }
    void glance(double place, Eigen::VectorXd& w) override { w = path_(from_ + place); }
    void look(double place, Eigen::VectorXd& w) override { w = path_(from_ + place); }
    [[nodiscard]] solver::instant when(double place) override {
        return {from_ + place, from_ + place - last_};
    }
    void restart(double place) override { last_ = from_ + place; }

private:
    double from_;
    double length_;
    double last_ = 0;
    std::function<Eigen::VectorXd(double)> path_;
};

struct watched {
    explicit watched(const data::moments& m, int fusion = 2,
                     std::optional<data::modality_set> rest = {})
        : moments(m), arch(theory::architecture::fused(2, fusion, m.count())),
          monitor(moments, arch, theory::race_saddles(moments, arch, {.u0 = 1e-3})) {
        if (rest) {
            monitor.watch_again({*std::move(rest), {}});
        }
    }

    template <typename Path>
    void follow(double from, double to, int steps, int interior, const Path& path) {
        if (from == 0) {
            monitor.start(path(0));
        }
        for (int i = 1; i <= steps; ++i) {
            const double start = from + (to - from) * (i - 1) / steps;
            const double end = from + (to - from) * i / steps;
            straight_view view(start, end, path);
            monitor.step(view, path(end), interior);
        }
    }

    data::moments moments;
    theory::architecture arch;
    solver::half_height_monitor monitor;
};

}  // namespace

BOOST_AUTO_TEST_CASE(crossings_are_found_to_rounding_level) {
    watched w(tests::toy(0.5, 2));
    // |W_A| = 1.25 t^2 crosses 0.625 at sqrt(1/2); |W_B| = t^3/8 crosses 0.5 at 4^(1/3).
    w.follow(0, 2, 3, 4, [](double t) -> Eigen::VectorXd {
        return Eigen::Vector2d(1.25 * t * t, t * t * t / 8);
    });
    // 50 bits of the bracket, relative to the slope.
    BOOST_TEST(std::abs(w.monitor.times()[0] - std::sqrt(0.5)) < 1e-14);
    BOOST_TEST(std::abs(w.monitor.times()[1] - std::cbrt(4.0)) < 1e-14);
    BOOST_TEST(
        (w.monitor.finished(Eigen::Vector2d(1, 1), false).value().outcome == outcome::learned));
}

BOOST_AUTO_TEST_CASE(two_crossings_in_one_step_keep_their_order) {
    watched w(tests::toy(0.5, 2));
    w.follow(0, 1, 1, 0, [](double t) -> Eigen::VectorXd {
        return Eigen::Vector2d(1.25 * std::sqrt(t), 2 * t * t);
    });
    BOOST_TEST(std::abs(w.monitor.times()[0] - 0.25) < 1e-14);
    BOOST_TEST(std::abs(w.monitor.times()[1] - 0.5) < 1e-14);
}

BOOST_AUTO_TEST_CASE(a_root_at_the_start_of_a_phase_is_learned_there) {
    // B is above its half-height 1/2 before A is learned (it has no level of its own while A has
    // nothing): both are learned in the same instant, and the phase between lasts nothing.
    watched w(data::toy_moments({.rho = 0.5, .ratio = 2, .target_weights = {1, 1}}));
    w.follow(0, 1, 4, 4, [](double t) -> Eigen::VectorXd {
        return Eigen::Vector2d(1.25 * t * t, t < 0.5 ? 0.6 * t : 0.6);
    });
    BOOST_TEST(std::abs(w.monitor.times()[0] - std::sqrt(0.5)) < 1e-12);
    BOOST_TEST(w.monitor.times()[1] == w.monitor.times()[0]);
    BOOST_TEST(w.monitor.phases().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_bump_between_two_steps_is_seen_by_interior_samples) {
    // |W_A| rises above its half-height and falls again inside one step. Its ends are not so far
    // below that a smooth path could not have been there.
    const auto bump = [](double t) -> Eigen::VectorXd {
        return Eigen::Vector2d(0.01 + 1.23 * std::sin(3.14159265358979 * t), 0);
    };
    watched blind(tests::toy(0.5, 2));
    blind.follow(0, 1, 1, 0, bump);
    BOOST_TEST(blind.monitor.times()[0] == theory::never);
    watched sighted(tests::toy(0.5, 2));
    sighted.follow(0, 1, 1, 4, bump);
    BOOST_TEST(std::abs(sighted.monitor.times()[0] - 1.0 / 6) < 1e-13);  // 0.01 + 1.23 / 2 = 0.625
}

BOOST_AUTO_TEST_CASE(a_level_that_is_approached_is_not_crossed) {
    watched w(tests::toy(0.5, 2));
    w.follow(0, 30, 30, 4, [](double t) -> Eigen::VectorXd {
        return Eigen::Vector2d(0.625 * (1 - std::exp(-t)) - 1e-9, 0);
    });
    BOOST_TEST(w.monitor.times()[0] == theory::never);
    BOOST_TEST(!w.monitor.finished(Eigen::Vector2d(0.625 - 1e-9, 0), false).has_value());
}

BOOST_AUTO_TEST_CASE(weights_above_their_level_at_the_start_have_no_time) {
    // A falls below its level of 0.625 and rises through it again: it is not seen to be learned.
    watched w(tests::toy(0.5, 2));
    w.follow(0, 1, 4, 4,
             [](double t) -> Eigen::VectorXd { return Eigen::Vector2d(1 - 2 * t * (1 - t), t); });
    BOOST_TEST(std::isnan(w.monitor.times()[0]));
    BOOST_TEST(std::abs(w.monitor.times()[1] - 0.5) < 1e-14);
    // The run is not over before its loss is the least: the weights (1, 1).
    BOOST_TEST(!w.monitor.finished(Eigen::Vector2d(1, 0.9), true).has_value());
    BOOST_TEST(
        (w.monitor.finished(Eigen::Vector2d(1, 1), true).value().outcome == outcome::learned));
    BOOST_TEST(!w.monitor.stops_at(2));
}

BOOST_AUTO_TEST_CASE(early_fusion_is_measured_by_the_final_weights) {
    watched w(tests::toy(0.5, 2), 1);
    w.follow(0, 1, 5, 4, [](double t) -> Eigen::VectorXd { return Eigen::Vector2d(t, t * t); });
    BOOST_TEST(std::abs(w.monitor.times()[0] - 0.5) < 1e-14);
    BOOST_TEST(std::abs(w.monitor.times()[1] - std::sqrt(0.5)) < 1e-14);
}

BOOST_AUTO_TEST_CASE(nothing_left_is_permanent_bias) {
    watched w(data::toy_moments({.rho = 0.5, .ratio = 2, .target_weights = {1, 0}}));
    w.follow(0, 1, 5, 4, [](double t) -> Eigen::VectorXd { return Eigen::Vector2d(t, 0); });
    BOOST_TEST((w.monitor.finished(Eigen::Vector2d(1, 0), true).value().outcome ==
                outcome::permanent_bias));
    BOOST_TEST(w.monitor.times()[1] == theory::never);
}

BOOST_AUTO_TEST_CASE(a_reversed_scalar_is_stuck_only_where_signs_are_kept) {
    watched w(tests::toy(-0.9, 3));  // W_A = 0.7, s_B < 0, E_B > 0
    w.follow(0, 1, 5, 4,
             [](double t) -> Eigen::VectorXd { return Eigen::Vector2d(0.7 * t, -1e-6); });
    const Eigen::Vector2d now(0.7, -1e-6);
    BOOST_TEST((w.monitor.finished(now, true).value().outcome == outcome::sign_reversal));
    BOOST_TEST(!w.monitor.finished(now, false).has_value());
}

BOOST_AUTO_TEST_CASE(a_group_that_never_reaches_its_own_levels_is_measured_at_the_end) {
    // Five modalities with pairwise correlation 0.9 and unequal weights, learned together: each
    // alone would reach about 4.6, but in the end 1.
    Eigen::MatrixXd covariance = Eigen::MatrixXd::Constant(5, 5, 0.9);
    covariance.diagonal().setOnes();
    const Eigen::VectorXd target = (Eigen::VectorXd(5) << 1.0, 1.01, 1.02, 1.03, 1.04).finished();
    const Eigen::VectorXd correlation = covariance * target;
    const data::moments moments({"A", "B", "C", "D", "E"}, {1, 1, 1, 1, 1}, covariance, correlation,
                                target.dot(correlation));
    const auto path = [&](double t) -> Eigen::VectorXd { return t * target; };
    watched first(moments);
    first.follow(0, 1, 5, 4, path);
    const auto end = first.monitor.finished(target, true);
    BOOST_REQUIRE((end.has_value() && end->rest.has_value()));
    BOOST_TEST(*end->rest == data::all_modalities(5), boost::test_tools::per_element());

    watched w(moments, 2, end->rest);
    w.follow(0, 1, 5, 4, path);
    BOOST_TEST(w.monitor.times()[0] == theory::never);
    BOOST_TEST((w.monitor.finished(target, true).value().outcome == outcome::learned));
    for (const double t : w.monitor.times()) {
        BOOST_TEST(std::abs(t - 0.5) < 1e-13);
    }
}

BOOST_AUTO_TEST_SUITE_END()
