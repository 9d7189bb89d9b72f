#pragma once

#include <string>
#include <vector>

namespace fusionflow::validation {

/// What another program left.
struct child_result {
    int start_error = 0;  ///< error number: it could not be started
    int status = 0;       ///< as waitpid() has it; 0 where the system does not keep it
    std::string out;
    std::string err;
};

/// Runs a program, found by PATH, without a shell: gives it a text, and takes what it says, through
/// pipes.
///
/// \param words    The program and its arguments.
/// \param input    Its standard input. A program that does not read all of it is no error.
/// \param without  Beginnings of names of environment variables that it does not get.
[[nodiscard]] child_result run_child(const std::vector<std::string>& words,
                                     const std::string& input,
                                     const std::vector<std::string>& without);

}  // namespace fusionflow::validation
