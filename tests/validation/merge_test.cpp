#include "fusionflow/validation/study/merge.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "fusionflow/validation/study/shard_file.hpp"
#include "fusionflow/validation/study/table_format.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;
using validation::grid;
using validation::settings;
using validation::shard;
using validation::table_format;
using validation::table_layout;

BOOST_AUTO_TEST_SUITE(merge)

namespace {

const std::string provenance = "fusionflow table (seed 1)";

// 2 values of rho are the same, a point is named by its text (1e-1), one row ends in trouble,
// refined is not available at depth 3.
validation::table_options options() {
    validation::table_options o;
    o.points = grid::parse("depth=2:3; rho=0.5,0.5,1e-1");
    o.methods = {"refined", "full", "formula"};
    o.repeats = 2;
    return o;
}

settings model(const std::string& width = "4") {
    settings s;
    validation::set_option(s, "scheme", "gaussian");
    validation::set_option(s, "width", width);
    validation::set_option(s, "init", "0.3");
    validation::set_option(s, "max-epochs", "60");
    return s;
}

// Files of all shards, in the order of the shards.
std::vector<std::string> write_shards(const tests::temporary_folder& folder, int count,
                                      const settings& s = model()) {
    std::vector<std::string> files;
    for (int i = 1; i <= count; ++i) {
        validation::table_options o = options();
        o.part = {i, count};
        files.push_back(validation::shard_file(folder.file("t.csv"), o.part));
        tests::write(files.back(),
                     validation::format_shard(validation::run_table(s, o), provenance));
    }
    return files;
}

std::string format(const validation::table& t, table_format how) {
    return validation::format_table(t, table_layout::rows, how, provenance);
}

void refuses(const std::vector<std::string>& files, const std::string& message) {
    BOOST_CHECK_EXCEPTION((void)validation::merge_shards(files, 1), data::input_error,
                          says(message));
}

}  // namespace

BOOST_AUTO_TEST_CASE(json_says_what_was_put_together) {
    validation::merged_table merged;
    merged.whole.rows.resize(3);
    merged.provenance = provenance;
    const auto all = nlohmann::json::parse(json_text(merged, 2, "t.csv"));
    BOOST_TEST(all["shards"] == 2);
    BOOST_TEST(all["rows"] == 3);
    BOOST_TEST(all["output"] == "t.csv");
    BOOST_TEST(all["provenance"] == provenance);
}

BOOST_AUTO_TEST_CASE(merged_shards_are_the_table_of_one_run_byte_for_byte) {
    const validation::table whole = validation::run_table(model(), options());
    const std::string csv = format(whole, table_format::csv);
    // What could get lost is there: trouble, rows that do not exist.
    BOOST_TEST(csv.find("time_limit") != std::string::npos);
    BOOST_TEST(csv.find("not_available") != std::string::npos);
    for (const int count : {2, 3, 7, 30}) {
        const tests::temporary_folder folder;
        auto files = write_shards(folder, count);
        std::swap(files.front(), files.back());
        const auto merged = validation::merge_shards(files, 2);
        BOOST_TEST(merged.provenance == provenance);
        for (const table_format how : {table_format::csv, table_format::json, table_format::latex,
                                       table_format::markdown, table_format::text}) {
            BOOST_TEST(format(merged.whole, how) == format(whole, how));
        }
    }
}

BOOST_AUTO_TEST_CASE(names_with_commas_and_quotes_and_times_that_are_never_come_back) {
    settings s;
    // B explains nothing that A does not: it is never learned.
    Eigen::MatrixXd covariance(2, 2);
    covariance << 1, 0, 0, 1;
    s.moments = std::make_shared<const data::moments>(std::vector<std::string>{"a, \"b\"", "c"},
                                                      std::vector<int>{1, 1}, covariance,
                                                      Eigen::Vector2d(1, 0), 1.0);
    const validation::table whole = validation::run_table(s, {.methods = {"formula", "flow"}});
    const std::string csv = format(whole, table_format::csv);
    BOOST_TEST(csv.find("\"time_a, \"\"b\"\"\"") != std::string::npos);
    BOOST_TEST(csv.find(",inf,") != std::string::npos);
    const tests::temporary_folder folder;
    std::vector<std::string> files;
    for (int i = 1; i <= 2; ++i) {
        files.push_back(folder.file(std::to_string(i)));
        const auto part =
            validation::run_table(s, {.methods = {"formula", "flow"}, .part = {i, 2}});
        tests::write(files.back(), validation::format_shard(part, provenance));
    }
    BOOST_TEST(format(validation::merge_shards(files, 1).whole, table_format::csv) == csv);
}

BOOST_AUTO_TEST_CASE(missing_shards_are_named) {
    const tests::temporary_folder folder;
    const auto files = write_shards(folder, 4);
    refuses({files[1]}, "merge: 3 of 4 shards are missing: 1, 3, 4");
    refuses({files[3], files[0], files[1]}, "merge: 1 of 4 shards is missing: 3");
    refuses({}, "merge: need the files of the shards");
}

BOOST_AUTO_TEST_CASE(a_shard_that_is_there_twice_is_refused) {
    const tests::temporary_folder folder;
    const auto files = write_shards(folder, 2);
    const std::string copy = folder.file("copy.csv");
    std::filesystem::copy_file(files[0], copy);
    refuses({files[0], files[1], copy},
            "merge: '" + files[0] + "' and '" + copy + "' are both shard 1/2");
}

BOOST_AUTO_TEST_CASE(shards_of_different_tables_are_refused) {
    const tests::temporary_folder folder;
    const auto files = write_shards(folder, 2);
    // The same provenance in both, as if only the content of a file of moments were another.
    const tests::temporary_folder elsewhere;
    const auto others = write_shards(elsewhere, 2, model("5"));
    refuses({files[0], others[1]},
            others[1] + ": belongs to another table than '" + files[0] + "'");
    const tests::temporary_folder thirds;
    const auto three = write_shards(thirds, 3);
    refuses({files[0], three[1]}, three[1] + ": is shard 2/3, but '" + files[0] + "' is shard 1/2");
}

BOOST_AUTO_TEST_CASE(torn_and_changed_files_are_refused_wherever_they_are_cut) {
    const tests::temporary_folder folder;
    const auto files = write_shards(folder, 2);
    const std::string text = tests::read(files[0]);
    const std::size_t second = text.find('\n') + 1;
    const std::size_t third = text.find('\n', second) + 1;
    const std::string torn = files[0] + ": is torn or was changed: its rows are not those that "
                                        "were written";
    for (std::size_t length = third; length < text.size(); length += 7) {
        tests::write(files[0], text.substr(0, length));
        refuses(files, torn);
    }
    // A whole row less, and a digit more.
    tests::write(files[0], text.substr(0, text.rfind('\n', text.size() - 2) + 1));
    refuses(files, torn);
    tests::write(files[0], text.substr(0, text.size() - 1) + "1\n");
    refuses(files, torn);
    tests::write(files[0], text.substr(0, third - 9));
    refuses(files, files[0] + ": its line '# shard' cannot be read");
    for (const std::size_t length : {std::size_t{0}, second - 1, second + 3}) {
        tests::write(files[0], text.substr(0, length));
        refuses(files, files[0] + ": is not a shard of a table: its second line does not begin "
                                  "with '# shard'");
    }
    std::filesystem::remove(files[0]);
    refuses(files, files[0] + ": cannot be opened: No such file or directory");
}

BOOST_AUTO_TEST_SUITE_END()
