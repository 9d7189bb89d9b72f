#include "validation/journal.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "tests/support/folder.hpp"
#include "tests/support/says.hpp"
#include "validation/parallel.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(journal)

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

}  // namespace

BOOST_AUTO_TEST_CASE(rows_come_back_to_the_last_bit) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("t.csv.rows");
    {
        validation::journal kept(file, "work", false);
        kept.add(7, {{0.1 + 0.2, inf, NAN}, "never learned", false});
        kept.add(2, {{1.0}, "step limit", true});
    }
    const validation::journal again(file, "work", true);
    BOOST_REQUIRE(again.find(7) != nullptr);
    BOOST_TEST(again.find(7)->times[0] == 0.1 + 0.2);
    BOOST_TEST(again.find(7)->times[1] == inf);
    BOOST_TEST(std::isnan(again.find(7)->times[2]));
    BOOST_TEST(again.find(7)->outcome == "never learned");
    BOOST_TEST(again.find(2)->failed);
    BOOST_TEST((again.find(3) == nullptr));
}

BOOST_AUTO_TEST_CASE(rows_of_several_threads_are_there_when_they_have_been_added) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("t.csv.rows");
    constexpr std::size_t rows = 2000;
    validation::journal kept(file, "work", false);
    validation::for_each_index(rows, 4, [&](std::size_t i) {
        kept.add(i, {{static_cast<double>(i) / 7}, "learned", false});
    });
    // While it is still open: as if the program were killed now.
    const std::string text = tests::read(file);
    const std::string copy = folder.file("copy");
    tests::write(copy, text);
    const validation::journal again(copy, "work", true);
    for (std::size_t i = 0; i < rows; ++i) {
        BOOST_TEST_REQUIRE((again.find(i) != nullptr));
        BOOST_TEST(again.find(i)->times[0] == static_cast<double>(i) / 7);
    }
}

BOOST_AUTO_TEST_CASE(a_torn_last_line_is_forgotten) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("t.csv.rows");
    {
        validation::journal kept(file, "work", false);
        kept.add(1, {{1.0}, "learned", false});
        kept.add(2, {{2.0}, "learned", false});
    }
    const std::string text = tests::read(file);
    tests::write(file, text.substr(0, text.size() - 9));
    {
        validation::journal again(file, "work", true);
        BOOST_TEST((again.find(1) != nullptr));
        BOOST_TEST((again.find(2) == nullptr));
        again.add(3, {{3.0}, "learned", false});
    }
    const validation::journal last(file, "work", true);
    BOOST_TEST((last.find(1) != nullptr && last.find(2) == nullptr && last.find(3) != nullptr));
}

BOOST_AUTO_TEST_CASE(journals_of_other_work_are_refused_and_kept) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("t.csv.rows");
    { validation::journal(file, "work", false).add(1, {{1.0}, "learned", false}); }
    const std::string before = tests::read(file);
    BOOST_CHECK_THROW(validation::journal(file, "other", true), data::input_error);
    BOOST_CHECK_THROW(validation::journal(file, "work", false), data::input_error);
    BOOST_TEST(tests::read(file) == before);
}

BOOST_AUTO_TEST_SUITE_END()
