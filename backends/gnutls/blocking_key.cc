// A private key that the library uses at once.

#include "backends/gnutls/blocking_key.h"

#include <span>
#include <vector>

#include <gnutls/crypto.h>

#include "backends/gnutls/errors.h"
#include "backends/gnutls/key_digest.h"
#include "backends/gnutls/versions.h"

namespace tandem::gnutls {
namespace {

using engine::KeyOutcome;
using engine::KeyRequest;
using engine::ReplyFailure;
using engine::SignatureForm;

gnutls_pk_algorithm_t KeyTypeFor(SignatureForm form) {
  switch (form) {
    case SignatureForm::kRsaPkcs1: return GNUTLS_PK_RSA;
    case SignatureForm::kRsaPss: return GNUTLS_PK_RSA_PSS;
    case SignatureForm::kEcdsa: return GNUTLS_PK_ECDSA;
    case SignatureForm::kEd25519: return GNUTLS_PK_EDDSA_ED25519;
  }
  return GNUTLS_PK_UNKNOWN;
}

KeyOutcome SignatureOr(int code, const gnutls_datum_t& signature) {
  if (code < 0) return ReplyFailure{"the key cannot sign: " + NativeText(code)};
  const BytesHandle owner(signature.data);
  return BytesOf(signature);
}

KeyOutcome Sign(gnutls_privkey_t key, const KeyRequest& request) {
  const gnutls_datum_t input = DatumOf(request.input);
  gnutls_datum_t signature{};
  if (request.form == SignatureForm::kEd25519) {
    const int code =
        request.digest == engine::KeyDigest::kNone
            ? gnutls_privkey_sign_data2(key, GNUTLS_SIGN_EDDSA_ED25519, 0, &input, &signature)
            : GNUTLS_E_INVALID_REQUEST;
    return SignatureOr(code, signature);
  }
  const std::size_t size = DigestBytes(request.digest);
  if (size == 0 || request.input.size() != size) {
    return ReplyFailure{"what is to be signed is not the digest that it is said to be"};
  }
  const gnutls_sign_algorithm_t scheme =
      gnutls_pk_to_sign(KeyTypeFor(request.form), DigestOf(request.digest));
  const unsigned flags = request.form == SignatureForm::kRsaPss ? kFixedSaltLength : 0;
  const int code = gnutls_privkey_sign_hash2(key, scheme, flags, &input, &signature);
  return SignatureOr(code, signature);
}

// Says whether a decryption has failed for reasons of ours. The library tells those of the peer,
// who must not learn anything, by one code; but for the number 0, which anybody can see. Without a
// branch on which of the first two it is.
bool HasFailed(int code) {
  return static_cast<int>(code != 0) & static_cast<int>(code != GNUTLS_E_DECRYPTION_FAILED) &
         static_cast<int>(code != GNUTLS_E_MPI_SCAN_FAILED);
}

// In constant time: the library leaves what is in the buffer where the ciphertext does not decrypt
// to as many bytes.
KeyOutcome Decrypt(gnutls_privkey_t key, const KeyRequest& request) {
  if (gnutls_privkey_get_pk_algorithm(key, nullptr) != GNUTLS_PK_RSA) {
    return ReplyFailure{"the key cannot decrypt: it is not an RSA key"};
  }
  std::vector<std::byte> premaster(kPremasterBytes);
  auto* bytes = reinterpret_cast<unsigned char*>(premaster.data());
  const int filled = gnutls_rnd(GNUTLS_RND_KEY, bytes, premaster.size());
  if (filled < 0) return ReplyFailure{"there are no random bytes: " + NativeText(filled)};
  const gnutls_datum_t input = DatumOf(request.input);
  const int decrypted = gnutls_privkey_decrypt_data2(key, 0, &input, bytes, premaster.size());
  if (HasFailed(decrypted)) return ReplyFailure{"the key cannot decrypt: " + NativeText(decrypted)};
  return premaster;
}

}  // namespace

KeyOutcome LibraryKey::Perform(const KeyRequest& request) const {
  return request.use == engine::KeyUse::kSign ? Sign(key_.get(), request)
                                              : Decrypt(key_.get(), request);
}

}  // namespace tandem::gnutls
