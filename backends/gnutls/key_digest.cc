// The digests that keys sign, as GnuTLS names them.

#include "backends/gnutls/key_digest.h"

#include <algorithm>
#include <iterator>

#include <gnutls/crypto.h>

namespace tandem::gnutls {
namespace {

struct DigestRow {
  engine::KeyDigest digest;
  gnutls_digest_algorithm_t algorithm;
};

constexpr DigestRow kDigests[] = {
    {engine::KeyDigest::kSha1, GNUTLS_DIG_SHA1},
    {engine::KeyDigest::kSha224, GNUTLS_DIG_SHA224},
    {engine::KeyDigest::kSha256, GNUTLS_DIG_SHA256},
    {engine::KeyDigest::kSha384, GNUTLS_DIG_SHA384},
    {engine::KeyDigest::kSha512, GNUTLS_DIG_SHA512},
};

}  // namespace

gnutls_digest_algorithm_t DigestOf(engine::KeyDigest digest) {
  const auto* row =
      std::find_if(std::begin(kDigests), std::end(kDigests),
                   [digest](const DigestRow& known) { return known.digest == digest; });
  return row == std::end(kDigests) ? GNUTLS_DIG_UNKNOWN : row->algorithm;
}

engine::KeyDigest DigestNamed(gnutls_digest_algorithm_t algorithm) {
  const auto* row =
      std::find_if(std::begin(kDigests), std::end(kDigests),
                   [algorithm](const DigestRow& known) { return known.algorithm == algorithm; });
  return row == std::end(kDigests) ? engine::KeyDigest::kNone : row->digest;
}

std::size_t DigestBytes(engine::KeyDigest digest) {
  return digest == engine::KeyDigest::kNone ? 0 : gnutls_hash_get_len(DigestOf(digest));
}

}  // namespace tandem::gnutls
