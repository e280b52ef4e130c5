// Keys and files that a passphrase protects: PKCS#8 and PKCS#12.

#include "backends/openssl/pkcs.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "backends/openssl/call.h"
#include "backends/openssl/errors.h"
#include "backends/openssl/handles.h"
#include "backends/openssl/roots.h"

namespace tandem::openssl {
namespace {

// What it may cost to open a file: some seconds. Tools of today ask for a tenth.
constexpr std::uint64_t kIterationLimit = 10'000'000;
constexpr std::uint64_t kScryptLimit = std::uint64_t{1} << 25;

Error Unusable(ErrorKind kind, std::string what) {
  Error error = MakeError(kind, std::move(what));
  error.native = NativeText(ERR_peek_last_error());
  return error;
}

// The library decrypts, and then either the padding or what is left turns out to be nonsense. It
// keeps the reason at the end of its queue, and below it how it noticed.
bool FailedAfterDecryption() {
  unsigned long code = 0;
  while ((code = ERR_get_error()) != 0) {
    const int reason = ERR_GET_REASON(code);
    if (ERR_GET_LIB(code) != ERR_LIB_PKCS12) continue;
    if (reason == PKCS12_R_PKCS12_CIPHERFINAL_ERROR || reason == PKCS12_R_DECODE_ERROR) return true;
  }
  return false;
}

// `what` has been parsed before, so that nothing but a wrong passphrase makes it nonsense.
Error NotOpened(const std::string& what, const char* help) {
  const unsigned long native = ERR_peek_error();
  Error error = MakeError(ErrorKind::kMisuse, "the passphrase is wrong");
  if (!FailedAfterDecryption()) {
    error = MakeError(ErrorKind::kUnsupported,
                      what + " is encrypted in a way that OpenSSL does not know" + help);
  }
  error.native = NativeText(native);
  return error;
}

Error NotParsed(const std::string& what) {
  return Unusable(ErrorKind::kMisuse, what + " cannot be parsed");
}

template <typename Parameters>
std::unique_ptr<Parameters, Freer> Unpack(const X509_ALGOR* algorithm, const ASN1_ITEM* item) {
  return std::unique_ptr<Parameters, Freer>(
      static_cast<Parameters*>(ASN1_TYPE_unpack_sequence(item, algorithm->parameter)));
}

// What is not a number of ours is more than any limit.
std::uint64_t NumberOf(const ASN1_INTEGER* integer) {
  std::uint64_t number = 0;
  return ASN1_INTEGER_get_uint64(&number, integer) == 1 ? number : UINT64_MAX;
}

// Returns whether the cost is within bounds; nothing if it is not to be read.
std::optional<bool> IsAffordable(const X509_ALGOR* algorithm) {
  const int type = OBJ_obj2nid(algorithm->algorithm);
  if (type == NID_pbes2) {
    const auto both = Unpack<PBE2PARAM>(algorithm, ASN1_ITEM_rptr(PBE2PARAM));
    return both == nullptr ? std::nullopt : IsAffordable(both->keyfunc);
  }
  if (type == NID_id_pbkdf2) {
    const auto derivation = Unpack<PBKDF2PARAM>(algorithm, ASN1_ITEM_rptr(PBKDF2PARAM));
    if (derivation == nullptr) return std::nullopt;
    return NumberOf(derivation->iter) <= kIterationLimit;
  }
  if (type == NID_id_scrypt) {
    const auto derivation = Unpack<SCRYPT_PARAMS>(algorithm, ASN1_ITEM_rptr(SCRYPT_PARAMS));
    if (derivation == nullptr) return std::nullopt;
    std::uint64_t left = kScryptLimit;
    for (const ASN1_INTEGER* factor :
         {derivation->costParameter, derivation->blockSize, derivation->parallelizationParameter}) {
      left /= std::max<std::uint64_t>(NumberOf(factor), 1);
    }
    return left > 0;
  }
  const auto older = Unpack<PBEPARAM>(algorithm, ASN1_ITEM_rptr(PBEPARAM));
  return older == nullptr || NumberOf(older->iter) <= kIterationLimit;
}

std::optional<Error> CheckCost(const X509_ALGOR* algorithm, const std::string& what) {
  const std::optional<bool> affordable = IsAffordable(algorithm);
  if (!affordable.has_value()) return NotParsed(what);
  if (*affordable) return std::nullopt;
  return MakeError(ErrorKind::kUnsupported,
                   what + " is encrypted in a way that takes too long to open");
}

// Frees a key in the clear, and leaves none of it behind.
struct Wiper {
  void operator()(unsigned char* bytes) const { OPENSSL_clear_free(bytes, size); }
  std::size_t size;
};

Result<Der> ExportPlain(const PKCS8_PRIV_KEY_INFO* key) {
  unsigned char* encoded = nullptr;
  const int size = i2d_PKCS8_PRIV_KEY_INFO(key, &encoded);
  if (size <= 0) return NotParsed("the private key");
  const auto bytes = std::as_bytes(std::span(encoded, static_cast<std::size_t>(size)));
  const std::unique_ptr<unsigned char, Wiper> owner(encoded, Wiper{bytes.size()});
  return Der(bytes.begin(), bytes.end());
}

// Ciphers of the past live in a provider of their own. It is for this file only, and not for all
// that the program does.
class PrivateLibrary {
 public:
  PrivateLibrary()
      : library_(OSSL_LIB_CTX_new()),
        current_(library_ == nullptr ? nullptr : OSSL_PROVIDER_load(library_.get(), "default")),
        legacy_(library_ == nullptr ? nullptr : OSSL_PROVIDER_load(library_.get(), "legacy")) {
    ERR_clear_error();  // That there is no legacy provider is not why a file cannot be opened.
  }

  // Where there is none, null would mean the library that all of the program uses.
  bool is_ready() const { return current_ != nullptr; }

  OSSL_LIB_CTX* get() const { return library_.get(); }
  bool has_legacy() const { return legacy_ != nullptr; }

  /// Returns what to say to who cannot open a file.
  const char* Help() const {
    return has_legacy() ? ""
                        : "; for ciphers of the past install OpenSSL's legacy provider, or convert "
                          "the file";
  }

 private:
  LibraryHandle library_;
  ProviderHandle current_;
  ProviderHandle legacy_;
};

// What opens a file. An empty passphrase is written in one of two ways.
struct Passphrase {
  const char* text;
  int size;
};

// What a PKCS#12 file holds.
struct Contents {
  std::vector<Pkcs8Handle> keys;
  std::vector<CertificateHandle> certificates;
};

class Pkcs12File {
 public:
  Pkcs12File(std::span<const std::byte> content, std::string_view passphrase)
      : passphrase_{passphrase.data(), static_cast<int>(passphrase.size())} {
    if (!library_.is_ready()) return;
    const std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free(bio); })> input(
        BIO_new_mem_buf(content.data(), static_cast<int>(content.size())));
    if (input == nullptr) return;
    // Freed, and null, if it does not parse.
    PKCS12* parsed = PKCS12_init_ex(NID_pkcs7_data, library_.get(), nullptr);
    const bool ok = d2i_PKCS12_bio(input.get(), &parsed) != nullptr;
    file_.reset(parsed);
    if (!ok || BIO_pending(input.get()) != 0) file_.reset();
  }

  Result<Contents> Open() {
    if (!library_.is_ready()) return MakeFault(Fault::kOutOfMemory);
    if (file_ == nullptr) return NotParsed(kWhat);
    if (auto error = CheckMac()) return std::move(*error);
    const PartsHandle parts(PKCS12_unpack_authsafes(file_.get()));
    if (parts == nullptr) return NotParsed(kWhat);
    Contents contents;
    for (int i = 0; i < sk_PKCS7_num(parts.get()); ++i) {
      if (auto error = TakePart(sk_PKCS7_value(parts.get(), i), contents)) {
        return std::move(*error);
      }
    }
    return contents;
  }

 private:
  static constexpr const char* kWhat = "the PKCS#12 file";
  static constexpr const char* kKey = "the private key of the PKCS#12 file";

  std::optional<Error> CheckMac() {
    if (PKCS12_mac_present(file_.get()) != 1) return std::nullopt;
    const ASN1_INTEGER* iterations = nullptr;
    PKCS12_get0_mac(nullptr, nullptr, nullptr, &iterations, file_.get());
    if (iterations != nullptr && NumberOf(iterations) > kIterationLimit) {
      return MakeError(ErrorKind::kUnsupported,
                       std::string(kWhat) + " is encrypted in a way that takes too long to open");
    }
    ERR_clear_error();
    if (passphrase_.size == 0) {
      passphrase_ = {nullptr, 0};
      if (IsMacRight()) return std::nullopt;
      passphrase_ = {"", 0};
    }
    if (IsMacRight()) return std::nullopt;
    if (ERR_peek_error() == 0) return Unusable(ErrorKind::kMisuse, "the passphrase is wrong");
    return Unusable(ErrorKind::kUnsupported,
                    std::string(kWhat) + " is protected in a way that OpenSSL does not know");
  }

  bool IsMacRight() {
    return PKCS12_verify_mac(file_.get(), passphrase_.text, passphrase_.size) == 1;
  }

  std::optional<Error> TakePart(PKCS7* part, Contents& contents) {
    BagsHandle bags;
    if (PKCS7_type_is_data(part)) {
      bags.reset(PKCS12_unpack_p7data(part));
    } else if (PKCS7_type_is_encrypted(part)) {
      if (part->d.encrypted == nullptr) return NotParsed(kWhat);
      if (auto error = CheckCost(part->d.encrypted->enc_data->algorithm, kWhat)) return error;
      bags.reset(PKCS12_unpack_p7encdata(part, passphrase_.text, passphrase_.size));
      if (bags == nullptr) return NotOpened(kWhat, library_.Help());
    } else {
      return std::nullopt;
    }
    if (bags == nullptr) return NotParsed(kWhat);
    for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags.get()); ++i) {
      if (auto error = TakeBag(sk_PKCS12_SAFEBAG_value(bags.get(), i), contents)) return error;
    }
    return std::nullopt;
  }

  std::optional<Error> TakeBag(PKCS12_SAFEBAG* bag, Contents& contents) {
    switch (PKCS12_SAFEBAG_get_nid(bag)) {
      case NID_keyBag: {
        Pkcs8Handle key(static_cast<PKCS8_PRIV_KEY_INFO*>(
            ASN1_item_dup(ASN1_ITEM_rptr(PKCS8_PRIV_KEY_INFO), PKCS12_SAFEBAG_get0_p8inf(bag))));
        if (key == nullptr) return NotParsed(kKey);
        contents.keys.push_back(std::move(key));
        return std::nullopt;
      }
      case NID_pkcs8ShroudedKeyBag: return TakeEncryptedKey(bag, contents);
      case NID_certBag: {
        if (PKCS12_SAFEBAG_get_bag_nid(bag) != NID_x509Certificate) return std::nullopt;
        CertificateHandle certificate(PKCS12_SAFEBAG_get1_cert(bag));
        if (certificate == nullptr) return NotParsed("a certificate of the PKCS#12 file");
        contents.certificates.push_back(std::move(certificate));
        return std::nullopt;
      }
      default: return std::nullopt;
    }
  }

  std::optional<Error> TakeEncryptedKey(PKCS12_SAFEBAG* bag, Contents& contents) {
    const X509_SIG* encrypted = PKCS12_SAFEBAG_get0_pkcs8(bag);
    if (encrypted == nullptr) return NotParsed(kKey);
    const X509_ALGOR* algorithm = nullptr;
    X509_SIG_get0(encrypted, &algorithm, nullptr);
    if (auto error = CheckCost(algorithm, kKey)) return error;
    Pkcs8Handle key(
        PKCS12_decrypt_skey_ex(bag, passphrase_.text, passphrase_.size, library_.get(), nullptr));
    if (key == nullptr) return NotOpened(kKey, library_.Help());
    contents.keys.push_back(std::move(key));
    return std::nullopt;
  }

  PrivateLibrary library_;  // Outlives what was parsed in it.
  Pkcs12Handle file_;
  Passphrase passphrase_;
};

// Says whether the key is of a type, and on a curve, that the library could have read.
bool IsOfKnownType(const PKCS8_PRIV_KEY_INFO* key) {
  constexpr int kTypes[] = {NID_rsaEncryption, NID_rsassaPss, NID_dsa,    NID_X9_62_id_ecPublicKey,
                            NID_ED25519,       NID_ED448,     NID_X25519, NID_X448};
  const ASN1_OBJECT* type = nullptr;
  const X509_ALGOR* algorithm = nullptr;
  if (PKCS8_pkey_get0(&type, nullptr, nullptr, &algorithm, key) != 1) return false;
  const int nid = OBJ_obj2nid(type);
  if (std::find(std::begin(kTypes), std::end(kTypes), nid) == std::end(kTypes)) return false;
  int kind = V_ASN1_UNDEF;
  const void* curve = nullptr;
  X509_ALGOR_get0(nullptr, &kind, &curve, algorithm);
  return nid != NID_X9_62_id_ecPublicKey || kind != V_ASN1_OBJECT ||
         OBJ_obj2nid(static_cast<const ASN1_OBJECT*>(curve)) != NID_undef;
}

Result<IdentityMaterial> Assemble(Contents contents) {
  if (contents.keys.size() != 1) {
    return MakeError(ErrorKind::kMisuse, contents.keys.empty()
                                             ? "the PKCS#12 file holds no private key"
                                             : "the PKCS#12 file holds several private keys");
  }
  const KeyHandle key(EVP_PKCS82PKEY(contents.keys.front().get()));
  if (key == nullptr) {
    if (IsOfKnownType(contents.keys.front().get())) {
      return NotParsed("the private key of the PKCS#12 file");
    }
    return Unusable(ErrorKind::kUnsupported,
                    "the private key of the PKCS#12 file is of a type that OpenSSL does not know");
  }
  auto& certificates = contents.certificates;
  const auto leaf = std::find_if(certificates.begin(), certificates.end(),
                                 [&key](const CertificateHandle& certificate) {
                                   return X509_check_private_key(certificate.get(), key.get()) == 1;
                                 });
  if (leaf == certificates.end()) {
    return MakeError(ErrorKind::kMisuse,
                     "the PKCS#12 file does not hold the certificate of its private key");
  }
  std::rotate(certificates.begin(), leaf, leaf + 1);
  IdentityMaterial material;
  for (const CertificateHandle& certificate : certificates) {
    material.chain.push_back(DerOf(certificate.get()));
  }
  Result<Der> plain = ExportPlain(contents.keys.front().get());
  if (!plain.ok()) return std::move(plain).error();
  material.key = std::move(plain).value();
  return material;
}

}  // namespace

Result<Der> DecryptKey(std::span<const std::byte> encrypted, std::string_view passphrase) {
  const CleanQueue clean;
  constexpr const char* what = "the private key";
  const auto parsed = ReadDer<EncryptedHandle>(encrypted, d2i_X509_SIG);
  if (parsed == nullptr) return NotParsed("the encrypted private key");
  const X509_ALGOR* algorithm = nullptr;
  X509_SIG_get0(parsed.get(), &algorithm, nullptr);
  if (auto error = CheckCost(algorithm, what)) return std::move(*error);
  const int size = static_cast<int>(passphrase.size());
  // By what the program has loaded and set first; ciphers of the past are seldom there.
  Pkcs8Handle key(PKCS8_decrypt(parsed.get(), passphrase.data(), size));
  if (key != nullptr) return ExportPlain(key.get());
  const PrivateLibrary library;
  if (!library.is_ready()) return MakeFault(Fault::kOutOfMemory);
  key.reset(PKCS8_decrypt_ex(parsed.get(), passphrase.data(), size, library.get(), nullptr));
  if (key == nullptr) return NotOpened(what, library.Help());
  return ExportPlain(key.get());
}

Result<IdentityMaterial> OpenPkcs12(std::span<const std::byte> content,
                                    std::string_view passphrase) {
  const CleanQueue clean;
  Pkcs12File file(content, passphrase);
  Result<Contents> contents = file.Open();
  if (!contents.ok()) return std::move(contents).error();
  return Assemble(std::move(contents).value());
}

bool HasLegacyCiphers() {
  const CleanQueue clean;
  return PrivateLibrary().has_legacy();
}

}  // namespace tandem::openssl
