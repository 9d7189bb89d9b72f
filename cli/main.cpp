#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "data/error.hpp"
#include "validation/version.hpp"

namespace {

using namespace fusionflow;
using cli::command;
using cli::exit_code;

const auto commands = std::to_array<const command*>(
    {&cli::predict_command, &cli::integrate_command, &cli::simulate_command, &cli::table_command,
     &cli::merge_command, &cli::columns_command, &cli::moments_command, &cli::diagnose_command,
     &cli::validate_command});

std::string overview() {
    std::string text =
        "usage: fusionflow COMMAND [options]\n\n"
        "When each modality of a multimodal network is learned: closed forms, reduced "
        "flows,\nfull networks, and all of them held against each other.\n\n"
        "Commands:\n";
    for (const command* c : commands) {
        const std::string_view first_line = c->about.substr(0, c->about.find('\n'));
        text += fmt::format("  {:<10} {}\n", c->name, first_line);
    }
    return text +
           "\nfusionflow COMMAND --help tells more; fusionflow --version prints the version.\n"
           "\nExample:\n  fusionflow predict --depth 4 --fusion 4 --rho 0.5\n";
}

int fail(const std::string& line, exit_code code) {
    fmt::print(stderr, "fusionflow: {}\n", line);
    return static_cast<int>(code);
}

// What was thrown as a line and an exit code; errors about options of `c` get their dashes.
int fail(const std::exception_ptr& thrown, const command* c, bool prints) {
    const auto end = [prints](const std::string& line, exit_code code) {
        return prints ? fail(line, code) : static_cast<int>(code);
    };
    try {
        std::rethrow_exception(thrown);
    } catch (const data::input_error& e) {
        const bool dashes = c != nullptr && cli::is_option(*c, e.field());
        return end(fmt::format("{}{}", dashes ? "--" : "", e.what()), exit_code::bad_input);
    } catch (const std::bad_alloc&) {
        return end("out of memory", exit_code::numerical_failure);
    } catch (const std::exception& e) {
        return end(fmt::format("internal error: {}", e.what()), exit_code::numerical_failure);
    }
}

exit_code run(const command& c, const std::vector<std::string>& words, validation::ranks* team) {
    cli::arguments given = cli::parse(c, words);
    given.team = team;
    if (given.help) {
        fmt::print("{}", given.first() ? cli::help(c) : "");
        return exit_code::done;
    }
    return c.run(given);
}

int run(const command& c, const std::vector<std::string>& words) {
    std::optional<validation::ranks> team;
    if (c.by_ranks) {
        team.emplace();
    }
    try {
        return static_cast<int>(run(c, words, team ? &*team : nullptr));
    } catch (...) {
        const std::exception_ptr own = std::current_exception();
        return team ? fail(team->first_failure(own), &c, team->first()) : fail(own, &c, true);
    }
}

int start(const std::vector<std::string>& words) {
    if (words.empty()) {
        fmt::print(stderr, "{}", overview());
        return static_cast<int>(exit_code::bad_input);
    }
    if (words[0] == "--help") {
        fmt::print("{}", overview());
        return static_cast<int>(exit_code::done);
    }
    if (words[0] == "--version") {
        fmt::print("fusionflow {}\n", validation::version());
        return static_cast<int>(exit_code::done);
    }
    for (const command* c : commands) {
        if (words[0] == c->name) {
            return run(*c, {words.begin() + 1, words.end()});
        }
    }
    const data::input_error unknown(
        "usage", fmt::format("there is no command '{}'; see fusionflow --help", words[0]));
    return fail(unknown.what(), exit_code::bad_input);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const int code = start({argv + 1, argv + argc});
        // A full disk or a closed pipe behind stdout must not pass for success.
        const bool written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
        return written ? code : fail("cannot write to stdout", exit_code::bad_input);
    } catch (...) {
        return fail(std::current_exception(), nullptr, true);
    }
}
