// The certificates that a Config trusts.

#ifndef TANDEM_BACKENDS_OPENSSL_ROOTS_H_
#define TANDEM_BACKENDS_OPENSSL_ROOTS_H_

#include <cstddef>
#include <span>
#include <vector>

#include "backends/openssl/handles.h"
#include "tandem/backend.h"

namespace tandem::openssl {

/// Parses a certificate; null if it does not parse.
CertificateHandle ParseCertificate(std::span<const std::byte> der);

/// Returns a certificate as DER.
Der DerOf(const X509* certificate);

/// Adds the machine's roots and returns how many there are; of those that OpenSSL looks up in
/// directories when it needs them, the files. kMisuse if there are none, unless `may_be_empty`.
Result<std::size_t> AddSystemRoots(X509_STORE* roots, bool may_be_empty);

/// Adds certificates and returns how many there are. kMisuse for one that does not parse, or for
/// none at all.
Result<std::size_t> AddRoots(X509_STORE* roots, std::span<const Der> certificates);

/// Returns the roots whose subject is `name` (a Name, DER) and which the machine's administrator
/// has not marked as bad for peers of that kind.
std::vector<Der> RootsNamed(X509_STORE* roots, const Der& name, bool for_servers);

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_ROOTS_H_
