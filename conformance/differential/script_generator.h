// Scripts that nobody wrote.

#ifndef TANDEM_CONFORMANCE_DIFFERENTIAL_SCRIPT_GENERATOR_H_
#define TANDEM_CONFORMANCE_DIFFERENTIAL_SCRIPT_GENERATOR_H_

#include <cstdint>

#include "conformance/differential/script.h"

namespace tandem::conformance {

/// Returns the script of `seed`. Most handshakes succeed, most data arrives, and every odd call,
/// setting and damage to the wire comes up now and then.
Script GenerateScript(std::uint64_t seed);

/// Returns the seed of script number `number` of a run with `seed`.
std::uint64_t SeedOfScript(std::uint64_t seed, std::uint64_t number);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_DIFFERENTIAL_SCRIPT_GENERATOR_H_
