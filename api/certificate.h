// What a certificate says, read once and the same for every backend.
//
// The path to what is trusted is found here (tandem/path_search.h), the libraries verify it, and
// what RFC 5280 asks of the certificates on it is asked here too (tandem/path_rules.h).

#ifndef TANDEM_CERTIFICATE_H_
#define TANDEM_CERTIFICATE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tandem/server_name.h"

namespace tandem {

/// DER of one object, such as a certificate.
using Der = std::vector<std::byte>;

/// The kinds of public keys that are told apart.
enum class KeyType : std::uint8_t { kRsa, kRsaPss, kEcdsa, kEd25519, kEd448, kOther };

/// The hash of a certificate's signature, as far as rules ask for it.
enum class SignatureHash : std::uint8_t { kMd5, kSha1, kSha224, kSha256, kSha384, kSha512, kNone };

/// One name that a certificate speaks for, or that its issuer may or may not speak for.
struct GeneralName {
  enum class Type : std::uint8_t { kEmail, kDns, kDirectory, kUri, kAddress, kOther };

  Type type = Type::kOther;
  Der value;  ///< Text for kEmail, kDns and kUri; a Name for kDirectory; bytes for kAddress; the
              ///< whole element for kOther.

  friend bool operator==(const GeneralName&, const GeneralName&) = default;
};

/// RFC 5280 section 4.2.1.10.
struct NameConstraints {
  std::vector<GeneralName> permitted;
  std::vector<GeneralName> excluded;
  bool understood = true;  ///< False: it uses minimum or maximum, which nobody may.
};

/// The key usage bits that rules ask for (RFC 5280 section 4.2.1.3).
enum KeyUsage : std::uint16_t {
  kDigitalSignature = 1U << 0,
  kKeyEncipherment = 1U << 2,
  kKeyAgreement = 1U << 4,
  kKeyCertSign = 1U << 5,
  kCrlSign = 1U << 6,
};

/// Netscape's certificate types, which old CAs still write and OpenSSL obeys.
enum NetscapeType : std::uint16_t {
  kNetscapeClient = 1U << 0,
  kNetscapeServer = 1U << 1,
};

/// A certificate (RFC 5280 section 4.1), parsed. Strict DER; nothing is checked but the form.
struct Certificate {
  /// Reads a certificate. Nothing if it breaks DER or the ASN.1 of RFC 5280, has bytes left over,
  /// has an extension twice, or holds an extension named below that does not parse.
  static std::optional<Certificate> Parse(std::span<const std::byte> der);

  Der der;  ///< The whole of it.
  int version = 3;
  Der serial;  ///< As encoded, at least one byte.
  Der issuer;  ///< The Name, DER.
  Der subject;
  std::chrono::sys_seconds not_before;
  std::chrono::sys_seconds not_after;
  Der public_key;  ///< SubjectPublicKeyInfo, DER: what a public-key pin is the hash of.
  KeyType key_type = KeyType::kOther;
  unsigned key_bits = 0;  ///< RSA: of the modulus; ECDSA: of the field, 0 for a curve that is not
                          ///< NIST's; else the key's usual size.
  bool key_has_named_curve = true;                      ///< ECDSA: false for explicit parameters.
  SignatureHash signature_hash = SignatureHash::kNone;  ///< kNone: EdDSA, or unknown.
  bool signature_algorithms_agree = true;               ///< The inner and the outer one.

  // Extensions.
  std::optional<bool> is_ca;               ///< basicConstraints; nothing: it has none.
  std::optional<unsigned> path_length;     ///< pathLenConstraint.
  std::optional<std::uint16_t> key_usage;  ///< KeyUsage bits; nothing: every use.
  std::optional<std::vector<std::string>> extended_key_usage;  ///< Dotted OIDs; nothing: every use.
  std::optional<std::uint16_t> netscape_type;                  ///< NetscapeType bits.
  std::vector<GeneralName> alternative_names;
  std::optional<NameConstraints> name_constraints;
  Der subject_key_id;                 ///< Empty: none.
  Der authority_key_id;               ///< The keyIdentifier; empty: none.
  bool has_unknown_critical = false;  ///< A critical extension that is none of the above, nor a
                                      ///< policy's; or it is a proxy (RFC 3820).

  /// Says whether issuer and subject are the same name (RFC 5280 section 7.1).
  bool self_issued() const;

  /// Returns the dNSName and iPAddress of the alternative names; others, and text that is not plain
  /// ASCII, are left out.
  CertificateNames names() const;

  /// Returns the subject as people read it, such as "CN=server.test, O=Example" (RFC 4514, in the
  /// order of the certificate). Bytes that are not printable are escaped.
  std::string SubjectText() const;

  /// Returns the issuer likewise.
  std::string IssuerText() const;
};

}  // namespace tandem

#endif  // TANDEM_CERTIFICATE_H_
