#pragma once

#include <string>
#include <vector>

namespace fusionflow::validation {

/// What is left of another program after its end.
struct child_result {
    int start_error = 0;  ///< error number where it could not be started, else 0
    int status = 0;       ///< as waitpid() has it; 0 where the system does not keep it
    std::string out;
    std::string err;
};

/// Runs a program, found by PATH, without a shell. Pipes give it a text and take its output.
///
/// \param words    The program and its arguments.
/// \param input    Its standard input. It is no error if the program does not read all of it.
/// \param without  It does not get environment variables whose names begin with one of these.
[[nodiscard]] child_result run_child(const std::vector<std::string>& words,
                                     const std::string& input,
                                     const std::vector<std::string>& without);

}  // namespace fusionflow::validation
