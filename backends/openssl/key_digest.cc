// The digests that keys are asked to sign.

#include "backends/openssl/key_digest.h"

#include <strings.h>

namespace tandem::openssl {
namespace {

struct DigestNames {
  engine::KeyDigest digest;
  const char* name;
  const char* older_name;
};

constexpr DigestNames kDigests[] = {
    {engine::KeyDigest::kSha1, "SHA1", "SHA-1"},
    {engine::KeyDigest::kSha224, "SHA2-224", "SHA224"},
    {engine::KeyDigest::kSha256, "SHA2-256", "SHA256"},
    {engine::KeyDigest::kSha384, "SHA2-384", "SHA384"},
    {engine::KeyDigest::kSha512, "SHA2-512", "SHA512"},
};

}  // namespace

const EVP_MD* DigestOf(engine::KeyDigest digest) {
  switch (digest) {
    case engine::KeyDigest::kNone: return nullptr;
    case engine::KeyDigest::kSha1: return EVP_sha1();
    case engine::KeyDigest::kSha224: return EVP_sha224();
    case engine::KeyDigest::kSha256: return EVP_sha256();
    case engine::KeyDigest::kSha384: return EVP_sha384();
    case engine::KeyDigest::kSha512: return EVP_sha512();
  }
  return nullptr;
}

std::optional<engine::KeyDigest> DigestNamed(const char* name) {
  if (name == nullptr || *name == '\0') return engine::KeyDigest::kNone;
  for (const DigestNames& row : kDigests) {
    if (strcasecmp(name, row.name) == 0 || strcasecmp(name, row.older_name) == 0) return row.digest;
  }
  return std::nullopt;
}

}  // namespace tandem::openssl
