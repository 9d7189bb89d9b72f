#pragma once

#include <cmath>
#include <limits>
#include <type_traits>
#include <vector>

#include "fusionflow/theory/dual.hpp"
#include "fusionflow/theory/race/potential.hpp"
#include "fusionflow/theory/race/race.hpp"
#include "fusionflow/theory/race/turning.hpp"
#include "fusionflow/theory/race/variation.hpp"
#include "fusionflow/theory/race/weight_decay.hpp"

namespace fusionflow::theory {

// The state of one modality in the race.
template <typename Number>
struct runner {
    model_number<Number> norm = 0;  // u_m, effective; u_m(0) for branches that do not turn
    Number potential = 0;  // what is left until the race ends, for branches that do not turn
    Number gathered = 0;   // scalars: int E ds, signed
    vector_of<model_number<Number>> direction{};  // of w_m
};

// A residual as a waiting weight sees it.
template <typename Number>
struct pull {
    model_number<Number> size;               // |E_m|
    vector_of<model_number<Number>> along;   // E_m / |E_m|
    vector_of<model_number<Number>> across;  // the part of the weight's direction across E_m
    model_number<Number> cosine;             // of the angle between weight and E_m
    model_number<Number> sine_square;
};

/// \tparam Number  double, wide for times beyond its range, or dual for their slopes.
template <typename Number>
class race_track {
public:
    /// \param timed   False where only the saddles are wanted: all times are zero then.
    /// \param change  Change of the model, not null where Number is dual; has to outlive the race.
    race_track(const data::moments& moments, const architecture& arch, const initialisation& init,
               double weight_decay, bool timed, const variation* change = nullptr)
        : moments_(moments), arch_(arch), weight_decay_(weight_decay), decay_(weight_decay),
          timed_(timed), change_(change) {
        (void)moments.correlation();  // refuses several targets
        const Eigen::VectorXd directions = initial_directions(moments);
        for (int m = 0; m < moments.count(); ++m) {
            runner<Number> r;
            r.norm = scaled(effective_norm(moments, arch, init, m), 1);
            ends_.push_back(init.end_norm(m));
            r.potential = potential<Number>(arch.branch(m), r.norm) - end_potential(m);
            if constexpr (is_dual<Number>) {
                r.direction = moving_direction(moments, *change, m);
            } else {
                r.direction = moments.part(directions, m);
            }
            runners_.push_back(r);
        }
        trunk_excess_ = scaled(init.trunk_excess, 2);
        if constexpr (is_dual<Number>) {
            decay_ = make_dual(weight_decay, change->weight_decay);
        }
    }

    race_result run();

    /// After run(): the times as numbers of this kind.
    [[nodiscard]] const std::vector<Number>& times() const noexcept { return times_; }

private:
    // A value that goes as this power of the initial weights, with its slope.
    [[nodiscard]] model_number<Number> scaled(double value, int power) const {
        if constexpr (is_dual<Number>) {
            return make_dual(value, power * value * change_->log_init);
        } else {
            return value;
        }
    }

    // Potential at which the race of a branch ends. One-layer branches end at u = 1. Without a
    // trunk the clock is time and ends where the first phase does, at initialisation::end_norm().
    [[nodiscard]] double end_potential(int m) const {
        if (arch_.branch(m) == 1) {
            return potential(1, 1.0);
        }
        return arch_.shared() == 0 ? potential(arch_.branch(m), ends_[static_cast<std::size_t>(m)])
                                   : 0;
    }
    [[nodiscard]] bool signed_runner(int m) const {
        return moments_.dim(m) == 1 && arch_.branch(m) == 2;
    }
    // Vectors with branches of two layers turn, too, but that only costs a factor of the amplitude,
    // which the logarithm of the leading order does not see.
    [[nodiscard]] bool turns(int m) const { return moments_.dim(m) > 1 && arch_.branch(m) >= 3; }
    [[nodiscard]] pull<Number> pull_on(int m) const;
    [[nodiscard]] Number turned_potential(int m, const pull<Number>& e) const;
    // True where the residual points exactly against the weight.
    [[nodiscard]] bool reversed(int m) const;
    [[nodiscard]] Number clock_to_go(int m) const;
    [[nodiscard]] Number duration(int first, const Number& clock,
                                  const data::modality_set& learned) const;
    void advance(int m, const Number& clock);
    void turn(int m, const Number& clock);
    [[nodiscard]] static double in_double(const Number& time) {
        // A finite time beyond the range of double is unknown as a double, not `never`.
        return time > Number(std::numeric_limits<double>::max()) && time < Number(never)
                   ? std::numeric_limits<double>::quiet_NaN()
                   : value_of(time);
    }
    void set_time(learning& answer, int m);
    [[nodiscard]] bool gets_weight(int m, const data::modality_set& before,
                                   const partial_solution& after) const;
    // |E_m| at the present saddle.
    [[nodiscard]] model_number<Number> rate(int m) const {
        const auto left = moments_.part(standing_.residual, m);
        if constexpr (is_dual<Number>) {
            return norm_of(vector_of<model_number<Number>>(left));
        } else {
            return left.norm();
        }
    }
    // The sign that a learned scalar keeps on the way to the next saddle; 0: it may have either.
    [[nodiscard]] double kept_sign(int m) const;
    [[nodiscard]] partial_solution come_to_rest(data::modality_set learned) const;
    void stand_at(race_result& result, const data::modality_set& learned);
    void settle(int m);
    void start(race_result& result);
    void say_never(race_result& result, int m) const;
    bool next_phase(race_result& result);

    const data::moments& moments_;
    const architecture& arch_;
    double weight_decay_;
    model_number<Number> decay_;  // weight_decay_, with its slope where Number is dual
    bool timed_;
    const variation* change_;
    std::vector<double> ends_;  // norms at which branches have arrived
    std::vector<runner<Number>> runners_;
    model_number<Number> trunk_excess_ = 0;
    saddle_numbers<model_number<Number>> standing_;  // the present saddle
    Number time_ = 0;
    std::vector<Number> times_;
};

}  // namespace fusionflow::theory
