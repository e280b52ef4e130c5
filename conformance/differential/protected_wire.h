// What can be done to one direction of a wire once every byte on it stands in a protected record.
//
// From then on records are equally long whatever library makes them (the suites are AEAD all), so
// that what is done to a byte is done to the same byte on every pair.

#ifndef TANDEM_CONFORMANCE_DIFFERENTIAL_PROTECTED_WIRE_H_
#define TANDEM_CONFORMANCE_DIFFERENTIAL_PROTECTED_WIRE_H_

#include <cstddef>
#include <vector>

#include "conformance/world/link.h"

namespace tandem::conformance {

/// Where one record stands in everything that a link has ever carried.
struct RecordPlace {
  std::size_t begin;  ///< Of its header.
  std::size_t end;    ///< Behind its body; past the link's end if it is not whole.
};

/// Returns the places of all records on the link, the first at its begin.
std::vector<RecordPlace> RecordsOn(const Link& link);

/// Makes one bit wrong of the bodies in flight: number `bit` of them, counted round and round.
/// False: there is no body in flight.
bool FlipBit(Link& link, std::size_t bit);

/// Puts a record of application data in flight, of `size` bytes, at least 32, that no key has
/// made. False: the last record on the link is not whole.
bool Forge(Link& link, std::size_t size);

/// Puts the last record in flight once more. False: there is none, or it is not whole.
bool Replay(Link& link);

/// Loses what is in flight. False, and nothing is lost, if that is nothing, or would leave a part
/// of a record.
bool Lose(Link& link);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_DIFFERENTIAL_PROTECTED_WIRE_H_
