#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "fusionflow/validation/study/journal.hpp"
#include "fusionflow/validation/study/launched.hpp"

namespace fusionflow::validation {

/// The processes that mpirun started together to compute one table, rank 0 the first; one process
/// alone everywhere else, and always where fusionflow was built without MPI.
///
/// Made once, before anything can fail, and kept until the answer is written: its end waits for the
/// other ranks.
class ranks {
public:
    /// Joins the others where mpirun started this process (its environment says so).
    ///
    /// Built without MPI there is nothing to join: then check_connected() refuses more than one
    /// process, which would all compute and write the same.
    ranks();
    ranks(const ranks&) = delete;
    ranks& operator=(const ranks&) = delete;
    ~ranks();  // NOLINT(performance-trivially-destructible): not with MPI

    /// Refuses processes that were started together and do not know of each other, before anything
    /// is written. Not where each of them computes a shard of its own: then it is the only one.
    ///
    /// \param own  The shard that the command line gives; 1/1: none.
    /// \throws data::input_error naming mpirun or srun.
    /// \see tests/validation/launched_test.cpp
    void check_connected(const shard& own);

    /// Whether this fusionflow was built with MPI.
    [[nodiscard]] static bool know_mpi() noexcept;

    /// Only the first rank reads and writes journals and files, and prints.
    [[nodiscard]] bool first() const noexcept { return rank_ == 0; }
    /// Processes in all, 1 ...
    [[nodiscard]] int size() const noexcept { return size_; }

    /// Threads that a rank should take: the processors that it may use, and no more than its share
    /// of those of its node.
    [[nodiscard]] int processors() const noexcept { return processors_; }

    /// What all ranks end with when one of them fails before share(): to be called by it.
    ///
    /// \param own  What this rank failed with.
    /// \return     The failure of the lowest rank that has one: the same on all.
    [[nodiscard]] std::exception_ptr first_failure(std::exception_ptr own);

    using compute_row = std::function<journal_row(std::size_t)>;
    using accept_row = std::function<void(std::size_t, const journal_row&)>;

    /// Computes rows on all threads of all ranks, handed out as they become free, a few at once
    /// where they are short. Called by every rank.
    ///
    /// \param fingerprint  Of the work: equal on all ranks, or it is refused.
    /// \param open         Rows to compute; read on the first rank.
    /// \param jobs         Threads of this rank, >= 1.
    /// \param compute      Any thread.
    /// \param accept       Gets each row once, on the first rank, by any thread.
    /// \throws what a rank threw, its own kind of error: on the first rank if it failed in
    ///         computing, on all if it failed before.
    /// \see tests/mpi/ranks_test.sh
    void share(const std::string& fingerprint, const std::vector<std::size_t>& open, int jobs,
               const compute_row& compute, const accept_row& accept);

private:
    int processors_ = 1;
    int rank_ = 0;
    int size_ = 1;
    launched started_;
    bool joined_ = false;  // MPI is running
    bool agreed_ = false;  // every rank got as far as share(), or one did not
};

}  // namespace fusionflow::validation
