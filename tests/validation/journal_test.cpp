#include "fusionflow/validation/study/journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <limits>
#include <sys/resource.h>
#include <sys/stat.h>

#include "fusionflow/validation/study/checksum.hpp"
#include "fusionflow/validation/study/parallel.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(journal)

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

using texts = std::vector<std::string>;
using validation::journal_row;

// Work of 100 rows, of two times each.
validation::journal_work work(const std::string& fingerprint = "work") {
    return {fingerprint, [](std::size_t row) -> std::optional<std::size_t> {
                return row < 100 ? std::optional<std::size_t>(2) : std::nullopt;
            }};
}

const validation::journal_options resumed = {.resume = true};

journal_row row(double time) { return {{time, time / 7}, "learned", false}; }

// The rows of 0 ... 9 that a journal knows.
std::vector<std::size_t> known(const std::string& file, texts* warnings = nullptr) {
    validation::journal_options options = resumed;
    options.warn = [&](const std::string& text) {
        if (warnings != nullptr) {
            warnings->push_back(text);
        }
    };
    const validation::journal again(file, work(), options);
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < 10; ++i) {
        if (const journal_row* found = again.find(i)) {
            BOOST_TEST(found->times == row(static_cast<double>(i)).times);
            rows.push_back(i);
        }
    }
    BOOST_TEST(again.size() == rows.size());
    return rows;
}

// A journal with the rows 0 ... 9.
std::string ten_rows(const tests::temporary_folder& folder) {
    const std::string file = folder.file("ten");
    std::filesystem::remove(file);
    validation::journal kept(file, work());
    for (std::size_t i = 0; i < 10; ++i) {
        kept.add(i, row(static_cast<double>(i)));
    }
    return tests::read(file);
}

std::size_t count_lines(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// An object without its closing brace, with the checksum that a journal would give it.
std::string sealed(const std::string& object) {
    const std::string work = fmt::format("{:08x}", validation::checksum("work"));
    return fmt::format("{},\"crc32\":\"{:08x}\"}}", object, validation::checksum(work + object));
}

// Files may not grow beyond so many bytes while it lives.
class file_limit {
public:
    explicit file_limit(rlim_t bytes) {
        std::signal(SIGXFSZ, SIG_IGN);
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit now{bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &now);
    }
    file_limit(const file_limit&) = delete;
    file_limit& operator=(const file_limit&) = delete;
    ~file_limit() { setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

}  // namespace

BOOST_AUTO_TEST_CASE(rows_come_back_to_the_last_bit) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("t.csv.rows");
    {
        validation::journal kept(file, work());
        kept.add(7, {{0.1 + 0.2, inf}, "never learned", false});
        kept.add(2, {{1.0, NAN}, "step limit", true, R"({"path":[1,2.5]})"});
    }
    const validation::journal again(file, work(), resumed);
    BOOST_REQUIRE(again.find(7) != nullptr);
    BOOST_TEST(again.find(7)->times[0] == 0.1 + 0.2);
    BOOST_TEST(again.find(7)->times[1] == inf);
    BOOST_TEST(again.find(7)->outcome == "never learned");
    BOOST_TEST(again.find(7)->more.empty());
    BOOST_TEST(std::isnan(again.find(2)->times[1]));
    BOOST_TEST(again.find(2)->failed);
    BOOST_TEST(again.find(2)->more == R"({"path":[1,2.5]})");
    BOOST_TEST((again.find(3) == nullptr));
}

BOOST_AUTO_TEST_CASE(rows_of_several_threads_are_there_when_they_have_been_added) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("t.csv.rows");
    constexpr std::size_t rows = 2000;
    const validation::journal_work many = {
        "work", [](std::size_t) { return std::optional<std::size_t>(1); }};
    validation::journal kept(file, many);
    validation::for_each_index(rows, 4, [&](std::size_t i) {
        kept.add(i, {{static_cast<double>(i) / 7}, "learned", false});
    });
    // While it is still open: as if the program were killed now.
    const std::string text = tests::read(file);
    const std::string copy = folder.file("copy");
    tests::write(copy, text);
    const validation::journal again(copy, many, resumed);
    for (std::size_t i = 0; i < rows; ++i) {
        BOOST_TEST_REQUIRE((again.find(i) != nullptr));
        BOOST_TEST(again.find(i)->times[0] == static_cast<double>(i) / 7);
    }
}

BOOST_AUTO_TEST_CASE(a_journal_cut_anywhere_has_the_rows_before_the_cut) {
    const tests::temporary_folder folder;
    const std::string whole = ten_rows(folder);
    const std::string file = folder.file("cut");
    for (std::size_t length = 0; length <= whole.size(); length += 3) {
        const std::string text = whole.substr(0, length);
        tests::write(file, text);
        texts warnings;
        // A row is whole without the end of its line, too.
        const std::size_t lines = count_lines(whole.substr(0, length + 1));
        BOOST_TEST(known(file, &warnings).size() == (lines == 0 ? 0 : lines - 1));
        BOOST_TEST(warnings.empty());
        // What was torn is gone from the file.
        BOOST_TEST(tests::read(file).ends_with("}\n"));
    }
}

BOOST_AUTO_TEST_CASE(a_changed_byte_ends_the_reading) {
    const tests::temporary_folder folder;
    const std::string whole = ten_rows(folder);
    const std::string file = folder.file("changed");
    const std::size_t head = whole.find('\n') + 1;
    for (std::size_t at = head; at < whole.size(); at += 5) {
        for (const char c : {'7', '\n', '\0', '"'}) {
            if (c == whole[at]) {
                continue;
            }
            std::string text = whole;
            text[at] = c;
            tests::write(file, text);
            const std::size_t line = count_lines(whole.substr(head, at - head));
            BOOST_TEST(known(file).size() == line);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_line_that_is_no_row_of_the_work_ends_the_reading_and_is_named) {
    const tests::temporary_folder folder;
    const std::string whole = ten_rows(folder);
    const std::string file = folder.file("bad");
    const std::size_t second = whole.find('\n', whole.find('\n') + 1) + 1;
    // The same with the right checksum is one.
    tests::write(file, whole.substr(0, second) +
                           sealed(R"({"failed":false,"outcome":"learned","row":1,"times":[1,)" +
                                  fmt::format("{}]", 1.0 / 7)) +
                           '\n');
    BOOST_TEST(known(file).size() == 2U);
    const texts bad = {
        "null",
        "{}",
        "[]",
        "7",
        "",
        R"({"row":0})",
        R"({"failed":false,"outcome":"learned","row":1,"times":[1,2]})",
        validation::format_row(1, row(1)),
        validation::format_row(1, row(1), "other work"),
        sealed(R"({"row":1)"),
        sealed(R"({"failed":false,"outcome":"learned","row":1,"times":[1])"),
        sealed(R"({"failed":false,"outcome":"learned","row":1,"times":[1,2,3])"),
        sealed(R"({"failed":false,"outcome":"learned","row":1,"times":[1,true])"),
        sealed(R"({"failed":false,"outcome":"learned","row":1,"times":[1,"soon"])"),
        sealed(R"({"failed":false,"outcome":"learned","row":1,"times":{"a":1,"b":2})"),
        sealed(R"({"failed":0,"outcome":"learned","row":1,"times":[1,2])"),
        sealed(R"({"failed":false,"outcome":5,"row":1,"times":[1,2])"),
        sealed(R"({"failed":false,"outcome":"learned","row":-1,"times":[1,2])"),
        sealed(R"({"failed":false,"outcome":"learned","row":1.5,"times":[1,2])"),
        sealed(R"({"failed":false,"outcome":"learned","row":"1","times":[1,2])"),
        sealed(R"({"failed":false,"outcome":"learned","row":100,"times":[1,2])"),
        sealed(R"({"failed":false,"outcome":"learned","row":18446744073709551615,"times":[1,2])"),
    };
    for (const std::string& line : bad) {
        BOOST_TEST_INFO(line);
        tests::write(file, whole.substr(0, second) + line + '\n' + whole.substr(second));
        texts warnings;
        BOOST_TEST(known(file, &warnings) == std::vector<std::size_t>{0},
                   boost::test_tools::per_element());
        BOOST_TEST(warnings == (texts{"'" + file +
                                      "' is damaged at line 3: the rows from there "
                                      "on are computed again"}),
                   boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(an_empty_or_torn_first_line_is_a_journal_without_rows) {
    const tests::temporary_folder folder;
    const std::string whole = ten_rows(folder);
    const std::string head = whole.substr(0, whole.find('\n'));
    const std::string rows = whole.substr(head.size());
    const std::string file = folder.file("torn");
    for (std::size_t length = 0; length < head.size(); ++length) {
        for (const std::string& rest : {std::string(), std::string("\n"), rows}) {
            for (const bool resume : {true, false}) {
                tests::write(file, head.substr(0, length) + rest);
                validation::journal(file, work(), {.resume = resume}).add(3, row(3));
                BOOST_TEST(known(file) == std::vector<std::size_t>{3},
                           boost::test_tools::per_element());
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(journals_of_other_work_are_refused_and_kept) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("t.csv.rows");
    const auto refuses = [&](const std::string& fingerprint, bool resume,
                             const std::string& message) {
        const std::string before = tests::read(file);
        BOOST_CHECK_EXCEPTION(validation::journal(file, work(fingerprint), {.resume = resume}),
                              data::input_error, says(message));
        BOOST_TEST(tests::read(file) == before);
        BOOST_TEST(folder.count() == 1);
    };
    { validation::journal(file, work()).add(1, row(1)); }
    refuses("other", true,
            "resume: '" + file + "' belongs to other work: delete it, or write elsewhere");
    refuses("work", false,
            "output: '" + file +
                "' holds rows of a run that was interrupted: go on with --resume, or delete it");
    tests::write(file, "{\"fingerprint\":\"work\"}\n{\"failed\":false,\"outcome\":\"learned\","
                       "\"row\":1,\"times\":[1,2]}\n");
    refuses("work", true,
            "resume: '" + file +
                "' was written by another version of fusionflow: delete it, or write elsewhere");
    for (const std::string text :
         {"my notes\n", "my notes", "{\"fingerprint\":5}\n", "null\n", "{\"table\":\"work\"}\n"}) {
        tests::write(file, text);
        refuses("work", true,
                "resume: '" + file +
                    "' is not a journal of finished rows: delete it, or write elsewhere");
    }
}

BOOST_AUTO_TEST_CASE(a_fingerprint_may_have_any_bytes) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("t.csv.rows");
    const std::string odd = "a\nb\"\xff\xe9 \\";
    { validation::journal(file, work(odd)).add(1, row(1)); }
    BOOST_TEST(validation::journal(file, work(odd), resumed).size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_is_no_regular_file_is_refused_and_left_alone) {
    const tests::temporary_folder folder;
    const auto refuses = [&](const std::string& file, const std::string& message) {
        const auto before = std::filesystem::symlink_status(file).type();
        BOOST_CHECK_EXCEPTION(validation::journal(file, work(), resumed), data::input_error,
                              says(message));
        BOOST_TEST((std::filesystem::symlink_status(file).type() == before));
    };
    const std::string rule = " keeps the rows that are finished and has to be a regular file: "
                             "delete it, or write elsewhere";
    const std::string pipe = folder.file("pipe");
    BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    refuses(pipe, "output: '" + pipe + "'" + rule);
    const std::string zeros = folder.file("zeros");
    std::filesystem::create_symlink("/dev/zero", zeros);
    refuses(zeros, "output: '" + zeros + "'" + rule);
    const std::string directory = folder.file("directory");
    std::filesystem::create_directory(directory);
    refuses(directory, "output: '" + directory + "'" + rule);
    const std::string loop = folder.file("loop");
    std::filesystem::create_symlink("loop", loop);
    refuses(loop, "output: cannot read '" + loop + "': Too many levels of symbolic links");
    const std::string longest = folder.file(std::string(300, 'a'));
    BOOST_CHECK_EXCEPTION(validation::journal(longest, work(), resumed), data::input_error,
                          says("output: cannot read '" + longest + "': File name too long"));
}

BOOST_AUTO_TEST_CASE(a_write_that_fails_is_said_once_and_made_up_for) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("t.csv.rows");
    texts warnings;
    validation::journal kept(file, work(),
                             {.warn = [&](const std::string& text) { warnings.push_back(text); }});
    kept.add(0, row(0));
    const std::string before = tests::read(file);
    {
        // Room for a part of the next line.
        const file_limit full(before.size() + 20);
        for (std::size_t i = 1; i < 6; ++i) {
            kept.add(i, row(static_cast<double>(i)));
            BOOST_TEST(tests::read(file) == before);
        }
    }
    BOOST_TEST(warnings == (texts{"cannot write '" + file +
                                  "': File too large: finished rows wait in memory, and are "
                                  "written as soon as it works again"}),
               boost::test_tools::per_element());
    kept.add(6, row(6));
    const std::string copy = folder.file("copy");
    tests::write(copy, tests::read(file));
    BOOST_TEST(known(copy) == (std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6}),
               boost::test_tools::per_element());
    BOOST_TEST(warnings.size() == 1U);
}

BOOST_AUTO_TEST_CASE(rows_that_could_not_be_written_are_written_at_the_end) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("t.csv.rows");
    {
        validation::journal kept(file, work());
        {
            const file_limit full(tests::read(file).size());
            kept.add(4, row(4));
            kept.add(5, row(5));
        }
    }
    BOOST_TEST(known(file) == (std::vector<std::size_t>{4, 5}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
