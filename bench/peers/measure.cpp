#include "measure.hpp"

#include <cstdio>
#include <stdexcept>

namespace peers {

request read_request(int count, char** words) {
    if (count < 4) {
        throw std::runtime_error("usage: PROGRAM CASES.csv CASE TOLERANCE...");
    }
    return {read_case(words[1], words[2]), {words + 3, words + count}};
}

void print(const std::string& method, const test_case& about, const std::string& tolerance,
           const run_result& result, double best) {
    std::printf("%s,%s,%s,%s,", method.c_str(), about.name.c_str(), tolerance.c_str(),
                result.status.c_str());
    if (result.status == "ok") {
        std::printf("%.4g,%.17g,%.17g,%ld,%ld", best, result.t_a, result.t_b, result.steps,
                    result.evaluations);
    } else {
        std::printf(",,,,");
    }
    std::printf(",%s\n", result.stepper.c_str());
    std::fflush(stdout);
}

}  // namespace peers
