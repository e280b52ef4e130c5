// Decryption by the provider: the premaster secret of RSA key exchange, and nothing else.

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <variant>
#include <vector>

#include "backends/openssl/premaster.h"
#include "backends/openssl/provider.h"
#include "backends/openssl/provider_keys.h"

namespace tandem::openssl {
namespace {

// What has been said so far of one decryption.
struct Decryption {
  const ProviderKey* key = nullptr;  // The library keeps it for as long as this.
  int padding = RSA_PKCS1_PADDING;
  unsigned client_version = 0;
};

Decryption& DecryptionOf(void* decryption) { return *static_cast<Decryption*>(decryption); }

void* New(void* /*unused*/) noexcept {
  return ForLibrary<void*>(nullptr, [] { return new Decryption; });
}

void Free(void* decryption) noexcept { delete static_cast<Decryption*>(decryption); }

// Of paddings only TLS's own is done, and that has no name but its number.
int SetParameters(void* context, const OSSL_PARAM* parameters) noexcept {
  Decryption& decryption = DecryptionOf(context);
  const OSSL_PARAM* padding = OSSL_PARAM_locate_const(parameters, OSSL_ASYM_CIPHER_PARAM_PAD_MODE);
  if (padding != nullptr && OSSL_PARAM_get_int(padding, &decryption.padding) != 1) return 0;
  const OSSL_PARAM* version =
      OSSL_PARAM_locate_const(parameters, OSSL_ASYM_CIPHER_PARAM_TLS_CLIENT_VERSION);
  if (version == nullptr) return 1;
  return OSSL_PARAM_get_uint(version, &decryption.client_version);
}

const OSSL_PARAM* Settable(void* /*context*/, void* /*provider*/) noexcept {
  static const OSSL_PARAM kSettable[] = {
      OSSL_PARAM_utf8_string(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, nullptr, 0),
      OSSL_PARAM_uint(OSSL_ASYM_CIPHER_PARAM_TLS_CLIENT_VERSION, nullptr), OSSL_PARAM_END};
  return kSettable;
}

int Begin(void* context, void* key, const OSSL_PARAM* parameters) noexcept {
  Decryption& decryption = DecryptionOf(context);
  if (key != nullptr) decryption.key = static_cast<const ProviderKey*>(key);
  if (decryption.key == nullptr || !decryption.key->external.has_value()) return 0;
  return parameters == nullptr ? 1 : SetParameters(context, parameters);
}

int Decrypt(void* context, unsigned char* plaintext, std::size_t* size, std::size_t room,
            const unsigned char* ciphertext, std::size_t ciphertext_size) noexcept {
  const Decryption& decryption = DecryptionOf(context);
  if (decryption.padding != RSA_PKCS1_WITH_TLS_PADDING) return 0;
  if (plaintext == nullptr) {
    *size = kPremasterBytes;
    return 1;
  }
  return ForLibrary(0, [&] {
    Premaster premaster{};
    if (room < premaster.size()) return 0;
    if (!FillRandom(premaster)) {
      NoteKeyFailure("there are no random bytes");
      return 0;
    }
    const auto input = std::as_bytes(std::span(ciphertext, ciphertext_size));
    engine::KeyOutcome outcome = decryption.key->Perform({engine::KeyUse::kDecrypt,
                                                          engine::SignatureForm::kRsaPkcs1,
                                                          engine::KeyDigest::kNone,
                                                          {input.begin(), input.end()}});
    auto* decrypted = std::get_if<std::vector<std::byte>>(&outcome);
    if (decrypted == nullptr) return 0;  // Perform() has noted why.
    // A secret that is not what it should be is a random one, so that nobody can ask us what
    // decrypts.
    TakeDecrypted(*decrypted, decryption.client_version, premaster);
    OPENSSL_cleanse(decrypted->data(), decrypted->size());
    std::copy(premaster.begin(), premaster.end(), reinterpret_cast<std::byte*>(plaintext));
    OPENSSL_cleanse(premaster.data(), premaster.size());
    *size = kPremasterBytes;
    return 1;
  });
}

const OSSL_DISPATCH* Functions() {
  static const OSSL_DISPATCH kFunctions[] = {
      Entry(OSSL_FUNC_ASYM_CIPHER_NEWCTX, New),
      Entry(OSSL_FUNC_ASYM_CIPHER_FREECTX, Free),
      Entry(OSSL_FUNC_ASYM_CIPHER_DECRYPT_INIT, Begin),
      Entry(OSSL_FUNC_ASYM_CIPHER_DECRYPT, Decrypt),
      Entry(OSSL_FUNC_ASYM_CIPHER_SET_CTX_PARAMS, SetParameters),
      Entry(OSSL_FUNC_ASYM_CIPHER_SETTABLE_CTX_PARAMS, Settable),
      {0, nullptr}};
  return kFunctions;
}

}  // namespace

const OSSL_ALGORITHM* ProviderDecryption() {
  static const OSSL_ALGORITHM kDecryption[] = {
      {"RSA:rsaEncryption:1.2.840.113549.1.1.1", kProviderProperties, Functions(), "RSA"},
      {nullptr, nullptr, nullptr, nullptr}};
  return kDecryption;
}

}  // namespace tandem::openssl
