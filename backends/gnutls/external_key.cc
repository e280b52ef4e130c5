// A private key that lives elsewhere, in GnuTLS's form: whatever it is asked, its engine answers.

#include "backends/gnutls/external_key.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gnutls/crypto.h>

#include "backends/gnutls/algorithms.h"
#include "backends/gnutls/blocking_key.h"
#include "backends/gnutls/errors.h"
#include "backends/gnutls/key_digest.h"
#include "tandem/engine/job.h"
#include "tandem/engine/perform.h"
#include "tandem/fault.h"

namespace tandem::gnutls {
namespace {

using engine::KeyDigest;
using engine::KeyRequest;
using engine::SignatureForm;

constexpr std::size_t kEd25519Bytes = 64;  // RFC 8032, section 5.1.6.

// What the library hands back to its callbacks. It lives as long as the key object.
struct KeyElsewhere {
  ExternalKey external;
  gnutls_pk_algorithm_t type;
  unsigned bits;
};

// The beginnings of DigestInfo, RFC 8017 section 9.2 note 1; the digest follows.
struct DigestInfoStart {
  KeyDigest digest;
  std::array<unsigned char, 19> bytes;
  std::size_t size = 19;
};

constexpr DigestInfoStart kDigestInfos[] = {
    {KeyDigest::kSha1,
     {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14},
     15},
    {KeyDigest::kSha224,
     {0x30, 0x2d, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x04,
      0x05, 0x00, 0x04, 0x1c}},
    {KeyDigest::kSha256,
     {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
      0x05, 0x00, 0x04, 0x20}},
    {KeyDigest::kSha384,
     {0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02,
      0x05, 0x00, 0x04, 0x30}},
    {KeyDigest::kSha512,
     {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03,
      0x05, 0x00, 0x04, 0x40}},
};

// GnuTLS has TLS 1.2's PKCS#1 signatures padded only, so what it hands over is a whole DigestInfo.
std::optional<KeyRequest> RequestOfDigestInfo(std::span<const std::byte> info) {
  for (const DigestInfoStart& start : kDigestInfos) {
    const auto begin = std::as_bytes(std::span(start.bytes)).first(start.size);
    if (info.size() != begin.size() + DigestBytes(start.digest) ||
        !std::equal(begin.begin(), begin.end(), info.begin())) {
      continue;
    }
    return KeyRequest{engine::KeyUse::kSign,
                      SignatureForm::kRsaPkcs1,
                      start.digest,
                      {info.begin() + static_cast<std::ptrdiff_t>(begin.size()), info.end()}};
  }
  return std::nullopt;
}

std::optional<SignatureForm> FormOf(gnutls_sign_algorithm_t scheme) {
  switch (gnutls_sign_get_pk_algorithm(scheme)) {
    case GNUTLS_PK_RSA: return SignatureForm::kRsaPkcs1;
    case GNUTLS_PK_RSA_PSS: return SignatureForm::kRsaPss;
    case GNUTLS_PK_ECDSA: return SignatureForm::kEcdsa;
    case GNUTLS_PK_EDDSA_ED25519: return SignatureForm::kEd25519;
    default: return std::nullopt;
  }
}

std::optional<KeyRequest> RequestOfDigest(gnutls_sign_algorithm_t scheme,
                                          std::span<const std::byte> digest) {
  if (scheme == GNUTLS_SIGN_RSA_RAW) return RequestOfDigestInfo(digest);
  const auto form = FormOf(scheme);
  const KeyDigest made_by = DigestNamed(gnutls_sign_get_hash_algorithm(scheme));
  if (!form.has_value() || *form == SignatureForm::kEd25519 || made_by == KeyDigest::kNone ||
      digest.size() != DigestBytes(made_by)) {
    return std::nullopt;
  }
  return KeyRequest{engine::KeyUse::kSign, *form, made_by, {digest.begin(), digest.end()}};
}

std::optional<KeyRequest> RequestOfMessage(gnutls_sign_algorithm_t scheme,
                                           std::span<const std::byte> message) {
  if (FormOf(scheme) == SignatureForm::kEd25519) {
    return KeyRequest{engine::KeyUse::kSign,
                      SignatureForm::kEd25519,
                      KeyDigest::kNone,
                      {message.begin(), message.end()}};
  }
  const gnutls_digest_algorithm_t hash = gnutls_sign_get_hash_algorithm(scheme);
  const std::size_t size = DigestBytes(DigestNamed(hash));
  std::vector<std::byte> digest(size);
  if (size == 0 || gnutls_hash_fast(hash, message.data(), message.size(), digest.data()) < 0) {
    return std::nullopt;
  }
  return RequestOfDigest(scheme, digest);
}

// Has the session report `reason`, if this runs in a job. The library's own code says nothing.
void NoteKeyFailure(const char* reason) noexcept {
  if (engine::Job* const job = engine::Job::current()) job->NoteFailure(reason);
}

// As long as a DER ECDSA-Sig-Value is at most: two numbers of `bits` bits and a sign.
std::size_t EcdsaLimit(unsigned bits) {
  constexpr unsigned secp521r1 = 521;  // The library rounds it up to whole bytes.
  const std::size_t numbers = 2 * (2 + std::min(bits, secp521r1) / 8 + 1);
  return numbers + (numbers < 128 ? 2 : 3);
}

// An ECDSA signature is as long as its numbers; the others are of one length.
bool Fits(const KeyElsewhere& key, std::size_t size) {
  switch (key.type) {
    case GNUTLS_PK_ECDSA: return size > 0 && size <= EcdsaLimit(key.bits);
    case GNUTLS_PK_EDDSA_ED25519: return size == kEd25519Bytes;
    default: return size == (key.bits + 7) / 8;
  }
}

// Answers as the library's callbacks must: never GNUTLS_E_AGAIN, after which it would leave out the
// message that the signature is for; in memory of its own.
template <typename MakeRequest>
int Sign(const KeyElsewhere& key, MakeRequest make_request, gnutls_datum_t* signature) noexcept {
  *signature = {};
  try {
    std::optional<KeyRequest> request = make_request();
    if (!request.has_value()) return GNUTLS_E_PK_SIGN_FAILED;
    const engine::KeyOutcome outcome =
        engine::Perform(key.external.engine, key.external.key, std::move(*request));
    const auto* bytes = std::get_if<0>(&outcome);
    if (bytes == nullptr) return GNUTLS_E_PK_SIGN_FAILED;  // Perform() has noted why.
    if (!Fits(key, bytes->size())) {
      NoteKeyFailure("the engine's signature has a length that no signature by this key has");
      return GNUTLS_E_PK_SIGN_FAILED;
    }
    auto* copy = static_cast<unsigned char*>(gnutls_malloc(bytes->size()));
    if (copy == nullptr) return GNUTLS_E_MEMORY_ERROR;
    std::memcpy(copy, bytes->data(), bytes->size());
    *signature = {copy, static_cast<unsigned>(bytes->size())};
    return 0;
  } catch (const std::bad_alloc&) {
    return GNUTLS_E_MEMORY_ERROR;
  } catch (...) {
    return GNUTLS_E_PK_SIGN_FAILED;
  }
}

std::span<const std::byte> SpanOf(const gnutls_datum_t& datum) {
  return std::as_bytes(std::span(datum.data, datum.size));
}

int OnSignHash(gnutls_privkey_t, gnutls_sign_algorithm_t scheme, void* key, unsigned /*flags*/,
               const gnutls_datum_t* digest, gnutls_datum_t* signature) noexcept {
  return Sign(
      *static_cast<const KeyElsewhere*>(key),
      [&] { return RequestOfDigest(scheme, SpanOf(*digest)); }, signature);
}

int OnSignData(gnutls_privkey_t, gnutls_sign_algorithm_t scheme, void* key, unsigned /*flags*/,
               const gnutls_datum_t* message, gnutls_datum_t* signature) noexcept {
  return Sign(
      *static_cast<const KeyElsewhere*>(key),
      [&] { return RequestOfMessage(scheme, SpanOf(*message)); }, signature);
}

// Puts `plaintext` in the place of `premaster` if it is as long as that, and leaves it otherwise,
// without a branch on which it is: RFC 5246 section 7.4.7.1.
void ReplaceIfItFits(std::span<unsigned char, kPremasterBytes> premaster,
                     std::span<const std::byte> plaintext) {
  std::array<unsigned char, kPremasterBytes> padded{};
  const std::size_t difference = plaintext.size() ^ kPremasterBytes;
  if (!plaintext.empty()) {  // An engine that says so takes another time for it anyway.
    std::memcpy(padded.data(), plaintext.data(), std::min(plaintext.size(), padded.size()));
  }
  constexpr unsigned top_bit = sizeof(std::size_t) * 8 - 1;
  // All ones if the sizes are the same: only then does 0 - 1 borrow from the top.
  const std::size_t same = (~difference & (difference - 1)) >> top_bit;
  const auto mask = static_cast<unsigned char>(0 - same);
  for (std::size_t i = 0; i < kPremasterBytes; ++i) {
    const unsigned chosen = (padded[i] & mask) | (premaster[i] & static_cast<unsigned char>(~mask));
    premaster[i] = static_cast<unsigned char>(chosen);
  }
  gnutls_memset(padded.data(), 0, padded.size());
}

// The library goes on with a premaster of its own whatever is returned here, so that nobody can
// tell what did not decrypt. LibrarySession::Handshake() learns of an engine that has failed.
int OnDecrypt(gnutls_privkey_t, void* raw, const gnutls_datum_t* ciphertext,
              gnutls_datum_t* plaintext) noexcept {
  *plaintext = {};  // The library reads and frees it even where this fails.
  const auto& key = *static_cast<const KeyElsewhere*>(raw);
  try {
    BytesHandle premaster(static_cast<unsigned char*>(gnutls_malloc(kPremasterBytes)));
    if (premaster == nullptr) throw std::bad_alloc();
    if (gnutls_rnd(GNUTLS_RND_KEY, premaster.get(), kPremasterBytes) < 0) {
      NoteKeyFailure("there are no random bytes");
      return GNUTLS_E_DECRYPTION_FAILED;
    }
    const std::span<const std::byte> sealed = SpanOf(*ciphertext);
    engine::KeyOutcome outcome =
        engine::Perform(key.external.engine, key.external.key,
                        {.use = engine::KeyUse::kDecrypt, .input = {sealed.begin(), sealed.end()}});
    auto* bytes = std::get_if<0>(&outcome);
    if (bytes == nullptr) return GNUTLS_E_DECRYPTION_FAILED;  // Perform() has noted why.
    ReplaceIfItFits(std::span<unsigned char, kPremasterBytes>(premaster.get(), kPremasterBytes),
                    *bytes);
    gnutls_memset(bytes->data(), 0, bytes->size());
    *plaintext = {premaster.release(), kPremasterBytes};
    return 0;
  } catch (...) {
    NoteKeyFailure("out of memory");
  }
  return GNUTLS_E_MEMORY_ERROR;
}

bool MakesSignature(const KeyElsewhere& key, gnutls_sign_algorithm_t scheme) {
  if (!FormOf(scheme).has_value() || gnutls_sign_supports_pk_algorithm(scheme, key.type) == 0) {
    return false;
  }
  const auto& able = key.external.schemes;
  return able.empty() || std::find(able.begin(), able.end(), SchemeNumber(scheme)) != able.end();
}

// Without an answer about a scheme the library would negotiate RSA-PSS with whoever can do PKCS#1.
int OnInfo(gnutls_privkey_t, unsigned flags, void* raw) noexcept {
  constexpr int unknown = -1;
  const auto& key = *static_cast<const KeyElsewhere*>(raw);
  if ((flags & GNUTLS_PRIVKEY_INFO_PK_ALGO) != 0) return key.type;
  if ((flags & GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS) != 0) return static_cast<int>(key.bits);
  if ((flags & GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO) == 0) return unknown;
  const auto scheme = static_cast<gnutls_sign_algorithm_t>(GNUTLS_FLAGS_TO_SIGN_ALGO(flags));
  return MakesSignature(key, scheme) ? 1 : 0;
}

void OnGone(gnutls_privkey_t, void* key) noexcept { delete static_cast<KeyElsewhere*>(key); }

Error Refused(int code) {
  return MakeFault(code == GNUTLS_E_MEMORY_ERROR ? Fault::kOutOfMemory : Fault::kDefect,
                   NativeText(code));
}

}  // namespace

Result<KeyHandle> MakeExternalKey(const ExternalKey& external, const gnutls_pcert_st& leaf) {
  auto key = std::make_unique<KeyElsewhere>();
  key->external = external;
  const int type = gnutls_pubkey_get_pk_algorithm(leaf.pubkey, &key->bits);
  if (type < 0) return Refused(type);
  key->type = static_cast<gnutls_pk_algorithm_t>(type);
  gnutls_privkey_t raw = nullptr;
  const int made = gnutls_privkey_init(&raw);
  if (made < 0) return Refused(made);
  KeyHandle handle(raw);
  const bool decrypts = external.decrypts && type == GNUTLS_PK_RSA;
  const int code = gnutls_privkey_import_ext4(raw, key.get(), OnSignData, OnSignHash,
                                              decrypts ? OnDecrypt : nullptr, OnGone, OnInfo, 0);
  if (code < 0) return Refused(code);
  static_cast<void>(key.release());  // The key object owns it now.
  return handle;
}

}  // namespace tandem::gnutls
