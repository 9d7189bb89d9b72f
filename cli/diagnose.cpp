#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "fusionflow/cli/attempts.hpp"
#include "fusionflow/cli/command.hpp"
#include "fusionflow/cli/interruption.hpp"
#include "fusionflow/cli/progress.hpp"
#include "fusionflow/cli/run.hpp"
#include "fusionflow/cli/sample_tables.hpp"
#include "fusionflow/cli/streams.hpp"
#include "fusionflow/validation/diagnosis/diagnosis.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_networks.hpp"
#include "fusionflow/validation/diagnosis/diagnosis_tables.hpp"
#include "fusionflow/validation/figures/gnuplot.hpp"
#include "fusionflow/validation/report/diagnosis_report.hpp"
#include "fusionflow/validation/report/report.hpp"
#include "fusionflow/validation/settings/numbers.hpp"

namespace fusionflow::cli {

namespace {

using validation::diagnosis_request;

std::vector<option> diagnose_options() {
    std::vector<option> all = sample_options();
    all.push_back({"held-out", "H.json", "moments of held-out samples, where DATA are moments",
                   false, false, file_use::read});
    all.push_back({"depths", "L1,L2,...", "layers, each with every fusion (2,3,4)"});
    all.push_back({"inits", "U1,U2,...", "further initial norms, for times from each"});
    all.push_back(
        {"networks", "R",
         "compressed networks for each of them (20; until medians are known to 1.5 % small "
         "ones up to 400, those of wide data 5 to 10)"});
    all.push_back({"epochs", "N", "budget of epochs; with --learning-rate"});
    all.push_back({"together", "WHAT",
                   "rates or inputs: find factors of the learning rates of modalities, or of their "
                   "inputs, with which late fusion learns all together"});
    all.push_back({"within-budget", "WHAT",
                   "rates or inputs: find factors with which late fusion learns all within "
                   "--epochs"});
    all.push_back({"report", "DIR",
                   "write index.html with figures and diagnosis.json there (needs gnuplot)", true});
    all.push_back({"jobs", "N", "threads (all processors)", true});
    return all;
}

std::shared_ptr<const data::moments> share(const data::sample_summary& s) {
    return std::make_shared<const data::moments>(s.values);
}

diagnosis_request read_request(const arguments& given, const samples_read& samples) {
    const std::vector<int> depths =
        given.has("depths")
            ? validation::parse_list("depths", given.get("depths"), validation::parse_int)
            : std::vector{2, 3, 4};
    diagnosis_request request =
        validation::request_about(given.settings, share(samples.training), depths);
    request.samples = samples.training.samples;
    if (samples.held_out) {
        request.held_out = share(*samples.held_out);
    } else if (given.has("held-out")) {
        request.held_out = share(read_held_out(given.get("held-out"), samples.training));
    }
    if (given.has("inits")) {
        request.inits =
            validation::parse_list("inits", given.get("inits"), validation::parse_number);
    }
    if (given.has("networks")) {
        request.networks = validation::parse_int("networks", given.get("networks"));
    }
    request.more_networks = !given.has("networks");
    if (given.has("epochs")) {
        request.epochs = validation::parse_number("epochs", given.get("epochs"));
    }
    if (given.has("together")) {
        request.together = validation::parse_lever("together", given.get("together"));
    }
    if (given.has("within-budget")) {
        request.within_budget =
            validation::parse_lever("within-budget", given.get("within-budget"));
    }
    request.jobs = read_jobs(given);
    return request;
}

// Refuses a report that could not be written or drawn, before anything is read.
void check_report(const arguments& given) {
    if (given.has("report")) {
        validation::check_report_folder(given.get("report"));
        validation::check_gnuplot("svg");
    }
}

void add_files_of_diagnose(const arguments& given, validation::file_plan& plan) {
    if (given.has("report")) {
        plan.writes_into("report", given.get("report"), {"index.html", "diagnosis.json"});
    }
}

// What there is to print when a diagnosis is interrupted, beside what was printed before.
class partial_answer {
public:
    void show_now(const std::string& text, std::string later) {
        const std::lock_guard lock(mutex_);
        text_ = std::move(later);
        print_text(text);
        (void)finish_standard_output();  // its failure is asked for at the end
    }
    void keep(std::string text) {
        const std::lock_guard lock(mutex_);
        text_ = std::move(text);
    }
    void print() {
        const std::lock_guard lock(mutex_);
        print_text(text_);
        (void)finish_standard_output();
    }

private:
    std::mutex mutex_;
    std::string text_;
};

exit_code run_diagnose(const arguments& given) {
    if (reads_tables(given)) {
        given.refuse({"held-out"}, "cannot be combined with --modality: --train-fraction and "
                                   "--split hold rows of the tables out");
    }
    check_report(given);
    partial_answer partial;
    std::optional<interruption> watch;
    if (!given.json) {
        watch.emplace([&partial] { partial.print(); });
    }
    const samples_read samples = read_samples(given);
    const diagnosis_request request = read_request(given, samples);
    validation::diagnosis d;
    std::string shown;  // of the text, before networks are trained
    {
        progress_line progress(given.quiet);
        d = validation::diagnose(
            request,
            [&](std::size_t done, std::size_t all) {
                progress.report({done, all, 0, 0}, "", "networks");
            },
            [&](const validation::diagnosis& known) {
                if (!given.json) {
                    shown = first_text(request, known);
                    partial.show_now(shown, partial_text(request, known));
                }
            },
            [&](const validation::diagnosis& known) {
                partial.keep(partial_text(request, known));
            });
    }
    watch.reset();
    const std::string provenance = given.provenance + validation::looser_options(request);
    d.warnings.insert(d.warnings.begin(), samples.warnings.begin(), samples.warnings.end());
    attempts all;
    if (given.has("report")) {
        const std::filesystem::path folder = given.get("report");
        all.add([&] {
            validation::write_diagnosis_report(request, d, folder.string(), provenance);
            if (!given.quiet) {
                say("fusionflow: report: " + (folder / "index.html").string());
            }
        });
    }
    all.add([&] {
        if (given.json) {
            print_json(json_text(request, d, provenance));
        } else {
            const std::string text = to_text(request, d);
            print_text(std::string_view(text).substr(text.starts_with(shown) ? shown.size() : 0));
            print_warnings(given, d.warnings);
        }
    });
    all.finish();
    return exit_code::done;
}

}  // namespace

const command diagnose_command = {
    "diagnose",
    "From samples, or their moments (M.json), to who is learned first, how long the others wait\n"
    "at each depth of fusion, whether they are learned at all, and what to do.\n"
    "Medians of drawn networks and their range lead. Beside them stand the formula and the best\n"
    "prediction without networks, by its name and how close it is by nature (exact, statistical,\n"
    "asymptotic), with their errors.\n"
    "Unless options say otherwise layers begin with norms of 0.1 and networks are gaussian,\n"
    "compressed to an accuracy of 1e-2 and integrated to an rtol of 1e-5 (0.1 and 1e-3 where\n"
    "there are more than 150 inputs times targets), in at most 1e5 steps.",
    "DATA...",
    {"init", "scheme", "gain", "layer-norms", "bias", "width", "seed", "learning-rate",
     "learning-rates", "rounds", "accuracy", "rtol", "max-steps", "clock"},
    diagnose_options(),
    "fusionflow diagnose scans.csv --modality 'sound=s1..s3' --modality sight=v --target y",
    run_diagnose,
    false,
    file_use::read,
    add_files_of_diagnose,
    validation::diagnosis_defaults};

}  // namespace fusionflow::cli
