#include "fusionflow/validation/study/deal.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <new>
#include <numeric>

#include "tests/support/says.hpp"

using namespace fusionflow;
using namespace std::chrono_literals;
using tests::says;
using validation::open_rows;

BOOST_AUTO_TEST_SUITE(deal)

namespace {

std::vector<std::size_t> numbered(std::size_t count) {
    std::vector<std::size_t> rows(count);
    std::iota(rows.begin(), rows.end(), 0);
    return rows;
}

std::string what_of(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
        return e.what();
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_row_is_handed_out_once_whatever_pieces_threads_take) {
    const auto all = numbered(5000);
    open_rows rows(all, 4);
    std::vector<std::atomic<int>> times(all.size());
    validation::on_threads(4, [&] {
        for (std::size_t wanted = 1;; wanted = wanted % 17 + 1) {
            const auto mine = rows.take(wanted);
            if (mine.empty()) {
                return;
            }
            for (const std::size_t i : mine) {
                ++times[i];
            }
        }
    });
    for (const auto& count : times) {
        BOOST_TEST_REQUIRE(count == 1);
    }
}

BOOST_AUTO_TEST_CASE(no_thread_takes_more_than_half_its_share_of_the_rest) {
    const auto all = numbered(100);
    open_rows rows(all, 5);
    BOOST_TEST(rows.take(1000).size() == 10U);
    BOOST_TEST(rows.take(1000).size() == 9U);
    BOOST_TEST(rows.take(2) == (std::vector<std::size_t>{19, 20}),
               boost::test_tools::per_element());
    while (!rows.take(1).empty()) {
    }
    BOOST_TEST(rows.take(1000).empty());
}

BOOST_AUTO_TEST_CASE(after_a_failure_nothing_is_handed_out_and_the_first_is_kept) {
    const auto all = numbered(100);
    open_rows rows(all, 1);
    BOOST_TEST((rows.failure() == nullptr));
    rows.fail(std::make_exception_ptr(std::runtime_error("one")));
    rows.fail(std::make_exception_ptr(std::runtime_error("two")));
    BOOST_TEST(rows.take(10).empty());
    BOOST_TEST(what_of(rows.failure()) == "one");
}

BOOST_AUTO_TEST_CASE(pieces_are_as_large_as_rows_are_short) {
    validation::piece_size piece;
    BOOST_TEST(piece.next() == 1U);
    piece.took(1, 100us);
    BOOST_TEST(piece.next() == 200U);
    piece.took(200, 2s);
    BOOST_TEST(piece.next() == 2U);
    piece.took(2, 1min);
    BOOST_TEST(piece.next() == 1U);
    piece.took(1, 0s);
    BOOST_TEST(piece.next() == 1000U);
}

BOOST_AUTO_TEST_CASE(failures_survive_the_way_to_another_process) {
    const auto sent = [](const auto& thrown) {
        return validation::unpack_failure(
            validation::pack_failure(std::make_exception_ptr(thrown)));
    };
    BOOST_CHECK_EXCEPTION(
        std::rethrow_exception(sent(data::input_error("rho", "need -1 < rho < 1, got 2"))),
        data::input_error, says("rho: need -1 < rho < 1, got 2"));
    BOOST_CHECK_THROW(std::rethrow_exception(sent(std::bad_alloc())), std::bad_alloc);
    BOOST_TEST(what_of(sent(std::logic_error("no such thing"))) == "no such thing");
    BOOST_TEST(validation::pack_failure(nullptr).empty());
}

BOOST_AUTO_TEST_SUITE_END()
