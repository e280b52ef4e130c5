// Keys and files that a passphrase protects: PKCS#8 and PKCS#12.

#include "backends/gnutls/pkcs.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gnutls/gnutls.h>
#include <gnutls/pkcs12.h>
#include <gnutls/x509.h>

#include "backends/gnutls/errors.h"
#include "backends/gnutls/handles.h"
#include "backends/gnutls/roots.h"

namespace tandem::gnutls {
namespace {

using KeyId = std::array<unsigned char, 32>;  // A SHA-256 of the public key.

// What GnuTLS says of what is well-formed and that it has no code for.
constexpr int kTypeUnknown[] = {GNUTLS_E_UNKNOWN_PK_ALGORITHM, GNUTLS_E_ECC_UNSUPPORTED_CURVE};
constexpr int kCipherUnknown[] = {
    GNUTLS_E_UNKNOWN_CIPHER_TYPE,      GNUTLS_E_UNKNOWN_HASH_ALGORITHM,
    GNUTLS_E_UNKNOWN_ALGORITHM,        GNUTLS_E_UNIMPLEMENTED_FEATURE,
    GNUTLS_E_X509_UNSUPPORTED_OID,     GNUTLS_E_UNKNOWN_PKCS_BAG_TYPE,
    GNUTLS_E_UNKNOWN_PKCS_CONTENT_TYPE};

// The object identifier of scrypt (RFC 7914 section 7), which GnuTLS takes for nonsense.
constexpr unsigned char kScrypt[] = {0x06, 0x09, 0x2B, 0x06, 0x01, 0x04,
                                     0x01, 0xDA, 0x47, 0x04, 0x0B};

// Rounds of a key derivation that are waited for: some seconds. Tools make 2048 to a million.
constexpr unsigned kIterations = 10'000'000;

// A passphrase with an end, as the library wants it. Wiped afterwards.
class Passphrase {
 public:
  explicit Passphrase(std::string_view text) : text_(text) {}
  Passphrase(const Passphrase&) = delete;
  Passphrase& operator=(const Passphrase&) = delete;
  ~Passphrase() { gnutls_memset(text_.data(), 0, text_.size()); }

  bool has_nul() const { return text_.find('\0') != std::string::npos; }
  bool is_empty() const { return text_.empty(); }
  const char* text() const { return is_none_ ? nullptr : text_.c_str(); }
  unsigned flags() const { return is_none_ ? GNUTLS_PKCS_NULL_PASSWORD : 0; }

  // PKCS#12 tells an empty one from none at all; people do not.
  void BecomeNone() { is_none_ = true; }

 private:
  std::string text_;
  bool is_none_ = false;
};

Error Unusable(ErrorKind kind, std::string what, int code) {
  Error error = MakeError(kind, std::move(what));
  error.native = NativeText(code);
  return error;
}

template <typename T>
bool Contains(const T& list, int value) {
  return std::find(std::begin(list), std::end(list), value) != std::end(list);
}

// `what` has been parsed before, so that nothing but a wrong passphrase makes it nonsense.
Error NotOpened(const std::string& what, int code) {
  if (Contains(kTypeUnknown, code)) {
    return Unusable(ErrorKind::kUnsupported, what + " is of a type that GnuTLS does not know",
                    code);
  }
  if (Contains(kCipherUnknown, code)) {
    return Unusable(ErrorKind::kUnsupported,
                    what + " is encrypted in a way that GnuTLS does not know", code);
  }
  if (code == GNUTLS_E_MEMORY_ERROR) return MakeFault(Fault::kOutOfMemory, NativeText(code));
  return Unusable(ErrorKind::kMisuse, "the passphrase is wrong", code);
}

Error TooSlow(const std::string& what) {
  return MakeError(ErrorKind::kUnsupported,
                   what + " is encrypted in a way that takes too long to open");
}

// Looks at how a key is encrypted, before it is opened.
std::optional<Error> CheckEncryption(const std::string& what, const gnutls_datum_t& der) {
  unsigned schema = 0;
  unsigned iterations = 0;
  char* oid = nullptr;
  const int code = gnutls_pkcs8_info(&der, GNUTLS_X509_FMT_DER, &schema, nullptr, nullptr, nullptr,
                                     &iterations, &oid);
  gnutls_free(oid);
  // Which is what GnuTLS says of too many.
  if (iterations > kIterations || code == GNUTLS_E_ILLEGAL_PARAMETER) return TooSlow(what);
  if (code >= 0) return std::nullopt;
  const std::span bytes(der.data, der.size);
  const bool scrypt = std::search(bytes.begin(), bytes.end(), std::begin(kScrypt),
                                  std::end(kScrypt)) != bytes.end();
  if (scrypt || Contains(kCipherUnknown, code))
    return NotOpened(what, GNUTLS_E_UNKNOWN_CIPHER_TYPE);
  return Unusable(ErrorKind::kMisuse, "the encrypted private key cannot be parsed", code);
}

// Looks at how a bag is encrypted; 0 for what is not.
unsigned IterationsOf(gnutls_pkcs12_bag_t bag) {
  unsigned schema = 0;
  unsigned cipher = 0;
  unsigned iterations = 0;
  unsigned salt_size = 0;
  char* oid = nullptr;
  const int code =
      gnutls_pkcs12_bag_enc_info(bag, &schema, &cipher, nullptr, &salt_size, &iterations, &oid);
  gnutls_free(oid);
  return code < 0 ? 0 : iterations;
}

Error HasNul() {
  return MakeError(ErrorKind::kUnsupported, "GnuTLS takes no passphrase with a zero byte in it");
}

Result<X509KeyHandle> NewKey() {
  gnutls_x509_privkey_t raw = nullptr;
  if (gnutls_x509_privkey_init(&raw) < 0) return MakeFault(Fault::kOutOfMemory);
  return X509KeyHandle(raw);
}

// Leaves nothing of a key in the clear behind, however the block ends.
class Wiper {
 public:
  explicit Wiper(const gnutls_datum_t& key) : key_(key) {}
  Wiper(const Wiper&) = delete;
  Wiper& operator=(const Wiper&) = delete;
  ~Wiper() { gnutls_memset(key_.data, 0, key_.size); }

 private:
  gnutls_datum_t key_;
};

Result<Der> ExportPlain(gnutls_x509_privkey_t key) {
  gnutls_datum_t plain{};
  const int code = gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_DER, nullptr,
                                                     GNUTLS_PKCS_PLAIN, &plain);
  if (code < 0) return NotOpened("the private key", code);
  const BytesHandle owner(plain.data);
  const Wiper wiper(plain);
  return BytesOf(plain);
}

// What a PKCS#12 file holds.
struct Contents {
  std::vector<X509KeyHandle> keys;
  std::vector<Der> certificates;
};

std::optional<Error> TakeKey(const gnutls_datum_t& der, const Passphrase* passphrase,
                             Contents& contents) {
  const std::string what = "the private key of the PKCS#12 file";
  if (passphrase != nullptr) {
    if (auto error = CheckEncryption(what, der)) return error;
  }
  Result<X509KeyHandle> key = NewKey();
  if (!key.ok()) return std::move(key).error();
  const int code = gnutls_x509_privkey_import_pkcs8(
      key->get(), &der, GNUTLS_X509_FMT_DER, passphrase == nullptr ? nullptr : passphrase->text(),
      passphrase == nullptr ? unsigned{GNUTLS_PKCS_PLAIN} : passphrase->flags());
  if (code < 0) return NotOpened(what, code);
  contents.keys.push_back(std::move(key).value());
  return std::nullopt;
}

// The bag's memory holds keys in the clear once it is decrypted; what is wiped here is not needed
// again.
std::optional<Error> TakeBag(gnutls_pkcs12_bag_t bag, const Passphrase& passphrase,
                             Contents& contents) {
  if (gnutls_pkcs12_bag_get_type(bag, 0) == GNUTLS_BAG_ENCRYPTED) {
    if (IterationsOf(bag) > kIterations) return TooSlow("the PKCS#12 file");
    const int code = gnutls_pkcs12_bag_decrypt(bag, passphrase.text());
    if (code < 0) return NotOpened("the PKCS#12 file", code);
  }
  const int count = gnutls_pkcs12_bag_get_count(bag);
  for (int i = 0; i < count; ++i) {
    const auto index = static_cast<unsigned>(i);
    const int type = gnutls_pkcs12_bag_get_type(bag, index);
    gnutls_datum_t der{};
    if (gnutls_pkcs12_bag_get_data(bag, index, &der) < 0) continue;
    if (type == GNUTLS_BAG_CERTIFICATE) contents.certificates.push_back(BytesOf(der));
    if (type != GNUTLS_BAG_PKCS8_KEY && type != GNUTLS_BAG_PKCS8_ENCRYPTED_KEY) continue;
    const bool plain = type == GNUTLS_BAG_PKCS8_KEY;
    const Wiper wiper(der);
    if (auto error = TakeKey(der, plain ? nullptr : &passphrase, contents)) return error;
  }
  return std::nullopt;
}

std::optional<Error> TakeBags(gnutls_pkcs12_t file, const Passphrase& passphrase,
                              Contents& contents) {
  for (int i = 0;; ++i) {
    gnutls_pkcs12_bag_t raw = nullptr;
    if (gnutls_pkcs12_bag_init(&raw) < 0) return MakeFault(Fault::kOutOfMemory);
    const BagHandle bag(raw);
    const int code = gnutls_pkcs12_get_bag(file, i, raw);
    if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) return std::nullopt;
    if (code < 0) {
      return Unusable(ErrorKind::kMisuse, "the PKCS#12 file cannot be parsed", code);
    }
    if (auto error = TakeBag(raw, passphrase, contents)) return error;
  }
}

// A file may be without a MAC: then the passphrase shows by what it opens.
std::optional<Error> CheckMac(gnutls_pkcs12_t file, Passphrase& passphrase) {
  unsigned iterations = 0;
  gnutls_pkcs12_mac_info(file, nullptr, nullptr, nullptr, &iterations, nullptr);
  if (iterations > kIterations) return TooSlow("the PKCS#12 file");
  int code = gnutls_pkcs12_verify_mac(file, passphrase.text());
  if (code == GNUTLS_E_MAC_VERIFY_FAILED && passphrase.is_empty()) {
    passphrase.BecomeNone();
    code = gnutls_pkcs12_verify_mac(file, passphrase.text());
  }
  if (code >= 0 || code == GNUTLS_E_ASN1_ELEMENT_NOT_FOUND) return std::nullopt;
  return NotOpened("the PKCS#12 file", code);
}

bool IsKeyOf(gnutls_x509_privkey_t key, const Der& certificate) {
  const CertificateHandle parsed = ParseCertificate(certificate);
  KeyId ours{};
  KeyId theirs{};
  std::size_t size = ours.size();
  return parsed != nullptr &&
         gnutls_x509_privkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, ours.data(), &size) >= 0 &&
         gnutls_x509_crt_get_key_id(parsed.get(), GNUTLS_KEYID_USE_SHA256, theirs.data(), &size) >=
             0 &&
         ours == theirs;
}

Result<IdentityMaterial> Assemble(Contents contents) {
  if (contents.keys.size() != 1) {
    return MakeError(ErrorKind::kMisuse, contents.keys.empty()
                                             ? "the PKCS#12 file holds no private key"
                                             : "the PKCS#12 file holds several private keys");
  }
  const gnutls_x509_privkey_t key = contents.keys.front().get();
  auto& certificates = contents.certificates;
  const auto leaf =
      std::find_if(certificates.begin(), certificates.end(),
                   [key](const Der& certificate) { return IsKeyOf(key, certificate); });
  if (leaf == certificates.end()) {
    return MakeError(ErrorKind::kMisuse,
                     "the PKCS#12 file does not hold the certificate of its private key");
  }
  std::rotate(certificates.begin(), leaf, leaf + 1);
  Result<Der> plain = ExportPlain(key);
  if (!plain.ok()) return std::move(plain).error();
  IdentityMaterial material;
  material.chain = std::move(certificates);
  material.key = std::move(plain).value();
  return material;
}

}  // namespace

Result<Der> DecryptKey(std::span<const std::byte> encrypted, std::string_view passphrase) {
  const Passphrase text(passphrase);
  if (text.has_nul()) return HasNul();
  const gnutls_datum_t der = DatumOf(encrypted);
  if (auto error = CheckEncryption("the private key", der)) return std::move(*error);
  Result<X509KeyHandle> key = NewKey();
  if (!key.ok()) return std::move(key).error();
  const int code =
      gnutls_x509_privkey_import_pkcs8(key->get(), &der, GNUTLS_X509_FMT_DER, text.text(), 0);
  if (code < 0) return NotOpened("the private key", code);
  return ExportPlain(key->get());
}

Result<IdentityMaterial> OpenPkcs12(std::span<const std::byte> content,
                                    std::string_view passphrase) {
  Passphrase text(passphrase);
  if (text.has_nul()) return HasNul();
  gnutls_pkcs12_t raw = nullptr;
  if (gnutls_pkcs12_init(&raw) < 0) return MakeFault(Fault::kOutOfMemory);
  const Pkcs12Handle file(raw);
  const gnutls_datum_t der = DatumOf(content);
  const int code = gnutls_pkcs12_import(raw, &der, GNUTLS_X509_FMT_DER, 0);
  if (code < 0) return Unusable(ErrorKind::kMisuse, "the PKCS#12 file cannot be parsed", code);
  if (auto error = CheckMac(raw, text)) return std::move(*error);
  Contents contents;
  if (auto error = TakeBags(raw, text, contents)) return std::move(*error);
  return Assemble(std::move(contents));
}

}  // namespace tandem::gnutls
