// The part of reading a certificate that knows algorithms.

#ifndef TANDEM_CERTIFICATE_KEY_H_
#define TANDEM_CERTIFICATE_KEY_H_

#include <optional>

#include "api/der.h"
#include "tandem/certificate.h"

namespace tandem {

/// What a SubjectPublicKeyInfo says of its key.
struct KeyFacts {
  KeyType type = KeyType::kOther;
  unsigned bits = 0;
  bool has_named_curve = true;
};

/// Reads the content of a SubjectPublicKeyInfo. Nothing if it does not parse.
std::optional<KeyFacts> ReadKeyFacts(DerReader info);

/// Reads the content of an AlgorithmIdentifier for the hash of a signature; kNone if the algorithm
/// has none or is not known. Nothing if it does not parse.
std::optional<SignatureHash> ReadSignatureHash(DerReader algorithm);

}  // namespace tandem

#endif  // TANDEM_CERTIFICATE_KEY_H_
