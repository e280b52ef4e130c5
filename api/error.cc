#include "tandem/error.h"

#include <system_error>
#include <utility>

namespace tandem {

std::string_view ErrorKindName(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kMisuse: return "misuse";
    case ErrorKind::kUnsupported: return "unsupported";
    case ErrorKind::kUntrusted: return "untrusted";
    case ErrorKind::kIncompatible: return "incompatible";
    case ErrorKind::kProtocol: return "protocol";
    case ErrorKind::kPeerAlert: return "peer_alert";
    case ErrorKind::kTruncated: return "truncated";
    case ErrorKind::kTransport: return "transport";
    case ErrorKind::kTimedOut: return "timed_out";
    case ErrorKind::kLimit: return "limit";
    case ErrorKind::kInternal: return "internal";
  }
  return "internal";
}

std::string Error::ToString() const {
  std::string text(ErrorKindName(kind));
  text += ": ";
  text += what;
  if (system_error != 0) {
    text += " (" + std::generic_category().message(system_error) + ")";
  }
  if (alert_received.has_value()) {
    text += " [received alert " + std::string(AlertName(*alert_received));
    text += alert_authenticated ? "]" : ", unauthenticated]";
  }
  if (alert_sent.has_value()) text += " [sent alert " + std::string(AlertName(*alert_sent)) + "]";
  if (!native.empty()) text += " [" + native + "]";
  return text;
}

Error MakeError(ErrorKind kind, std::string what) {
  Error error;
  error.kind = kind;
  error.what = std::move(what);
  return error;
}

}  // namespace tandem
