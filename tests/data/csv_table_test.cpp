#include "fusionflow/data/readers/csv_table.hpp"

#include <tbb/global_control.h>

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/random.hpp"
#include "fusionflow/data/readers/class_labels.hpp"
#include "fusionflow/data/readers/csv_fields.hpp"
#include "fusionflow/data/readers/csv_records.hpp"
#include "tests/support/arrays.hpp"
#include "tests/support/says.hpp"
#include "tests/support/tables.hpp"

using namespace fusionflow;
using data::read_csv;
using data::read_quoted;
using data::row_matrix;
using tests::matrix;
using tests::read_table;
using tests::refusal_of;

BOOST_AUTO_TEST_SUITE(csv_table)

namespace {

const data::table_options skipping{{}, data::missing_rule::skip};

}  // namespace

BOOST_AUTO_TEST_CASE(reads_columns_and_rows) {
    const tests::whole_table t = read_table("a,b\n1,2\n-0.5,1e3\n");
    BOOST_TEST(t.columns == std::vector<std::string>({"a", "b"}));
    BOOST_TEST((t.values == matrix(2, {1, 2, -0.5, 1e3})));
    BOOST_TEST(t.rows == std::vector<std::uint64_t>({0, 1}));
}

BOOST_AUTO_TEST_CASE(line_ends_marks_blanks_and_spaces_change_nothing) {
    const row_matrix expected = matrix(2, {1, 2, 3, 4});
    for (const std::string text : {"a,b\r\n1,2\r\n3,4\r\n",
                                   "\xef\xbb\xbf"
                                   "a,b\n1,2\n3,4",
                                   "a,b\n\n1,2\n\n3,4\n\n", "a,b\n 1 ,\t2\n+3,+4 \n",
                                   "a,b\r\n1,2\r\n   \r\n3,4", "\"a\",\"b\"\n\"1\",2\n3,\"4\"\n"}) {
        BOOST_TEST_INFO(text);
        const tests::whole_table t = read_table(text);
        BOOST_TEST((t.values == expected));
        BOOST_TEST(t.columns == std::vector<std::string>({"a", "b"}));
    }
}

BOOST_AUTO_TEST_CASE(quotes_hide_delimiters_line_ends_and_quotes) {
    const tests::temporary_folder folder;
    tests::write(folder.file("d.csv"), "\"a,1\nx\",y\n\"say \"\"so\"\",\r\n\",5\nz,6\n");
    const auto source = data::open_table(folder.file("d.csv"));
    BOOST_TEST(source->columns() == std::vector<std::string>({"a,1\nx", "y"}));
    source->select({{1}});
    data::row_block block;
    BOOST_TEST(source->next(block));
    BOOST_TEST((block.values == matrix(1, {5, 6})));
}

BOOST_AUTO_TEST_CASE(delimiters_come_from_the_ending_or_the_option) {
    const row_matrix expected = matrix(2, {1, 2});
    BOOST_TEST((read_table("a\tb\n1\t2\n", {}, "d.tsv").values == expected));
    BOOST_TEST((read_table("a\tb\n1\t2\n", {}, "d.tsv.gz").values == expected));
    BOOST_TEST((read_table("a;b\n1;2\n", {.delimiter = ';'}).values == expected));
    BOOST_TEST((read_table("a,b\n1,2\n", {.delimiter = ','}, "d.tsv").values == expected));
}

BOOST_AUTO_TEST_CASE(gzip_is_seen_by_its_first_bytes) {
    const std::string text = "a,b\n1,2\n3,4\n";
    BOOST_TEST((read_table(tests::gzipped(text)).values == matrix(2, {1, 2, 3, 4})));
    std::string cut = tests::gzipped(text);
    cut.resize(cut.size() - 6);
    BOOST_TEST(refusal_of(cut) == "d.csv: truncated: the compressed data end too early");
    std::string numbers = "a\n";
    for (int i = 0; i < 5000; ++i) {
        numbers += std::to_string(i) + "\n";
    }
    std::string wrong = tests::gzipped(numbers);
    wrong[wrong.size() / 2] ^= 0x55;
    BOOST_TEST(refusal_of(wrong) == "d.csv: damaged: the compressed data are wrong");
}

BOOST_AUTO_TEST_CASE(gzip_members_follow_one_another_and_nothing_else_does) {
    const std::string first = tests::gzipped("a,b\n1,2\n");
    const std::string second = tests::gzipped("3,4\n");
    const row_matrix both = matrix(2, {1, 2, 3, 4});
    const std::string zeros(70000, '\0');
    for (const std::string& bytes :
         {first + second, first + tests::gzipped("") + second, first + second + zeros}) {
        BOOST_TEST((read_table(bytes).values == both));
    }
    const std::string rule =
        "d.csv: damaged: what follows its compressed data is neither compressed nor zeros";
    BOOST_TEST(refusal_of(first + "5,6\n") == rule);
    BOOST_TEST(refusal_of(first + zeros + "x") == rule);
    BOOST_TEST(refusal_of(first + zeros + second) == rule);
    BOOST_TEST(refusal_of(first + "\x1f") == rule);
    for (std::size_t kept = 2; kept < second.size(); ++kept) {
        BOOST_TEST(refusal_of(first + second.substr(0, kept)) ==
                   "d.csv: truncated: the compressed data end too early");
    }
    // A bit of the second member: never a table without its rows.
    for (std::size_t bit = 0; bit < 8 * second.size(); ++bit) {
        std::string changed = second;
        changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
        const tests::temporary_folder folder;
        tests::write(folder.file("d.csv"), first + changed);
        try {
            const auto t = tests::read_all(*data::open_table(folder.file("d.csv")));
            BOOST_TEST_INFO(bit);
            BOOST_TEST((t.values == both));  // a bit of the header that means nothing
        } catch (const data::input_error&) {
            continue;
        }
    }
}

BOOST_AUTO_TEST_CASE(missing_values_are_refused_or_their_rows_left_out) {
    const std::string text = "a,b\n1,2\nNA,\n3,nan\n5,6\nnull,NaN\n";
    BOOST_TEST(refusal_of(text) == "d.csv, line 3, column 1 (a): a value is missing, 'NA' "
                                   "(--missing skip leaves such rows out)");
    BOOST_TEST(refusal_of("a,b\n1,\n") == "d.csv, line 2, column 2 (b): a value is missing "
                                          "(--missing skip leaves such rows out)");
    const tests::whole_table t = read_table(text, skipping);
    BOOST_TEST((t.values == matrix(2, {1, 2, 5, 6})));
    BOOST_TEST(t.rows == std::vector<std::uint64_t>({0, 3}));
    BOOST_TEST(t.progress.rows == 5U);
    BOOST_TEST(t.progress.skipped == 3U);
    BOOST_TEST(t.progress.missing_values == 5U);
    // Of one column an empty line is a missing value.
    BOOST_TEST(read_table("a\n1\n\n2\n", skipping).rows == std::vector<std::uint64_t>({0, 2}));
    BOOST_TEST(read_table("a\r\n1\r\n\r\n2\r\n", skipping).rows ==
               std::vector<std::uint64_t>({0, 2}));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named_with_line_and_column) {
    BOOST_TEST(refusal_of("a,b\n1,2\n3,x\n") ==
               "d.csv, line 3, column 2 (b): need a number, got 'x' (categories: --one-hot COLUMN "
               "for those of an input, --target-classes for the target's)");
    BOOST_TEST(refusal_of("a,b\n\"1\n\",2\n") ==
               "d.csv, line 2, column 1 (a): need a number, got '1?'");
    BOOST_TEST(refusal_of("a,b\n1,\"\n\n2\"\n3,y\n") ==
               "d.csv, line 2, column 2 (b): need a number, got '?"
               "?2'");
    BOOST_TEST(refusal_of("a,b\n1,1.5.2\n") ==
               "d.csv, line 2, column 2 (b): need a number, got '1.5.2'");
    BOOST_TEST(refusal_of("a,b\n1,inf\n") ==
               "d.csv, line 2, column 2 (b): need a finite number, got 'inf'");
    BOOST_TEST(refusal_of("a,b\n-1e999,1\n") ==
               "d.csv, line 2, column 1 (a): need a finite number, got '-1e999'");
    BOOST_TEST(refusal_of("a,b\n1,2\n\n3\n") == "d.csv, line 4: need 2 fields, got 1");
    BOOST_TEST(refusal_of("a,b\n1,2,3\n") == "d.csv, line 2: need 2 fields, got 3");
    BOOST_TEST(refusal_of("a,b\n\"1\n\n\",2\n", skipping) ==
               "d.csv, line 2, column 1 (a): need a number, got '1?"
               "?'");
    // Too many fields come before what is wrong with one of them.
    BOOST_TEST(refusal_of("a,b\n\"1\n\n\",2,3\n", skipping) ==
               "d.csv, line 2: need 2 fields, got 3");
    BOOST_TEST(refusal_of("a,b\n1,x\"y\"\n") ==
               "d.csv, line 2: need quotes around whole fields, and doubled inside, got others");
    BOOST_TEST(refusal_of("a,b\n1,2\n3,\"4\n5,6\n") == "d.csv, line 3: a quote is not closed");
    BOOST_TEST(refusal_of("a,b\n1," + std::string(50, 'x') + "\n") ==
               "d.csv, line 2, column 2 (b): need a number, got '" + std::string(30, 'x') +
                   "...' (categories: --one-hot COLUMN for those of an input, --target-classes for "
                   "the target's)");
    BOOST_TEST(read_table("a\n1e-999\n-1E-999\n").values.isZero(0));
}

BOOST_AUTO_TEST_CASE(headers_and_files_that_are_none) {
    BOOST_TEST(refusal_of("") == "d.csv: is empty, need a table");
    BOOST_TEST(refusal_of("\n1\n") ==
               "d.csv, line 1: need a header of column names, got an empty line");
    BOOST_TEST(refusal_of("a,\xff\xfe\n1,2\n") ==
               "d.csv, line 1: need column names in UTF-8 (iconv -f latin1 -t utf-8 "
               "converts a file in Latin-1)");
    BOOST_TEST(refusal_of("a,b,a\n1,2,3\n") ==
               "d.csv, line 1: need different columns, but 'a' is there twice");
    BOOST_TEST(refusal_of("a,b\r1,2\r") ==
               "d.csv, line 1: need lines that end in LF or CR LF, got CR alone");
    BOOST_TEST(refusal_of(std::string(200000, ',') + "\n") ==
               "d.csv, line 1: need at most 100000 columns");
    BOOST_TEST(refusal_of("a\"b\n") ==
               "d.csv, line 1: need quotes around whole fields, and doubled inside, got others");
    BOOST_TEST(read_table("a,b\n").values.rows() == 0);
    BOOST_CHECK_EXCEPTION((void)data::open_table("."), data::input_error,
                          tests::says(".: is a directory, need a file"));
    BOOST_CHECK_EXCEPTION((void)data::open_table("no-such.csv"), data::input_error,
                          tests::says("no-such.csv: cannot be opened: No such file or directory"));
}

BOOST_AUTO_TEST_CASE(long_records_are_read_up_to_a_limit) {
    const std::string large(std::size_t{9} << 20U, 'x');
    const tests::temporary_folder folder;
    tests::write(folder.file("d.csv"), "a,b\n\"" + large + "\",5\n");
    const auto source = data::open_table(folder.file("d.csv"));
    source->select({{1}});
    data::row_block block;
    BOOST_TEST(source->next(block));
    BOOST_TEST(block.values(0, 0) == 5);
    const std::string rule = "need records of at most 16 MiB with closed quotes";
    BOOST_TEST(refusal_of("a,b\n1,2\n\"" + large + large + "\",5\n") == "d.csv, line 3: " + rule);
    BOOST_TEST(refusal_of(large + large) == "d.csv, line 1: " + rule);
}

BOOST_AUTO_TEST_CASE(columns_that_are_not_asked_for_may_hold_anything) {
    const tests::temporary_folder folder;
    tests::write(folder.file("d.csv"), "id,x,note\nq,1,NA\nr,2,inf\n");
    const auto source = data::open_table(folder.file("d.csv"));
    source->select({{1}});
    data::row_block block;
    BOOST_TEST(source->next(block));
    BOOST_TEST((block.values == matrix(1, {1, 2})));
    BOOST_TEST(!source->next(block));
}

// Records end where the quotes before are even in number.
BOOST_AUTO_TEST_CASE(records_are_cut_outside_quotes_only) {
    const std::string text = "ab\n\"c\nd\"\n\"\"\"\n\"\nef\ng";
    const std::vector<std::size_t> all = {3, 9, 15, 18};
    BOOST_TEST(data::record_ends(text, 1) == all);
    BOOST_TEST(data::record_ends(text, 4) == std::vector<std::size_t>({9, 15, 18}));
    BOOST_TEST(data::record_ends(text, 100) == std::vector<std::size_t>({18}));
    BOOST_TEST(data::record_ends("\"a\n", 1).empty());
    BOOST_TEST(data::first_record_end("\"c\nd\"\nx\n") == 6U);
    BOOST_TEST(data::first_record_end("\"c\nd\"") == 0U);
}

// Pieces of any size, by libcsv and by plain cuts, on any number of threads: always the same.
BOOST_AUTO_TEST_CASE(the_quick_reader_and_libcsv_agree) {
    data::random_source random(3);
    const std::vector<std::string> fields = {"1",  "-2.5e3", "",    " 7", "8 ", "NA", "x", "\t9",
                                             "+4", "1e999",  "inf", "5",  "6",  "0",  "1", "2"};
    data::csv_layout layout{',', data::missing_rule::skip, {0, -1, 1}, {nullptr, nullptr}};
    int faults = 0;
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        const auto any = [&](double n) { return static_cast<std::size_t>(random.uniform(0, n)); };
        for (std::size_t record = any(6); record-- > 0;) {
            for (std::size_t f = 0, all = any(20) == 0 ? any(5) : 3; f < all; ++f) {
                text += (f > 0 ? "," : "") + fields[any(any(8) == 0 ? 16 : 4)];
            }
            text += any(6) == 0 ? "\r\n" : any(9) == 0 ? "\n \n" : "\n";
        }
        text += any(3) == 0 ? "3,3,3" : "";
        const data::csv_piece quick = read_csv(text, layout);
        const data::csv_piece slow = read_quoted(text, layout);
        BOOST_TEST_INFO(text);
        BOOST_TEST(quick.values == slow.values);
        BOOST_TEST(quick.rows == slow.rows);
        BOOST_TEST(quick.records == slow.records);
        BOOST_TEST(quick.missing_values == slow.missing_values);
        BOOST_TEST(quick.fault.has_value() == slow.fault.has_value());
        faults += slow.fault ? 1 : 0;
    }
    BOOST_TEST(faults > 100);
    BOOST_TEST(faults < 1900);
}

BOOST_AUTO_TEST_CASE(large_tables_are_the_same_on_one_thread_and_on_many) {
    data::random_source random(5);
    std::string text = "a,b,c\n";
    std::vector<double> expected;
    for (int i = 0; i < 300000; ++i) {  // more than one block of 4 MiB
        const double a = random.normal();
        char line[80];
        const int size = std::snprintf(line, sizeof line, "%.17g,%d,\"%d\n\"\n", a, i, i);
        text.append(line, static_cast<std::size_t>(size));
        expected.insert(expected.end(), {a, static_cast<double>(i)});
    }
    BOOST_TEST_REQUIRE(text.size() > (std::size_t{8} << 20U));
    const tests::temporary_folder folder;
    tests::write(folder.file("d.csv"), text);
    for (const std::size_t threads : {1U, 4U}) {
        const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
        const auto source = data::open_table(folder.file("d.csv"));
        source->select({{0}, {1}});
        data::row_block block;
        Eigen::Index row = 0;
        while (source->next(block)) {
            const Eigen::Map<const row_matrix> whole(expected.data(), 300000, 2);
            BOOST_TEST((block.values == whole.middleRows(row, block.values.rows())));
            row += block.values.rows();
        }
        BOOST_TEST(row == 300000);
    }
    // The first of two mistakes is reported, on its own line.
    std::string wrong = text + "x,1,2\n" + text.substr(6) + "y,1,2\n";
    BOOST_TEST(refusal_of("a,b,c\n1,1,1\n" + wrong.substr(6)) ==
               "d.csv, line 3, column 3 (c): need a number, got '0?'");
}

BOOST_AUTO_TEST_CASE(labels_are_collected_sorted_and_looked_up) {
    const auto names_of = [](const std::string& text) {
        const tests::temporary_folder folder;
        tests::write(folder.file("d.csv"), text);
        data::class_labels labels;
        (void)tests::read_all(*data::open_table(folder.file("d.csv"), skipping), {{0, &labels}});
        labels.freeze();
        const tests::whole_table t =
            tests::read_all(*data::open_table(folder.file("d.csv"), skipping), {{0, &labels}});
        for (Eigen::Index i = 0; i < t.values.rows(); ++i) {
            BOOST_TEST(t.values(i, 0) >= 0);
        }
        return labels.names();
    };
    using texts = std::vector<std::string>;
    BOOST_TEST(names_of("k\ndog\ncat\ndog\n\nbird\n") == texts({"bird", "cat", "dog"}));
    BOOST_TEST(names_of("k\n10\n9\n-1\n9\n") == texts({"-1", "9", "10"}));
    BOOST_TEST(names_of("k\n10\n9\nx\n") == texts({"10", "9", "x"}));
    std::string many = "k\n";
    for (int i = 0; i <= 1000; ++i) {
        many += "c" + std::to_string(i) + "\n";
    }
    const tests::temporary_folder folder;
    tests::write(folder.file("d.csv"), many);
    data::class_labels labels;
    BOOST_CHECK_EXCEPTION(
        (void)tests::read_all(*data::open_table(folder.file("d.csv")), {{0, &labels}}),
        data::input_error,
        tests::says(folder.file("d.csv") +
                    ", line 1002, column 1 (k): need at most 1000 classes, got more"));
}

BOOST_AUTO_TEST_SUITE_END()
