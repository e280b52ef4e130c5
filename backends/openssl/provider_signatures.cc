// Signing by the provider: the message is hashed here, its digest goes to the engine.

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <strings.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "backends/openssl/key_digest.h"
#include "backends/openssl/provider.h"
#include "backends/openssl/provider_keys.h"

namespace tandem::openssl {
namespace {

using Bytes = std::span<const std::byte>;

// What has been said so far of one signature.
struct Signing {
  const ProviderKey* key = nullptr;  // The library keeps it for as long as this.
  engine::KeyDigest digest = engine::KeyDigest::kNone;
  bool pss = false;
  int salt_length = RSA_PSS_SALTLEN_DIGEST;
};

Signing& SigningOf(void* signing) { return *static_cast<Signing*>(signing); }

void* New(void* /*unused*/, const char* /*properties*/) noexcept {
  return ForLibrary<void*>(nullptr, [] { return new Signing; });
}

void Free(void* signing) noexcept { delete static_cast<Signing*>(signing); }

void* Duplicate(void* signing) noexcept {
  return ForLibrary<void*>(nullptr, [&] { return new Signing(SigningOf(signing)); });
}

// Numbers and names come in either form; the library has two ways of saying most of these.
std::optional<int> NumberIn(const OSSL_PARAM& parameter,
                            std::span<const std::pair<std::string_view, int>> names) {
  int number = 0;
  if (parameter.data_type == OSSL_PARAM_INTEGER ||
      parameter.data_type == OSSL_PARAM_UNSIGNED_INTEGER) {
    return OSSL_PARAM_get_int(&parameter, &number) == 1 ? std::optional(number) : std::nullopt;
  }
  const char* text = nullptr;
  if (OSSL_PARAM_get_utf8_string_ptr(&parameter, &text) != 1 || text == nullptr) {
    return std::nullopt;
  }
  for (const auto& [name, value] : names) {
    if (name == text) return value;
  }
  const char* const end = text + std::strlen(text);
  const auto [rest, error] = std::from_chars(text, end, number);
  return rest == end && error == std::errc() ? std::optional(number) : std::nullopt;
}

constexpr std::pair<std::string_view, int> kPaddings[] = {
    {OSSL_PKEY_RSA_PAD_MODE_PKCSV15, RSA_PKCS1_PADDING},
    {OSSL_PKEY_RSA_PAD_MODE_PSS, RSA_PKCS1_PSS_PADDING}};
constexpr std::pair<std::string_view, int> kSaltLengths[] = {
    {OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST, RSA_PSS_SALTLEN_DIGEST}};

bool SetPadding(Signing& signing, const OSSL_PARAM& parameter) {
  const std::optional<int> padding = NumberIn(parameter, kPaddings);
  const bool pss = padding == RSA_PKCS1_PSS_PADDING;
  if (signing.key == nullptr || (!pss && padding != RSA_PKCS1_PADDING)) return false;
  if (!pss && signing.key->type == ProviderKeyType::kRsaPss) return false;
  signing.pss = pss;
  return true;
}

bool SetSaltLength(Signing& signing, const OSSL_PARAM& parameter) {
  const std::optional<int> length = NumberIn(parameter, kSaltLengths);
  signing.salt_length = length.value_or(RSA_PSS_SALTLEN_AUTO);
  return length.has_value();
}

// MGF1 hashes with what the message is hashed with, for TLS as for our engines.
bool SetMaskDigest(const Signing& signing, const OSSL_PARAM& parameter) {
  const char* name = nullptr;
  return OSSL_PARAM_get_utf8_string_ptr(&parameter, &name) == 1 &&
         DigestNamed(name) == signing.digest;
}

int SetParameters(void* context, const OSSL_PARAM* parameters) noexcept {
  Signing& signing = SigningOf(context);
  const OSSL_PARAM* padding = OSSL_PARAM_locate_const(parameters, OSSL_SIGNATURE_PARAM_PAD_MODE);
  if (padding != nullptr && !SetPadding(signing, *padding)) return 0;
  const OSSL_PARAM* salt = OSSL_PARAM_locate_const(parameters, OSSL_SIGNATURE_PARAM_PSS_SALTLEN);
  if (salt != nullptr && !SetSaltLength(signing, *salt)) return 0;
  const OSSL_PARAM* mask = OSSL_PARAM_locate_const(parameters, OSSL_SIGNATURE_PARAM_MGF1_DIGEST);
  return mask == nullptr || SetMaskDigest(signing, *mask) ? 1 : 0;
}

const OSSL_PARAM* Settable(void* /*context*/, void* /*provider*/) noexcept {
  static const OSSL_PARAM kSettable[] = {
      OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, nullptr, 0),
      OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, nullptr, 0),
      OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, nullptr, 0), OSSL_PARAM_END};
  return kSettable;
}

// A certificate may bind an RSA-PSS key to one digest.
bool IsAllowed(const ProviderKey& key, engine::KeyDigest digest) {
  if (key.type == ProviderKeyType::kEd25519) return digest == engine::KeyDigest::kNone;
  if (digest == engine::KeyDigest::kNone) return false;
  if (key.type != ProviderKeyType::kRsaPss) return true;
  std::array<char, 64> bound{};
  std::size_t size = 0;
  ERR_set_mark();
  const bool is_bound =
      EVP_PKEY_get_utf8_string_param(key.public_half.get(), OSSL_PKEY_PARAM_MANDATORY_DIGEST,
                                     bound.data(), bound.size(), &size) == 1 &&
      size > 0;
  ERR_pop_to_mark();
  return !is_bound || DigestNamed(bound.data()) == digest;
}

int Begin(void* context, const char* digest_name, void* key,
          const OSSL_PARAM* parameters) noexcept {
  Signing& signing = SigningOf(context);
  if (key != nullptr) signing.key = static_cast<const ProviderKey*>(key);
  if (signing.key == nullptr || !signing.key->external.has_value()) return 0;
  const auto digest = DigestNamed(digest_name);
  if (!digest.has_value() || !IsAllowed(*signing.key, *digest)) return 0;
  signing.digest = *digest;
  signing.pss = signing.key->type == ProviderKeyType::kRsaPss;
  return parameters == nullptr ? 1 : SetParameters(context, parameters);
}

engine::SignatureForm FormOf(const Signing& signing) {
  switch (signing.key->type) {
    case ProviderKeyType::kEc: return engine::SignatureForm::kEcdsa;
    case ProviderKeyType::kEd25519: return engine::SignatureForm::kEd25519;
    default: break;
  }
  return signing.pss ? engine::SignatureForm::kRsaPss : engine::SignatureForm::kRsaPkcs1;
}

// Uses the program's own default library context, as libssl does for all that it hashes.
std::optional<std::vector<std::byte>> InputFor(const Signing& signing, Bytes message) {
  const EVP_MD* algorithm = DigestOf(signing.digest);
  if (algorithm == nullptr) return std::vector<std::byte>(message.begin(), message.end());
  std::vector<std::byte> digest(static_cast<std::size_t>(EVP_MD_get_size(algorithm)));
  if (EVP_Digest(message.data(), message.size(), reinterpret_cast<unsigned char*>(digest.data()),
                 nullptr, algorithm, nullptr) != 1) {
    return std::nullopt;
  }
  return digest;
}

bool HasDigestsSalt(const Signing& signing) {
  return !signing.pss || signing.salt_length == RSA_PSS_SALTLEN_DIGEST ||
         signing.salt_length == EVP_MD_get_size(DigestOf(signing.digest));
}

// An ECDSA signature is as long as its numbers; the others are of one length.
bool Fits(const Signing& signing, std::size_t size, std::size_t limit) {
  if (signing.key->type == ProviderKeyType::kEc) return size > 0 && size <= limit;
  return size == limit;
}

int Sign(void* context, unsigned char* signature, std::size_t* size, std::size_t room,
         const unsigned char* message, std::size_t message_size) noexcept {
  const Signing& signing = SigningOf(context);
  const auto limit = static_cast<std::size_t>(EVP_PKEY_get_size(signing.key->public_half.get()));
  if (signature == nullptr) {
    *size = limit;
    return 1;
  }
  return ForLibrary(0, [&] {
    if (room < limit || !HasDigestsSalt(signing)) return 0;
    auto input = InputFor(signing, std::as_bytes(std::span(message, message_size)));
    if (!input.has_value()) return 0;
    const engine::KeyOutcome outcome = signing.key->Perform(
        {engine::KeyUse::kSign, FormOf(signing), signing.digest, std::move(*input)});
    const auto* made = std::get_if<std::vector<std::byte>>(&outcome);
    if (made == nullptr) return 0;  // Perform() has noted why.
    if (!Fits(signing, made->size(), limit)) {
      NoteKeyFailure("the engine's signature has a length that no signature by this key has");
      return 0;
    }
    std::copy(made->begin(), made->end(), reinterpret_cast<std::byte*>(signature));
    *size = made->size();
    return 1;
  });
}

const OSSL_DISPATCH* Functions() {
  static const OSSL_DISPATCH kFunctions[] = {
      Entry(OSSL_FUNC_SIGNATURE_NEWCTX, New),
      Entry(OSSL_FUNC_SIGNATURE_FREECTX, Free),
      Entry(OSSL_FUNC_SIGNATURE_DUPCTX, Duplicate),
      Entry(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, Begin),
      Entry(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, Sign),
      Entry(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, SetParameters),
      Entry(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, Settable),
      {0, nullptr}};
  return kFunctions;
}

}  // namespace

const OSSL_ALGORITHM* ProviderSignatures() {
  static const OSSL_ALGORITHM kSignatures[] = {
      {"RSA:rsaEncryption:1.2.840.113549.1.1.1", kProviderProperties, Functions(), "RSA"},
      {"ECDSA", kProviderProperties, Functions(), "ECDSA"},
      {"ED25519:1.3.101.112", kProviderProperties, Functions(), "Ed25519"},
      {nullptr, nullptr, nullptr, nullptr}};
  return kSignatures;
}

}  // namespace tandem::openssl
