#include "fusionflow/validation/study/launched.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <map>

#include "fusionflow/validation/study/ranks.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;

BOOST_AUTO_TEST_SUITE(launched)

namespace {

using variables = std::map<std::string, std::string>;

// What is read of an environment: "by rank/size".
std::string read(const variables& all) {
    const auto l = validation::read_launched([&](const char* name) {
        const auto found = all.find(name);
        return found == all.end() ? nullptr : found->second.c_str();
    });
    return l.by + " " + std::to_string(l.rank) + "/" + std::to_string(l.size);
}

const std::string alone = "mpirun 0/1";

// Variables of this process while it lives.
class environment {
public:
    explicit environment(variables all) : all_(std::move(all)) {
        for (const auto& [name, value] : all_) {
            ::setenv(name.c_str(), value.c_str(), 1);
        }
    }
    environment(const environment&) = delete;
    environment& operator=(const environment&) = delete;
    ~environment() {
        for (const auto& [name, value] : all_) {
            ::unsetenv(name.c_str());
        }
    }

private:
    variables all_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(each_launcher_is_known_by_its_variables) {
    BOOST_TEST(read({}) == alone);
    BOOST_TEST(read({{"OMPI_COMM_WORLD_RANK", "1"}, {"OMPI_COMM_WORLD_SIZE", "4"}}) ==
               "mpirun 1/4");
    BOOST_TEST(read({{"PMI_RANK", "0"}, {"PMI_SIZE", "2"}}) == "mpirun 0/2");
    BOOST_TEST(read({{"FLUX_TASK_RANK", "2"}, {"FLUX_JOB_SIZE", "3"}}) == "flux 2/3");
    BOOST_TEST(read({{"SLURM_PROCID", "1"}, {"SLURM_NTASKS", "2"}}) == "srun 1/2");
    BOOST_TEST(read({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "2"}}) == "srun 0/2");
    BOOST_TEST(read({{"PMIX_RANK", "3"}}) == "mpirun 3/4");
    BOOST_TEST(read({{"PMIX_RANK", "0"}, {"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "8"}}) ==
               "srun 0/8");
}

BOOST_AUTO_TEST_CASE(a_single_task_in_an_allocation_of_many_is_alone) {
    // A shell of salloc, srun -n 1 in it, a batch script, and PMIx's first of who knows how many.
    BOOST_TEST(read({{"SLURM_NTASKS", "8"}}) == alone);
    BOOST_TEST(read({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "1"}}) == "srun 0/1");
    BOOST_TEST(
        read({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "8"}, {"SLURM_STEP_NUM_TASKS", "1"}}) ==
        "srun 0/1");
    BOOST_TEST(read({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "8"}, {"ENVIRONMENT", "BATCH"}}) ==
               alone);
    BOOST_TEST(read({{"PMIX_RANK", "0"}}) == alone);
    // srun in the batch script inherits its environment.
    BOOST_TEST(read({{"SLURM_PROCID", "3"},
                     {"SLURM_NTASKS", "8"},
                     {"SLURM_STEP_NUM_TASKS", "4"},
                     {"ENVIRONMENT", "BATCH"}}) == "srun 3/4");
}

BOOST_AUTO_TEST_CASE(what_is_no_number_counts_as_not_there) {
    for (const std::string junk : {"", "two", "-1", "1.5", "2 ", "99999999999999999999"}) {
        BOOST_TEST(read({{"SLURM_PROCID", junk}, {"SLURM_NTASKS", "4"}}) == alone);
        BOOST_TEST(read({{"SLURM_PROCID", "1"}, {"SLURM_NTASKS", junk}}) == alone);
        BOOST_TEST(read({{"PMIX_RANK", junk}}) == alone);
    }
    BOOST_TEST(read({{"SLURM_PROCID", "4"}, {"SLURM_NTASKS", "4"}}) == alone);
}

BOOST_AUTO_TEST_CASE(processes_that_would_all_do_the_same_are_refused_unless_each_has_a_shard) {
    const environment set({{"SLURM_PROCID", "1"}, {"SLURM_NTASKS", "2"}});
    validation::ranks team;
    BOOST_TEST(!team.first());
    const std::string rule = ", 2 of it would do the same: start one, give each a --shard of its "
                             "own, or ";
    BOOST_CHECK_EXCEPTION(
        team.check_connected({}), data::input_error,
        says(validation::ranks::know_mpi()
                 ? "srun: MPI does not know of the others" + rule + "start them by mpirun"
                 : "srun: this fusionflow was built without MPI" + rule + "build it with MPI"));
    BOOST_TEST(!team.first());
    // As of `srun -n 2 sh -c 'fusionflow table --shard $((SLURM_PROCID + 1))/2'`.
    BOOST_CHECK_THROW(team.check_connected({1, 2}), data::input_error);
    team.check_connected({2, 2});
    team.check_connected({4, 6});
    BOOST_TEST(team.first());
}

BOOST_AUTO_TEST_SUITE_END()
