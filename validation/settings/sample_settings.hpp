#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "fusionflow/data/samples.hpp"

namespace fusionflow::validation {

struct settings;

/// What the options of the group "samples" say about the data, beside world_settings.
/// solver::sample_options has the rest.
struct sample_settings {
    long count = 0;  ///< P; 0: networks see moments, no samples
    bool symmetric = false;
    double variance = 1;  ///< of the linear modality beside XOR
};

/// Sets an option of the group "samples" from its text.
///
/// \throws data::input_error with the option's name.
void set_sample_option(settings& s, std::string_view name, const std::string& value);

/// Refuses options of samples that do not fit the others.
///
/// \throws data::input_error naming the option.
void check_sample_options(const settings& s);

/// The samples that the options describe; null where networks see moments.
///
/// \throws data::input_error as data::draw_toy_samples and data::draw_xor_samples.
[[nodiscard]] std::shared_ptr<const data::samples> build_samples(const settings& s);

}  // namespace fusionflow::validation
