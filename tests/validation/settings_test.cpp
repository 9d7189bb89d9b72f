#include "fusionflow/validation/settings/settings.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>

#include "fusionflow/data/error.hpp"
#include "fusionflow/data/moments_json.hpp"
#include "tests/support/folder.hpp"
#include "tests/support/models.hpp"
#include "tests/support/options.hpp"
#include "tests/support/schemes.hpp"

using namespace fusionflow;
using tests::refuses_options;
using tests::says;
using tests::with;
using validation::build_model;

BOOST_AUTO_TEST_SUITE(settings)

BOOST_AUTO_TEST_CASE(defaults_are_those_of_the_contract) {
    const auto m = build_model({});
    BOOST_TEST(m.moments.covariance()(0, 0) == 4);
    BOOST_TEST(m.moments.covariance()(0, 1) == 0);
    BOOST_TEST(m.moments.target_power() == 5);
    BOOST_TEST(m.architecture.branches() == (std::vector<int>{2, 2}),
               boost::test_tools::per_element());
    BOOST_TEST(m.architecture.shared() == 0);
    BOOST_TEST(m.init.u0 == 1e-3);
    BOOST_TEST(m.init.width == 100);
    const validation::settings s;
    BOOST_TEST(s.run.rtol == 1e-9);
    BOOST_TEST(!s.training.learning_rate);
}

BOOST_AUTO_TEST_CASE(every_option_sets_what_it_says) {
    const validation::settings s = with({{"rho", "-0.5"},
                                         {"ratio", "3"},
                                         {"target-weights", "1,-2"},
                                         {"noise", "0.25"},
                                         {"depth", "5"},
                                         {"fusion", "3"},
                                         {"init", "0.01"},
                                         {"scheme", "gaussian"},
                                         {"width", "7"},
                                         {"seed", "42"},
                                         {"method", "gd"},
                                         {"learning-rate", "0.5"},
                                         {"max-epochs", "11"},
                                         {"rtol", "1e-8"},
                                         {"stepper", "dopri5"},
                                         {"max-steps", "12"},
                                         {"max-time", "13"},
                                         {"tail", "3"},
                                         {"until", "1"}});
    const auto m = build_model(s);
    BOOST_TEST(m.moments.covariance()(0, 1) == -1.5);
    BOOST_TEST(m.moments.correlation()(1) == -1.5 - 2);
    BOOST_TEST(m.moments.target_power() == 9 + 2 * 3 + 4 + 0.0625);
    BOOST_TEST(m.architecture.branch(1) == 3);
    BOOST_TEST(m.architecture.shared() == 2);
    BOOST_TEST(m.init.u0 == 0.01);
    BOOST_TEST((m.init.drawn == tests::scheme::gaussian));
    BOOST_TEST(m.init.width == 7);
    BOOST_TEST(s.training.seed == 42U);
    BOOST_TEST(s.training.learning_rate.value() == 0.5);
    BOOST_TEST(s.training.max_epochs == 11);
    BOOST_TEST(s.run.rtol == 1e-8);
    BOOST_TEST((s.run.method == solver::stepper::dopri5));
    BOOST_TEST(s.run.max_steps == 12);
    BOOST_TEST(s.run.max_time == 13);
    BOOST_TEST(s.run.tail == 3);
    BOOST_TEST(s.run.settle);
    BOOST_TEST(s.run.until == 1);
}

BOOST_AUTO_TEST_CASE(every_option_of_the_table_can_be_set) {
    for (const auto& info : validation::setting_table()) {
        validation::settings s;
        BOOST_CHECK_THROW(set_option(s, info.name, "no such value"), data::input_error);
        BOOST_TEST(!s.has(info.name));
    }
}

BOOST_AUTO_TEST_CASE(branches_and_moments_files_make_a_model) {
    const tests::temporary_folder folder;
    tests::write(folder.file("m.json"), data::format_moments(tests::three_scalars()));
    const validation::settings s =
        with({{"moments", folder.file("m.json")}, {"branches", "2,3, 2"}, {"shared", "1"}});
    const auto m = build_model(s);
    BOOST_TEST(m.moments.count() == 3);
    BOOST_TEST(m.architecture.branches() == (std::vector<int>{2, 3, 2}),
               boost::test_tools::per_element());
    BOOST_TEST(m.architecture.shared() == 1);
}

BOOST_AUTO_TEST_CASE(depth_one_is_fused_at_one) {
    BOOST_TEST(build_model(with({{"depth", "1"}})).architecture.branch(0) == 1);
    refuses_options({{"depth", "1"}, {"fusion", "2"}}, "fusion: need 1 <= L_f <= L = 1, got 2");
}

BOOST_AUTO_TEST_CASE(refuses_options_that_contradict_each_other) {
    const tests::temporary_folder folder;
    const std::string file = folder.file("m.json");
    tests::write(file, data::format_moments(tests::toy(0.1, 3)));
    for (const char* name : {"rho", "ratio", "noise"}) {
        refuses_options({{"moments", file}, {name, "0.5"}},
                        std::string(name) + ": cannot be combined with --moments");
    }
    refuses_options({{"moments", file}, {"data", "random"}},
                    "data: cannot be combined with --moments");
    refuses_options({{"moments", file}, {"target-weights", "1,2"}},
                    "target-weights: cannot be combined with --moments");
    refuses_options({{"branches", "2,2"}, {"depth", "2"}},
                    "depth: cannot be combined with --branches");
    refuses_options({{"branches", "2,2"}, {"fusion", "2"}},
                    "fusion: cannot be combined with --branches");
    refuses_options({{"shared", "1"}}, "shared: needs --branches (or use --depth and --fusion)");
    refuses_options({{"method", "flow"}, {"learning-rate", "0.1"}},
                    "learning-rate: needs --method gd, got flow");
    refuses_options({{"method", "flow"}, {"max-epochs", "5"}},
                    "max-epochs: needs --method gd, got flow");
    refuses_options({{"branches", "2,2,2"}},
                    "branches: need one branch per modality, got 3 for 2 modalities");
}

BOOST_AUTO_TEST_CASE(refuses_what_the_types_refuse) {
    refuses_options({{"rho", "1"}}, "rho: need -1 < rho < 1, got 1");
    refuses_options({{"ratio", "0"}}, "ratio: need ratio > 0, got 0");
    refuses_options({{"init", "0"}}, "init: need finite u0 > 0, got 0");
    refuses_options({{"width", "0"}}, "width: need 1 <= H <= 1e12, got 0");
    refuses_options({{"widths", "5,0"}, {"depth", "3"}}, "widths: need 1 <= H <= 1e12, got 0");
    refuses_options({{"target-weights", "1,2"}, {"target-ratio", "2"}},
                    "target-ratio: cannot be combined with --target-weights");
    refuses_options({{"tail", "-1"}}, "tail: need a fraction >= 0, got -1");
    refuses_options({{"widths", "5"}, {"depth", "3"}},
                    "widths: need 2 numbers, one per hidden layer on the longest path, got 1");
    refuses_options({{"widths", "5"}, {"width", "5"}}, "width: cannot be combined with --widths");
    refuses_options({{"no-estimate", "true"}},
                    "no-estimate: needs --rounds, which are chosen by the estimate");
    refuses_options({{"rounds", "4"}, {"accuracy", "1e-3"}},
                    "accuracy: cannot be combined with --rounds");
    refuses_options({{"accuracy", "1"}}, "accuracy: need 1e-10 <= accuracy <= 0.1, got 1");
    refuses_options({{"rtol", "1"}}, "rtol: need 1e-14 <= rtol <= 0.1, got 1");
    refuses_options({{"learning-rate", "0"}}, "learning-rate: need finite eta > 0, got 0");
    validation::settings s;
    BOOST_CHECK_EXCEPTION(set_option(s, "seed", "-1"), data::input_error,
                          says("seed: need a whole number >= 0, got -1"));
    BOOST_CHECK_EXCEPTION(set_option(s, "target-weights", "1"), data::input_error,
                          says("target-weights: need two numbers w_A,w_B, got '1'"));
    BOOST_CHECK_EXCEPTION(set_option(s, "bar", "1"), data::input_error,
                          says("bar: there is no such option"));
    BOOST_TEST(s.given.empty());
}

BOOST_AUTO_TEST_CASE(command_line_can_be_pasted_into_a_shell) {
    const validation::settings s = with({{"rho", "0.1"}, {"width", "5"}, {"rho", "0.2"}});
    BOOST_TEST(validation::command_line(s) == "--width 5 --rho 0.2");
    BOOST_TEST(validation::shell_word("fusion=1:4") == "fusion=1:4");
    BOOST_TEST(validation::shell_word("a b") == "'a b'");
    BOOST_TEST(validation::shell_word("it's; $x") == "'it'\\''s; $x'");
    BOOST_TEST(validation::shell_word("") == "''");
}

BOOST_AUTO_TEST_CASE(words_that_cannot_be_printed_are_one_line_of_utf8_that_bash_reads_back) {
    BOOST_TEST(validation::shell_word("a\nb.json") == "$'a\\nb.json'");
    BOOST_TEST(validation::shell_word("it's\t\\") == "$'it\\'s\\011\\\\'");
    BOOST_TEST(validation::shell_word("n\xff.json") == "$'n\\377.json'");
    // Letters of other alphabets stay; controls above 0x7f and turned text do not.
    BOOST_TEST(validation::shell_word("\u00e9 \u03c1 \U0001F600") == "'\u00e9 \u03c1 \U0001F600'");
    BOOST_TEST(validation::shell_word("\x7f") == "$'\\177'");
    BOOST_TEST(validation::shell_word("\u0085") == "$'\\302\\205'");
    BOOST_TEST(validation::shell_word("\u202e") == "$'\\342\\200\\256'");
    // Overlong, cut short, a surrogate, beyond Unicode.
    BOOST_TEST(validation::shell_word("\xc0\xaf") == "$'\\300\\257'");
    BOOST_TEST(validation::shell_word("\xe2\x82") == "$'\\342\\202'");
    BOOST_TEST(validation::shell_word("\xed\xa0\x80") == "$'\\355\\240\\200'");
    BOOST_TEST(validation::shell_word("\xf4\x90\x80\x80") == "$'\\364\\220\\200\\200'");
}

BOOST_AUTO_TEST_CASE(options_of_samples_make_a_model_with_samples) {
    const validation::settings s = with({{"samples", "40"},
                                         {"symmetric", "true"},
                                         {"data-seed", "3"},
                                         {"activation", "leaky:0.2"},
                                         {"loss", "logistic"},
                                         {"bias", "true"},
                                         {"batch", "8"}});
    const auto m = build_model(s);
    BOOST_TEST_REQUIRE(m.samples != nullptr);
    BOOST_TEST(m.samples->count() == 40);
    BOOST_TEST((m.samples->inputs().topRows(20) == -m.samples->inputs().bottomRows(20)));
    BOOST_TEST(m.samples->targets().cwiseAbs().sum() == 40);  // labels
    BOOST_TEST((m.moments.covariance() == m.samples->input_moments().covariance()));
    BOOST_TEST(s.training.samples.units.slope() == 0.2);
    BOOST_TEST(s.training.samples.loss->name == "logistic");
    BOOST_TEST((m.init.bias() == theory::bias_start::zero));
    BOOST_TEST(m.on_samples().bias);
    BOOST_TEST(s.training.samples.batch == 8);
    const auto xor_model =
        build_model(with({{"samples", "16"}, {"data", "xor"}, {"variance", "3"}}));
    BOOST_TEST(std::abs(xor_model.moments.correlation().sum() - 4) < 1e-14);  // 1 + 3, rounding
    BOOST_TEST(xor_model.samples->dims()[0] == 2);
    BOOST_TEST(build_model({}).samples == nullptr);
}

BOOST_AUTO_TEST_CASE(flags_and_implied_values_are_left_out) {
    BOOST_TEST(validation::command_line(with({{"samples", "10"}, {"symmetric", "true"}})) ==
               "--samples 10 --symmetric");
    BOOST_TEST(validation::command_line(with({{"samples", "10"}, {"bias", "true"}})) ==
               "--samples 10 --bias");
    BOOST_TEST(validation::command_line(with({{"bias", "zero"}})) == "--bias");
    BOOST_TEST(validation::command_line(with({{"bias", "drawn"}})) == "--bias drawn");
    BOOST_TEST(validation::command_line(with({{"bias", "false"}, {"samples", "10"}})) ==
               "--samples 10");
}

BOOST_AUTO_TEST_CASE(initial_sizes_belong_to_their_schemes) {
    const std::string scaled = "balanced, gaussian or gaussian-iid";
    refuses_options({{"scheme", "torch"}, {"init", "0.1"}},
                    "init: has no effect with --scheme torch, whose layers have the sizes that "
                    "PyTorch gives them: use --scheme " +
                        scaled);
    refuses_options({{"scheme", "xavier"}, {"init", "0.1"}},
                    "init: has no effect with --scheme xavier, whose layers have the sizes that "
                    "PyTorch gives them: use --gain, or use --scheme " +
                        scaled);
    refuses_options({{"scheme", "torch"}, {"gain", "2"}},
                    "gain: needs --scheme xavier, xavier-normal, kaiming or kaiming-normal");
    refuses_options({{"scheme", "xavier"}, {"gain", "0"}}, "gain: need a finite gain > 0, got 0");
    refuses_options({{"scheme", "torch"}, {"layer-norms", "1,1"}},
                    "layer-norms: needs --scheme gaussian");
    refuses_options({{"scheme", "gaussian"}, {"layer-norms", "1,1"}, {"init", "1"}},
                    "init: cannot be combined with --layer-norms");
    refuses_options({{"scheme", "gaussian"}, {"layer-norms", "1,1,1"}},
                    "layer-norms: need 2 numbers, one per layer on the longest path, got 3");
    refuses_options({{"scheme", "gaussian"}, {"layer-norms", "1,0"}},
                    "layer-norms: need finite norms > 0, got 0");
    refuses_options({{"learning-rates", "C=2"}},
                    "learning-rates: there is no modality 'C': need A, B or trunk");
    refuses_options({{"learning-rates", "A=2,A=3"}}, "learning-rates: A is there twice");
    refuses_options({{"learning-rates", "A=2,B"}},
                    "learning-rates: need NAME=FACTOR,... with names of modalities or trunk, got "
                    "'A=2,B'");
    refuses_options({{"learning-rates", "A=0"}},
                    "learning-rates: need factors within 1e-6 ... 1e6, got 0");
    refuses_options({{"learning-rates", "A=2"}, {"weight-decay", "0.1"}},
                    "learning-rates: cannot be combined with --weight-decay");
    const auto rated = build_model(with({{"learning-rates", "B=2.5,trunk=0.5"}}));
    BOOST_TEST(rated.training.rates.branch(0) == 1.0);
    BOOST_TEST(rated.training.rates.branch(1) == 2.5);
    BOOST_TEST(rated.training.rates.trunk == 0.5);
    refuses_options(
        {{"bias", "drawn"}},
        "bias: drawn needs --scheme gaussian, gaussian-iid, torch, xavier, "
        "xavier-normal, kaiming or kaiming-normal: balanced networks have none or zero");
    const auto m = build_model(with({{"scheme", "kaiming"}, {"gain", "0.5"}}));
    BOOST_TEST(m.init.scale() == 0.5);
    BOOST_TEST(!m.has_biases());
    BOOST_TEST((build_model(with({{"scheme", "torch"}})).init.bias() == theory::bias_start::drawn));
    BOOST_TEST(!build_model(with({{"scheme", "torch"}, {"bias", "none"}})).has_biases());
}

BOOST_AUTO_TEST_CASE(refuses_options_that_samples_do_not_fit) {
    for (const auto& [name, value] : tests::given{{"activation", "relu"},
                                                  {"loss", "mse"},
                                                  {"optimizer", "adam"},
                                                  {"decay-rate", "0.9"},
                                                  {"batch", "5"}}) {
        refuses_options({{name, value}},
                        name + ": needs --samples, or tables of samples (simulate DATA)");
    }
    refuses_options({{"variance", "2"}}, "variance: needs --samples");
    refuses_options({{"symmetric", "true"}}, "symmetric: needs --samples");
    refuses_options({{"samples", "10"}, {"method", "flow"}},
                    "method: need gd on samples, got flow");
    refuses_options({{"samples", "16"}, {"data", "xor"}, {"rho", "0.1"}},
                    "rho: cannot be combined with --data xor");
    refuses_options({{"samples", "16"}, {"variance", "2"}}, "variance: needs --data xor");
    refuses_options({{"samples", "16"}, {"batch", "17"}},
                    "batch: need at most --samples 16, got 17");
    refuses_options({{"samples", "15"}, {"symmetric", "true"}},
                    "samples: need a multiple of 2, got 15");
    validation::settings s;
    BOOST_CHECK_EXCEPTION(set_option(s, "samples", "0"), data::input_error,
                          says("samples: need at least 1 sample"));
    BOOST_CHECK_EXCEPTION(set_option(s, "bias", "yes"), data::input_error,
                          says("bias: need none, zero or drawn, got 'yes'"));
    BOOST_CHECK_EXCEPTION(set_option(s, "data", "mnist"), data::input_error,
                          says("data: need toy, xor, random or gaussian, got 'mnist'"));
}

BOOST_AUTO_TEST_SUITE_END()
