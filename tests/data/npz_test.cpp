#include "fusionflow/data/readers/npz.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>
#include <stdexcept>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/readers/npy.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using data::named_array;
using data::named_arrays;
using tests::says;

BOOST_AUTO_TEST_SUITE(npz)

namespace {

named_arrays two_arrays() {
    return {{"A.1", {2, 3}, {1, -0.5, 1e-300, 3.25, 1.0 / 3, -7e200}}, {"t", {}, {42}}};
}

named_arrays read_back(const std::string& bytes) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("a.npz");
    tests::write(file, bytes);
    return data::read_npz(file);
}

void check_equal(const named_arrays& a, const named_arrays& b) {
    BOOST_REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        BOOST_TEST(a[i].name == b[i].name);
        BOOST_TEST(a[i].shape == b[i].shape);
        BOOST_TEST(a[i].values == b[i].values);
    }
}

// The rule by which a file with these bytes is refused; empty where it is read.
std::string refusal(const std::string& bytes, named_arrays* read = nullptr) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("a.npz");
    tests::write(file, bytes);
    try {
        named_arrays arrays = data::read_npz(file);
        if (read != nullptr) {
            *read = std::move(arrays);
        }
        return "";
    } catch (const data::input_error& e) {
        BOOST_TEST(e.field() == file);
        BOOST_TEST(std::string(e.what()).find('\n') == std::string::npos);
        return e.rule();
    }
}

// A header as a file may have it: the dictionary's three entries and nothing else.
std::string header(const std::string& descr, const std::string& fortran, const std::string& shape) {
    return "{'descr': " + descr + ", 'fortran_order': " + fortran + ", 'shape': " + shape + "}\n";
}

auto rule(const std::string& text) { return says(": " + text); }

}  // namespace

BOOST_AUTO_TEST_CASE(arrays_come_back_to_the_last_bit) {
    named_arrays arrays = two_arrays();
    arrays.push_back({"empty", {0, 4}, {}});
    arrays.push_back({"ton/größe", {3}, {std::numeric_limits<double>::denorm_min(), -0.0, 5}});
    arrays.push_back({"deep", {1, 2, 1, 2}, {1, 2, 3, 4}});
    check_equal(read_back(data::format_npz(arrays)), arrays);
}

BOOST_AUTO_TEST_CASE(equal_content_gives_equal_bytes_without_a_time_of_day) {
    const std::string once = data::format_npz(two_arrays());
    BOOST_TEST((once == data::format_npz(two_arrays())));
    // Local header: time at byte 10, day at byte 12, 1 January 1980; stored (0) at byte 8.
    BOOST_TEST(once.substr(8, 6) == std::string("\0\0\0\0\x21\0", 6));
}

BOOST_AUTO_TEST_CASE(texts_are_written_and_passed_over) {
    const std::string bytes = data::format_npz(two_arrays(), {{"provenance", "by hand"}});
    BOOST_TEST(bytes.find("by hand") != std::string::npos);
    check_equal(read_back(bytes), two_arrays());
}

BOOST_AUTO_TEST_CASE(bad_arrays_are_not_written) {
    BOOST_CHECK_THROW((void)data::format_npz({}), std::invalid_argument);
    BOOST_CHECK_THROW((void)data::format_npz({{"a", {2}, {1}}}), std::invalid_argument);
    BOOST_CHECK_THROW((void)data::format_npz({{"a", {1}, {1}}, {"a", {1}, {1}}}),
                      std::invalid_argument);
    BOOST_CHECK_THROW((void)data::format_npz({{"a", {1}, {1}}}, {{"b", ""}}),
                      std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(every_type_and_order_is_decoded) {
    const auto decode = [](const std::string& descr, const std::string& fortran,
                           const std::string& shape, const std::string& bytes) {
        return data::decode_npy(data::parse_npy_header(header(descr, fortran, shape)), bytes);
    };
    using numbers = std::vector<double>;
    const std::string half("\0\0\0\0\0\0\xe0\x3f", 8);  // 0.5
    BOOST_TEST(decode("'<f8'", "False", "()", half) == numbers{0.5});
    BOOST_TEST(decode("\">f8\"", "False", "(1,)", {half.rbegin(), half.rend()}) == numbers{0.5});
    BOOST_TEST(decode("'<f4'", "False", "(1,)", std::string("\0\0\xc0\xbf", 4)) == numbers{-1.5});
    BOOST_TEST(decode("'>f4'", "False", "(1,)", std::string("\xbf\xc0\0\0", 4)) == numbers{-1.5});
    BOOST_TEST(decode("'<i4'", "False", "(1,)", "\xfe\xff\xff\xff") == numbers{-2});
    BOOST_TEST(decode("'>i8'", "False", "(1,)", std::string("\0\0\0\0\0\0\1\2", 8)) ==
               numbers{258});
    std::string six;
    for (const char c : {'\1', '\2', '\3', '\4', '\5', '\6'}) {
        six += std::string("\0\0\0", 3) + c;
    }
    // The columns (1, 2), (3, 4), (5, 6) of 2 x 3; then 1 x 3 x 2 the same way.
    BOOST_TEST(decode("'>i4'", "True", "(2, 3)", six) == (numbers{1, 3, 5, 2, 4, 6}));
    BOOST_TEST(decode("'>i4'", "True", "(1, 3, 2)", six) == (numbers{1, 4, 2, 5, 3, 6}));
    BOOST_TEST(decode("'>i4'", "False", "(2, 3)", six) == (numbers{1, 2, 3, 4, 5, 6}));
}

BOOST_AUTO_TEST_CASE(bad_headers_are_refused_by_their_rule) {
    const auto refuses = [](const std::string& text, const std::string& message) {
        BOOST_CHECK_EXCEPTION((void)data::parse_npy_header(text), data::input_error, rule(message));
    };
    const std::string types = "need numbers of type f4, f8, i1 ... i8, u1 ... u8 or b1, got ";
    refuses(header("'|O'", "False", "(2,)"), types + "'|O'");
    refuses(header("'<c16'", "False", "(2,)"), types + "'<c16'");
    refuses(header("'f8'", "False", "(2,)"), types + "'f8'");
    refuses(header("''", "False", "(2,)"), types + "''");
    refuses(header("[('x', '<f8')]", "False", "(2,)"), types + "records");
    refuses(header("'<f8'", "False", "(2, -1)"),
            "need a shape of numbers >= 0, got a negative one");
    const std::string large = "the shape is too large: more than 8 GiB";
    refuses(header("'<f8'", "False", "(1073741825,)"), large);
    refuses(header("'<f8'", "False", "(4294967296, 4294967296)"), large);
    refuses(header("'<f8'", "False", "(99999999999999999999999999,)"), large);
    std::string many = "(";
    for (int i = 0; i < 33; ++i) {
        many += "1,";
    }
    refuses(header("'<f8'", "False", many + ")"), "need at most 32 dimensions");
    const std::string none = "the header is not that of an array";
    const std::string good = header("'<f8'", "False", "(2,)");
    for (std::size_t length = 0; length + 2 < good.size(); ++length) {
        refuses(good.substr(0, length), none);
    }
    refuses(good + "x", none);
    refuses("{'descr': '<f8', 'descr': '<f8', 'shape': (2,)}", none);
    refuses("{'descr': '<f8', 'fortran_order': Maybe, 'shape': (2,)}", none);
    refuses("{'descr': '<f8', 'fortran_order': False, 'shape': (,)}", none);
    refuses("{'descr': '<f8', 'fortran_order': False, 'form': (2,)}", none);
}

BOOST_AUTO_TEST_CASE(preambles_say_version_and_length) {
    const auto preamble = [](char major, char minor) {
        return std::string("\x93NUMPY") + major + minor;
    };
    BOOST_TEST(data::npy_length_bytes(preamble(1, 0)) == 2U);
    BOOST_TEST(data::npy_length_bytes(preamble(2, 0)) == 4U);
    BOOST_TEST(data::npy_length_bytes(preamble(3, 0)) == 4U);
    BOOST_TEST(data::npy_header_length(std::string("\x76\1", 2)) == 0x176U);
    BOOST_CHECK_EXCEPTION((void)data::npy_length_bytes(preamble(4, 0)), data::input_error,
                          rule("need .npy version 1.0, 2.0 or 3.0, got 4.0"));
    BOOST_CHECK_EXCEPTION((void)data::npy_length_bytes("\x92NUMPY\1"), data::input_error,
                          rule("not an .npy array: another signature"));
    BOOST_CHECK_EXCEPTION((void)data::npy_header_length("\xff\xff\xff\xff"), data::input_error,
                          rule("need a header below 1 MiB, got 4294967295 bytes"));
}

BOOST_AUTO_TEST_CASE(numbers_that_are_not_finite_or_exact_are_refused) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    BOOST_TEST(refusal(data::format_npz({{"a", {2}, {1, nan}}})) ==
               "a.npy: need finite numbers, got nan");
    BOOST_TEST(refusal(data::format_npz({{"a", {2}, {1, -infinity}}})) ==
               "a.npy: need finite numbers, got -inf");
    BOOST_CHECK_EXCEPTION(
        (void)data::decode_npy(data::parse_npy_header(header("'>i8'", "False", "()")),
                               std::string("\0\x20\0\0\0\0\0\1", 8)),
        data::input_error, rule("need integers up to 2^53, got 9007199254740993"));
}

BOOST_AUTO_TEST_CASE(files_that_are_no_archives_are_refused) {
    const std::string no_zip = "not an .npz file (a zip archive), or truncated";
    BOOST_TEST(refusal("") == no_zip);
    BOOST_TEST(refusal("t,loss\n0,1\n") == no_zip);
    BOOST_TEST(refusal(std::string(5000, 'P')) == no_zip);
    BOOST_CHECK_EXCEPTION((void)data::read_npz("no-such.npz"), data::input_error,
                          says("no-such.npz: No such file"));
    BOOST_CHECK_EXCEPTION((void)data::read_npz("."), data::input_error, says(".: it is a folder"));
}

// Cut anywhere an archive has lost its directory.
BOOST_AUTO_TEST_CASE(truncated_files_are_refused) {
    const std::string bytes = data::format_npz({{"a", {20, 10}, std::vector<double>(200, 1.5)}});
    BOOST_TEST(refusal(bytes).empty());
    for (std::size_t length = 0; length < bytes.size(); length += 50) {
        BOOST_TEST(!refusal(bytes.substr(0, length)).empty());
    }
}

// A wrong byte is refused, or lies where nothing is read from (time stamps, padding, ...): then
// numbers and shapes are right. A wrong name is found by who looks for it.
BOOST_AUTO_TEST_CASE(wrong_bytes_never_give_wrong_numbers) {
    const named_arrays expected = two_arrays();
    const std::string bytes = data::format_npz(expected);
    std::size_t refused = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        for (const unsigned flip : {0x01U, 0x80U, 0xffU}) {
            std::string wrong = bytes;
            wrong[i] = static_cast<char>(static_cast<unsigned char>(wrong[i]) ^ flip);
            named_arrays read;
            if (!refusal(wrong, &read).empty()) {
                ++refused;
                continue;
            }
            for (const named_array& a : read) {
                const named_array& same = a.shape.empty() ? expected[1] : expected[0];
                BOOST_TEST(a.shape == same.shape);
                BOOST_TEST(a.values == same.values);
            }
        }
    }
    BOOST_TEST(refused > bytes.size());  // of three times as many
}

BOOST_AUTO_TEST_CASE(shapes_that_do_not_fit_the_bytes_are_refused) {
    // A text of any bytes is written as it is: an array inside whose header is wrong is built by
    // changing the first header in place, which the checksum would find only after its numbers.
    std::string bytes = data::format_npz({{"a", {4}, {1, 2, 3, 4}}});
    bytes.replace(bytes.find("(4,)"), 4, "(9,)");
    BOOST_TEST(refusal(bytes) == "a.npy: need 72 bytes of numbers for its shape, got 32");
    bytes.replace(bytes.find("(9,)"), 4, "(4,)");
    BOOST_TEST(refusal(bytes).empty());
    bytes.replace(bytes.find("NUMPY"), 5, "NUMPI");
    BOOST_TEST(refusal(bytes) == "a.npy: not an .npy array: another signature");
}

BOOST_AUTO_TEST_CASE(sizes_that_the_file_cannot_hold_are_refused_before_they_are_allocated) {
    std::string bytes = data::format_npz({{"a", {4}, {1, 2, 3, 4}}});
    const std::size_t directory = bytes.find("PK\x01\x02");
    BOOST_REQUIRE(directory != std::string::npos);
    // Sizes in the directory, compressed and not: 2 GiB each; then only the second, as in a bomb.
    for (const std::size_t place : {directory + 20, directory + 24}) {
        bytes.replace(place, 4, std::string("\0\0\0\x7f", 4));
    }
    BOOST_TEST(!refusal(bytes).empty());
    bytes.replace(directory + 20, 4, std::string("\xa0\0\0\0", 4));
    BOOST_TEST(refusal(bytes) == "a.npy: its size is more than the file can hold");
}

BOOST_AUTO_TEST_SUITE_END()
