#include "fusionflow/solver/trajectory.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <sstream>

#include "fusionflow/data/readers/npz.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/models.hpp"

using namespace fusionflow;

BOOST_AUTO_TEST_SUITE(trajectory)

BOOST_AUTO_TEST_CASE(loss_is_that_of_the_total_weights) {
    const auto moments = tests::toy(0.5, 2);  // <y^2> = 7, s = (5, 2)
    // W = 0: 7/2; W = (1, 1), the target: 0; W = (1.25, 0): (7 - 6.25)/2. Exact in binary.
    BOOST_TEST(solver::loss(moments, Eigen::Vector2d(0, 0)) == 3.5);
    BOOST_TEST(solver::loss(moments, Eigen::Vector2d(1, 1)) == 0);
    BOOST_TEST(solver::loss(moments, Eigen::Vector2d(1.25, 0)) == 0.375);
}

BOOST_AUTO_TEST_CASE(recorder_leaves_out_a_plateau_and_keeps_a_transition) {
    const auto moments = tests::toy(0, 2);
    solver::recorder recorder(moments, true);
    const Eigen::VectorXd u = Eigen::Vector2d(0.1, 0.1);
    for (int i = 0; i <= 10000; ++i) {
        recorder.offer(100 + 1e-3 * i, Eigen::Vector2d(1, 0), u, false);
    }
    for (int i = 1; i <= 100; ++i) {
        recorder.offer(110 + 1e-4 * i, Eigen::Vector2d(1, 0.01 * i), u, false);
    }
    const auto path = std::move(recorder).take(Eigen::Vector2d(1, 1));
    // Ten per cent of time in steps of two, then a hundred steps of one per cent of the height
    // each.
    BOOST_TEST(path.size() > 100U);
    BOOST_TEST(path.size() < 110U);
}

BOOST_AUTO_TEST_CASE(recorder_that_is_not_wanted_records_nothing) {
    const auto moments = tests::toy(0, 2);
    solver::recorder recorder(moments, false);
    recorder.offer(0, Eigen::Vector2d(0, 0), Eigen::Vector2d(1, 1), true);
    BOOST_TEST(std::move(recorder).take(Eigen::Vector2d(1, 1)).size() == 0U);
}

BOOST_AUTO_TEST_CASE(csv_says_what_it_is_and_quotes_names) {
    solver::trajectory path;
    path.names = {"x,1", "B"};
    path.time = {0.5};
    path.loss = {2};
    path.weights = {Eigen::Vector2d(3, 4)};
    path.norms = {Eigen::Vector2d(3, 4)};
    path.branch = {Eigen::Vector2d(5, 6)};
    path.share = {0.25};
    path.power = {Eigen::Vector2d(7, 8)};
    path.progress = {Eigen::Vector2d(9, 10)};
    path.partial = true;
    std::istringstream text(solver::to_csv(path, {"made by a test"}));
    std::string line;
    std::getline(text, line);
    BOOST_TEST(line == "# made by a test");
    std::getline(text, line);
    BOOST_TEST(line == "# partial: the run ended before everything was learned");
    std::getline(text, line);
    BOOST_TEST(line == "t,loss,\"norm_x,1\",\"u_x,1\",norm_B,u_B,W_1,W_2,share,\"power_x,1\","
                       "\"progress_x,1\",power_B,progress_B");
    std::getline(text, line);
    BOOST_TEST(line == "0.5,2,3,5,4,6,3,4,0.25,7,9,8,10");
}

BOOST_AUTO_TEST_CASE(npz_holds_every_instant_and_each_modality_by_name) {
    const auto moments = tests::random_moments({1, 2}, 1);
    solver::trajectory path;
    path.names = moments.names();
    path.time = {0.5, 0.75};
    path.loss = {2, 1};
    path.weights = {Eigen::Vector3d(1, 2, 3), Eigen::Vector3d(4, 5, 6)};
    path.norms = {Eigen::Vector2d(7, 8), Eigen::Vector2d(9, 10)};
    path.branch = {Eigen::Vector2d(11, 12), Eigen::Vector2d(13, 14)};
    path.share = {0.25, 0.5};
    path.power = {Eigen::Vector2d(15, 16), Eigen::Vector2d(17, 18)};
    path.progress = {Eigen::Vector2d(19, 20), Eigen::Vector2d(21, 22)};
    path.partial = true;
    const tests::temporary_folder folder;
    tests::write(folder.file("t.npz"), solver::to_npz(path, moments, "made by a test"));
    const auto arrays = data::read_npz(folder.file("t.npz"));
    const auto check = [&](const std::string& name, const std::vector<std::int64_t>& shape,
                           const std::vector<double>& values) {
        const auto found = std::find_if(arrays.begin(), arrays.end(),
                                        [&](const auto& a) { return a.name == name; });
        BOOST_REQUIRE((found != arrays.end()));
        BOOST_TEST((found->shape == shape));
        BOOST_TEST(found->values == values, boost::test_tools::per_element());
    };
    check("t", {2}, {0.5, 0.75});
    check("loss", {2}, {2, 1});
    check("norm_A", {2}, {7, 9});
    check("u_B", {2}, {12, 14});
    check("W_A", {2, 1}, {1, 4});
    check("W_B", {2, 2}, {2, 3, 5, 6});
    check("share", {2}, {0.25, 0.5});
    check("power_B", {2}, {16, 18});
    check("progress_A", {2}, {19, 21});
    check("partial", {}, {1});
    BOOST_TEST(arrays.size() == 14U);
}

BOOST_AUTO_TEST_SUITE_END()
