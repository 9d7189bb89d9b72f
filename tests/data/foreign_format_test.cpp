#include "fusionflow/data/readers/foreign_format.hpp"

#include <zip.h>

#include <boost/test/unit_test.hpp>

#include "tests/support/tables.hpp"

using namespace fusionflow;
using tests::read_table;
using tests::refusal_of;

BOOST_AUTO_TEST_SUITE(foreign_format)

namespace {

using namespace std::string_literals;

void is_refused_as(const std::string& bytes, const std::string& name) {
    const std::string refusal = refusal_of(bytes + "\n1,2\n");
    BOOST_TEST_INFO(refusal);
    BOOST_TEST(refusal.starts_with("d.csv: is " + name));
    BOOST_TEST(refusal.find(": ", 8) != std::string::npos);  // and what to do
}

// A zip archive with members of these names.
std::string archive(const std::vector<std::string>& names) {
    const tests::temporary_folder folder;
    zip_t* const made = zip_open(folder.file("z").c_str(), ZIP_CREATE, nullptr);
    for (const std::string& name : names) {
        zip_file_add(made, name.c_str(), zip_source_buffer(made, "1,2\n", 4, 0), 0);
    }
    BOOST_REQUIRE(zip_close(made) == 0);
    return tests::read(folder.file("z"));
}

}  // namespace

BOOST_AUTO_TEST_CASE(formats_show_in_their_first_bytes) {
    is_refused_as("PAR1\x15\x04\x15\x10"s, "a Parquet file");
    is_refused_as("ARROW1\0\0\xff\xff\xff\xff"s, "an Arrow (Feather) file");
    is_refused_as("\xff\xff\xff\xff\x78\1\0\0"s, "an Arrow stream");
    is_refused_as("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0"s, "an old Excel (xls)");
    is_refused_as("$FL2@(#) SPSS DATA FILE\2\0\0\0"s, "an SPSS file");
    is_refused_as("<stata_dta><header><release>118"s, "a Stata file");
    is_refused_as("\x72\2\1\0abc"s, "a Stata file");
    is_refused_as(std::string(12, '\0') + "\xc2\xea\x81\x60"s, "a SAS file");
    is_refused_as("HEADER RECORD*******LIBRARY HEADER"s, "a SAS transport file");
    is_refused_as("\x89HDF\r\n\x1a\n"s, "an HDF5 file");
    is_refused_as("MATLAB 5.0 MAT-file, Platform: GLNXA64"s, "a MATLAB file");
    is_refused_as("SQLite format 3\0"s, "an SQLite database");
    is_refused_as("\x80\4\x95\x1a\0\0"s, "a pickle of Python");
    is_refused_as("X\n\0\0\0\3\0\4"s, "an R object");
    is_refused_as("ORC\n\x10\1"s, "an ORC file");
    is_refused_as("BZh91AY&SY\1\2"s, "compressed by bzip2");
    is_refused_as("\xfd"s + "7zXZ\0\0\4"s, "compressed by xz");
    is_refused_as("\x28\xb5\x2f\xfd\4"s, "compressed by zstd");
    is_refused_as("d/" + std::string(255, '\0') + "ustar", "a tar archive");
    is_refused_as("\xff\xfe"s + "a\0,\0b\0"s, "text in UTF-16");
    is_refused_as("[{\"a\": 1}]", "JSON");
    is_refused_as("{\n  \"a\": 1}", "JSON");
    is_refused_as("\n<!DOCTYPE HTML>", "a web page (HTML)");
    is_refused_as("<?xml version='1.0'?>", "XML");
    is_refused_as("version https://git-lfs.github.com/spec/v1", "a pointer of Git LFS");
    is_refused_as("@RELATION iris", "an ARFF file");
}

BOOST_AUTO_TEST_CASE(the_way_round_can_be_typed) {
    BOOST_TEST(refusal_of("PAR1\x15\x04"s) ==
               "d.csv: is a Parquet file, which is not read here: python3 -c 'import pandas, sys; "
               "pandas.read_parquet(sys.argv[1]).to_csv(sys.argv[2], index=False)' IN OUT.csv");
    BOOST_TEST(refusal_of("BZh91AY&SY\1"s) ==
               "d.csv: is compressed by bzip2, which is not read here: unpack it first: bzcat FILE "
               "| fusionflow ... -");
}

BOOST_AUTO_TEST_CASE(archives_show_in_their_members) {
    BOOST_TEST(refusal_of(archive({"[Content_Types].xml", "xl/workbook.xml"}))
                   .starts_with("d.csv: is an Excel file (xlsx)"));
    BOOST_TEST(refusal_of(archive({"mimetype", "content.xml"}))
                   .starts_with("d.csv: is an OpenDocument file (ods)"));
    BOOST_TEST(refusal_of(archive({"model/data.pkl", "model/version"}))
                   .starts_with("d.csv: is a PyTorch file"));
    BOOST_TEST(refusal_of(archive({"scans.csv"})) ==
               "d.csv: is a zip archive of scans.csv: unzip -p FILE | fusionflow ... - reads it");
}

// Columns may be called like a format.
BOOST_AUTO_TEST_CASE(tables_are_not_taken_for_something_else) {
    for (const std::string header : {"ORCID,x", "PAR1,PAR2", "FEA1,x", "BZh,x", "[km],x", "{a},x",
                                     "GIF8,x", "ustar,x", "Obj,x", "X,x", "<a>,b", "i,\"j\""}) {
        BOOST_TEST_INFO(header);
        BOOST_TEST(read_table(header + "\n1,2\n").values.rows() == 1);
    }
}

BOOST_AUTO_TEST_SUITE_END()
