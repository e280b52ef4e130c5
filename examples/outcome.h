// How a client program ends: an exit status for each kind of failure, and connect's last line.

#ifndef TANDEM_EXAMPLES_OUTCOME_H_
#define TANDEM_EXAMPLES_OUTCOME_H_

#include <string>

#include "tandem/error.h"

namespace tandem_examples {

/// The exit statuses that get and connect share. 10 and 11 are each program's own.
enum ExitCode {
  kExitOk = 0,
  kExitLocal = 1,
  kExitUsage = 2,
  kExitTransport = 3,
  kExitUntrusted = 4,
  kExitIncompatible = 5,
  kExitProtocol = 6,
  kExitPeerAlert = 7,
  kExitTruncated = 8,
  kExitTimedOut = 9,
  kExitUnsupported = 12,
  kExitLimit = 13,
  kExitInternal = 14,
};

/// Returns what a failure of this kind ends in.
ExitCode ExitCodeFor(tandem::ErrorKind kind);

/// What connect ends with. The same provocation gives the same on every backend.
struct Outcome {
  int code = kExitOk;
  std::string text = "clean";

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// Returns the outcome of a connection that failed: "alert 42 bad_certificate" for an alert that
/// was received, else the kind, a colon and why. Nothing of it is a library's own text.
Outcome OutcomeOf(const tandem::Error& error);

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_OUTCOME_H_
