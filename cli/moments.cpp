#include <fmt/format.h>
#include <fmt/ranges.h>

#include "fusionflow/cli/attempts.hpp"
#include "fusionflow/cli/command.hpp"
#include "fusionflow/cli/moments_answer.hpp"
#include "fusionflow/cli/sample_tables.hpp"
#include "fusionflow/cli/streams.hpp"
#include "fusionflow/data/need.hpp"
#include "fusionflow/validation/files/files.hpp"

namespace fusionflow::cli {

namespace {

// Seeds and tolerances of networks and flows play no part.
std::string provenance_of(const arguments& given) {
    return given.provenance.substr(0, given.provenance.rfind(" (seed "));
}

std::vector<option> moments_options() {
    std::vector<option> all = sample_options();
    all.push_back({"output", "M.json", "write the moments", true, false, file_use::written});
    all.push_back({"held-out", "H.json", "write the moments of the rows held out", true, false,
                   file_use::written});
    all.push_back({"held-out-rows", "R.txt", "write which rows those are, from 0, a line each",
                   true, false, file_use::written});
    return all;
}

void write_moments(const arguments& given, const std::string& option, const std::string& text) {
    if (given.has(option)) {
        validation::write_file(option, given.get(option), text);
    }
}

void print_moments(const arguments& given, const samples_read& r, const std::string& text) {
    if (given.json) {
        print_json(text);
    } else {
        print_text(to_text(r.training, r.held_out ? "training" : ""));
        if (r.held_out) {
            print_text('\n' + to_text(*r.held_out, "held out"));
        }
    }
    print_warnings(given, r.warnings);
}

exit_code run_moments(const arguments& given) {
    for (const char* option : {"held-out", "held-out-rows"}) {
        data::need(!given.has(option) || holds_out(given), option,
                   "needs --train-fraction or --split");
    }
    const samples_read r = read_samples(given);
    const std::string provenance = provenance_of(given);
    const std::string text = data::format_summary(r.training, provenance);
    attempts all;
    all.add([&] { write_moments(given, "output", text); });
    if (r.held_out) {
        all.add([&] {
            write_moments(given, "held-out",
                          data::format_summary(*r.held_out, provenance + " (held out)"));
        });
    }
    all.add([&] {
        write_moments(given, "held-out-rows",
                      fmt::format("# {} (rows held out)\n{}\n", provenance,
                                  fmt::join(r.held_out_rows, "\n")));
    });
    all.add([&] { print_moments(given, r, text); });
    all.finish();
    return exit_code::done;
}

}  // namespace

const command moments_command = {
    "moments",
    "Second moments of samples in files (CSV, TSV, .npy, .npz, IDX; gzip): what --moments reads.\n"
    "Without --modality DATA are moments of parts of the samples, and it puts them together.",
    "[DATA...]",
    {},
    moments_options(),
    "fusionflow moments scans.csv --modality 'sound=s1..s3' --modality sight=v --target y",
    run_moments,
    false,
    file_use::read};

}  // namespace fusionflow::cli
