#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fusionflow/data/moments.hpp"
#include "fusionflow/solver/trajectory.hpp"
#include "fusionflow/theory/learning.hpp"
#include "fusionflow/theory/prediction/sensitivity.hpp"
#include "fusionflow/validation/diagnosis/solved_remedy.hpp"
#include "fusionflow/validation/settings/settings.hpp"
#include "fusionflow/validation/study/ensemble.hpp"

namespace fusionflow::validation {

/// The data that a diagnosis is about, and the networks that are meant to be trained on them.
struct diagnosis_request {
    /// Its moments are those of the training samples. Networks of every depth and fusion have its
    /// scheme, width and initial norm, and are trained by gradient flow; its learning rate only
    /// turns times into epochs.
    solver::model model;
    solver::run_options run{};
    /// Networks of wide data (has_wide_data()) are integrated to an rtol of 1e-3 and compressed to
    /// an accuracy of 0.1 where none was asked for.
    bool rtol_given = true;
    bool accuracy_given = true;
    std::uint64_t samples = 0;                        ///< number P; 0: the population's moments
    std::shared_ptr<const data::moments> held_out{};  ///< moments of samples not trained on
    std::vector<int> depths{2, 3, 4};                 ///< L, each once, with every fusion
    std::vector<double> inits{};  ///< at most 100 further initial norms, > 0, each once
    int networks = 20;            ///< networks in each ensemble, 1 ... 1e6
    /// More than these where medians want it and networks are small: networks_for_medians().
    bool more_networks = false;
    int jobs = 1;                    ///< threads
    std::optional<double> epochs{};  ///< budget; needs a learning rate
    /// Find factors with which all modalities are learned together in late fusion.
    std::optional<lever> together{};
    /// Find factors with which all are learned within the budget, in late fusion; needs `epochs`.
    std::optional<lever> within_budget{};
};

/// What the moments say about one modality.
struct modality_facts {
    std::string name;
    int inputs = 0;        ///< D_m
    int rank = 0;          ///< of Sigma_m
    double strength = 0;   ///< leading singular value of s_m: the largest is learned first
    double alone = 0;      ///< R^2 of this modality by itself
    double gain = 0;       ///< R^2 that is lost without it
    double shapley = 0;    ///< its Shapley share of R^2
    double condition = 0;  ///< largest over least eigenvalue of Sigma_m, within its rank
};

/// What becomes of a modality in late fusion of two layers.
enum class prospect {
    learned,     ///< it is learned at about the predicted time
    unreliable,  ///< it is learned, but samples are too few for the predicted time to hold
    leaks,       ///< theory never learns it; networks do in part, more with larger initial weights
    never        ///< earlier modalities leave it too little to grow by
};

[[nodiscard]] std::string_view to_string(prospect p);

/// The prospect of a modality, and why.
struct prospect_facts {
    prospect what = prospect::learned;
    double residual = 0;  ///< leading singular value of what earlier modalities leave to it
    double needed = 0;    ///< inputs of the earlier modalities together
    /// These two are known where nothing is left to it. While earlier modalities are learned its
    /// norm grows by e^growth, growth = int |E_m| dt, if it does not disturb them; to be learned it
    /// would have to grow by e^growth_needed, growth_needed = ln 1/u_m(0).
    std::optional<double> growth{};
    std::optional<double> growth_needed{};
    std::string because;  ///< one sentence with the numbers
};

/// The error of a network on held-out samples while it trains, squared target / 2. With a budget
/// only what is within it counts, and `at_end` is the loss after it.
struct stopping_facts {
    double at_start = 0;
    double least = 0;
    double least_time = 0;            ///< units of tau
    double at_end = 0;                ///< when training has come to rest
    data::modality_set learned_then;  ///< modalities that are learned by least_time
};

/// The answer of one method of solver::methods() that predicts.
struct predicted {
    std::string method;
    theory::learning answer;
    solver::standing standing = solver::standing::asymptotic;  ///< for this way to fuse
    bool is_best = false;  ///< it is solver::best_prediction(), and knows a time
};

/// A change that was tried because a way to fuse explains too little within the budget.
struct remedy {
    std::string what;  ///< "initial weights of 0.3"
    double share = 0;  ///< at the budget: the median of the networks that tried it
    int networks = 0;  ///< how many did
};

/// What changes do to the time of one modality, in networks that were trained again.
struct measured_changes {
    int modality = -1;          ///< whose time: the last of late fusion
    int networks = 0;           ///< how many, of the same draws before and after
    double init = 0;            ///< t'/t with ten per cent larger initial weights
    std::vector<double> scale;  ///< t'/t with ten per cent larger inputs of each modality
};

/// What predictions and networks say of one depth and layer of fusion.
struct fusion_facts {
    int depth = 0;
    int fusion = 0;
    std::vector<predicted> predictions{};  ///< from the formulas and flows that exist for it
    ensemble networks{};                   ///< compressed, of the model's scheme and width
    /// With a budget: R^2/R^2_max of the networks after it (answer::share), and their median loss
    /// on held-out samples.
    spread share_at_budget{};
    std::optional<double> held_out_at_budget{};
    /// With a budget, of late fusion: what was tried where that explains too little within it.
    std::vector<remedy> remedies{};
    /// Of late fusion: what changes do to the time of the last modality.
    std::optional<measured_changes> changes{};
    std::vector<solved_remedy> solved{};       ///< of late fusion, where they were asked for
    std::optional<stopping_facts> stopping{};  ///< of the first network, given held-out samples
    /// What changes would do to the formula's times; known for one target only.
    std::optional<theory::sensitivity_table> sensitivities{};
    solver::trajectory path{};            ///< of the first network, without its weights
    std::vector<double> held_out_loss{};  ///< along the path, given held-out samples
    double init = 0;  ///< u0 that the networks begin with; NaN for schemes without it
    /// The formula's own estimate of the errors of its times (theory::leading_order::errors).
    std::vector<double> formula_errors{};
};

/// The loss that is left while only some modalities are learned.
struct plateau_facts {
    data::modality_set learned;
    double loss = 0;                 ///< training loss / the initial one
    std::optional<double> held_out;  ///< loss on held-out samples / the initial one
};

struct diagnosis {
    std::vector<modality_facts> modalities;
    std::vector<int> order;  ///< modalities by strength, the strongest first
    /// The modality that is learned first by the median of the networks: in late fusion of the
    /// first of the depths where they have times, else, or without networks, by strength.
    int first_learned = 0;
    int explains_most = 0;                  ///< index of the modality with the largest R^2 alone
    double explained = 0;                   ///< R^2 of all modalities together
    std::vector<prospect_facts> prospects;  ///< per modality
    std::vector<plateau_facts> plateaus;    ///< of late fusion, in the order in which they are met
    std::vector<fusion_facts> fusions;
    std::vector<fusion_facts> further;  ///< the same for each norm of request.inits in turn
    std::vector<std::string> advice;
    std::vector<std::string> warnings;
};

/// Called once, before any network is trained, with a diagnosis whose fusions, further, advice and
/// warnings are still empty.
using first_results = std::function<void(const diagnosis&)>;

/// Options that were not given and for which a diagnosis has a default of its own, different from
/// that of the rest of the program; each comes with this default.
[[nodiscard]] std::vector<given_option> diagnosis_defaults(const settings& s);

/// A request about the moments, whose networks have the given options, and diagnosis_defaults()
/// for those that are not given.
///
/// \throws data::input_error as build_model().
[[nodiscard]] diagnosis_request request_about(settings options,
                                              std::shared_ptr<const data::moments> moments,
                                              const std::vector<int>& depths);

/// Finds which modality is learned first and why, how long the others wait at each depth and layer
/// of fusion, whether they are learned at all, and what follows from that.
///
/// \param progress  Told how many networks are trained, of those of all depths, fusions and norms;
///                  trials of changes count for a fifth of them.
/// \param so_far    Called after each depth and layer of fusion with all that are known by then;
///                  advice and warnings are still empty.
/// \throws data::input_error naming depths, inits, networks, epochs or an option of the model.
/// \see docs/diagnose.md; tests/validation/diagnosis_test.cpp
[[nodiscard]] diagnosis diagnose(const diagnosis_request& request,
                                 const ensemble_progress& progress = {},
                                 const first_results& first = {}, const first_results& so_far = {});

}  // namespace fusionflow::validation
