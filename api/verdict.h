// What is wrong with a peer's certificates: one vocabulary for both libraries.

#ifndef TANDEM_VERDICT_H_
#define TANDEM_VERDICT_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "tandem/alert.h"
#include "tandem/version.h"

namespace tandem {

/// Says why a peer is not trusted. Listed by weight: of several findings the first is reported,
/// so that both libraries report the same one whatever order they look in.
enum class Verdict : std::uint8_t {
  kNoCertificate,   ///< The peer sent none where one is required.
  kMalformed,       ///< A certificate cannot be parsed, or breaks X.509's own rules.
  kUnknownIssuer,   ///< No chain leads to a certificate that we trust.
  kTooDeep,         ///< The chain is longer than Trust::MaxIntermediates() or kMaxSent allows.
  kBadSignature,    ///< A signature in the chain does not verify.
  kRevoked,         ///< A revocation list names a certificate of the chain.
  kExpired,         ///< A certificate of the chain is past its notAfter.
  kNotYetValid,     ///< A certificate of the chain is before its notBefore.
  kWrongPurpose,    ///< A certificate may not be used for this (CA flag, key usage, path length).
  kNameConstraint,  ///< A CA of the chain may not speak for these names.
  kCriticalExtension,  ///< A certificate holds a critical extension that nobody here understands.
  kWeak,               ///< A key is too short or a signature algorithm too weak.
  kRevocationUnknown,  ///< No revocation list in force says whether it has been revoked.
  kWrongName,          ///< The certificate is genuine, and of somebody else.
  kNotPinned,          ///< It is none of those that are pinned.
  kRefused,            ///< The program's further verifier refused it.
  kOther,              ///< Anything else; the Error's native text tells.
};

/// Returns the verdict in words that a user understands, such as "its certificate has expired".
std::string_view VerdictText(Verdict verdict);

/// Returns a stable word for logs and tables, such as "wrong_name".
std::string_view VerdictName(Verdict verdict);

/// Returns the alert that a peer rejected for `verdict` is sent, on both backends.
///
/// OpenSSL's own choice is the reference (ssl_x509err2alert). `version` matters only for a missing
/// certificate, where RFC 8446 section 4.4.2.4 has an alert of its own.
Alert AlertFor(Verdict verdict, Version version);

/// Collects findings while a chain is looked at.
class VerdictSet {
 public:
  VerdictSet() = default;
  VerdictSet(std::initializer_list<Verdict> verdicts) {
    for (const Verdict verdict : verdicts) Add(verdict);
  }

  void Add(Verdict verdict) { bits_ |= Bit(verdict); }
  bool Has(Verdict verdict) const { return (bits_ & Bit(verdict)) != 0; }
  bool empty() const { return bits_ == 0; }

  /// Adds all of `others`.
  void Add(VerdictSet others) { bits_ |= others.bits_; }

  /// Returns the finding that weighs most, or nothing.
  std::optional<Verdict> Gravest() const;

 private:
  static constexpr std::uint32_t Bit(Verdict verdict) {
    return std::uint32_t{1} << static_cast<unsigned>(verdict);
  }

  std::uint32_t bits_ = 0;
};

}  // namespace tandem

#endif  // TANDEM_VERDICT_H_
