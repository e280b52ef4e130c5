// A private key that the library uses at once.

#include "backends/openssl/blocking_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/openssl/call.h"
#include "backends/openssl/errors.h"
#include "backends/openssl/key_digest.h"
#include "backends/openssl/premaster.h"

namespace tandem::openssl {
namespace {

using engine::KeyRequest;
using engine::SignatureForm;

engine::ReplyFailure Refused(const std::string& what) {
  const std::string native = NativeText(ERR_peek_last_error());
  return {native.empty() ? what : what + ": " + native};
}

const unsigned char* InputOf(const KeyRequest& request) {
  return reinterpret_cast<const unsigned char*>(request.input.data());
}

unsigned char* Octets(std::vector<std::byte>& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

bool FitsKey(const EVP_PKEY* key, SignatureForm form) {
  switch (form) {
    case SignatureForm::kRsaPkcs1: return EVP_PKEY_is_a(key, "RSA") == 1;
    case SignatureForm::kRsaPss:
      return EVP_PKEY_is_a(key, "RSA") == 1 || EVP_PKEY_is_a(key, "RSA-PSS") == 1;
    case SignatureForm::kEcdsa: return EVP_PKEY_is_a(key, "EC") == 1;
    case SignatureForm::kEd25519: return EVP_PKEY_is_a(key, "ED25519") == 1;
  }
  return false;
}

// Says what is wrong with what is to be signed; empty: nothing.
std::string Misfit(const EVP_PKEY* key, const KeyRequest& request) {
  if (!FitsKey(key, request.form)) return "the key is not of the kind that signs in this form";
  const EVP_MD* digest = DigestOf(request.digest);
  const bool takes_message = request.form == SignatureForm::kEd25519;
  if (takes_message != (digest == nullptr)) return "the form of signature wants another input";
  if (digest == nullptr) return {};
  const auto size = static_cast<std::size_t>(EVP_MD_get_size(digest));
  return request.input.size() == size ? "" : "the input does not have the digest's length";
}

engine::KeyOutcome SignMessage(EVP_PKEY* key, const char* properties, const KeyRequest& request) {
  const DigestContextHandle context(EVP_MD_CTX_new());
  std::vector<std::byte> signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
  std::size_t size = signature.size();
  const bool ok = context != nullptr &&
                  EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, properties, key,
                                        nullptr) == 1 &&
                  EVP_DigestSign(context.get(), Octets(signature), &size, InputOf(request),
                                 request.input.size()) == 1;
  if (!ok) return Refused("OpenSSL cannot sign with the key");
  signature.resize(size);
  return signature;
}

bool SetForm(EVP_PKEY_CTX* context, const KeyRequest& request) {
  if (EVP_PKEY_sign_init(context) != 1) return false;
  const bool pss = request.form == SignatureForm::kRsaPss;
  if (request.form != SignatureForm::kEcdsa &&
      EVP_PKEY_CTX_set_rsa_padding(context, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) != 1) {
    return false;
  }
  if (EVP_PKEY_CTX_set_signature_md(context, DigestOf(request.digest)) != 1) return false;
  return !pss || EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

engine::KeyOutcome SignDigest(EVP_PKEY* key, const char* properties, const KeyRequest& request) {
  const KeyContextHandle context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, properties));
  std::vector<std::byte> signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
  std::size_t size = signature.size();
  const bool ok = context != nullptr && SetForm(context.get(), request) &&
                  EVP_PKEY_sign(context.get(), Octets(signature), &size, InputOf(request),
                                request.input.size()) == 1;
  if (!ok) return Refused("OpenSSL cannot sign with the key");
  signature.resize(size);
  return signature;
}

// Says whether what came is a number below the modulus, in as many bytes. If not that is the peer's
// doing, for anybody to see. A provider that does not tell the modulus has to know by itself.
bool IsCiphertextFor(const EVP_PKEY* key, const KeyRequest& request) {
  if (request.input.size() != static_cast<std::size_t>(EVP_PKEY_get_size(key))) return false;
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &raw) != 1) return true;
  const NumberHandle modulus(raw);
  const NumberHandle number(
      BN_bin2bn(InputOf(request), static_cast<int>(request.input.size()), nullptr));
  return number == nullptr || BN_cmp(number.get(), modulus.get()) < 0;
}

// Without padding, so that what is in it is looked at by us, in constant time; the library's own
// ways of doing so want the version, or differ by release.
bool DecryptBlock(EVP_PKEY_CTX* context, const KeyRequest& request, Premaster& premaster) {
  std::vector<std::byte> block(request.input.size());
  std::size_t size = block.size();
  const bool ok = EVP_PKEY_decrypt(context, Octets(block), &size, InputOf(request),
                                   request.input.size()) == 1 &&
                  size == block.size();
  if (ok) TakeUnpadded(block, premaster);
  OPENSSL_cleanse(block.data(), block.size());
  return ok;
}

engine::KeyOutcome Decrypt(EVP_PKEY* key, const char* properties, const KeyRequest& request) {
  if (EVP_PKEY_is_a(key, "RSA") != 1) return engine::ReplyFailure{"the key cannot decrypt"};
  const KeyContextHandle context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, properties));
  Premaster premaster{};
  if (context == nullptr || !FillRandom(premaster) || EVP_PKEY_decrypt_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) != 1) {
    return Refused("OpenSSL cannot decrypt with the key");
  }
  std::vector<std::byte> plaintext(premaster.size());
  if (IsCiphertextFor(key, request) && !DecryptBlock(context.get(), request, premaster)) {
    return Refused("OpenSSL cannot decrypt with the key");
  }
  std::copy(premaster.begin(), premaster.end(), plaintext.begin());
  OPENSSL_cleanse(premaster.data(), premaster.size());
  return plaintext;
}

}  // namespace

engine::KeyOutcome LibraryKey::Perform(const KeyRequest& request) const {
  return UseKey(key_.get(), nullptr, request);
}

engine::KeyOutcome UseKey(EVP_PKEY* key, const char* properties, const KeyRequest& request) {
  const CleanQueue clean;
  if (request.use == engine::KeyUse::kDecrypt) return Decrypt(key, properties, request);
  const std::string misfit = Misfit(key, request);
  if (!misfit.empty()) return engine::ReplyFailure{misfit};
  return request.digest == engine::KeyDigest::kNone ? SignMessage(key, properties, request)
                                                    : SignDigest(key, properties, request);
}

}  // namespace tandem::openssl
