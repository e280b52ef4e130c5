// The certificates that a Config trusts.

#ifndef TANDEM_BACKENDS_GNUTLS_ROOTS_H_
#define TANDEM_BACKENDS_GNUTLS_ROOTS_H_

#include <cstddef>
#include <map>
#include <span>
#include <vector>

#include "backends/gnutls/handles.h"
#include "tandem/backend.h"

namespace tandem::gnutls {

/// Certificates by their subjects (Names, DER).
using Roots = std::map<Der, std::vector<Der>>;

/// Parses a certificate; null if it does not parse.
CertificateHandle ParseCertificate(std::span<const std::byte> der);

/// Adds the machine's roots and returns how many there are. kMisuse if there are none, unless
/// `may_be_empty`. `machine` becomes the library's own list, which knows too what the machine's
/// administrator has marked as bad.
Result<std::size_t> AddSystemRoots(Roots& roots, TrustListHandle& machine, bool may_be_empty);

/// Adds certificates and returns how many there are. kMisuse for one that does not parse, or for
/// none at all.
Result<std::size_t> AddRoots(Roots& roots, std::span<const Der> certificates);

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_ROOTS_H_
