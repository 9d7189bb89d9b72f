#pragma once

#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>

#include "fusionflow/solver/networks/network.hpp"
#include "fusionflow/theory/clocks/clock.hpp"

namespace fusionflow::solver {

/// How a flow is integrated. The work of explicit steppers grows with the length of plateaus.
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

/// How small a compressed or sampled network is made.
struct compression_options {
    std::optional<int> rounds{};  ///< 1 ... 1000; absent: as many as `accuracy` takes
    double accuracy = 1e-6;       ///< wanted error of W_m(t) over its largest norm; 1e-10 ... 0.1
    /// Train a network of one more round too, to estimate the error. Needed if `rounds` is absent.
    bool estimate = true;
    /// Rounds take the inputs of a modality a few directions at a time, those that errors lie in
    /// first (leading_directions()). Bases then hold a few vectors of what wide modalities do,
    /// where they would hold all. Only for compressed networks without biases.
    bool leading = false;
    /// The fewest rounds to try where `rounds` is absent, for networks of which others of the same
    /// distribution needed so many; 0 ... 1000.
    int at_least = 0;

    /// \throws data::input_error naming rounds, accuracy or no-estimate.
    void validate() const;
};

/// How a method answers, whatever the model: to what accuracy, until when, and what is kept.
struct run_options {
    double rtol = 1e-9;  ///< relative error per step of a flow, 1e-14 ... 0.1
    stepper method = stepper::automatic;
    long max_steps = 20'000'000;  ///< steps of a flow, accepted and rejected, >= 1
    double max_time = std::numeric_limits<double>::infinity();  ///< units of tau, > 0
    int until = 0;  ///< stop once so many modalities are learned, >= 0; 0: all
    /// Stop once this part of what can be explained is explained, 0 < enough < 1; absent: never.
    std::optional<double> enough{};
    /// Which clock's times are the answer's: not null.
    const theory::clock* clock = &theory::norm_clock;
    /// Keep W at this time too, answer::noted, and go on at least until then; units of tau, > 0.
    std::optional<double> note_at{};
    bool record = false;  ///< keep a trajectory; implies `settle`
    /// Record between the ends of steps on the method's interpolation, which is enough for figures;
    /// false: by steps of their own, as accurate as the ends, at twice the work or more.
    bool sketch = false;
    bool settle = false;  ///< go on after the last half-height, for `tail`
    double tail = 0.15;   ///< fraction of the time of the last half-height, >= 0
    progress_callback progress{};
    compression_options compression{};  ///< for compressed and sampled networks
    int repeat = 0;  ///< which draw: weights are those of data::repeat_seed(seed, repeat)
    /// Weights to start from in place of drawn ones; biases may follow where there are samples.
    std::shared_ptr<const weighted_network> start{};

    /// \throws data::input_error naming rtol, max-steps, max-time, until, enough or tail, or as
    ///         compression_options.
    void validate() const;
};

}  // namespace fusionflow::solver
