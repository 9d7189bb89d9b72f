#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/trajectory.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/theory/prediction/sensitivity.hpp"
#include "fusionflow/validation/settings/settings.hpp"
#include "fusionflow/validation/study/ensemble.hpp"

namespace fusionflow::validation {

/// What is known of somebody's data, and which networks are meant for it.
struct diagnosis_request {
    /// Moments are those of the training samples. Its networks have the scheme, width and initial
    /// norm that are said here, in every depth and fusion, and are trained by gradient flow; the
    /// learning rate is what times are counted by, as epochs.
    solver::model model;
    solver::run_options run{};
    std::uint64_t samples = 0;                        ///< P of them; 0: of the population
    std::shared_ptr<const data::moments> held_out{};  ///< of samples that are not trained on
    std::vector<int> depths{2, 3, 4};                 ///< L, each once, with every fusion
    std::vector<double> inits{};                      ///< further norms, > 0, each once, <= 100
    int networks = 20;                                ///< of an ensemble, 1 ... 1e6
    int jobs = 1;                                     ///< threads
    std::optional<double> epochs{};                   ///< budget; with a learning rate
};

/// A modality by itself.
struct modality_facts {
    std::string name;
    int inputs = 0;        ///< D_m
    int rank = 0;          ///< of Sigma_m
    double strength = 0;   ///< leading singular value of s_m: the largest is learned first
    double alone = 0;      ///< R^2 by itself
    double gain = 0;       ///< R^2 that is lost without it
    double shapley = 0;    ///< its share of R^2
    double condition = 0;  ///< largest over least eigenvalue of Sigma_m that counts
};

/// What becomes of a modality that waits, in two-layer late fusion.
enum class prospect {
    learned,     ///< in time as predicted
    unreliable,  ///< learned, at a time that predictions miss: few samples for so many inputs
    leaks,       ///< never in theory, and in networks more or less, as the initial scale has it
    never        ///< the others leave it too little to grow by
};

[[nodiscard]] std::string_view to_string(prospect p);

/// Why.
struct prospect_facts {
    prospect what = prospect::learned;
    double residual = 0;  ///< leading singular value of what the earlier ones leave to it
    double needed = 0;    ///< D of the earlier ones
    /// Where nothing is left to it: ln of how much its norm grows while earlier ones are learned,
    /// int |E_m| dt, if it does not disturb them; and how much it takes to be learned, ln 1/u_m(0).
    std::optional<double> growth{};
    std::optional<double> growth_needed{};
    std::string because;  ///< one sentence with the numbers
};

/// The error of a network on held-out samples while it trains, squared target / 2.
struct stopping_facts {
    double at_start = 0;
    double least = 0;
    double least_time = 0;            ///< units of tau
    double at_end = 0;                ///< when training has come to rest
    data::modality_set learned_then;  ///< what is learned when it is least
};

/// What a method of solver::methods() predicts.
struct predicted {
    std::string method;
    theory::learning answer;
};

/// What predictions and networks say of one way to fuse.
struct fusion_facts {
    int depth = 0;
    int fusion = 0;
    std::vector<predicted> predictions{};  ///< of formulas and flows, where they exist
    ensemble networks{};                   ///< compressed, of the model's scheme and width
    /// Per modality, of the first network: when W_m Sigma_mm W_m^T, the power of what it adds to
    /// the output, is half of that in the end; NaN where the network came to trouble. Unlike |W_m|
    /// it does not wait for directions of inputs that hardly vary.
    std::vector<double> half_power{};
    /// What the formula says of that (theory::race_result::power_times).
    std::vector<double> half_power_formula{};
    std::optional<stopping_facts> stopping{};  ///< with held-out samples, of the first network
    /// What changes would do to the formula's times; of one target.
    std::optional<theory::sensitivity_table> sensitivities{};
    solver::trajectory path{};            ///< of the first network, without its weights
    std::vector<double> held_out_loss{};  ///< along the path, with held-out samples
    double init = 0;                      ///< u0 that the networks begin with
    /// Of the formula's times, as it estimates them itself (theory::leading_order::errors).
    std::vector<double> formula_errors{};
};

/// What is left while only some modalities are learned.
struct plateau_facts {
    data::modality_set learned;
    double loss = 0;                 ///< training loss / the initial one
    std::optional<double> held_out;  ///< loss on held-out samples / the initial one
};

struct diagnosis {
    std::vector<modality_facts> modalities;
    std::vector<int> order;                 ///< modalities by strength
    int explains_most = 0;                  ///< index of the largest R^2 alone
    double explained = 0;                   ///< R^2 of all
    std::vector<prospect_facts> prospects;  ///< per modality
    std::vector<plateau_facts> plateaus;    ///< of late fusion, in the order in which they are met
    std::vector<fusion_facts> fusions;
    std::vector<fusion_facts> further;  ///< the same from request.inits, one after the other
    std::vector<std::string> advice;
    std::vector<std::string> warnings;
};

/// What a diagnosis takes for options of its networks that were not given, where that is not what
/// the rest of the program takes; all of them for settings without any.
[[nodiscard]] std::vector<given_option> diagnosis_defaults(const settings& s);

/// A request about moments, with the options of networks, and those of diagnosis_defaults() where
/// they are not given.
///
/// \throws data::input_error as build_model().
[[nodiscard]] diagnosis_request request_about(settings options,
                                              std::shared_ptr<const data::moments> moments,
                                              const std::vector<int>& depths);

/// Who is learned first and why, how long the others wait at each depth of fusion, whether they are
/// learned at all, and what follows from that.
///
/// \throws data::input_error naming depths, inits, networks, epochs or an option of the model.
/// \see docs/diagnose.md; tests/validation/diagnosis_test.cpp
[[nodiscard]] diagnosis diagnose(const diagnosis_request& request,
                                 const ensemble_progress& progress = {});

}  // namespace fusionflow::validation
