#include "fusionflow/theory/race/race_clocks.hpp"

#include <cmath>

namespace fusionflow::theory {

namespace {

// When the saddle at this place of the race is reached: when its last modality is learned.
double reached_at(const race_result& raced, std::size_t place) {
    double time = 0;
    for (const int m : raced.saddles[place].learned) {
        const double learned = raced.answer.times[static_cast<std::size_t>(m)];
        const bool was_there = place > 0 && data::contains(raced.saddles[place - 1].learned, m);
        // A modality that begins to count with this saddle leads to it.
        time = was_there ? time : std::max(time, learned);
    }
    return time;
}

// Reads a clock of the end at the saddles, one after the other.
clock_times along_saddles(const data::moments& moments, const race_result& raced, const clock& by) {
    clock_times read{&by, std::vector<double>(raced.answer.times.size(), never)};
    for (int m = 0; m < moments.count(); ++m) {
        const auto reading = by.reading(moments, raced.saddles.back().weights, m);
        for (std::size_t i = 0; reading && i < raced.saddles.size(); ++i) {
            if (reading(raced.saddles[i].weights) >= learned_part) {
                read.times[static_cast<std::size_t>(m)] = reached_at(raced, i);
                break;
            }
        }
    }
    return read;
}

}  // namespace

std::vector<clock_times> clocks_of(const data::moments& moments, const race_result& raced) {
    std::vector<clock_times> all;
    const bool known = raced.answer.ended != outcome::no_plateau && !raced.saddles.empty();
    for (const clock* by : clocks().all) {
        clock_times read{by, raced.answer.times, raced.answer.above};
        if (by == &power_clock && moments.outputs() > 1 && !raced.power_times.empty()) {
            read.times = raced.power_times;
        } else if (by->of_the_end) {
            read = known && moments.outputs() == 1
                       ? along_saddles(moments, raced, *by)
                       : clock_times{by, std::vector<double>(raced.answer.times.size(), unknown)};
        }
        all.push_back(std::move(read));
    }
    return all;
}

}  // namespace fusionflow::theory
