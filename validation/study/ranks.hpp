#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <string>
#include <vector>

#include "fusionflow/validation/study/journal.hpp"
#include "fusionflow/validation/study/launched.hpp"

namespace fusionflow::validation {

/// The processes that mpirun started together to compute one table; rank 0 is the first. Without
/// mpirun, or where fusionflow was built without MPI, this is one process alone.
///
/// There is one object, made before anything can fail and kept until the answer is written: its
/// destructor waits for the other ranks.
class ranks {
public:
    /// Joins the other processes where mpirun started this one (its environment says so).
    ///
    /// Built without MPI it joins nothing, and check_connected() refuses more than one process: all
    /// of them would compute and write the same.
    ranks();
    ranks(const ranks&) = delete;
    ranks& operator=(const ranks&) = delete;
    ~ranks();  // NOLINT(performance-trivially-destructible): not with MPI

    /// Refuses processes that were started together but are not connected, before anything is
    /// written. A process that computes a shard of its own is accepted, and is then a first rank.
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

    /// Threads that this rank should take: the processors that it may use, but no more than its
    /// share of those of its node.
    [[nodiscard]] int processors() const noexcept { return processors_; }

    /// A rank that fails before share() calls this, so that all ranks end with the same failure.
    ///
    /// \param own  What this rank failed with.
    /// \return     The failure of the lowest rank that has one.
    [[nodiscard]] std::exception_ptr first_failure(std::exception_ptr own);

    using compute_row = std::function<journal_row(std::size_t)>;
    using accept_row = std::function<void(std::size_t, const journal_row&)>;

    /// Computes rows on all threads of all ranks, which get new rows as they become free, several
    /// at once where rows are short. Every rank must call this.
    ///
    /// \param fingerprint  Names the work; ranks with different ones are refused.
    /// \param open         Rows to compute; read on the first rank only.
    /// \param jobs         Threads of this rank, >= 1.
    /// \param compute      Computes a row; called by any thread.
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
    bool agreed_ = false;  // the ranks have exchanged their failures
};

}  // namespace fusionflow::validation
