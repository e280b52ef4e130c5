// A certificate revocation list (RFC 5280 section 5), parsed.

#ifndef TANDEM_REVOCATION_LIST_H_
#define TANDEM_REVOCATION_LIST_H_

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "tandem/certificate.h"

namespace tandem {

/// What a list says. Its signature is for the backend to check, against the issuer found.
struct RevocationList {
  /// Reads a list. Nothing if it breaks DER or the ASN.1 of RFC 5280, has bytes left over, has an
  /// extension twice, or names two signature algorithms.
  static std::optional<RevocationList> Parse(std::span<const std::byte> der);

  Der der;
  Der issuer;  ///< The Name, DER.
  std::chrono::sys_seconds this_update;
  std::optional<std::chrono::sys_seconds> next_update;
  std::vector<Der> serials;  ///< Of what is revoked, sorted.

  bool hash_is_weak = false;  ///< Its signature is over SHA-224 or weaker: it proves nothing.

  /// A critical extension, of the list or of an entry, that is not understood: a delta, an indirect
  /// list, or one that speaks for part of what its issuer has issued. Such a list proves nothing.
  bool has_unknown_critical = false;

  /// Says whether the list has the name of the issuer of `certificate`.
  bool IsFromIssuerOf(const Certificate& certificate) const;

  /// Says whether the list has the serial number of `certificate`, whoever issued that.
  bool Revokes(const Certificate& certificate) const;
};

}  // namespace tandem

#endif  // TANDEM_REVOCATION_LIST_H_
