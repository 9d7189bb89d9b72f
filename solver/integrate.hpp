#pragma once

#include <functional>
#include <limits>
#include <string>
#include <string_view>

#include "fusionflow/solver/flows/flow.hpp"
#include "fusionflow/solver/flows/two_layer_start.hpp"
#include "fusionflow/solver/trajectory.hpp"
#include "fusionflow/theory/race/race.hpp"

namespace fusionflow::solver {

/// The work of explicit ones grows with the length of plateaus.
enum class stepper {
    automatic,       ///< dopri5 where the flow is not stiff, radau or rkc where it is
    dopri5,          ///< Dormand-Prince 5(4), explicit
    cash_karp,       ///< Cash-Karp 5(4), explicit
    fehlberg78,      ///< Runge-Kutta-Fehlberg 8(7), explicit
    bulirsch_stoer,  ///< extrapolated midpoint rule of order 10, explicit
    rkc,             ///< Runge-Kutta-Chebyshev of order 2, explicit, for stiff gradient flows
    radau,           ///< Radau IIA of order 9, L-stable
};

/// \throws data::input_error naming stepper.
[[nodiscard]] stepper parse_stepper(std::string_view name);

/// Called now and then during long work: steps so far, time so far, modalities learned so far.
using progress_callback = std::function<void(long steps, double time, int learned)>;

struct integrate_options {
    double rtol = 1e-9;  ///< relative error per step, 1e-14 ... 0.1
    stepper method = stepper::automatic;
    long max_steps = 20'000'000;                                ///< accepted and rejected, >= 1
    double max_time = std::numeric_limits<double>::infinity();  ///< units of tau, > 0
    int until = 0;        ///< stop once so many modalities are learned, >= 0; 0: all
    bool record = false;  ///< keep a trajectory; implies `settle`
    bool settle = false;  ///< go on after the last half-height, for `tail`
    double tail = 0.15;   ///< fraction of the time of the last half-height, >= 0
    progress_callback progress{};

    /// \throws data::input_error naming rtol, max-steps, max-time, until or tail.
    void validate() const;
};

/// A finished (or stopped) run of any flow or network.
struct integration {
    theory::learning answer;
    trajectory path;  ///< empty unless asked for
    double loss_initial = 0;
    double loss_final = 0;
    double time_final = 0;
    Eigen::VectorXd weights_final;  ///< W at the end
    std::string stepper;            ///< what was used
    std::string_view equations{};   ///< of a flow: "reduced", "targets", "chain", "sinh", ...
};

/// Integrates the reduced flow of balanced, aligned networks (docs/theory.md#reduced-flow); of
/// several targets, their matrix flow (targets_flow).
///
/// Half-heights are found on dense output and refined to rounding level. Ends when every modality
/// that can be learned has been, or with a named outcome; never with a non-finite number as
/// success.
///
/// \throws data::input_error if sizes differ, a rule of `init` or `options` is broken, or the
///         scheme is not balanced.
/// \see tests/solver/integrate_test.cpp
[[nodiscard]] integration integrate(const data::moments& moments, const theory::architecture& arch,
                                    const theory::initialisation& init,
                                    const integrate_options& options);

/// Integrates the chain flow, which stands for gaussian networks of a large width as the reduced
/// flow does for balanced ones (docs/width-law.md#start). From a balanced start it is the reduced
/// flow, in other coordinates.
///
/// \param init  Scheme balanced or gaussian.
/// \throws data::input_error as integrate(), and naming scheme where aligned_start() has none.
/// \see tests/solver/chain_flow_test.cpp
[[nodiscard]] integration integrate_chain(const data::moments& moments,
                                          const theory::architecture& arch,
                                          const theory::initialisation& init,
                                          const integrate_options& options);

/// True where integrate_exact() has something to say that integrate() has not: two-layer late or
/// early fusion, random weights.
[[nodiscard]] bool has_exact_flow(const theory::architecture& arch,
                                  const theory::initialisation& init);

/// Integrates the exact flow of two-layer late or early fusion, the W(t) of a full network that
/// starts from the same weights, whatever its width (docs/theory.md#exact-two-layer).
///
/// Late fusion of scalar modalities from random weights goes by two_layer_flow (sinh coordinates),
/// all else by gram_flow; integration::equations says which.
///
/// \param init   The scheme that `start` is from: it decides which saddles are expected.
/// \param start  two_layer_start::drawn() for one network, expected() for what stands for all
///               draws, from_network() for weights of your own.
/// \throws data::input_error if sizes differ, a rule of `init` or `options` is broken, or weights
///         are too small for their squares.
/// \see tests/solver/integrate_exact_test.cpp
[[nodiscard]] integration integrate_exact(const data::moments& moments,
                                          const theory::architecture& arch,
                                          const theory::initialisation& init,
                                          const two_layer_start& start,
                                          const integrate_options& options);

/// True where integrate_one_way() has an answer: two-layer late fusion of two modalities with one
/// target, of which the race expects one first (no tie).
[[nodiscard]] bool has_one_way(const data::moments& moments, const theory::architecture& arch,
                               const theory::initialisation& init);

/// Integrates the one-way prediction (one_way_flow, docs/theory.md#one-way): A, the modality that
/// the race expects first, alone, and B on what A leaves.
///
/// \param start  As of integrate_exact(); expected() for a prediction without a draw.
/// \return  The path and the weights at the end are those of the prediction: W_A(t) of A alone.
/// \throws data::input_error as integrate_exact(), and naming one-way where has_one_way() says no.
/// \see tests/solver/one_way_flow_test.cpp
[[nodiscard]] integration integrate_one_way(const data::moments& moments,
                                            const theory::architecture& arch,
                                            const theory::initialisation& init,
                                            const two_layer_start& start,
                                            const integrate_options& options);

}  // namespace fusionflow::solver
