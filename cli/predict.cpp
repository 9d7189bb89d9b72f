#include "fusionflow/cli/command.hpp"
#include "fusionflow/cli/streams.hpp"
#include "fusionflow/validation/report/prediction_report.hpp"

namespace fusionflow::cli {

namespace {

exit_code run_predict(const arguments& given) {
    const validation::prediction_report report =
        validation::predict(validation::build_model(given.settings), given.has("sensitivities"));
    if (given.json) {
        print_json(json_text(report, given.provenance));
    } else {
        print_text(to_text(report));
        print_warnings(given, warnings_of(report));
    }
    return exit_code::done;
}

std::vector<std::string_view> settings() {
    auto names = settings_in({"data", "network", "start", "drawing"});
    std::erase(names, "seed");
    names.emplace_back("learning-rate");
    names.emplace_back("weight-decay");
    return names;
}

}  // namespace

const command predict_command = {
    "predict",
    "When each modality is learned, in closed form; fixed points; what each explains.\n"
    "Formulas are the leading order in small weights or large width, and say why. The best that\n"
    "is known without networks is a flow where there is one (integrate; table --methods), exact\n"
    "for balanced networks; diagnose names it and shows its error beside random networks.",
    "",
    settings(),
    {{"sensitivities", "", "what 1 % more of each parameter does to the times"}},
    "fusionflow predict --depth 4 --fusion 3 --rho 0.5 --ratio 2 --init 0.1\n"
    "  fusionflow predict --rho 0.5 --ratio 2 --init 1e-6 --sensitivities",
    run_predict};

}  // namespace fusionflow::cli
