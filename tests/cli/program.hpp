#pragma once

#include <sys/wait.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fusionflow/validation/settings/settings.hpp"
#include "tests/support/folder.hpp"

namespace fusionflow::tests {

/// What a run of the program left.
struct program_result {
    int code = -1;
    std::string out;
    std::string err;

    [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(out); }
};

/// A word for the shell that runs the tests, which need not be bash.
inline std::string quoted(const std::string& word) {
    std::string all = "'";
    for (const char c : word) {
        all += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return all + "'";
}

/// Runs a command line of the shell in which `fusionflow` is the program that was built.
inline program_result run_line(const std::string& line) {
    const temporary_folder folder;
    const std::string script =
        "fusionflow() { " + quoted(FUSIONFLOW_PROGRAM) + " \"$@\"; }\n" + line + '\n';
    write(folder.file("script"), script);
    const std::string command = "sh " + folder.file("script") + " >" + folder.file("out") + " 2>" +
                                folder.file("err") + " </dev/null";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read(folder.file("out")),
            read(folder.file("err"))};
}

/// Runs the program with these words.
inline program_result run(const std::vector<std::string>& words) {
    std::string line = "fusionflow";
    for (const std::string& word : words) {
        line += ' ' + quoted(word);
    }
    return run_line(line);
}

}  // namespace fusionflow::tests
