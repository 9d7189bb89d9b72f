#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "fusionflow/cli/command.hpp"
#include "fusionflow/cli/command_files.hpp"
#include "fusionflow/cli/streams.hpp"
#include "fusionflow/data/error.hpp"
#include "fusionflow/validation/files/unfinished_file.hpp"
#include "fusionflow/validation/study/launched.hpp"
#include "fusionflow/validation/version.hpp"

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

int fail(std::string_view line, exit_code code) noexcept {
    cli::say_error(line);
    return static_cast<int>(code);
}

// Turns what was thrown into a line and an exit code; options of `c` get their dashes.
int fail(const std::exception_ptr& thrown, const command* c, bool prints) noexcept {
    const auto end = [prints](std::string_view line, exit_code code) {
        return prints ? fail(line, code) : static_cast<int>(code);
    };
    try {
        std::rethrow_exception(thrown);
    } catch (const data::input_error& e) {
        const bool dashes = c != nullptr && cli::is_option(*c, e.field());
        const std::string_view says = e.what();
        return dashes ? end("--" + std::string(says), exit_code::bad_input)
                      : end(says, exit_code::bad_input);
    } catch (const std::bad_alloc&) {
        return end("out of memory", exit_code::numerical_failure);
    } catch (const std::exception& e) {
        return end(std::string("internal error: ") + e.what(), exit_code::numerical_failure);
    } catch (...) {
        return end("internal error", exit_code::numerical_failure);
    }
}

// Warns that each process does all the work. A script may well mean that, so it is no error.
void say_that_each_does_all(const command& c, const cli::arguments& given) {
    const validation::launched together = validation::read_launched(std::getenv);
    if (together.size > 1 && together.rank == 0) {
        cli::print_warnings(
            given, {fmt::format("{} started {} processes of {}, and each does all of its work: "
                                "only table shares the work out",
                                together.by, together.size, c.name)});
    }
}

exit_code run(const command& c, const std::vector<std::string>& words, validation::ranks* team) {
    cli::arguments given = cli::parse(c, words);
    given.team = team;
    if (team == nullptr && !given.help) {
        say_that_each_does_all(c, given);
    }
    if (given.help) {
        cli::print_text(given.first() ? cli::help(c) : "");
        return exit_code::done;
    }
    if (given.first()) {
        cli::planned_files(c, given).check();
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
        cli::say_as_it_is(overview());
        return static_cast<int>(exit_code::bad_input);
    }
    if (words[0] == "--help") {
        cli::print_text(overview());
        return static_cast<int>(exit_code::done);
    }
    if (words[0] == "--version") {
        cli::print_text(fmt::format("fusionflow {}\n", validation::version()));
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

// A full disk or a closed pipe behind stdout must not pass for success.
int finish(int code) {
    const int trouble = cli::finish_standard_output();
    return trouble == 0 ? code
                        : fail(fmt::format("cannot write to stdout: {}",
                                           std::generic_category().message(trouble)),
                               exit_code::bad_input);
}

// Ends the program, without a signal, if something is thrown where nothing may be (memory runs out
// in a destructor, or before main).
[[noreturn]] void end_at_once() noexcept {
    const std::exception_ptr thrown = std::current_exception();
    int code = static_cast<int>(exit_code::numerical_failure);
    if (thrown) {
        code = fail(thrown, nullptr, true);
    } else {
        cli::say_error("internal error: nothing was thrown");
    }
    validation::remove_unfinished_files();
    ::_exit(code);
}

// This runs before all other set-up, which may itself run out of memory.
[[gnu::constructor(101)]] void set_end_at_once() noexcept { std::set_terminate(end_at_once); }

}  // namespace

int main(int argc, char** argv) {
    try {
        cli::keep_standard_streams_apart();
        validation::clean_up_on_signals();
        return finish(start({argv + 1, argv + argc}));
    } catch (...) {
        return fail(std::current_exception(), nullptr, true);
    }
}
