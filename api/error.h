// What went wrong, whose fault it is, and what to do.

#ifndef TANDEM_ERROR_H_
#define TANDEM_ERROR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tandem/alert.h"
#include "tandem/verdict.h"

namespace tandem {

/// Says who must act. Branch on this; log the rest.
enum class ErrorKind : std::uint8_t {
  kMisuse,        ///< The program. Found and fixed by reading its code; no peer can cause it.
  kUnsupported,   ///< The program, or whoever chose the backend: this library cannot do that.
  kUntrusted,     ///< The peer did not prove who it is; `verdict` says in what it failed.
  kIncompatible,  ///< Both sides are right and share no version, suite, group or protocol.
  kProtocol,      ///< The peer broke TLS, or does not speak it.
  kPeerAlert,     ///< The peer gave up and said why; see `alert_received`.
  kTruncated,     ///< The stream ended without close_notify: bytes may be missing.
  kTransport,     ///< The transport failed; see `system_error`.
  kTimedOut,      ///< A deadline of ours passed.
  kLimit,         ///< The peer asked for more than a named limit allows.
  kInternal,      ///< tandem or the library failed. Report it.
};

/// Returns a stable word for logs and exit messages, such as "untrusted".
std::string_view ErrorKindName(ErrorKind kind);

/// Describes one failure. The same provocation gives the same kind, verdict and alerts on every
/// backend; `native` is the library's own account and differs.
struct [[nodiscard]] Error {
  ErrorKind kind = ErrorKind::kInternal;
  std::string what;                     ///< One sentence: what happened, and what to do if known.
  std::optional<Verdict> verdict;       ///< kUntrusted only.
  std::optional<Alert> alert_sent;      ///< The fatal alert that the peer was sent.
  std::optional<Alert> alert_received;  ///< The fatal alert that the peer sent.
  bool alert_authenticated = true;      ///< False: it came in plaintext; anybody may have sent it.
  int system_error = 0;                 ///< kTransport: an errno value; 0 if there is none.
  std::string native;                   ///< The library's code and text, for logs only.

  /// Returns all of it on one line, for people: kind, sentence, alerts, native text.
  std::string ToString() const;
};

/// Makes an Error of `kind` that says `what`.
Error MakeError(ErrorKind kind, std::string what);

}  // namespace tandem

#endif  // TANDEM_ERROR_H_
