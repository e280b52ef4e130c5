// Hashes, and who has signed a revocation list.

#include "backends/gnutls/digest.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "backends/gnutls/handles.h"
#include "backends/gnutls/roots.h"

namespace tandem::gnutls {
namespace {

// By the machine's clock; a Config may have another one, so dates are for the rules to judge.
constexpr unsigned kDates =
    GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED | GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE;

gnutls_digest_algorithm_t AlgorithmOf(Hash hash) {
  switch (hash) {
    case Hash::kSha256: return GNUTLS_DIG_SHA256;
    case Hash::kSha384: return GNUTLS_DIG_SHA384;
    case Hash::kSha512: return GNUTLS_DIG_SHA512;
  }
  return GNUTLS_DIG_UNKNOWN;
}

}  // namespace

std::vector<std::byte> Digest(Hash hash, std::span<const std::byte> content) {
  const gnutls_digest_algorithm_t algorithm = AlgorithmOf(hash);
  std::vector<std::byte> digest(gnutls_hash_get_len(algorithm));
  if (gnutls_hash_fast(algorithm, content.data(), content.size(), digest.data()) < 0) return {};
  return digest;
}

bool HasSigned(std::span<const std::byte> issuer, std::span<const std::byte> list) {
  gnutls_x509_crl_t raw = nullptr;
  if (gnutls_x509_crl_init(&raw) < 0) return false;
  const RevocationListHandle parsed(raw);
  const gnutls_datum_t der = DatumOf(list);
  const CertificateHandle signer = ParseCertificate(issuer);
  if (signer == nullptr || gnutls_x509_crl_import(raw, &der, GNUTLS_X509_FMT_DER) < 0) return false;
  const int algorithm = gnutls_x509_crl_get_signature_algorithm(raw);
  if (algorithm < 0 || gnutls_sign_is_secure2(static_cast<gnutls_sign_algorithm_t>(algorithm),
                                              GNUTLS_SIGN_FLAG_SECURE_FOR_CERTS) == 0) {
    return false;
  }
  const gnutls_x509_crt_t key_owner = signer.get();
  unsigned status = 0;
  if (gnutls_x509_crl_verify(raw, &key_owner, 1, GNUTLS_VERIFY_DISABLE_CA_SIGN, &status) < 0) {
    return false;
  }
  // GNUTLS_CERT_INVALID goes with every finding, and alone stands for a failure to look.
  return status == 0 || ((status & kDates) != 0 && (status & ~kDates) == GNUTLS_CERT_INVALID);
}

}  // namespace tandem::gnutls
