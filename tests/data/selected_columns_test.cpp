#include "fusionflow/data/readers/selected_columns.hpp"

#include <boost/test/unit_test.hpp>

#include "fusionflow/data/readers/column_selection.hpp"
#include "fusionflow/data/readers/read_samples.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using data::find_columns;
using tests::says;

BOOST_AUTO_TEST_SUITE(selected_columns)

namespace {

using places = std::vector<std::size_t>;
using texts = std::vector<std::string>;

struct files {
    files() {
        tests::write(folder.file("d.csv"),
                     "s1,s2,v,y,k\n1,2,3,4,cat\n5,6,7,8,dog\n9,10,11,12,cat\n");
        tests::write(folder.file("more.csv"), "s1,s2,v,y,k\n13,14,15,16,ant\n");
        tests::write(folder.file("t.csv"), "s1,z\n100,200\nNA,400\n500,600\n");
    }
    [[nodiscard]] std::string file(const std::string& name) const { return folder.file(name); }

    tests::temporary_folder folder;
};

data::row_matrix read(const data::column_request& request) {
    data::selected_columns table(request);
    const auto width = static_cast<Eigen::Index>(table.inputs().size() + table.targets().size());
    data::row_matrix all(0, width);
    data::row_block block;
    while (table.next(block)) {
        all.conservativeResize(all.rows() + block.values.rows(), width);
        all.bottomRows(block.values.rows()) = block.values;
    }
    return all;
}

data::row_matrix matrix(Eigen::Index columns, const std::vector<double>& numbers) {
    return Eigen::Map<const data::row_matrix>(
        numbers.data(), static_cast<Eigen::Index>(numbers.size()) / columns, columns);
}

void refuses(const data::column_request& request, const std::string& message) {
    BOOST_CHECK_EXCEPTION((void)read(request), data::input_error, says(message));
}

}  // namespace

BOOST_AUTO_TEST_CASE(selections_are_names_ranges_and_patterns) {
    const texts columns = {"id", "s1", "s2", "s10", "a,b", "v..w", "x*", "xy"};
    BOOST_TEST(find_columns(columns, "s*", {"s2", "id"}) == places({1, 3}));
    BOOST_TEST(find_columns(columns, "s2") == places({2}));
    BOOST_TEST(find_columns(columns, "s2, id") == places({2, 0}));
    BOOST_TEST(find_columns(columns, "s1..s10") == places({1, 2, 3}));
    BOOST_TEST(find_columns(columns, "s*") == places({1, 2, 3}));
    BOOST_TEST(find_columns(columns, "s?,id..s1") == places({1, 2, 0, 1}));
    BOOST_TEST(find_columns(columns, "\"a,b\"") == places({4}));
    // A column of this name comes first.
    BOOST_TEST(find_columns(columns, "v..w,x*") == places({5, 6}));
    const auto fails = [&](const std::string& selection, const std::string& rule) {
        BOOST_CHECK_EXCEPTION((void)find_columns(columns, selection), data::input_error,
                              says(": " + rule));
    };
    const std::string known =
        "; the columns are 'id', 's1', 's2', 's10', 'a,b', 'v..w', 'x*', 'xy'";
    fails("q", "there is no column 'q'" + known);
    fails("q*", "no column matches 'q*'" + known);
    fails("id..q", "there is no column 'q'" + known);
    fails("S_1", "there is no column 'S_1' (did you mean 's1'?)" + known);
    fails("s2..s1", "need a range in the order of the columns, got 's2..s1'");
    fails("", "need columns, got none");
    fails("id,,s1", "need columns apart by commas, got an empty one");
}

BOOST_AUTO_TEST_CASE(many_columns_are_not_all_listed_and_a_hint_comes_last) {
    texts columns;
    for (int i = 0; i < 30; ++i) {
        columns.push_back("c" + std::to_string(i));
    }
    BOOST_CHECK_EXCEPTION((void)find_columns(columns, "q", {}, "try this"), data::input_error,
                          says(": there is no column 'q'; the columns are 'c0', 'c1', 'c2', 'c3', "
                               "'c4', 'c5', 'c6', 'c7', 'c8', 'c9', ... (30 in all, listed by "
                               "fusionflow columns) (try this)"));
}

// What pandas writes before the first column.
BOOST_AUTO_TEST_CASE(patterns_pass_over_columns_without_a_name) {
    BOOST_TEST(find_columns({"", "a", "b"}, "*") == places({1, 2}));
    BOOST_TEST(find_columns({"", "a", "b"}, "*", {"b"}) == places({1}));
}

BOOST_AUTO_TEST_CASE(columns_come_in_the_order_of_modalities_and_target) {
    const files f;
    const data::column_request request{{f.file("d.csv")}, {"sight=v", "sound=s2,s1"}, "y"};
    const data::selected_columns table(request);
    BOOST_TEST(table.names() == texts({"sight", "sound"}));
    BOOST_TEST(table.dims() == std::vector<int>({1, 2}));
    BOOST_TEST(table.inputs() == texts({"v", "s2", "s1"}));
    BOOST_TEST(table.targets() == texts({"y"}));
    BOOST_TEST((read(request) == matrix(4, {3, 2, 1, 4, 7, 6, 5, 8, 11, 10, 9, 12})));
}

BOOST_AUTO_TEST_CASE(tables_follow_one_another) {
    const files f;
    const data::column_request both{{f.file("d.csv"), f.file("more.csv")}, {"s=s1"}, "y"};
    BOOST_TEST((read(both) == matrix(2, {1, 4, 5, 8, 9, 12, 13, 16})));
    refuses({{f.file("d.csv"), f.file("t.csv")}, {"s=s1"}, "y"},
            f.file("t.csv") + ": need the columns of " + f.file("d.csv"));
}

BOOST_AUTO_TEST_CASE(files_of_their_own_are_joined_row_by_row) {
    const files f;
    data::column_request request{{f.file("d.csv")}, {"a=s1", "b=@" + f.file("t.csv") + ":z"}, "y"};
    BOOST_TEST((read(request) == matrix(3, {1, 200, 4, 5, 400, 8, 9, 600, 12})));
    // Without columns all of them; a row that one file leaves out is left out of all.
    request.modalities[1] = "b=@" + f.file("t.csv");
    request.options.missing = data::missing_rule::skip;
    BOOST_TEST((read(request) == matrix(4, {1, 100, 200, 4, 9, 500, 600, 12})));
    // Nothing but such files; a name with a colon.
    tests::write(f.file("u:v"), "c\n1\n2\n3\n");
    BOOST_TEST((read({{}, {"b=@" + f.file("t.csv") + ":z"}, "@" + f.file("u:v")}) ==
                matrix(2, {200, 1, 400, 2, 600, 3})));
    tests::write(f.file("short.csv"), "c\n1\n2\n");
    refuses({{f.file("d.csv")}, {"a=s1"}, "@" + f.file("short.csv")},
            f.file("short.csv") + ": need 3 rows as in " + f.file("d.csv") + ", got 2");
}

BOOST_AUTO_TEST_CASE(classes_become_columns_in_sorted_order) {
    const files f;
    data::column_request request{{f.file("d.csv"), f.file("more.csv")}, {"s=s1"}, "k", true};
    const data::selected_columns table(request);
    BOOST_TEST(table.targets() == texts({"ant", "cat", "dog"}));
    BOOST_TEST((read(request) == matrix(4, {1, 0, 1, 0, 5, 0, 0, 1, 9, 0, 1, 0, 13, 1, 0, 0})));
    // From a file of its own.
    request = {{f.file("t.csv")}, {"b=z"}, "@" + f.file("d.csv") + ":k", true};
    BOOST_TEST((read(request) == matrix(3, {200, 1, 0, 400, 0, 1, 600, 1, 0})));
    request.target = "@" + f.file("d.csv") + ":k,y";
    refuses(request, "target: need one column of classes, got 2");
}

BOOST_AUTO_TEST_CASE(categories_of_inputs_become_inputs) {
    const files f;
    data::column_request request{{f.file("d.csv"), f.file("more.csv")}, {"a=s1,k", "b=v"}, "y"};
    request.one_hot = "k";
    const data::selected_columns table(request);
    BOOST_TEST(table.inputs() == texts({"s1", "k=ant", "k=cat", "k=dog", "v"}));
    BOOST_TEST(table.dims() == std::vector<int>({4, 1}));
    BOOST_TEST((read(request) == matrix(6, {1, 0, 1, 0, 3,  4,  5,  0, 0, 1, 7,  8,
                                            9, 0, 1, 0, 11, 12, 13, 1, 0, 0, 15, 16})));
    // Beside classes, from a file of its own.
    request = {
        {f.file("t.csv")}, {"a=@" + f.file("d.csv") + ":y,v"}, "@" + f.file("d.csv") + ":k", true};
    request.one_hot = "v";
    const data::selected_columns both(request);
    BOOST_TEST(both.inputs() == texts({"y", "v=3", "v=7", "v=11"}));
    BOOST_TEST(
        (read(request) == matrix(6, {4, 1, 0, 0, 1, 0, 8, 0, 1, 0, 0, 1, 12, 0, 0, 1, 1, 0})));
    request.one_hot = "k";
    refuses(request, "one-hot: 'k' is the target: --target-classes makes classes of its texts");
    request.one_hot = "q";
    refuses(request, "one-hot: there is no column 'q'; the columns are 'y', 'v' (those of the "
                     "modalities are meant)");
}

BOOST_AUTO_TEST_CASE(a_column_says_which_rows_are_held_out) {
    const files f;
    data::column_request request{{f.file("d.csv"), f.file("more.csv")}, {"a=*"}, "y"};
    request.split = "k=dog,ant";
    data::selected_columns table(request);
    BOOST_TEST(table.splits());
    BOOST_TEST(table.inputs() == texts({"s1", "s2", "v"}));  // the pattern passes over it
    data::row_split split;
    split.list_held_out = true;
    const data::sample_sums sums = data::read_samples(table, split);
    BOOST_TEST(sums.training.count() == 2U);
    BOOST_TEST(sums.held_out->count() == 2U);
    BOOST_TEST(sums.held_out_rows == std::vector<std::uint64_t>({1, 3}));
    BOOST_TEST(sums.training.statistics().mean(0) == 5);   // 1 and 9
    BOOST_TEST(sums.held_out->statistics().mean(0) == 9);  // 5 and 13
    // From a file of its own, beside classes.
    tests::write(f.file("set.csv"), "part,a=b\ntrain,1\ntest,2\nTrain,1\n");
    request = {{f.file("d.csv")}, {"a=s1"}, "k", true};
    request.split = "@" + f.file("set.csv") + ":part";
    data::selected_columns joined(request);
    BOOST_TEST(data::read_samples(joined, {}).held_out->statistics().mean(1) == 0);
    // A column of the whole name comes before a column and a text.
    request.split = "@" + f.file("set.csv") + ":a=b";
    refuses(request, "split: need texts such as train and test in column 'a=b', got '1' (--split "
                     "'a=b=TEXT,...' names those of the rows to hold out)");
    request.split = "s1";
    refuses(request, "split: column 's1' is used already, by modality a");
    request.split = "y=";
    refuses(request, "split: need texts after 'y=', those of the rows to hold out");
}

BOOST_AUTO_TEST_CASE(standard_input_is_read_but_once) {
    const std::string rule = "-: standard input can be read but once";
    refuses({{"-", "-"}, {"a=s1"}, "y"}, rule);
}

BOOST_AUTO_TEST_CASE(bad_choices_are_refused) {
    const files f;
    const texts d = {f.file("d.csv")};
    refuses({d, {}, "y"}, "modality: need at least one, NAME=columns");
    refuses({d, {"s=s1"}, ""}, "target: is needed: the column to predict");
    refuses({d, {"s1"}, "y"}, "modality: need NAME=columns, got 's1'");
    refuses({d, {"=s1"}, "y"}, "modality: need NAME=columns, got '=s1'");
    refuses({d, {"s=s1", "s=s2"}, "y"}, "modality: 's' is there twice");
    refuses({d, {"s=s1,s1"}, "y"}, "modality: s: column 's1' is there twice");
    refuses({d, {"s=s1..s2", "t=s2"}, "y"},
            "modality: t: column 's2' is used already, by modality s");
    refuses({d, {"s=s1,y"}, "y"}, "target: column 'y' is used already, by modality s");
    refuses({d, {"s=q"}, "y"},
            "modality: s: there is no column 'q'; the columns are 's1', 's2', 'v', 'y', 'k'");
    refuses({d, {"s=s1"}, "q*"},
            "target: no column matches 'q*'; the columns are 's1', 's2', 'v', 'y', 'k'");
    refuses({{}, {"s=s1"}, "y"},
            "modality: s: need a table before the options, or @FILE in place of columns");
    refuses({d, {"s=@no-such.csv"}, "y"},
            "no-such.csv: cannot be opened: No such file or directory");
    std::string header = "y";
    for (int i = 0; i <= 5000; ++i) {
        header += ",x" + std::to_string(i);
    }
    tests::write(f.file("wide.csv"), header + "\n");
    refuses({{f.file("wide.csv")}, {"s=x*"}, "y"},
            "modality: inputs: need a sum of at most 5000, got 5001 at 1");
    refuses({{f.file("wide.csv")}, {"s=x0"}, "x1..x1001"},
            "target: need at most 1000 columns, got 1001");
}

BOOST_AUTO_TEST_CASE(each_row_is_for_training_or_held_out_whatever_else_there_is) {
    const tests::temporary_folder folder;
    std::string text = "x,y\n";
    std::string gaps = text;
    for (int i = 0; i < 4000; ++i) {
        const std::string row = std::to_string(i) + "," + std::to_string(i % 7) + "\n";
        text += row;
        gaps += i % 2 == 0 ? row : ",1\n";
    }
    tests::write(folder.file("d.csv"), text);
    tests::write(folder.file("gaps.csv"), gaps);
    const auto sums_of = [&](const std::string& name, const data::row_split& split) {
        data::selected_columns table(
            {{folder.file(name)}, {"a=x"}, "y", false, {{}, data::missing_rule::skip}});
        return data::read_samples(table, split);
    };
    const data::row_split split{0.75, 3};
    const data::sample_sums all = sums_of("d.csv", split);
    BOOST_TEST(all.training.count() + all.held_out->count() == 4000U);
    // Binomial with deviation sqrt(4000 * 0.75 * 0.25) = 27; five of them.
    BOOST_TEST(std::abs(static_cast<double>(all.training.count()) - 3000) < 137);
    // Rows that are skipped do not move the others: what is left of each part is a part of it.
    const data::sample_sums some = sums_of("gaps.csv", split);
    std::uint64_t expected = 0;
    for (std::uint64_t i = 0; i < 4000; i += 2) {
        expected += data::trains(split, i) ? 1 : 0;
    }
    BOOST_TEST(some.training.count() == expected);
    // Another seed, other rows.
    const auto mean = [](const data::sample_sums& s) { return s.training.statistics().mean(0); };
    BOOST_TEST(mean(all) != mean(sums_of("d.csv", {0.75, 4})));
    BOOST_TEST(mean(all) == mean(sums_of("d.csv", split)));
    // Both parts together are the whole.
    data::moment_sums joined = all.training;
    joined.merge(*all.held_out);
    const auto whole = sums_of("d.csv", {}).training.statistics();
    BOOST_TEST(joined.statistics().covariance.isApprox(whole.covariance, 1e-14));
    BOOST_CHECK_EXCEPTION((void)sums_of("d.csv", {1e-9, 0}), data::input_error,
                          says("train-fraction: need rows for training and others to hold out, got "
                               "0 and 4000"));
}

BOOST_AUTO_TEST_CASE(tables_without_a_row_are_refused) {
    const tests::temporary_folder folder;
    tests::write(folder.file("d.csv"), "x,y\n");
    tests::write(folder.file("gaps.csv"), "x,y\n1,\n,2\n");
    const auto read_file = [&](const std::string& name) {
        data::selected_columns table(
            {{folder.file(name)}, {"a=x"}, "y", false, {{}, data::missing_rule::skip}});
        (void)data::read_samples(table, {});
    };
    BOOST_CHECK_EXCEPTION(read_file("d.csv"), data::input_error,
                          says(folder.file("d.csv") + ": need at least one row, got none"));
    BOOST_CHECK_EXCEPTION(
        read_file("gaps.csv"), data::input_error,
        says(folder.file("gaps.csv") + ": need a row without missing values, got none of 2"));
}

BOOST_AUTO_TEST_SUITE_END()
