#pragma once

#include <cstdint>

#include "fusionflow/data/samples.hpp"
#include "fusionflow/data/toy.hpp"

namespace fusionflow::data {

/// Largest number P of samples that can be drawn.
inline constexpr long most_samples = 10'000'000;

/// P samples of the toy data: Gaussian x_A, x_B, y = w_A x_A + w_B x_B + noise.
///
/// \param count       P, 1 ... most_samples.
/// \param seed        Seed of the draw: any.
/// \param symmetrised Half of the samples are drawn, the others are their mirror images (-x, -y):
///                    every odd moment is zero. P must be even.
/// \throws input_error naming samples, or as toy_options::validate.
[[nodiscard]] samples draw_toy_samples(const toy_options& options, long count, std::uint64_t seed,
                                       bool symmetrised);

/// P samples whose modality A only nonlinear networks can use: x_A in {+-1}^2, scalar x_B,
///
///     y = XOR(x_A) + x_B,   XOR(x_A) = -x_A1 x_A2 in {+-1},   <x_B^2> = v
///
/// Features: XOR(x_A) and x_B. The design is balanced: P/8 numbers |x_B| are drawn from a Gaussian
/// and scaled to <x_B^2> = v, each with both signs at each of the four points of x_A, so that
/// <x_A> = 0, <x_A x_A^T> = I, <XOR x_A> = <XOR x_B> = <x_A x_B> = 0 to rounding.
///
/// \param count     P, a multiple of 8, 8 ... most_samples.
/// \param variance  v > 0, finite.
/// \param seed      Seed of the draw: any.
/// \throws input_error naming samples or variance.
[[nodiscard]] samples draw_xor_samples(long count, double variance, std::uint64_t seed);

}  // namespace fusionflow::data
