// One certificate or one public key, by its SHA-256.

#ifndef TANDEM_PIN_H_
#define TANDEM_PIN_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tandem/result.h"

namespace tandem {

/// Names one certificate, or one public key whatever certificate it comes in.
struct Pin {
  enum class Of : std::uint8_t {
    kPublicKey,    ///< The SHA-256 of the SubjectPublicKeyInfo (RFC 7469 section 2.4).
    kCertificate,  ///< The SHA-256 of the whole certificate: what tools print as its fingerprint.
  };

  Of of = Of::kPublicKey;
  std::array<std::byte, 32> sha256{};

  /// Reads a SHA-256 as 64 hexadecimal digits, with or without colons, or as base64, with or
  /// without "sha256/" or "sha256//" before it (as in RFC 7469 and in curl). kMisuse for anything
  /// else.
  static Result<Pin> Parse(Of of, std::string_view text);

  friend bool operator==(const Pin&, const Pin&) = default;
};

}  // namespace tandem

#endif  // TANDEM_PIN_H_
