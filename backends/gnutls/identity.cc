// A chain and a key in GnuTLS's form.

#include "backends/gnutls/identity.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gnutls/x509.h>

#include "backends/gnutls/blocking_key.h"
#include "backends/gnutls/errors.h"
#include "backends/gnutls/external_key.h"
#include "tandem/fault.h"

namespace tandem::gnutls {
namespace {

using KeyId = std::array<unsigned char, 32>;  // A SHA-256 of the public key.

// What can sign in TLS 1.2 and 1.3 on both backends.
constexpr int kKeyTypes[] = {GNUTLS_PK_RSA, GNUTLS_PK_RSA_PSS, GNUTLS_PK_ECDSA,
                             GNUTLS_PK_EDDSA_ED25519};
constexpr int kCurves[] = {GNUTLS_ECC_CURVE_SECP256R1, GNUTLS_ECC_CURVE_SECP384R1,
                           GNUTLS_ECC_CURVE_SECP521R1};

// What GnuTLS says of a key that is well-formed and that it has no code for.
constexpr int kTypeUnknown[] = {GNUTLS_E_UNKNOWN_PK_ALGORITHM, GNUTLS_E_UNIMPLEMENTED_FEATURE,
                                GNUTLS_E_ECC_UNSUPPORTED_CURVE, GNUTLS_E_X509_UNSUPPORTED_OID};

Error Unusable(ErrorKind kind, std::string what, int code) {
  Error error = MakeError(kind, std::move(what));
  error.native = NativeText(code);
  return error;
}

template <typename T>
bool Contains(const T& list, int value) {
  return std::find(std::begin(list), std::end(list), value) != std::end(list);
}

int ReadCertificate(const std::vector<std::byte>& der, ChainHandle& chain) {
  const gnutls_datum_t datum = DatumOf(der);
  gnutls_pcert_st certificate;
  const int code = gnutls_pcert_import_x509_raw(&certificate, &datum, GNUTLS_X509_FMT_DER, 0);
  if (code >= 0) chain->push_back(certificate);
  return code;
}

std::string TypeName(int key_type) {
  const char* name = gnutls_pk_get_name(static_cast<gnutls_pk_algorithm_t>(key_type));
  return name == nullptr ? "an unknown type" : name;
}

Error CannotSign(const std::string& type) {
  return MakeError(ErrorKind::kUnsupported,
                   "the private key (" + type +
                       ") cannot be used; RSA, ECDSA on P-256, P-384 or P-521, and Ed25519 can");
}

Error BadKey(int code) {
  return Unusable(ErrorKind::kMisuse, "the private key cannot be parsed", code);
}

int ReadPkcs8(const std::vector<std::byte>& der, gnutls_x509_privkey_t key) {
  const gnutls_datum_t datum = DatumOf(der);
  return gnutls_x509_privkey_import_pkcs8(key, &datum, GNUTLS_X509_FMT_DER, nullptr,
                                          GNUTLS_PKCS_PLAIN);
}

// GnuTLS reads every format by trial; what it finds must be what was said.
int ReadOlder(const std::vector<std::byte>& der, int key_type, gnutls_x509_privkey_t key) {
  if (ReadPkcs8(der, key) >= 0) return GNUTLS_E_ASN1_DER_ERROR;
  const gnutls_datum_t datum = DatumOf(der);
  const int code = gnutls_x509_privkey_import(key, &datum, GNUTLS_X509_FMT_DER);
  if (code < 0) return code;
  return gnutls_x509_privkey_get_pk_algorithm(key) == key_type ? code : GNUTLS_E_ASN1_DER_ERROR;
}

std::optional<Error> CheckCurve(gnutls_ecc_curve_t curve) {
  if (Contains(kCurves, curve)) return std::nullopt;
  const char* name = gnutls_ecc_curve_get_name(curve);
  return CannotSign("on the curve " + std::string(name == nullptr ? "without a name" : name));
}

std::optional<Error> CheckCurve(gnutls_privkey_t key) {
  if (gnutls_privkey_get_pk_algorithm(key, nullptr) != GNUTLS_PK_ECDSA) return std::nullopt;
  gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
  if (gnutls_privkey_export_ecc_raw(key, &curve, nullptr, nullptr, nullptr) < 0) {
    return CannotSign("on a curve without a name");
  }
  return CheckCurve(curve);
}

std::optional<Error> CheckPublicKey(gnutls_pubkey_t key) {
  const int type = gnutls_pubkey_get_pk_algorithm(key, nullptr);
  if (!Contains(kKeyTypes, type)) return CannotSign(TypeName(type));
  if (type != GNUTLS_PK_ECDSA) return std::nullopt;
  gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;
  if (gnutls_pubkey_export_ecc_raw2(key, &curve, nullptr, nullptr, 0) < 0) {
    return CannotSign("on a curve without a name");
  }
  return CheckCurve(curve);
}

Result<KeyHandle> ReadKey(const IdentityMaterial& material) {
  using Format = IdentityMaterial::KeyFormat;
  gnutls_x509_privkey_t raw = nullptr;
  gnutls_privkey_t raw_key = nullptr;
  const int made = gnutls_x509_privkey_init(&raw);
  const X509KeyHandle parsed(raw);
  const int made_key = gnutls_privkey_init(&raw_key);
  KeyHandle key(raw_key);
  if (made < 0 || made_key < 0) {
    return MakeFault(Fault::kOutOfMemory, NativeText(GNUTLS_E_MEMORY_ERROR));
  }
  const int rsa_or_ec = material.key_format == Format::kPkcs1Rsa ? GNUTLS_PK_RSA : GNUTLS_PK_ECDSA;
  int code = material.key_format == Format::kPkcs8 ? ReadPkcs8(material.key, raw)
                                                   : ReadOlder(material.key, rsa_or_ec, raw);
  if (Contains(kTypeUnknown, code)) return CannotSign("of a type that GnuTLS does not know");
  if (code < 0) return BadKey(code);
  const int key_type = gnutls_x509_privkey_get_pk_algorithm(raw);
  if (!Contains(kKeyTypes, key_type)) return CannotSign(TypeName(key_type));
  code = gnutls_privkey_import_x509(raw_key, raw, GNUTLS_PRIVKEY_IMPORT_COPY);
  if (code < 0) return BadKey(code);
  if (auto error = CheckCurve(raw_key)) return std::move(*error);
  return key;
}

bool ReadId(gnutls_pubkey_t key, KeyId& id) {
  std::size_t size = id.size();
  return gnutls_pubkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, id.data(), &size) >= 0;
}

bool IsKeyOf(gnutls_privkey_t key, const gnutls_pcert_st& leaf) {
  gnutls_pubkey_t raw = nullptr;
  if (gnutls_pubkey_init(&raw) < 0) return false;
  const PublicKeyHandle ours(raw);
  KeyId our_id{};
  KeyId leaf_id{};
  return gnutls_pubkey_import_privkey(raw, key, 0, 0) >= 0 && ReadId(raw, our_id) &&
         ReadId(leaf.pubkey, leaf_id) && our_id == leaf_id;
}

// Whether an external key is the leaf's only its engine could tell, and it is not asked.
Result<KeyHandle> KeyFor(const IdentityMaterial& material, const gnutls_pcert_st& leaf) {
  if (material.external_key.has_value()) {
    if (auto error = CheckPublicKey(leaf.pubkey)) return std::move(*error);
    return MakeExternalKey(*material.external_key, leaf);
  }
  auto key = ReadKey(material);
  if (key.ok() && !IsKeyOf(key->get(), leaf)) {
    return MakeError(ErrorKind::kMisuse, "the private key is not the key of the first certificate");
  }
  return key;
}

}  // namespace

Result<std::shared_ptr<const BackendIdentity>> LoadedIdentity::Load(
    const IdentityMaterial& material) {
  ChainHandle chain(new std::vector<gnutls_pcert_st>);
  chain->reserve(material.chain.size());  // What is read has nowhere else to be.
  for (std::size_t i = 0; i < material.chain.size(); ++i) {
    const std::string which = "certificate number " + std::to_string(i + 1);
    const int code = ReadCertificate(material.chain[i], chain);
    if (Contains(kTypeUnknown, code)) {
      return Unusable(ErrorKind::kUnsupported,
                      which + " has a key of a type that GnuTLS does not know", code);
    }
    if (code < 0) return Unusable(ErrorKind::kMisuse, which + " cannot be parsed", code);
  }
  if (chain->empty()) return MakeError(ErrorKind::kMisuse, "there is no certificate");
  auto key = KeyFor(material, chain->front());
  if (!key.ok()) return std::move(key).error();
  return std::shared_ptr<const BackendIdentity>(
      new LoadedIdentity(std::move(chain), std::move(key).value(), material.external_key));
}

std::shared_ptr<const engine::BlockingKey> LoadedIdentity::BlockingKey() const {
  if (external_.has_value()) return nullptr;
  return std::make_shared<const LibraryKey>(key_);
}

void LoadedIdentity::Apply(gnutls_pcert_st** chain, unsigned int* chain_size,
                           gnutls_privkey_t* key) const {
  *chain = chain_->data();
  *chain_size = static_cast<unsigned int>(chain_->size());
  *key = key_.get();
}

bool LoadedIdentity::MaySign(SignatureScheme scheme) const {
  if (!external_.has_value() || external_->schemes.empty()) return true;
  return std::find(external_->schemes.begin(), external_->schemes.end(), scheme) !=
         external_->schemes.end();
}

LoadedIdentity::LoadedIdentity(ChainHandle chain, KeyHandle key,
                               std::optional<ExternalKey> external)
    : chain_(std::move(chain)), key_(std::move(key)), external_(std::move(external)) {}

}  // namespace tandem::gnutls
