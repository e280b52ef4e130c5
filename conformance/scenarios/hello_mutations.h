// Many ClientHellos, nearly all of them wrong: seeded, so that each can be had again.

#ifndef TANDEM_CONFORMANCE_SCENARIOS_HELLO_MUTATIONS_H_
#define TANDEM_CONFORMANCE_SCENARIOS_HELLO_MUTATIONS_H_

#include <cstdint>
#include <functional>
#include <string>

#include "conformance/world/check.h"

namespace tandem::conformance {

/// Takes one hello: what was done to which, and its body without the header of the message.
using HelloSink = std::function<void(const std::string& name, const Bytes& body)>;

/// Makes each hello that `seed` comes to, in order. Several thousand.
void MutateHellos(std::uint64_t seed, const HelloSink& sink);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_SCENARIOS_HELLO_MUTATIONS_H_
