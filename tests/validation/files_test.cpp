#include "validation/files.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/support/folder.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;
using validation::check_writable;
using validation::write_file;

BOOST_AUTO_TEST_SUITE(files)

BOOST_AUTO_TEST_CASE(replaces_a_file_as_a_whole) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("t.csv");
    write_file("output", file, "a longer text that was there");
    write_file("output", file, std::string("new\0bytes", 9));
    BOOST_TEST(tests::read(file) == std::string("new\0bytes", 9));
    BOOST_TEST(folder.count() == 1);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_place_for_a_file) {
    const tests::temporary_folder folder;
    BOOST_CHECK_EXCEPTION(check_writable("output", folder.path()), data::input_error,
                          says("output: cannot write '" + folder.path() + "': it is a folder"));
    const std::string nowhere = folder.file("no/t.csv");
    BOOST_CHECK_EXCEPTION(check_writable("output", nowhere), data::input_error,
                          says("output: cannot write '" + nowhere + "': there is no such folder"));
    BOOST_CHECK_EXCEPTION(write_file("plot", nowhere, "x"), data::input_error,
                          says("plot: cannot write '" + nowhere + "': No such file or directory"));
    BOOST_TEST(folder.count() == 0);
}

BOOST_AUTO_TEST_CASE(checking_writes_nothing) {
    const tests::temporary_folder folder;
    check_writable("output", folder.file("t.csv"));
    BOOST_TEST(folder.count() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
