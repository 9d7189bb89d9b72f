#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cases.hpp"

namespace peers {

/// What one run of a method gave.
struct run_result {
    std::string status = "ok";  ///< ok, failed, timeout or step-limit
    double t_a = 0;
    double t_b = 0;
    long steps = 0;
    long evaluations = 0;
    std::string stepper{};  ///< what the method says it used; empty where the name says it
};

/// The bounds of one run, the same for all methods.
inline constexpr double seconds_allowed = 20;
inline constexpr long steps_allowed = 5'000'000;

[[nodiscard]] inline double seconds() {
    using clock = std::chrono::steady_clock;
    return std::chrono::duration<double>(clock::now().time_since_epoch()).count();
}

/// Thrown out of a right-hand side when a run has used its time.
struct out_of_time {};

/// What the programs are called with: CASES.csv CASE TOLERANCE...
struct request {
    test_case about;
    std::vector<std::string> tolerances;  ///< loosest first
};

/// \throws std::runtime_error saying how to call the program.
[[nodiscard]] request read_request(int count, char** words);

void print(const std::string& method, const test_case& about, const std::string& tolerance,
           const run_result& result, double best);

/// Runs every tolerance, best of the repeats (three and 20 ms, or half a second), and prints it.
///
/// \param gives_up  True for explicit methods: where a loose tolerance does not end within the
///                  bounds, tighter ones cannot either and are not tried.
/// \param run       run_result(double tolerance)
template <class Run>
void measure(const std::string& method, const request& asked, bool gives_up, Run run) {
    run_result last;
    for (const auto& tolerance : asked.tolerances) {
        const bool hopeless = last.status == "timeout" || last.status == "step-limit";
        if (gives_up && hopeless) {
            print(method, asked.about, tolerance, last, 0);
            continue;
        }
        double best = 0;
        double total = 0;
        for (int repeat = 0; total < 0.5 && (repeat < 3 || total < 0.02); ++repeat) {
            const double start = seconds();
            last = run(std::stod(tolerance));
            const double taken = seconds() - start;
            best = repeat == 0 || taken < best ? taken : best;
            total += taken;
        }
        print(method, asked.about, tolerance, last, best);
    }
}

}  // namespace peers
