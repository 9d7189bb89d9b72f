#include "fusionflow/validation/files/file_plan.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>

#include "fusionflow/validation/files/descriptor.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;

namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(file_plan)

namespace {

using validation::find_place;
using validation::same_place;

bool same(const std::string& a, const std::string& b) {
    const bool result = same_place(find_place(a), find_place(b));
    BOOST_TEST(same_place(find_place(b), find_place(a)) == result);
    return result;
}

}  // namespace

BOOST_AUTO_TEST_CASE(files_are_compared_as_files) {
    const tests::temporary_folder folder;
    const auto in = [&](const std::string& name) { return folder.file(name); };
    fs::create_directory(in("d"));
    tests::write(in("a"), "x");
    tests::write(in("b"), "x");
    fs::create_symlink("a", in("link"));
    fs::create_symlink("../d", in("d/here"));
    fs::create_hard_link(in("a"), in("hard"));
    BOOST_TEST(same(in("a"), in("a")));
    BOOST_TEST(same(in("a"), in("./d/../a")));
    BOOST_TEST(same(in("a"), in("link")));
    BOOST_TEST(same(in("a"), in("hard")));
    BOOST_TEST(!same(in("a"), in("b")));
    BOOST_TEST(!same(in("a"), in("new")));
    BOOST_TEST(!same(in("d"), in("d")));  // folders are no files
}

BOOST_AUTO_TEST_CASE(files_to_come_are_compared_by_their_folder_and_name) {
    const tests::temporary_folder folder;
    const auto in = [&](const std::string& name) { return folder.file(name); };
    fs::create_directory(in("d"));
    fs::create_symlink("d", in("e"));
    fs::create_symlink("d/new", in("dangling"));
    BOOST_TEST(same(in("new"), in("./new")));
    BOOST_TEST(same(in("d/new"), in("e/new")));
    BOOST_TEST(same(in("d/new"), in("dangling")));
    BOOST_TEST(!same(in("new"), in("d/new")));
    BOOST_TEST(!same(in("new"), in("other")));
    BOOST_TEST(!same(in("no/new"), in("no/new")));  // there is no such place
}

BOOST_AUTO_TEST_CASE(open_files_are_the_files_behind_them) {
    const tests::temporary_folder folder;
    tests::write(folder.file("a"), "x");
    const validation::descriptor out(
        ::open(folder.file("a").c_str(), O_WRONLY | O_CLOEXEC | O_APPEND));
    const std::string name = "/dev/fd/" + std::to_string(out.number());
    BOOST_TEST(same(folder.file("a"), name));
    BOOST_TEST((find_place(name).what == validation::file_place::kind::descriptor));
    BOOST_TEST(!same("/dev/null", "/dev/null"));
}

BOOST_AUTO_TEST_CASE(what_is_written_is_neither_read_nor_written_twice) {
    const tests::temporary_folder folder;
    const std::string a = folder.file("a");
    const std::string again = folder.file("./a");
    tests::write(a, "x");
    {
        validation::file_plan plan;
        plan.reads("", a);
        plan.reads("moments", folder.file("m.json"));
        plan.writes("output", folder.file("b"));
        plan.writes("plot", folder.file("c"));
        plan.check();
    }
    {
        validation::file_plan plan;
        plan.reads("", a);
        plan.writes("output", again);
        BOOST_CHECK_EXCEPTION(
            plan.check(), data::input_error,
            says("output: need another file than '" + a + "', which is read, got '" + again + "'"));
    }
    {
        validation::file_plan plan;
        plan.writes("output", folder.file("new"));
        plan.writes("held-out", folder.file("./new"));
        BOOST_CHECK_EXCEPTION(plan.check(), data::input_error,
                              says("held-out: need another file than --output '" +
                                   folder.file("new") + "', which is written too, got '" +
                                   folder.file("./new") + "'"));
    }
    BOOST_TEST(tests::read(a) == "x");
}

BOOST_AUTO_TEST_CASE(files_beside_others_and_in_folders_count) {
    const tests::temporary_folder folder;
    const std::string rows = folder.file("t.csv.rows");
    validation::file_plan beside;
    beside.writes("output", folder.file("t.csv"), ".rows");
    beside.reads("moments", rows);
    tests::write(rows, "x");
    validation::file_plan later;
    later.writes("output", folder.file("t.csv"), ".rows");
    later.reads("moments", rows);
    BOOST_CHECK_EXCEPTION(later.check(), data::input_error,
                          says("output: need another file than --moments '" + rows +
                               "', which is read, got '" + rows + "'"));

    fs::create_directory(folder.file("rep"));
    validation::file_plan report;
    report.writes("junit", folder.file("rep/col.png"));
    report.writes_into("report", folder.file("./rep"), {"index.html"}, {".png"});
    BOOST_CHECK_EXCEPTION(report.check(), data::input_error,
                          says("junit: need a file that --report does not write, got '" +
                               folder.file("rep/col.png") + "'"));
    validation::file_plan good;
    good.writes("junit", folder.file("rep/junit.xml"));
    good.writes_into("report", folder.file("rep"), {"index.html"}, {".png"});
    good.check();
}

BOOST_AUTO_TEST_SUITE_END()
