// What can go wrong inside a library, in tandem's words: both error tables name these.

#ifndef TANDEM_FAULT_H_
#define TANDEM_FAULT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "tandem/error.h"

namespace tandem {

/// Names what a library's code means. The kind, the sentence and the verdict of each stand here
/// once, so that two libraries cannot describe one fault in two ways.
enum class Fault : std::uint8_t {
  kMalformedMessage,      ///< A message does not parse.
  kMisplacedMessage,      ///< It parses, and has no place there.
  kIllegalChoice,         ///< It says what was not offered, or what TLS forbids.
  kMissingExtension,      ///< A hello lacks what TLS requires.
  kUnusableKey,           ///< A key or signature of the peer that no library can use.
  kDamagedRecord,         ///< A record does not authenticate.
  kOversizedRecord,       ///< A record is longer than TLS allows.
  kWrongProof,            ///< A signature, binder or Finished of the handshake is wrong.
  kNotTls,                ///< The peer speaks something else.
  kNoSharedVersion,       ///< No version that both speak.
  kNoSharedSuite,         ///< No cipher suite that both speak and that fits the key.
  kNoSharedGroup,         ///< No key exchange group.
  kNoSharedScheme,        ///< No signature scheme that fits the key.
  kNoSharedProtocol,      ///< No ALPN protocol.
  kNoSafeRenegotiation,   ///< The peer lacks RFC 5746.
  kOversizedMessage,      ///< A handshake message beyond the library's limit.
  kTooManyEmptyRecords,   ///< Records without content, and nothing else.
  kTooManyWarnings,       ///< Warnings, and nothing else.
  kTooManyKeyUpdates,     ///< More than the budget.
  kTooManyRecords,        ///< Under one key.
  kTruncated,             ///< The stream ended without close_notify.
  kTimedOut,              ///< The library's patience, which is no shorter than ours.
  kBrokenTransport,       ///< The transport failed; the Wire knows how.
  kAlertReceived,         ///< The peer ended the connection.
  kMalformedCertificate,  ///< A certificate does not parse.
  kWeakCertificate,       ///< A key or signature in the chain is too weak.
  kMisusedCertificate,    ///< The certificate may not be used for this.
  kRejectedCertificate,   ///< Rejected for another reason; the policy's word replaces it.
  kNoCertificate,         ///< None where one is required.
  kOutOfMemory,           ///< The library has said so.
  kDefect,                ///< No peer and no caller should be able to cause it.
};

/// Makes the Error of `fault`. `native` is the library's own account, for logs.
Error MakeFault(Fault fault, std::string native = {});

/// Makes the Error of a connection that the peer has ended with `alert`.
Error MakePeerAlert(Alert alert, std::string native = {});

}  // namespace tandem

#endif  // TANDEM_FAULT_H_
