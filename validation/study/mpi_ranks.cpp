// The class ranks with MPI; no other source uses MPI.
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <fmt/format.h>
#include <mpi.h>
#include <tbb/info.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/validation/settings/numbers.hpp"
#include "fusionflow/validation/study/deal.hpp"
#include "fusionflow/validation/study/parallel.hpp"
#include "fusionflow/validation/study/ranks.hpp"

namespace fusionflow::validation {

namespace {

// Messages to the first rank, and its answer: the rows to compute next, empty if there are no more.
enum message : int {
    finished = 1,  // how many rows are wanted, then a line for each row that is done
    failed = 2,    // pack_failure() of an exception
    left = 3,      // nothing more comes from this rank
    answer = 4
};

using clock = std::chrono::steady_clock;

// The texts of all ranks, in their order; every rank gets them.
std::vector<std::string> gather(const std::string& own, int size) {
    const int length = static_cast<int>(own.size());
    std::vector<int> lengths(static_cast<std::size_t>(size));
    MPI_Allgather(&length, 1, MPI_INT, lengths.data(), 1, MPI_INT, MPI_COMM_WORLD);
    std::vector<int> starts(lengths.size(), 0);
    for (std::size_t i = 1; i < lengths.size(); ++i) {
        starts[i] = starts[i - 1] + lengths[i - 1];
    }
    std::string all(static_cast<std::size_t>(starts.back() + lengths.back()), '\0');
    MPI_Allgatherv(own.data(), length, MPI_CHAR, all.data(), lengths.data(), starts.data(),
                   MPI_CHAR, MPI_COMM_WORLD);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        texts.push_back(
            all.substr(static_cast<std::size_t>(starts[i]), static_cast<std::size_t>(lengths[i])));
    }
    return texts;
}

void send(const std::string& text, message what) {
    MPI_Send(text.data(), static_cast<int>(text.size()), MPI_CHAR, 0, what, MPI_COMM_WORLD);
}

// Computes rows on the first rank itself.
void compute_here(open_rows& rows, int jobs, const ranks::compute_row& compute,
                  const ranks::accept_row& accept) {
    on_threads(jobs, [&] {
        try {
            piece_size piece;
            for (auto mine = rows.take(1); !mine.empty(); mine = rows.take(piece.next())) {
                const auto start = clock::now();
                for (const std::size_t i : mine) {
                    accept(i, compute(i));
                }
                piece.took(mine.size(), clock::now() - start);
            }
        } catch (...) {
            rows.fail(std::current_exception());
        }
    });
}

// Reads the lines of `finished`; returns how many rows are wanted.
std::size_t accept_lines(const std::string& text, const ranks::accept_row& accept) {
    std::size_t end = text.find('\n');
    const auto wanted = static_cast<std::size_t>(parse_whole("rank", text.substr(0, end)));
    while (end + 1 < text.size()) {
        const std::size_t from = end + 1;
        end = text.find('\n', from);
        const std::optional<indexed_row> row = parse_row(text.substr(from, end - from));
        if (!row) {
            throw std::runtime_error("a rank sent a row that cannot be read");
        }
        accept(row->index, row->row);
    }
    return wanted;
}

// Answers one message. \return whether its rank has left.
bool serve_one(const MPI_Status& about, open_rows& rows, const ranks::accept_row& accept) {
    int length = 0;
    MPI_Get_count(&about, MPI_CHAR, &length);
    std::string text(static_cast<std::size_t>(length), '\0');
    MPI_Recv(text.data(), length, MPI_CHAR, about.MPI_SOURCE, about.MPI_TAG, MPI_COMM_WORLD,
             MPI_STATUS_IGNORE);
    if (about.MPI_TAG == failed) {
        rows.fail(unpack_failure(text));
    } else if (about.MPI_TAG == finished) {
        std::vector<std::size_t> given;
        try {
            given = rows.take(accept_lines(text, accept));
        } catch (...) {
            rows.fail(std::current_exception());
        }
        const std::vector<std::uint64_t> places(given.begin(), given.end());
        MPI_Send(places.data(), static_cast<int>(places.size()), MPI_UINT64_T, about.MPI_SOURCE,
                 answer, MPI_COMM_WORLD);
    }
    return about.MPI_TAG == left;
}

// Looks for a message from time to time: waiting inside MPI would keep a processor busy that could
// compute.
MPI_Status wait_for(int source, int tag) {
    constexpr std::chrono::microseconds pause{100};
    MPI_Status about;
    int there = 0;
    for (;;) {
        MPI_Iprobe(source, tag, MPI_COMM_WORLD, &there, &about);
        if (there != 0) {
            return about;
        }
        std::this_thread::sleep_for(pause);
    }
}

// Serves the other ranks until all have left.
void serve(open_rows& rows, int others, const ranks::accept_row& accept) {
    while (others > 0) {
        if (serve_one(wait_for(MPI_ANY_SOURCE, MPI_ANY_TAG), rows, accept)) {
            --others;
        }
    }
}

// Sends finished rows to the first rank and returns the next ones to compute.
std::vector<std::size_t> trade(const std::string& lines, std::size_t wanted) {
    send(fmt::format("{}\n{}", wanted, lines), finished);
    const MPI_Status about = wait_for(0, answer);
    int count = 0;
    MPI_Get_count(&about, MPI_UINT64_T, &count);
    std::vector<std::uint64_t> places(static_cast<std::size_t>(count));
    MPI_Recv(places.data(), count, MPI_UINT64_T, 0, answer, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return {places.begin(), places.end()};
}

// Computes rows on a rank that is not the first. One thread at a time talks to MPI.
void compute_there(int jobs, const ranks::compute_row& compute) {
    std::mutex talking;
    std::atomic<bool> stopped = false;
    on_threads(jobs, [&] {
        try {
            piece_size piece;
            std::string lines;
            while (!stopped) {
                std::unique_lock lock(talking);
                const std::vector<std::size_t> mine = trade(lines, piece.next());
                lock.unlock();
                if (mine.empty()) {
                    return;
                }
                lines.clear();
                const auto start = clock::now();
                for (const std::size_t i : mine) {
                    lines += format_row(i, compute(i)) + '\n';
                }
                piece.took(mine.size(), clock::now() - start);
            }
        } catch (...) {
            stopped = true;
            const std::lock_guard lock(talking);
            send(pack_failure(std::current_exception()), failed);
        }
    });
    send({}, left);
}

int ranks_of_node() {
    MPI_Comm node = MPI_COMM_NULL;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    int count = 1;
    MPI_Comm_size(node, &count);
    MPI_Comm_free(&node);
    return count;
}

void check_threads(int jobs) {
    int provided = MPI_THREAD_SINGLE;
    MPI_Query_thread(&provided);
    if (jobs > 1 && provided < MPI_THREAD_SERIALIZED) {
        throw data::input_error(
            "jobs",
            fmt::format("need 1 with this MPI library, which does not support threads, got {}",
                        jobs));
    }
}

}  // namespace

ranks::ranks()
    : processors_(tbb::info::default_concurrency()), started_(read_launched(std::getenv)) {
    // Open MPI, MPICH and its kin, and Slurm's srun --mpi=pmix set one of these variables.
    if (std::getenv("OMPI_COMM_WORLD_SIZE") == nullptr && std::getenv("PMI_SIZE") == nullptr &&
        std::getenv("PMIX_RANK") == nullptr) {
        rank_ = started_.rank;
        return;
    }
    int provided = MPI_THREAD_SINGLE;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided);
    joined_ = true;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    const int share = static_cast<int>(std::thread::hardware_concurrency()) / ranks_of_node();
    processors_ = std::max(1, std::min(processors_, share));
}

// Sleeps until all ranks are here: MPI_Finalize alone would keep processors busy that others need.
ranks::~ranks() {
    if (!joined_) {
        return;
    }
    constexpr std::chrono::milliseconds pause{2};
    MPI_Request all = MPI_REQUEST_NULL;
    MPI_Ibarrier(MPI_COMM_WORLD, &all);
    int here = 0;
    for (MPI_Test(&all, &here, MPI_STATUS_IGNORE); here == 0;
         MPI_Test(&all, &here, MPI_STATUS_IGNORE)) {
        std::this_thread::sleep_for(pause);
    }
    MPI_Finalize();
}

bool ranks::know_mpi() noexcept { return true; }

std::exception_ptr ranks::first_failure(std::exception_ptr own) {
    if (size_ == 1 || agreed_) {
        return own;
    }
    agreed_ = true;
    for (const std::string& text : gather(pack_failure(own), size_)) {
        if (!text.empty()) {
            return unpack_failure(text);
        }
    }
    return nullptr;
}

void ranks::share(const std::string& fingerprint, const std::vector<std::size_t>& open, int jobs,
                  const compute_row& compute, const accept_row& accept) {
    if (size_ == 1) {
        for_each_index(open.size(), jobs,
                       [&](std::size_t i) { accept(open[i], compute(open[i])); });
        return;
    }
    check_threads(jobs);
    if (const std::exception_ptr thrown = first_failure(nullptr)) {
        std::rethrow_exception(thrown);
    }
    const std::vector<std::string> works = gather(fingerprint, size_);
    const auto other = std::find_if(works.begin(), works.end(),
                                    [&](const std::string& w) { return w != works[0]; });
    data::need(other == works.end(), "mpirun",
               "rank {} has another version, other options or other moments than rank 0",
               other - works.begin());
    int threads = 0;
    MPI_Allreduce(&jobs, &threads, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    if (!first()) {
        compute_there(jobs, compute);
        return;
    }
    open_rows rows(open, static_cast<std::size_t>(threads));
    std::thread here([&] { compute_here(rows, jobs, compute, accept); });
    serve(rows, size_ - 1, accept);
    here.join();
    if (rows.failure()) {
        std::rethrow_exception(rows.failure());
    }
}

}  // namespace fusionflow::validation
