#include <fmt/format.h>
#include <zip.h>

#include <boost/test/unit_test.hpp>
#include <cstring>
#include <functional>
#include <optional>

#include "fusionflow/data/random.hpp"
#include "fusionflow/data/readers/npz.hpp"
#include "tests/support/arrays.hpp"
#include "tests/support/mutations.hpp"
#include "tests/support/tables.hpp"

using namespace fusionflow;
using data::row_matrix;
using tests::memory_limit;
using tests::mutator;
using tests::texts;

// Files that went wrong in many ways: each is read as it stands, or refused by one line.
BOOST_AUTO_TEST_SUITE(mutated_files)

namespace {

std::vector<double> some_numbers(std::size_t count) {
    data::random_source random(2);
    std::vector<double> numbers;
    while (numbers.size() < count) {
        numbers.push_back(random.normal());
    }
    return numbers;
}

std::string bytes_of(const std::vector<int>& values) { return {values.begin(), values.end()}; }

// Numbers at the end of a file of doubles in C order.
row_matrix last_doubles(const std::string& bytes, Eigen::Index rows, Eigen::Index columns) {
    row_matrix values(rows, columns);
    const std::size_t size = static_cast<std::size_t>(values.size()) * sizeof(double);
    BOOST_REQUIRE(size <= bytes.size());
    if (size > 0) {
        std::memcpy(values.data(), bytes.data() + bytes.size() - size, size);
    }
    return values;
}

struct outcome {
    int read = 0;
    int refused = 0;
};

using check = std::function<void(const tests::whole_table&)>;

// Reads a file; `look` is at what was read.
void attempt(const std::string& bytes, outcome& seen, const check& look) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("d");
    tests::write(file, bytes);
    std::optional<tests::whole_table> table;
    try {
        const memory_limit limit;
        table = tests::read_all(*data::open_table(file));
        ++seen.read;
    } catch (const data::input_error& e) {  // anything else fails the test
        const std::string line = e.what();
        BOOST_TEST(line.starts_with(file));
        BOOST_TEST(line.find('\n') == std::string::npos);
        ++seen.refused;
    }
    if (table) {
        BOOST_TEST(table->values.allFinite());
        look(*table);
    }
}

void attempt(const std::string& bytes, outcome& seen) {
    attempt(bytes, seen, [](const tests::whole_table&) {});
}

constexpr int files_of_a_kind = 50;

// An archive with one deflated member.
std::string deflated(const std::string& name, const std::string& content) {
    const tests::temporary_folder folder;
    zip_t* const archive = zip_open(folder.file("z").c_str(), ZIP_CREATE, nullptr);
    zip_file_add(archive, name.c_str(),
                 zip_source_buffer(archive, content.data(), content.size(), 0), 0);
    BOOST_REQUIRE(zip_close(archive) == 0);
    return tests::read(folder.file("z"));
}

}  // namespace

BOOST_AUTO_TEST_CASE(csv) {
    mutator random(11);
    outcome seen;
    const texts oddities = {"NaN",
                            "inf",
                            "-inf",
                            "1e999",
                            "\"",
                            "\"\"",
                            ",",
                            "\n",
                            "\r",
                            "\r\n",
                            "NA",
                            "\xff\xfe",
                            "null",
                            "x",
                            "+",
                            " ",
                            "\t",
                            "\xc3",
                            "\xef\xbb",
                            "0x1",
                            "1e",
                            "1e-999",
                            std::string(1, '\0')};
    for (int i = 0; i < files_of_a_kind; ++i) {
        std::string text = i % 2 == 0 ? "a,b,c\n" : "\"a\",\"b \"\"x\"\"\",c\r\n";
        int column = 0;
        for (const double value : some_numbers(30)) {
            const std::string quote = random.below(4) == 0 && i % 3 == 0 ? "\"" : "";
            text += quote + std::to_string(value) + quote + (++column % 3 == 0 ? "\n" : ",");
        }
        for (std::size_t changes = random.below(3); changes-- > 0;) {
            random.below(2) == 0
                ? random.any(text)
                : (void)text.insert(random.below(text.size() + 1), random.one_of(oddities));
        }
        attempt(text, seen, [&text](const tests::whole_table& t) {
            const auto expected = tests::simple_csv(text);
            BOOST_TEST_INFO(text);
            BOOST_TEST_REQUIRE(expected.has_value());
            BOOST_TEST((t.values == *expected));
        });
    }
    attempt("", seen);
    attempt(std::string(1, '\0'), seen);
    attempt(std::string(100000, '"'), seen);
    attempt(std::string(100000, ','), seen);
    BOOST_TEST(seen.read >= 10);
    BOOST_TEST(seen.refused >= 20);
}

BOOST_AUTO_TEST_CASE(npy) {
    mutator random(12);
    outcome seen;
    const std::vector<double> numbers = some_numbers(60);
    const texts shapes = {"(-1, 3)",   "(20, -3)", "(9999999999, 3)",  "(2, 999999999)",
                          "(99, 9)",   "(60,)",    "(3, 20)",          "()",
                          "(20, 3,1)", "(0, 3)",   "(1099511627776,)", "(18446744073709551617,)"};
    const texts types = {"'>f8'", "'<f4'", "'<f9'", "'|O'", "'<i8'", "'|S8'", "'<u4'"};
    // The upper bytes of NaN and of both infinities.
    const texts not_finite = {"\xf8\x7f", "\xf0\x7f", "\xf0\xff"};
    for (int i = 0; i < files_of_a_kind; ++i) {
        std::string bytes = tests::npy_file({20, 3}, numbers);
        switch (random.below(5)) {
            case 0: random.replace(bytes, "(20, 3)", shapes); break;
            case 1: random.replace(bytes, "'<f8'", types); break;
            case 2:  // the header's length
                bytes[8] = static_cast<char>(random.below(256));
                bytes[9] = static_cast<char>(random.below(256));
                break;
            case 3:
                bytes.replace(bytes.size() - 8 * (1 + random.below(60)), 8,
                              std::string(6, '\0') + random.one_of(not_finite));
                break;
            default: random.any(bytes);
        }
        attempt(bytes, seen, [&](const tests::whole_table& t) {
            BOOST_TEST(static_cast<std::size_t>(t.values.size()) <= bytes.size());
            if (bytes.find("'<f8', 'fortran_order': False") != std::string::npos) {
                BOOST_TEST((t.values == last_doubles(bytes, t.values.rows(), t.values.cols())));
            }
        });
        attempt(tests::gzipped(bytes), seen);
    }
    // Version 2 with a header of 4 GiB; 8 GB of numbers in a small gzip file.
    attempt("\x93NUMPY\2" + std::string(1, '\0') + "\xff\xff\xff\xff", seen);
    attempt(tests::gzipped(tests::npy_head("<f8", false, "(10000, 100000)")), seen);
    attempt(tests::gzipped(tests::npy_head("<f8", true, "(10000, 100000)")), seen);
    attempt(tests::gzipped(tests::npy_head("<f8", false, "(1000000000, 1)")), seen);
    BOOST_TEST(seen.read >= 5);
    BOOST_TEST(seen.refused >= 40);
}

BOOST_AUTO_TEST_CASE(npz) {
    mutator random(13);
    outcome seen;
    const std::vector<double> numbers = some_numbers(60);
    const auto middle = numbers.begin() + 40;
    const std::string stored = data::format_npz(
        {{"x", {20, 2}, {numbers.begin(), middle}}, {"y", {20}, {middle, numbers.end()}}});
    const std::string packed = deflated("x.npy", tests::npy_file({20, 3}, numbers));
    const texts sizes = {"\xff\xff\xff\x7f", "\xff\xff\xff\xff", bytes_of({0, 0, 0, 16}),
                         bytes_of({0, 0, 0, 0})};
    for (int i = 0; i < files_of_a_kind; ++i) {
        std::string bytes = i % 2 == 0 ? stored : packed;
        if (i % 10 == 0) {
            // Whole, so that some are read.
        } else if (random.below(3) == 0) {  // sizes, compressed and not, in the directory
            bytes.replace(bytes.find("PK\1\2") + 20 + 4 * random.below(2), 4, random.one_of(sizes));
        } else {
            random.any(bytes);
        }
        // Checksums guard the numbers: what is read is what was written.
        attempt(bytes, seen, [&](const tests::whole_table& t) {
            if (t.columns.size() == 3 && i % 2 == 1) {
                BOOST_TEST((t.values == tests::matrix(3, numbers)));
            } else if (t.columns.size() == 3) {
                BOOST_TEST((t.values.leftCols(2) == tests::matrix(2, {numbers.begin(), middle})));
                BOOST_TEST((t.values.col(2) == tests::matrix(1, {middle, numbers.end()})));
            }
            BOOST_TEST(t.values.rows() == 20);
        });
    }
    BOOST_TEST(seen.read >= 5);
    BOOST_TEST(seen.refused >= 20);
}

#if !defined(__SANITIZE_ADDRESS__)
BOOST_AUTO_TEST_CASE(the_memory_limit_is_one) {
    const memory_limit limit;
    BOOST_CHECK_THROW(std::vector<double>(std::size_t{1} << 27U), std::bad_alloc);
}
#endif

// Zeros, a thousand times as many as the archive has bytes: in C order they go by in blocks, in
// Fortran order they are held, but no more of them than 256 MiB.
BOOST_AUTO_TEST_CASE(bombs_do_not_go_off) {
    const auto file_of = [](bool fortran, std::size_t rows) {
        return deflated("x.npy", tests::npy_head("|u1", fortran, fmt::format("({}, 512)", rows)) +
                                     std::string(rows * 512, '\0'));
    };
    const auto rows_of = [](const std::string& bytes) {
        const tests::temporary_folder folder;
        tests::write(folder.file("d"), bytes);
        const memory_limit limit;
        const auto source = data::open_table(folder.file("d"));
        source->select({{5}});
        data::row_block block;
        Eigen::Index rows = 0;
        while (source->next(block)) {
            BOOST_TEST(block.values.isZero(0));
            rows += block.values.rows();
        }
        return rows;
    };
    const std::string large = file_of(false, 250'000);
    BOOST_TEST(large.size() < 250'000U);
    BOOST_TEST(rows_of(large) == 250'000);
    BOOST_TEST(rows_of(file_of(true, 100'000)) == 100'000);
    const std::string rule = "x: need C order, or a plain .npy file, above 256 MiB";
    BOOST_CHECK_EXCEPTION((void)rows_of(file_of(true, 600'000)), data::input_error,
                          [&rule](const data::input_error& e) { return e.rule() == rule; });
}

BOOST_AUTO_TEST_CASE(idx) {
    mutator random(14);
    outcome seen;
    const texts extents = {"\xff\xff\xff\xff", "\x7f\xff\xff\xff", bytes_of({0, 0, 0, 0})};
    for (int i = 0; i < files_of_a_kind; ++i) {
        std::string bytes = tests::idx_head(0x08, {10, 2, 3});
        for (int k = 0; k < 60; ++k) {
            bytes += static_cast<char>(random.below(256));
        }
        switch (random.below(4)) {
            case 0:  // a dimension
                bytes.replace(4 + 4 * random.below(3), 4, random.one_of(extents));
                break;
            case 1:  // type and number of dimensions
                bytes[2 + random.below(2)] = static_cast<char>(random.below(256));
                break;
            default: random.any(bytes);
        }
        attempt(bytes, seen, [&](const tests::whole_table& t) {
            const auto size = static_cast<std::size_t>(t.values.size());
            BOOST_TEST_REQUIRE(size <= bytes.size());
            // A change in the magic number makes it another file, of signed bytes or text.
            bool same = true;
            for (std::size_t k = 0; k < size; ++k) {
                const auto byte = static_cast<unsigned char>(bytes[bytes.size() - size + k]);
                same = same && t.values.data()[k] == byte;
            }
            BOOST_TEST((same || bytes[2] != 0x08));
        });
        attempt(tests::gzipped(bytes), seen);
    }
    BOOST_TEST(seen.read >= 10);
    BOOST_TEST(seen.refused >= 20);
}

BOOST_AUTO_TEST_SUITE_END()
