// Hashes, and who has signed a revocation list.

#include "backends/openssl/digest.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "backends/openssl/call.h"
#include "backends/openssl/handles.h"
#include "backends/openssl/roots.h"

namespace tandem::openssl {
namespace {

// What a signature may be made over.
constexpr int kStrongHashes[] = {NID_sha256, NID_sha384, NID_sha512};

// EdDSA has its hash built in.
constexpr int kWithoutHash[] = {NID_ED25519, NID_ED448};

template <typename T>
bool Contains(const T& list, int nid) {
  return std::find(std::begin(list), std::end(list), nid) != std::end(list);
}

// RSA-PSS says in its parameters what it hashes with; without any it is SHA-1.
int PssHash(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* type = nullptr;
  const void* value = nullptr;
  int value_type = 0;
  X509_ALGOR_get0(&type, &value_type, &value, algorithm);
  if (value_type != V_ASN1_SEQUENCE) return NID_sha1;
  const auto* content = static_cast<const ASN1_STRING*>(value);
  const PssHandle parameters(
      static_cast<RSA_PSS_PARAMS*>(ASN1_item_unpack(content, ASN1_ITEM_rptr(RSA_PSS_PARAMS))));
  if (parameters == nullptr || parameters->hashAlgorithm == nullptr) return NID_sha1;
  return OBJ_obj2nid(parameters->hashAlgorithm->algorithm);
}

bool IsStrong(const X509_ALGOR* algorithm) {
  const int nid = OBJ_obj2nid(algorithm->algorithm);
  if (Contains(kWithoutHash, nid)) return true;
  if (nid == NID_rsassaPss) return Contains(kStrongHashes, PssHash(algorithm));
  int hash = NID_undef;
  return OBJ_find_sigid_algs(nid, &hash, nullptr) == 1 && Contains(kStrongHashes, hash);
}

const EVP_MD* AlgorithmOf(Hash hash) {
  switch (hash) {
    case Hash::kSha256: return EVP_sha256();
    case Hash::kSha384: return EVP_sha384();
    case Hash::kSha512: return EVP_sha512();
  }
  return nullptr;
}

}  // namespace

std::vector<std::byte> Digest(Hash hash, std::span<const std::byte> content) {
  const CleanQueue clean;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(content.data(), content.size(), digest.data(), &size, AlgorithmOf(hash),
                 nullptr) != 1) {
    return {};
  }
  const auto bytes = std::as_bytes(std::span(digest)).first(size);
  return {bytes.begin(), bytes.end()};
}

bool HasSigned(std::span<const std::byte> issuer, std::span<const std::byte> list) {
  const CleanQueue clean;
  const CertificateHandle signer = ParseCertificate(issuer);
  const auto parsed = ReadDer<ListHandle>(list, d2i_X509_CRL);
  if (signer == nullptr || parsed == nullptr) return false;
  const X509_ALGOR* algorithm = nullptr;
  X509_CRL_get0_signature(parsed.get(), nullptr, &algorithm);
  EVP_PKEY* key = X509_get0_pubkey(signer.get());
  return key != nullptr && IsStrong(algorithm) && X509_CRL_verify(parsed.get(), key) == 1;
}

}  // namespace tandem::openssl
