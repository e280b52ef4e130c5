#include "examples/outcome.h"

#include <string_view>
#include <system_error>

namespace tandem_examples {

using tandem::Error;
using tandem::ErrorKind;

namespace {

// As people say it: "timed out", not "timed_out".
std::string KindText(ErrorKind kind) {
  std::string text(tandem::ErrorKindName(kind));
  for (char& c : text) {
    if (c == '_') c = ' ';
  }
  return text;
}

std::string AlertText(tandem::Alert alert) {
  return "alert " + std::to_string(static_cast<int>(alert)) + " " +
         std::string(tandem::AlertName(alert));
}

}  // namespace

ExitCode ExitCodeFor(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kMisuse: return kExitUsage;
    case ErrorKind::kUnsupported: return kExitUnsupported;
    case ErrorKind::kUntrusted: return kExitUntrusted;
    case ErrorKind::kIncompatible: return kExitIncompatible;
    case ErrorKind::kProtocol: return kExitProtocol;
    case ErrorKind::kPeerAlert: return kExitPeerAlert;
    case ErrorKind::kTruncated: return kExitTruncated;
    case ErrorKind::kTransport: return kExitTransport;
    case ErrorKind::kTimedOut: return kExitTimedOut;
    case ErrorKind::kLimit: return kExitLimit;
    case ErrorKind::kInternal: return kExitInternal;
  }
  return kExitInternal;
}

Outcome OutcomeOf(const Error& error) {
  const int code = ExitCodeFor(error.kind);
  if (error.kind == ErrorKind::kPeerAlert && error.alert_received.has_value()) {
    return {code, AlertText(*error.alert_received)};
  }
  std::string text = KindText(error.kind) + ": ";
  if (error.verdict.has_value()) return {code, text.append(VerdictText(*error.verdict))};
  text += error.what;
  if (error.system_error != 0) {
    text += " (" + std::generic_category().message(error.system_error) + ")";
  }
  return {code, text};
}

}  // namespace tandem_examples
