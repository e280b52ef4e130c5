// What an application sees, as text that must be equal on every pair: see play.h for what is left
// out.

#ifndef TANDEM_CONFORMANCE_DIFFERENTIAL_SIGHT_H_
#define TANDEM_CONFORMANCE_DIFFERENTIAL_SIGHT_H_

#include <chrono>
#include <cstddef>
#include <span>
#include <string>

#include "conformance/differential/stage.h"
#include "tandem/status.h"

namespace tandem::conformance {

/// Returns how many bytes, and a hash of them.
std::string SightOfBytes(std::span<const std::byte> bytes);

/// Returns what a call returned; `got` is what it brought.
std::string SightOfCall(IoResult result, std::span<const std::byte> got);

/// Returns how many bytes a call sent, or, in the handshake, whether it did.
std::string SightOfSent(std::size_t bytes, bool open);

/// Returns interest(), what is pending, a refusal, and what the trace has not told yet: the facts
/// of the handshake, the error.
std::string SightOfState(Side& side);

/// Takes all events and returns those that the trace has not told yet.
std::string SightOfEvents(Side& side);

/// Returns what else can be asked at any time.
std::string SightOfInfo(const End& end, std::chrono::steady_clock::time_point now);

/// Exports `size` bytes at both ends, and returns whether they are the same.
std::string SightOfExport(const Side& side, const Side& peer, std::size_t size);

/// Asks both ends for the binding at place `type` of ChannelBinding, and says whether it is the
/// same.
std::string SightOfBinding(const Side& side, const Side& peer, std::size_t type);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_DIFFERENTIAL_SIGHT_H_
