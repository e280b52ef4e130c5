// The alerts of TLS, by number and by name.

#ifndef TANDEM_ALERT_H_
#define TANDEM_ALERT_H_

#include <cstdint>
#include <string_view>

namespace tandem {

/// Names an alert. Values are IANA's (RFC 8446 section 6); a peer may send one that is not listed.
enum class Alert : std::uint8_t {
  kCloseNotify = 0,
  kUnexpectedMessage = 10,
  kBadRecordMac = 20,
  kRecordOverflow = 22,
  kHandshakeFailure = 40,
  kBadCertificate = 42,
  kUnsupportedCertificate = 43,
  kCertificateRevoked = 44,
  kCertificateExpired = 45,
  kCertificateUnknown = 46,
  kIllegalParameter = 47,
  kUnknownCa = 48,
  kAccessDenied = 49,
  kDecodeError = 50,
  kDecryptError = 51,
  kProtocolVersion = 70,
  kInsufficientSecurity = 71,
  kInternalError = 80,
  kInappropriateFallback = 86,
  kUserCanceled = 90,
  kNoRenegotiation = 100,
  kMissingExtension = 109,
  kUnsupportedExtension = 110,
  kUnrecognizedName = 112,
  kBadCertificateStatusResponse = 113,
  kUnknownPskIdentity = 115,
  kCertificateRequired = 116,
  kNoApplicationProtocol = 120,
};

/// Returns IANA's name, such as "bad_certificate"; "unknown_alert" for a number without one.
std::string_view AlertName(Alert alert);

}  // namespace tandem

#endif  // TANDEM_ALERT_H_
