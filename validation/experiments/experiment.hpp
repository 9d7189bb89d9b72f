#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "fusionflow/validation/experiments/check_result.hpp"
#include "fusionflow/validation/settings/settings.hpp"
#include "fusionflow/validation/study/grid.hpp"

namespace fusionflow::validation {

/// One way to run the model of an experiment: a method, with options of its own.
struct series {
    std::string name;    ///< for people, unique in the experiment
    std::string method;  ///< a name in solver::methods()
    settings own{};      ///< its options are set after those of the experiment
    int repeats = 1;     ///< draws of random networks
};

/// How a statement is judged.
enum class statement_kind {
    agreement,     ///< at every point the means of two series agree
    paired,        ///< at every point two series agree draw by draw
    distribution,  ///< a statistic over all points of one series, or of the differences or ratios
                   ///< of two, lies in [low, high]
    within,        ///< at every point the mean of one series lies in [low, high]
    convergence,   ///< the difference of two series falls with a known order in the initial norm
    outcome        ///< at every point all runs of one series have the outcome; with bounds: the
                   ///< number of such runs over all points lies in [low, high]
};

/// Something that an experiment must show. Tolerances are of relative differences.
struct statement {
    std::string name;                   ///< unique in its experiment; may be empty for the only one
    std::string says;                   ///< one sentence
    verdict means = verdict::confirms;  ///< what it says about the claim, if it holds
    statement_kind kind = statement_kind::agreement;
    std::string measured;         ///< name of a series
    std::string expected{};       ///< name of another; empty for within and outcome, and where a
                                  ///< distribution is of one series
    std::string quantity{};       ///< one of quantity_names(); empty for outcome
    bool one_of_several = false;  ///< the suite asks for a quantity of every modality, this is one
    grid where{};                 ///< only points with these values are judged; no axes: all
    double tolerance = 0;         ///< agreement, paired; convergence: of the order, absolute
    double order = 0;             ///< convergence: in u0, or in 1/ln(1/u0) if `logarithmic`
    bool logarithmic = false;
    double standard_errors = 0;  ///< agreement, within: standard errors that are allowed on top
    std::string statistic{};     ///< distribution: min, p10, p25, median, p75, p90 or max
    bool of_ratio = false;       ///< distribution of two series: of measured / expected, not of
                                 ///< |measured - expected| / |expected|
    double standard_error = std::numeric_limits<double>::quiet_NaN();  ///< of value
    int most_left_out = 0;          ///< the most points that may be left out because a step size is
                                    ///< unstable there; 0: all points are judged
    std::optional<double> value{};  ///< within, distribution: the centre of [low, high], where the
                                    ///< suite gives a value and its standard error instead
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    std::string ended{};  ///< outcome: name of a theory::outcome
    std::string reason;   ///< where the numbers come from

    /// For an outcome: true where its runs are counted over all points.
    [[nodiscard]] bool counts_runs() const { return std::isfinite(low) || std::isfinite(high); }
};

struct picture_kind;

/// The figure of an experiment.
struct picture {
    const picture_kind* kind = nullptr;  ///< one of picture_kinds
    std::string x{};                     ///< axis of the grid; empty for kinds that span none
    std::string y{};                     ///< second axis, for kinds that span two
    std::string panels{};                ///< axis with a panel per value; may be empty
    std::string quantity{};              ///< what is shown over x and y; empty without them
    std::vector<std::string> shown{};    ///< names of series
    bool log_x = false;
    bool log_y = false;
};

/// A claim, the runs that test it, and the statements that they are held to.
struct experiment {
    std::string name;   ///< unique in its suite
    std::string title;  ///< a few words
    std::string claim;  ///< one sentence
    settings model{};
    grid points{};
    std::vector<series> all;
    std::vector<statement> statements;
    std::optional<picture> figure{};

    /// Settings of a series at a point. \throws data::input_error as set_option.
    [[nodiscard]] settings at(const series& one, std::size_t point) const;
    /// True where some statement would notice that a method's times are spoiled: it holds them
    /// against something else. \see conditions::perturbed
    [[nodiscard]] bool judges_times_of(std::string_view method_name) const;
    /// Index of a series; all.size() where there is none of that name.
    [[nodiscard]] std::size_t find(std::string_view series_name) const;
    /// True where the figure shows a series; there must be a figure.
    [[nodiscard]] bool shows(const series& one) const;
    /// "experiment/check", or the experiment's name alone where its only check has none.
    [[nodiscard]] std::string name_of(const statement& s) const;
    /// Points that have the values of `where`.
    [[nodiscard]] std::vector<std::size_t> selected(const grid& where) const;
};

}  // namespace fusionflow::validation
