#include "fusionflow/data/readers/array_table.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

#include "fusionflow/data/readers/class_labels.hpp"
#include "fusionflow/data/readers/npz.hpp"
#include "tests/support/arrays.hpp"
#include "tests/support/tables.hpp"

using namespace fusionflow;
using tests::matrix;
using tests::read_table;
using tests::refusal_of;

BOOST_AUTO_TEST_SUITE(array_table)

namespace {

using texts = std::vector<std::string>;
const std::vector<double> six = {1, 2, 3, 4, 5, 6};
const data::table_options skipping{{}, data::missing_rule::skip};

std::string npy(const std::string& descr, bool fortran, const std::string& shape,
                const std::vector<std::int64_t>& values, std::size_t bytes, bool big = false,
                int version = 1) {
    return tests::npy_head(descr, fortran, shape, version) + tests::integers(values, bytes, big);
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_array_is_a_table_with_numbered_columns) {
    const auto t = read_table(tests::npy_file({2, 3}, six));
    BOOST_TEST(t.columns == texts({"0", "1", "2"}));
    BOOST_TEST((t.values == matrix(3, six)));
    BOOST_TEST(t.rows == std::vector<std::uint64_t>({0, 1}));
    BOOST_TEST(t.progress.bytes == t.progress.all_bytes);
    // One dimension is one column; more than two are columns in C order.
    BOOST_TEST((read_table(tests::npy_file({6}, six)).values == matrix(1, six)));
    BOOST_TEST((read_table(tests::npy_file({1, 3, 2}, six)).values == matrix(6, six)));
    BOOST_TEST(read_table(tests::npy_file({0, 3}, {})).values.rows() == 0);
}

BOOST_AUTO_TEST_CASE(every_type_order_and_version_gives_the_same_numbers) {
    const data::row_matrix expected = matrix(3, six);
    const std::vector<std::int64_t> c = {1, 2, 3, 4, 5, 6};
    const std::vector<std::int64_t> fortran = {1, 4, 2, 5, 3, 6};
    for (const int version : {1, 2, 3}) {
        for (const std::string sign : {"i", "u"}) {
            for (const std::size_t bytes : {1U, 2U, 4U, 8U}) {
                const std::string name = sign + std::to_string(bytes);
                const std::string little = (bytes == 1 ? "|" : "<") + name;
                for (const auto& file :
                     {npy(little, false, "(2, 3)", c, bytes, false, version),
                      npy(">" + name, false, "(2, 3)", c, bytes, true, version),
                      npy(little, true, "(2, 3)", fortran, bytes, false, version),
                      npy(">" + name, true, "(2, 3)", fortran, bytes, true, version)}) {
                    BOOST_TEST((read_table(file).values == expected));
                    BOOST_TEST((read_table(tests::gzipped(file)).values == expected));
                }
            }
        }
    }
    const auto ends = read_table(npy("<i2", false, "(2,)", {-32768, 32767}, 2));
    BOOST_TEST((ends.values == matrix(1, {-32768, 32767})));
    BOOST_TEST((read_table(npy("|u1", false, "(2,)", {0, 255}, 1)).values == matrix(1, {0, 255})));
    BOOST_TEST((read_table(npy("|b1", false, "(2,)", {1, 0}, 1)).values == matrix(1, {1, 0})));
}

BOOST_AUTO_TEST_CASE(columns_of_more_dimensions_are_found_in_fortran_order) {
    // x(i, j, k) = 100 i + 10 j + k, stored with i running fastest.
    std::vector<std::int64_t> stored;
    std::vector<double> expected;
    for (int k = 0; k < 4; ++k) {
        for (int j = 0; j < 3; ++j) {
            for (int i = 0; i < 2; ++i) {
                stored.push_back(100 * i + 10 * j + k);
            }
        }
    }
    for (int i = 0; i < 2; ++i) {
        for (int j = 0; j < 3; ++j) {
            for (int k = 0; k < 4; ++k) {
                expected.push_back(100 * i + 10 * j + k);
            }
        }
    }
    const std::string file = npy("<i4", true, "(2, 3, 4)", stored, 4);
    BOOST_TEST((read_table(file).values == matrix(12, expected)));
    const tests::temporary_folder folder;
    tests::write(folder.file("d.npy"), file);
    const auto some = tests::read_all(*data::open_table(folder.file("d.npy")), {{11}, {4}});
    BOOST_TEST((some.values == matrix(2, {23, 10, 123, 110})));
}

// More rows than a block takes, so that blocks meet.
BOOST_AUTO_TEST_CASE(long_arrays_are_read_in_blocks) {
    constexpr std::int64_t rows = 700'000;
    std::vector<std::int64_t> c;
    std::vector<std::int64_t> fortran;
    for (std::int64_t i = 0; i < rows; ++i) {
        c.insert(c.end(), {i, -i});
    }
    for (const std::int64_t sign : {1, -1}) {
        for (std::int64_t i = 0; i < rows; ++i) {
            fortran.push_back(sign * i);
        }
    }
    for (const auto& file :
         {npy("<i4", false, "(700000, 2)", c, 4), npy("<i4", true, "(700000, 2)", fortran, 4),
          tests::gzipped(npy("<i4", true, "(700000, 2)", fortran, 4))}) {
        const auto t = read_table(file);
        BOOST_TEST_REQUIRE(t.values.rows() == rows);
        bool same = true;
        for (Eigen::Index i = 0; i < rows; ++i) {
            same = same && t.values(i, 0) == static_cast<double>(i) &&
                   t.values(i, 1) == -t.values(i, 0);
        }
        BOOST_TEST(same);
        BOOST_TEST(t.rows.back() == 699'999U);
    }
}

BOOST_AUTO_TEST_CASE(npz_columns_are_called_after_their_arrays) {
    const std::string bytes = data::format_npz(
        {{"x", {2, 3}, six}, {"y", {2}, {7, 8}}, {"n", {}, {55}}, {"long", {3}, {1, 2, 3}}},
        {{"provenance", "by hand"}});
    const tests::temporary_folder folder;
    tests::write(folder.file("d.npz"), bytes);
    const auto open = [&] { return data::open_table(folder.file("d.npz")); };
    BOOST_TEST(open()->columns() == texts({"x.0", "x.1", "x.2", "y", "long"}));
    const auto t = tests::read_all(*open(), {{3}, {0}, {2}});
    BOOST_TEST((t.values == matrix(3, {7, 1, 3, 8, 4, 6})));
    BOOST_TEST(refusal_of(bytes) == "d.csv: need arrays of as many rows: x has 2, long 3");
    BOOST_TEST(refusal_of(data::format_npz({{"n", {}, {5}}})) ==
               "d.csv: need an array of rows, got none");
    std::string wrong = bytes;
    wrong[wrong.find(data::encode_npy({55})) + 1] ^= 1;  // not asked for
    wrong[wrong.find(data::encode_npy({7, 8})) + 1] ^= 1;
    tests::write(folder.file("d.npz"), wrong);
    BOOST_TEST((tests::read_all(*open(), {{0}}).values == matrix(1, {1, 4})));
    BOOST_CHECK_EXCEPTION(
        (void)tests::read_all(*open(), {{3}}), data::input_error,
        [](const data::input_error& e) { return e.rule() == "y: truncated or damaged"; });
}

BOOST_AUTO_TEST_CASE(idx_files_have_rows_first) {
    const auto images =
        tests::idx_head(0x08, {2, 2, 2}) + tests::integers({0, 1, 2, 255, 4, 5, 6, 7}, 1, true);
    const data::row_matrix expected = matrix(4, {0, 1, 2, 255, 4, 5, 6, 7});
    BOOST_TEST((read_table(images).values == expected));
    BOOST_TEST((read_table(tests::gzipped(images)).values == expected));
    BOOST_TEST(read_table(images).columns == texts({"0", "1", "2", "3"}));
    const auto of = [](int type, const std::vector<std::int64_t>& values, std::size_t bytes) {
        return read_table(tests::idx_head(type, {2}) + tests::integers(values, bytes, true)).values;
    };
    BOOST_TEST((of(0x09, {-1, 127}, 1) == matrix(1, {-1, 127})));
    BOOST_TEST((of(0x0b, {-300, 5}, 2) == matrix(1, {-300, 5})));
    BOOST_TEST((of(0x0c, {-70000, 5}, 4) == matrix(1, {-70000, 5})));
    BOOST_TEST((of(0x0d, {0x3fc00000, 0xc0000000}, 4) == matrix(1, {1.5, -2})));
    BOOST_TEST((of(0x0e, {0x3ff8000000000000, 0}, 8) == matrix(1, {1.5, 0})));
}

BOOST_AUTO_TEST_CASE(missing_and_infinite_numbers) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    const std::string gaps = tests::npy_file({3, 2}, {1, 2, nan, nan, 5, 6});
    BOOST_TEST(refusal_of(gaps) == "d.csv, row 2, column 1 (0): a value is missing "
                                   "(--missing skip leaves such rows out)");
    const auto t = read_table(gaps, skipping);
    BOOST_TEST((t.values == matrix(2, {1, 2, 5, 6})));
    BOOST_TEST(t.rows == std::vector<std::uint64_t>({0, 2}));
    BOOST_TEST(t.progress.skipped == 1U);
    BOOST_TEST(t.progress.missing_values == 2U);
    BOOST_TEST(refusal_of(tests::npy_file({2, 2}, {1, 2, 3, -infinity}), skipping) ==
               "d.csv, row 2, column 2 (1): need a finite number, got -inf");
    BOOST_TEST(refusal_of(npy("<i8", false, "(1,)", {(std::int64_t{1} << 53U) + 1}, 8)) ==
               "d.csv: need integers up to 2^53, got 9007199254740993");
    BOOST_TEST(refusal_of(npy("<u8", false, "(1,)", {-1}, 8)) ==
               "d.csv: need integers up to 2^53, got 18446744073709551615");
}

BOOST_AUTO_TEST_CASE(labels_are_numbers_in_their_shortest_form) {
    const tests::temporary_folder folder;
    tests::write(folder.file("y.npy"), tests::npy_file({5}, {10, 9, -0.5, 10, -0.0}));
    data::class_labels labels;
    (void)tests::read_all(*data::open_table(folder.file("y.npy")), {{0, &labels}});
    labels.freeze();
    BOOST_TEST(labels.names() == texts({"-0.5", "0", "9", "10"}));
    const auto t = tests::read_all(*data::open_table(folder.file("y.npy")), {{0, &labels}});
    BOOST_TEST((t.values == matrix(1, {3, 2, 0, 3, 1})));
}

BOOST_AUTO_TEST_CASE(files_that_do_not_hold_what_they_say_are_refused) {
    const std::string good = tests::npy_file({2, 3}, six);
    BOOST_TEST(refusal_of(good + "x") == "d.csv: need 48 bytes of numbers for its shape, got 49");
    BOOST_TEST(refusal_of(good.substr(0, good.size() - 1)) ==
               "d.csv: need 48 bytes of numbers for its shape, got 47");
    // Where the size is not known before.
    BOOST_TEST(refusal_of(tests::gzipped(good + "x")) ==
               "d.csv: it goes on after the last row of its shape");
    BOOST_TEST(refusal_of(tests::gzipped(good.substr(0, good.size() - 1))) ==
               "d.csv: truncated: it ends before the last row of its shape");
    BOOST_TEST(refusal_of(good.substr(0, 20)) == "d.csv: truncated: it ends too early");
    BOOST_TEST(refusal_of("x", {}, "d.npy") == "d.npy: truncated: it ends too early");
    BOOST_TEST(refusal_of(tests::npy_file({}, {1})) ==
               "d.csv: need an array of rows, got a single number");
    BOOST_TEST(refusal_of(tests::npy_head("|S3", false, "(1,)") + "abc") ==
               "d.csv: need numbers, got text");
    BOOST_TEST(refusal_of(tests::npy_file({3, 0}, {})) ==
               "d.csv: need at least one column, got none");
    BOOST_TEST(refusal_of(tests::npy_file({0, 100001}, {})) ==
               "d.csv: need at most 100000 columns");
    BOOST_TEST(refusal_of(tests::npy_file({0, 1000, 1000}, {})) ==
               "d.csv: need at most 100000 columns");
    BOOST_TEST(refusal_of(tests::idx_head(8, {100, 10})) ==
               "d.csv: need 1000 bytes of numbers for its shape, got 0");
    const std::int64_t most = 0xffffffff;
    BOOST_TEST(refusal_of(tests::idx_head(8, {most, most, most, most})) ==
               "d.csv: the shape is too large: more than 8 GiB");
    // Held in memory only up to a limit: 300 MiB that are not there.
    BOOST_TEST(refusal_of(tests::gzipped(tests::npy_head("|u1", true, "(157286400, 2)"))) ==
               "d.csv: need C order, or a plain .npy file, above 256 MiB");
}

BOOST_AUTO_TEST_SUITE_END()
