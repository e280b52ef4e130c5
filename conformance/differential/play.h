// Plays a script on one pair of backends, and writes down what both applications saw.
//
// Two pairs must write the same lines. These things are left out, for these reasons:
//
//   - How many bytes a handshake has, and in how many pieces they come: libraries order and pad
//     their hellos as they like, and the length of a signature is chance. In the handshake the wire
//     is stopped and broken between flights only, and a trace says whether a call sent something.
//     Behind it bytes are counted one by one.
//   - Error::what and Error::native: words, for people.
//   - Error::alert_authenticated in the handshake: whether a client's alert is encrypted there is
//     its library's choice (docs/parity.md).
//   - Keying material and what is bound to it: it is new in every connection. Whether both ends
//     have the same is compared.
//   - Time that passes after a key update: GnuTLS counts those in a second of its own clock, which
//     no script moves. `advance` does nothing from then on, on every pair.

#ifndef TANDEM_CONFORMANCE_DIFFERENTIAL_PLAY_H_
#define TANDEM_CONFORMANCE_DIFFERENTIAL_PLAY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "conformance/differential/script.h"
#include "conformance/world/world.h"

namespace tandem::conformance {

/// What one pair made of a script.
struct Trace {
  /// One line for the setup, one for each action, and a few for what it came to at last, when the
  /// wire is whole again and both programs run until nothing moves.
  std::vector<std::string> lines;

  /// Promises that were broken, whatever other pairs do: of End's checks, and that what arrives is
  /// what was taken, in order and once.
  std::vector<CheckFailure> failures;

  std::uint64_t connections = 0;
  std::uint64_t actions = 0;
};

/// Plays `script` in a World of its own, made by `parts`. The parts' version does not matter: the
/// script says what is spoken.
Trace Play(const Script& script, const WorldParts& parts);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_DIFFERENTIAL_PLAY_H_
