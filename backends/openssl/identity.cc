// A chain and a key in OpenSSL's form.

#include "backends/openssl/identity.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "backends/openssl/blocking_key.h"
#include "backends/openssl/call.h"
#include "backends/openssl/errors.h"
#include "backends/openssl/external_key.h"
#include "backends/openssl/roots.h"

namespace tandem::openssl {
namespace {

// What can sign in TLS 1.2 and 1.3 on both backends.
constexpr int kKeyTypes[] = {NID_rsaEncryption, NID_rsassaPss, NID_X9_62_id_ecPublicKey,
                             NID_ED25519};
constexpr int kCurves[] = {NID_X9_62_prime256v1, NID_secp384r1, NID_secp521r1};

Error Unusable(ErrorKind kind, std::string what) {
  Error error = MakeError(kind, std::move(what));
  error.native = NativeText(ERR_peek_last_error());
  return error;
}

template <typename T>
bool Contains(const T& list, int nid) {
  return std::find(std::begin(list), std::end(list), nid) != std::end(list);
}

std::string TypeName(int nid) {
  const char* name = OBJ_nid2ln(nid);
  return name == nullptr ? "an unknown type" : name;
}

Error CannotSign(const std::string& type) {
  return MakeError(ErrorKind::kUnsupported,
                   "the private key (" + type +
                       ") cannot be used; RSA, ECDSA on P-256, P-384 or P-521, and Ed25519 can");
}

Error BadKey() { return Unusable(ErrorKind::kMisuse, "the private key cannot be parsed"); }

// Only PKCS#8 can hold a key of a type that is not known; its header says which.
Result<KeyHandle> ReadPkcs8(const PKCS8_PRIV_KEY_INFO* info) {
  const ASN1_OBJECT* type = nullptr;
  if (info == nullptr || PKCS8_pkey_get0(&type, nullptr, nullptr, nullptr, info) != 1) {
    return BadKey();
  }
  if (!Contains(kKeyTypes, OBJ_obj2nid(type))) return CannotSign(TypeName(OBJ_obj2nid(type)));
  return KeyHandle(EVP_PKCS82PKEY(info));
}

std::optional<Error> CheckCurve(const EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return std::nullopt;
  std::array<char, 64> name{};
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), nullptr) != 1) {
    return CannotSign("on a curve without a name");
  }
  if (Contains(kCurves, OBJ_txt2nid(name.data()))) return std::nullopt;
  return CannotSign("on the curve " + std::string(name.data()));
}

Result<KeyHandle> ReadKey(const IdentityMaterial& material) {
  using Format = IdentityMaterial::KeyFormat;
  const auto pkcs8 = ReadDer<Pkcs8Handle>(material.key, d2i_PKCS8_PRIV_KEY_INFO);
  if (material.key_format == Format::kPkcs8) return ReadPkcs8(pkcs8.get());
  if (pkcs8 != nullptr) return BadKey();  // d2i_PrivateKey() would take it for what it is.
  ERR_clear_error();
  const int type = material.key_format == Format::kPkcs1Rsa ? EVP_PKEY_RSA : EVP_PKEY_EC;
  return ReadDer<KeyHandle>(material.key,
                            [type](EVP_PKEY** key, const unsigned char** next, long size) {
                              return d2i_PrivateKey(type, key, next, size);
                            });
}

Result<KeyHandle> ReadExternalKey(const ExternalKey& external, X509* leaf) {
  const EVP_PKEY* public_half = X509_get0_pubkey(leaf);
  const int type = public_half == nullptr ? NID_undef : EVP_PKEY_get_base_id(public_half);
  if (!Contains(kKeyTypes, type)) return CannotSign(TypeName(type));
  if (auto error = CheckCurve(public_half)) return std::move(*error);
  return MakeExternalKey(external, leaf);
}

Result<KeyHandle> ReadOwnKey(const IdentityMaterial& material, X509* leaf) {
  auto key = ReadKey(material);
  if (!key.ok()) return key;
  if (*key == nullptr) return BadKey();
  if (auto error = CheckCurve(key->get())) return std::move(*error);
  if (X509_check_private_key(leaf, key->get()) == 1) return key;
  return Unusable(ErrorKind::kMisuse, "the private key is not the key of the first certificate");
}

}  // namespace

Result<std::shared_ptr<const BackendIdentity>> LoadedIdentity::Load(
    const IdentityMaterial& material) {
  const CleanQueue clean;
  CertificateHandle leaf;
  ChainHandle chain(sk_X509_new_null());
  for (std::size_t i = 0; i < material.chain.size(); ++i) {
    CertificateHandle certificate = ParseCertificate(material.chain[i]);
    // The library reads extensions late, and would not show what it then calls invalid.
    constexpr int no_purpose = -1;
    if (certificate == nullptr || X509_check_purpose(certificate.get(), no_purpose, 0) != 1) {
      return Unusable(ErrorKind::kMisuse,
                      "certificate number " + std::to_string(i + 1) + " cannot be parsed");
    }
    if (i == 0) {
      leaf = std::move(certificate);
    } else if (chain == nullptr || sk_X509_push(chain.get(), certificate.get()) == 0) {
      return MakeFault(Fault::kOutOfMemory);
    } else {
      static_cast<void>(certificate.release());  // The chain owns it now.
    }
  }
  if (leaf == nullptr) return MakeError(ErrorKind::kMisuse, "there is no certificate");
  const auto& external = material.external_key;
  auto key = external.has_value() ? ReadExternalKey(*external, leaf.get())
                                  : ReadOwnKey(material, leaf.get());
  if (!key.ok()) return std::move(key).error();
  return std::shared_ptr<const BackendIdentity>(
      new LoadedIdentity(std::move(leaf), std::move(chain), std::move(key).value(), external));
}

std::shared_ptr<const engine::BlockingKey> LoadedIdentity::BlockingKey() const {
  if (external_.has_value() || EVP_PKEY_up_ref(key_.get()) != 1) return nullptr;
  return std::make_shared<LibraryKey>(KeyHandle(key_.get()));
}

bool LoadedIdentity::Apply(SSL* ssl) const {
  return SSL_use_certificate(ssl, leaf_.get()) == 1 && SSL_use_PrivateKey(ssl, key_.get()) == 1 &&
         SSL_set1_chain(ssl, chain_.get()) == 1;
}

bool LoadedIdentity::MaySign(SignatureScheme scheme) const {
  if (!external_.has_value() || external_->schemes.empty()) return true;
  const auto& able = external_->schemes;
  return std::find(able.begin(), able.end(), scheme) != able.end();
}

LoadedIdentity::LoadedIdentity(CertificateHandle leaf, ChainHandle chain, KeyHandle key,
                               std::optional<ExternalKey> external)
    : leaf_(std::move(leaf)),
      chain_(std::move(chain)),
      key_(std::move(key)),
      external_(std::move(external)) {}

}  // namespace tandem::openssl
