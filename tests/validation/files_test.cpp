#include "fusionflow/validation/files/files.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <thread>

#include "fusionflow/validation/files/descriptor.hpp"
#include "fusionflow/validation/files/unfinished_file.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/says.hpp"

using namespace fusionflow;
using tests::says;
using validation::check_writable;
using validation::write_file;

namespace fs = std::filesystem;

BOOST_AUTO_TEST_SUITE(files)

namespace {

mode_t mode_of(const std::string& file) {
    struct stat state {};
    BOOST_TEST_REQUIRE(::stat(file.c_str(), &state) == 0);
    return state.st_mode & 07777;
}

/// Another umask until the end of the scope.
class other_umask {
public:
    explicit other_umask(mode_t mask) : before_(::umask(mask)) {}
    other_umask(const other_umask&) = delete;
    other_umask& operator=(const other_umask&) = delete;
    ~other_umask() { ::umask(before_); }

private:
    mode_t before_;
};

}  // namespace

BOOST_AUTO_TEST_CASE(replaces_a_file_as_a_whole) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("t.csv");
    write_file("output", file, "a longer text that was there");
    write_file("output", file, std::string("new\0bytes", 9));
    BOOST_TEST(tests::read(file) == std::string("new\0bytes", 9));
    BOOST_TEST(folder.count() == 1);
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_place_for_a_file) {
    const tests::temporary_folder folder;
    BOOST_CHECK_EXCEPTION(check_writable("output", folder.path()), data::input_error,
                          says("output: cannot write '" + folder.path() + "': it is a folder"));
    const std::string nowhere = folder.file("no/t.csv");
    BOOST_CHECK_EXCEPTION(check_writable("output", nowhere), data::input_error,
                          says("output: cannot write '" + nowhere + "': there is no such folder"));
    BOOST_CHECK_EXCEPTION(write_file("plot", nowhere, "x"), data::input_error,
                          says("plot: cannot write '" + nowhere + "': No such file or directory"));
    BOOST_CHECK_EXCEPTION(check_writable("output", ""), data::input_error,
                          says("output: cannot write '': its name is empty"));
    BOOST_TEST(folder.count() == 0);
    const std::string loop = folder.file("loop");
    fs::create_symlink("loop", loop);
    BOOST_CHECK_EXCEPTION(
        check_writable("output", loop), data::input_error,
        says("output: cannot write '" + loop + "': Too many levels of symbolic links"));
}

BOOST_AUTO_TEST_CASE(checking_writes_nothing) {
    const tests::temporary_folder folder;
    check_writable("output", folder.file("t.csv"));
    BOOST_TEST(folder.count() == 0);
}

BOOST_AUTO_TEST_CASE(names_may_be_as_long_as_the_system_lets_them_be) {
    const tests::temporary_folder folder;
    const std::string longest = folder.file(std::string(255, 'n'));
    check_writable("output", longest);
    write_file("output", longest, "x");
    BOOST_TEST(tests::read(longest) == "x");
    const std::string longer = longest + 'n';
    BOOST_CHECK_EXCEPTION(
        check_writable("output", longer), data::input_error,
        says("output: cannot write '" + longer + "': need a name of at most 255 bytes, got 256"));
    BOOST_CHECK_EXCEPTION(check_writable("output", longest, ".rows"), data::input_error,
                          says("output: cannot write '" + longest +
                               "': need a name of at most 255 bytes with '.rows', got 260"));
}

BOOST_AUTO_TEST_CASE(new_files_get_the_mode_of_the_umask_and_old_ones_keep_theirs) {
    const tests::temporary_folder folder;
    const other_umask mask(0027);
    write_file("output", folder.file("new"), "x");
    BOOST_TEST(mode_of(folder.file("new")) == 0640U);
    for (const mode_t mode : {0600U, 0666U, 0755U}) {
        const std::string file = folder.file("old");
        tests::write(file, "before");
        BOOST_TEST_REQUIRE(::chmod(file.c_str(), mode) == 0);
        write_file("output", file, "after");
        BOOST_TEST(mode_of(file) == mode);
        BOOST_TEST(tests::read(file) == "after");
    }
}

BOOST_AUTO_TEST_CASE(owners_stay_where_the_system_lets_them) {
    if (::geteuid() != 0) {
        BOOST_TEST_MESSAGE("skipped: only root can give files away");
        return;
    }
    const tests::temporary_folder folder;
    const std::string file = folder.file("t");
    tests::write(file, "before");
    constexpr unsigned nobody = 65534;
    BOOST_TEST_REQUIRE(::chown(file.c_str(), nobody, nobody) == 0);
    write_file("output", file, "after");
    struct stat state {};
    BOOST_TEST_REQUIRE(::stat(file.c_str(), &state) == 0);
    BOOST_TEST(state.st_uid == nobody);
    BOOST_TEST(state.st_gid == nobody);
}

BOOST_AUTO_TEST_CASE(links_are_followed) {
    const tests::temporary_folder folder;
    fs::create_directory(folder.file("d"));
    tests::write(folder.file("d/target"), "before");
    fs::create_symlink("d/target", folder.file("link"));
    fs::create_symlink("link", folder.file("second"));
    write_file("output", folder.file("second"), "after");
    BOOST_TEST(tests::read(folder.file("d/target")) == "after");
    BOOST_TEST(fs::is_symlink(folder.file("link")));
    BOOST_TEST(fs::is_symlink(folder.file("second")));

    fs::create_symlink("d/new", folder.file("dangling"));
    check_writable("output", folder.file("dangling"));
    write_file("output", folder.file("dangling"), "made");
    BOOST_TEST(tests::read(folder.file("d/new")) == "made");
    BOOST_TEST(fs::is_symlink(folder.file("dangling")));

    fs::create_symlink("no/new", folder.file("nowhere"));
    BOOST_CHECK_EXCEPTION(
        check_writable("output", folder.file("nowhere")), data::input_error,
        says("output: cannot write '" + folder.file("nowhere") + "': there is no such folder"));
}

BOOST_AUTO_TEST_CASE(pipes_are_written_to_and_stay_pipes) {
    const tests::temporary_folder folder;
    const std::string pipe = folder.file("p");
    BOOST_TEST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    check_writable("output", pipe);
    BOOST_TEST(validation::is_stream(pipe));
    const std::string text(300000, 'x');  // more than a pipe holds
    std::string got;
    std::thread reader([&] { got = tests::read(pipe); });
    write_file("output", pipe, text);
    reader.join();
    BOOST_TEST(got == text);
    BOOST_TEST(fs::is_fifo(pipe));
    BOOST_TEST(folder.count() == 1);
}

// As `output | head` may do it: what is lost is said, and the process lives.
BOOST_AUTO_TEST_CASE(a_reader_that_goes_away_is_a_refusal) {
    const tests::temporary_folder folder;
    const std::string pipe = folder.file("p");
    BOOST_TEST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    std::thread reader([&] {
        const validation::descriptor in(::open(pipe.c_str(), O_RDONLY));
        char byte = 0;
        (void)!::read(in.number(), &byte, 1);
    });
    BOOST_CHECK_EXCEPTION(write_file("output", pipe, std::string(1000000, 'x')), data::input_error,
                          says("output: cannot write '" + pipe + "': Broken pipe"));
    reader.join();
}

BOOST_AUTO_TEST_CASE(open_files_of_the_process_are_written_to_as_they_are) {
    const tests::temporary_folder folder;
    const validation::descriptor out(
        ::open(folder.file("t").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    BOOST_TEST_REQUIRE(::write(out.number(), "before ", 7) == 7);
    const std::string name = "/proc/self/fd/" + std::to_string(out.number());
    check_writable("output", name);
    write_file("output", name, "after");
    BOOST_TEST(tests::read(folder.file("t")) == "before after");

    const validation::descriptor in(::open(folder.file("t").c_str(), O_RDONLY | O_CLOEXEC));
    const std::string unwritable = "/dev/fd/" + std::to_string(in.number());
    BOOST_CHECK_EXCEPTION(check_writable("output", unwritable), data::input_error,
                          says("output: cannot write '" + unwritable + "': Bad file descriptor"));
}

// A private node that swallows everything; where none can be made there is nothing to test.
BOOST_AUTO_TEST_CASE(devices_are_written_to_and_stay_devices) {
    const tests::temporary_folder folder;
    const std::string node = folder.file("null");
    constexpr unsigned major = 1;
    constexpr unsigned minor = 3;
    if (::mknod(node.c_str(), S_IFCHR | 0600, major << 8U | minor) != 0) {
        BOOST_TEST_MESSAGE("skipped: device nodes cannot be made here");
        return;
    }
    const validation::descriptor usable(::open(node.c_str(), O_WRONLY | O_CLOEXEC));
    if (usable.open()) {
        check_writable("output", node);
        write_file("output", node, "gone");
    }
    BOOST_TEST(fs::is_character_file(node));
    BOOST_TEST(folder.count() == 1);
}

BOOST_AUTO_TEST_CASE(a_planted_name_is_neither_followed_nor_used) {
    const tests::temporary_folder folder;
    tests::write(folder.file("victim"), "precious");
    const std::string file = folder.file("t.csv");
    const std::string foreseen = file + ".tmp-" + std::to_string(::getpid());
    fs::create_symlink("victim", foreseen);
    write_file("output", file, "new");
    BOOST_TEST(tests::read(folder.file("victim")) == "precious");
    BOOST_TEST(tests::read(file) == "new");
    BOOST_TEST(!fs::is_symlink(file));
}

BOOST_AUTO_TEST_CASE(nothing_changes_without_commit) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("t.csv");
    tests::write(file, "before");
    {
        validation::output_file out("output", file);
        out.write("half of ");
        BOOST_TEST(folder.count() == 2);
        BOOST_TEST(tests::read(file) == "before");
    }
    BOOST_TEST(folder.count() == 1);
    BOOST_TEST(tests::read(file) == "before");
    validation::output_file out("output", file);
    out.write("a ");
    out.write("whole");
    out.commit();
    BOOST_TEST(tests::read(file) == "a whole");
    BOOST_TEST(folder.count() == 1);
}

// In a child, whose limits and signals are its own: it ends with what `act` returns.
template <typename Action>
int status_of_child(const Action& act) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::_exit(act());
    }
    int status = 0;
    BOOST_TEST_REQUIRE(::waitpid(child, &status, 0) == child);
    return status;
}

BOOST_AUTO_TEST_CASE(a_file_beyond_the_limit_is_a_refusal_and_the_old_one_stays) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("t.csv");
    tests::write(file, "before");
    const int status = status_of_child([&] {
        validation::clean_up_on_signals();
        const rlimit limit{1000, 1000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        try {
            write_file("output", file, std::string(5000, 'x'));
        } catch (const data::input_error& e) {
            return e.rule() == "cannot write '" + file + "': File too large" ? 42 : 1;
        }
        return 2;
    });
    BOOST_TEST(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == 42);
    BOOST_TEST(tests::read(file) == "before");
    BOOST_TEST(folder.count() == 1);
}

BOOST_AUTO_TEST_CASE(signals_that_end_the_program_remove_what_is_unfinished) {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPIPE}) {
        const tests::temporary_folder folder;
        const std::string file = folder.file("t.csv");
        tests::write(file, "before");
        const int status = status_of_child([&] {
            std::signal(signal, SIG_DFL);
            validation::clean_up_on_signals();
            validation::output_file out("output", file);
            out.write("half");
            ::raise(signal);
            return 1;
        });
        BOOST_TEST(WIFSIGNALED(status));
        BOOST_TEST(WTERMSIG(status) == signal);
        BOOST_TEST(tests::read(file) == "before");
        BOOST_TEST(folder.count() == 1);
    }
}

BOOST_AUTO_TEST_CASE(signals_that_were_ignored_are_ignored_further_on) {
    const int status = status_of_child([] {
        std::signal(SIGHUP, SIG_IGN);
        validation::clean_up_on_signals();
        ::raise(SIGHUP);
        return 42;
    });
    BOOST_TEST(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == 42);
}

BOOST_AUTO_TEST_SUITE_END()
