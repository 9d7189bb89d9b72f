#include "fusionflow/data/readers/foreign_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "fusionflow/data/printable.hpp"
#include "fusionflow/data/small_letter.hpp"

namespace fusionflow::data {

namespace {

using namespace std::string_view_literals;

// Advice on how to get a table from a file, by pandas where it knows the format.
constexpr std::string_view by_pandas =
    "python3 -c 'import pandas, sys; pandas.{}(sys.argv[1]).to_csv(sys.argv[2], index=False)' "
    "IN OUT.csv";
constexpr std::string_view unpack = "unpack it first: {}";
constexpr std::string_view as_it_is = "{}";

// A short word may also be the name of a column, as in `ORCID,age`. A magic that is one counts only
// if the file has bytes that are no text, too.
struct format {
    std::string_view magic;
    std::string_view name;
    std::string_view way;  // `words` go in here
    std::string_view words;
    std::size_t offset = 0;
};

constexpr auto formats = std::to_array<format>({
    {"PAR1"sv, "a Parquet file", by_pandas, "read_parquet"},
    {"PARE"sv, "an encrypted Parquet file", as_it_is, "decrypt it and write CSV"},
    {"ARROW1"sv, "an Arrow (Feather) file", by_pandas, "read_feather"},
    {"FEA1"sv, "a Feather file", by_pandas, "read_feather"},
    {"\xff\xff\xff\xff"sv, "an Arrow stream", as_it_is, "write CSV with pyarrow.csv.write_csv"},
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "an old Excel (xls) or other Office file", as_it_is,
     "save it as CSV"},
    {"ORC"sv, "an ORC file", by_pandas, "read_orc"},
    {"Obj\x01"sv, "an Avro file", as_it_is, "write CSV with fastavro"},
    {"$FL2"sv, "an SPSS file", by_pandas, "read_spss"},
    {"$FL3"sv, "an SPSS file", by_pandas, "read_spss"},
    {"<stata_dta>"sv, "a Stata file", by_pandas, "read_stata"},
    {"\0\0\0\0\0\0\0\0\0\0\0\0\xc2\xea\x81\x60"sv, "a SAS file", by_pandas, "read_sas"},
    {"HEADER RECORD*******"sv, "a SAS transport file", by_pandas, "read_sas"},
    {"\x89HDF\r\n\x1a\n"sv, "an HDF5 file", by_pandas, "read_hdf"},
    {"CDF\x01"sv, "a NetCDF file", as_it_is, "write CSV with xarray"},
    {"CDF\x02"sv, "a NetCDF file", as_it_is, "write CSV with xarray"},
    {"MATLAB 5.0 MAT-file"sv, "a MATLAB file", as_it_is,
     "write .npz with scipy.io.loadmat and numpy.savez"},
    {"MATLAB 7.3 MAT-file"sv, "a MATLAB file", as_it_is, "write .npz with h5py and numpy.savez"},
    {"SQLite format 3\0"sv, "an SQLite database", as_it_is,
     "sqlite3 -header -csv FILE 'select * from TABLE' | fusionflow ... - reads one of its tables"},
    {"SIMPLE  ="sv, "a FITS file", as_it_is, "write CSV with astropy"},
    {"RDX2\n"sv, "an R workspace", as_it_is, "write CSV with R's write.csv"},
    {"RDX3\n"sv, "an R workspace", as_it_is, "write CSV with R's write.csv"},
    {"X\n\0\0\0\x02"sv, "an R object (rds)", as_it_is, "write CSV with R's write.csv"},
    {"X\n\0\0\0\x03"sv, "an R object (rds)", as_it_is, "write CSV with R's write.csv"},
    {"BZh"sv, "compressed by bzip2", unpack, "bzcat FILE | fusionflow ... -"},
    {"\xfd"
     "7zXZ\0"sv,
     "compressed by xz", unpack, "xzcat FILE | fusionflow ... -"},
    {"\x28\xb5\x2f\xfd"sv, "compressed by zstd", unpack, "zstdcat FILE | fusionflow ... -"},
    {"\x04\x22\x4d\x18"sv, "compressed by lz4", unpack, "lz4cat FILE | fusionflow ... -"},
    {"\x1f\x9d"sv, "compressed by compress", unpack, "zcat FILE | fusionflow ... -"},
    {"7z\xbc\xaf\x27\x1c"sv, "a 7z archive", unpack, "7z x FILE"},
    {"Rar!\x1a\x07"sv, "a RAR archive", unpack, "unrar x FILE"},
    {"ustar"sv, "a tar archive", unpack, "tar xf FILE", 257},
    {"%PDF-"sv, "a PDF document", as_it_is, "copy its table into CSV"},
    {"\x89PNG\r\n"sv, "a PNG picture", as_it_is, "write its pixels with numpy.save"},
    {"\xff\xd8\xff"sv, "a JPEG picture", as_it_is, "write its pixels with numpy.save"},
    {"GIF8"sv, "a GIF picture", as_it_is, "write its pixels with numpy.save"},
    {R"({\rtf)"sv, "an RTF document", as_it_is, "save it as CSV"},
});

bool is_word(std::string_view magic) {
    return magic.size() <= 6 && magic.find_first_of("<{%") == std::string_view::npos &&
           std::all_of(magic.begin(), magic.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool has_bytes_of_no_text(std::string_view head) {
    const auto is_odd = [](char c) { return (c >= 0 && c < 0x09) || (c >= 0x0e && c < 0x20); };
    return std::any_of(head.begin(), head.end(), is_odd);
}

// Whether a text, in small letters and after blanks and line ends, begins with `with`.
bool begins(std::string_view head, std::string_view with) {
    const std::size_t first = head.find_first_not_of(" \t\r\n");
    head.remove_prefix(first == std::string_view::npos ? head.size() : first);
    for (std::size_t i = 0; i < with.size(); ++i) {
        if (i >= head.size() || small_letter(head[i]) != with[i]) {
            return false;
        }
    }
    return true;
}

// True for an object and for a list of objects or lists; `[km]` may be the name of a column.
bool is_json(std::string_view head) {
    std::string start;
    for (const char c : head.substr(0, 200)) {
        start += c == ' ' || c == '\t' || c == '\r' || c == '\n' ? "" : std::string(1, c);
    }
    return start.starts_with("{\"") || start.starts_with("[{") || start.starts_with("[[") ||
           start == "{}" || start == "[]";
}

// Files of Stata before version 117 begin with release, byte order, type of file and a zero.
bool is_old_stata(std::string_view head) {
    return head.size() >= 4 && head[0] >= 0x69 && head[0] <= 0x73 &&
           (head[1] == 1 || head[1] == 2) && head[2] == 1 && head[3] == 0;
}

bool is_pickle(std::string_view head) {
    return head.size() >= 2 && head[0] == '\x80' && head[1] >= 2 && head[1] <= 5;
}

std::string about_text(std::string_view head) {
    if (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff")) {
        return "is text in UTF-16, need UTF-8: iconv -f utf-16 -t utf-8 FILE";
    }
    if (is_json(head)) {
        return fmt::format("is JSON, no table: {} (.json files of moments go without --modality)",
                           fmt::format(fmt::runtime(by_pandas), "read_json"));
    }
    if (begins(head, "<!doctype html") || begins(head, "<html")) {
        return "is a web page (HTML), no table: was it downloaded by the wrong link?";
    }
    if (begins(head, "<?xml")) {
        return "is XML, no table: write CSV, for example with pandas.read_xml";
    }
    if (begins(head, "version https://git-lfs")) {
        return "is a pointer of Git LFS, not the file itself: git lfs pull";
    }
    if (begins(head, "@relation")) {
        return "is an ARFF file, need a table: write CSV with scipy.io.arff";
    }
    return "";
}

}  // namespace

std::string about_foreign_format(std::string_view head) {
    for (const format& f : formats) {
        if (head.size() > f.offset && head.substr(f.offset).starts_with(f.magic) &&
            (!is_word(f.magic) || has_bytes_of_no_text(head))) {
            return fmt::format("is {}, which is not read here: {}", f.name,
                               fmt::format(fmt::runtime(f.way), f.words));
        }
    }
    if (is_old_stata(head)) {
        return fmt::format("is a Stata file, which is not read here: {}",
                           fmt::format(fmt::runtime(by_pandas), "read_stata"));
    }
    if (is_pickle(head)) {
        return "is a pickle of Python, which is not read here: write CSV or .npy with the program "
               "that made it";
    }
    return about_text(head);
}

std::string about_foreign_member(std::string_view name) {
    if (name.starts_with("xl/")) {
        return fmt::format("is an Excel file (xlsx), which is not read here: {}",
                           fmt::format(fmt::runtime(by_pandas), "read_excel"));
    }
    if (name == "content.xml") {
        return fmt::format("is an OpenDocument file (ods), which is not read here: {}",
                           fmt::format(fmt::runtime(by_pandas), "read_excel"));
    }
    if (name == "data.pkl" || name.ends_with("/data.pkl")) {
        return "is a PyTorch file, which is not read here: write .npy with numpy.save of the "
               "tensor";
    }
    for (const std::string_view ending : {".csv", ".tsv", ".txt", ".tab"}) {
        if (name.ends_with(ending)) {
            return fmt::format("is a zip archive of {0}: unzip -p FILE | fusionflow ... - reads it",
                               escaped(name));
        }
    }
    return "";
}

}  // namespace fusionflow::data
