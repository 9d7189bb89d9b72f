#include "fusionflow/validation/study/shard.hpp"

#include <boost/test/unit_test.hpp>
#include <map>

#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(shard)

namespace {

using variables = std::map<std::string, std::string>;

std::optional<validation::shard> shard_of(const variables& set) {
    return validation::slurm_shard([&](const char* name) {
        const auto found = set.find(std::string(name));
        return found == set.end() ? nullptr : found->second.c_str();
    });
}

variables array(const std::string& id, const std::string& count, const std::string& min,
                const std::string& max) {
    return {{"SLURM_ARRAY_TASK_ID", id},
            {"SLURM_ARRAY_TASK_COUNT", count},
            {"SLURM_ARRAY_TASK_MIN", min},
            {"SLURM_ARRAY_TASK_MAX", max}};
}

std::string text_of(const variables& set) { return shard_of(set).value().text(); }

void refuses(const variables& set, const std::string& message) {
    BOOST_CHECK_EXCEPTION((void)shard_of(set), data::input_error, says(message));
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_task_of_an_array_is_the_shard_of_its_place) {
    BOOST_TEST(text_of(array("0", "32", "0", "31")) == "1/32");  // --array=0-31
    BOOST_TEST(text_of(array("31", "32", "0", "31")) == "32/32");
    BOOST_TEST(text_of(array("1", "8", "1", "8")) == "1/8");     // --array=1-8
    BOOST_TEST(text_of(array("5", "4", "1", "7")) == "3/4");     // --array=1-7:2 and 1,3,5,7
    BOOST_TEST(text_of(array("12", "1", "12", "12")) == "1/1");  // --array=12
    BOOST_TEST(text_of({{"SLURM_ARRAY_TASK_ID", "3"},
                        {"SLURM_ARRAY_TASK_COUNT", "5"},
                        {"SLURM_ARRAY_TASK_MIN", "0"}}) == "4/5");
}

BOOST_AUTO_TEST_CASE(outside_of_job_arrays_there_is_no_shard) {
    BOOST_TEST(!shard_of({}).has_value());
    BOOST_TEST(!shard_of({{"SLURM_ARRAY_TASK_COUNT", "5"}}).has_value());
}

BOOST_AUTO_TEST_CASE(variables_that_make_no_shard_are_refused_by_name) {
    refuses(array("one", "8", "1", "8"), "SLURM_ARRAY_TASK_ID: need a whole number, got 'one'");
    refuses(array("1", "", "1", "8"), "SLURM_ARRAY_TASK_COUNT: need a whole number, got ''");
    refuses(array("1", "0", "1", "1"), "SLURM_ARRAY_TASK_COUNT: need >= 1, got 0");
    refuses(array("9", "8", "1", "8"),
            "SLURM_ARRAY_TASK_ID: need one of the 8 array indices from 1 in steps of 1, got 9");
    refuses(array("0", "8", "1", "8"),
            "SLURM_ARRAY_TASK_ID: need one of the 8 array indices from 1 in steps of 1, got 0");
    refuses(array("4", "4", "1", "7"),
            "SLURM_ARRAY_TASK_ID: need one of the 4 array indices from 1 in steps of 2, got 4");
    refuses(array("1", "3", "1", "10"),
            "SLURM_ARRAY_TASK_MAX: need array indices that are evenly spaced, got 3 from 1 to 10: "
            "give --shard");
    refuses(array("1", "3", "1", "1"),
            "SLURM_ARRAY_TASK_MAX: need array indices that are evenly spaced, got 3 from 1 to 1: "
            "give --shard");
    refuses({{"SLURM_ARRAY_TASK_ID", "1"}},
            "SLURM_ARRAY_TASK_COUNT: is not set although SLURM_ARRAY_TASK_ID is: set it, or give "
            "--shard");
}

BOOST_AUTO_TEST_CASE(shards_are_written_as_i_of_n) {
    BOOST_TEST(validation::parse_shard("2/4").text() == "2/4");
    for (const auto& [text, message] :
         std::map<std::string, std::string>{{"2", "shard: need i/n, got '2'"},
                                            {"1/2/3", "shard: need i/n, got '1/2/3'"},
                                            {"0/2", "shard: need i/n with 1 <= i <= n, got 0/2"},
                                            {"3/2", "shard: need i/n with 1 <= i <= n, got 3/2"},
                                            {"a/2", "shard: need a whole number, got 'a'"}}) {
        BOOST_CHECK_EXCEPTION((void)validation::parse_shard(text), data::input_error,
                              says(message));
    }
}

BOOST_AUTO_TEST_CASE(shards_have_files_of_their_own) {
    BOOST_TEST(validation::shard_file("out/t.x.csv", {3, 8}) == "out/t.x.3-of-8.csv");
    BOOST_TEST(validation::shard_file("t.csv", {8, 8}) == "t.8-of-8.csv");
    BOOST_TEST(validation::shard_file("t.csv", {1, 1}) == "t.csv");
}

BOOST_AUTO_TEST_SUITE_END()
