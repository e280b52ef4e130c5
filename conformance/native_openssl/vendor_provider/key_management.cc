// The keys of the vendor's provider: they are imported, public and private, and never leave it.

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "conformance/native_openssl/vendor_provider/vendor.h"

namespace vendor {
namespace {

constexpr char kRsa[] = "RSA";
constexpr char kEc[] = "EC";

template <const char* kType, Mode kMode>
void* New(void* provider) {
  return new Key{static_cast<Provider*>(provider), kMode, kType};
}

void Free(void* data) {
  Key* const key = static_cast<Key*>(data);
  EVP_PKEY_free(key->inner);
  delete key;
}

int Has(const void* data, int selection) {
  const Key& key = *static_cast<const Key*>(data);
  if (key.inner == nullptr) return 0;
  return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 || key.has_private;
}

int Match(const void* left, const void* right, int /*selection*/) {
  return EVP_PKEY_eq(static_cast<const Key*>(left)->inner, static_cast<const Key*>(right)->inner);
}

int Import(void* data, int selection, const OSSL_PARAM parameters[]) {
  Key& key = *static_cast<Key*>(data);
  EVP_PKEY_CTX* const context =
      EVP_PKEY_CTX_new_from_name(key.provider->library, key.type, nullptr);
  EVP_PKEY* inner = nullptr;
  // Nothing is written to them; the function is one for all.
  OSSL_PARAM* const given = const_cast<OSSL_PARAM*>(parameters);
  const bool made = context != nullptr && EVP_PKEY_fromdata_init(context) == 1 &&
                    EVP_PKEY_fromdata(context, &inner, selection, given) == 1;
  EVP_PKEY_CTX_free(context);
  if (!made) return 0;
  EVP_PKEY_free(key.inner);
  key.inner = inner;
  key.has_private = OSSL_PARAM_locate_const(parameters, OSSL_PKEY_PARAM_RSA_D) != nullptr ||
                    OSSL_PARAM_locate_const(parameters, OSSL_PKEY_PARAM_PRIV_KEY) != nullptr;
  return 1;
}

// The public half only.
int Export(void* data, int selection, OSSL_CALLBACK* take, void* argument) {
  const Key& key = *static_cast<const Key*>(data);
  if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0) return 0;
  OSSL_PARAM* parameters = nullptr;
  if (EVP_PKEY_todata(key.inner, EVP_PKEY_PUBLIC_KEY, &parameters) != 1) return 0;
  const int taken = take(parameters, argument);
  OSSL_PARAM_free(parameters);
  return taken;
}

const OSSL_PARAM* ImportTypes(int /*selection*/) {
  static const OSSL_PARAM kTypes[] = {
      OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, nullptr, 0),
      OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, nullptr, 0),
      OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_D, nullptr, 0),
      OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, nullptr, 0),
      OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, nullptr, 0),
      OSSL_PARAM_BN(OSSL_PKEY_PARAM_PRIV_KEY, nullptr, 0),
      OSSL_PARAM_END,
  };
  return kTypes;
}

const OSSL_PARAM* ExportTypes(int selection) {
  if ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0) return nullptr;
  return ImportTypes(selection);
}

int Parameters(void* data, OSSL_PARAM parameters[]) {
  return EVP_PKEY_get_params(static_cast<Key*>(data)->inner, parameters);
}

const OSSL_PARAM* ParameterTypes(void* /*provider*/) {
  static const OSSL_PARAM kTypes[] = {
      OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, nullptr),
      OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, nullptr),
      OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, nullptr),
      OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, nullptr, 0),
      OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, nullptr, 0),
      OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, nullptr, 0),
      OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, nullptr, 0),
      OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, nullptr, 0),
      OSSL_PARAM_END,
  };
  return kTypes;
}

template <const char* kType>
const char* OperationName(int operation) {
  if (kType == kEc && operation == OSSL_OP_SIGNATURE) return "ECDSA";
  return kType;
}

template <const char* kType, Mode kMode>
const OSSL_DISPATCH kFunctions[] = {
    Entry(OSSL_FUNC_KEYMGMT_NEW, New<kType, kMode>),
    Entry(OSSL_FUNC_KEYMGMT_FREE, Free),
    Entry(OSSL_FUNC_KEYMGMT_HAS, Has),
    Entry(OSSL_FUNC_KEYMGMT_MATCH, Match),
    Entry(OSSL_FUNC_KEYMGMT_IMPORT, Import),
    Entry(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, ImportTypes),
    Entry(OSSL_FUNC_KEYMGMT_EXPORT, Export),
    Entry(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, ExportTypes),
    Entry(OSSL_FUNC_KEYMGMT_GET_PARAMS, Parameters),
    Entry(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, ParameterTypes),
    Entry(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, OperationName<kType>),
    {0, nullptr},
};

}  // namespace

const OSSL_ALGORITHM* KeyManagements() {
  static const char kRsaNames[] = "RSA:rsaEncryption:1.2.840.113549.1.1.1";
  static const char kEcNames[] = "EC:id-ecPublicKey:1.2.840.10045.2.1";
  static const OSSL_ALGORITHM kTable[] = {
      {kRsaNames, "provider=vendor,vendor.mode=fd", kFunctions<kRsa, Mode::kFd>, ""},
      {kRsaNames, "provider=vendor,vendor.mode=callback", kFunctions<kRsa, Mode::kCallback>, ""},
      {kRsaNames, "provider=vendor,vendor.mode=busy", kFunctions<kRsa, Mode::kBusy>, ""},
      {kRsaNames, "provider=vendor,vendor.mode=failing", kFunctions<kRsa, Mode::kFailing>, ""},
      {kRsaNames, "provider=vendor,vendor.mode=refusing", kFunctions<kRsa, Mode::kRefusing>, ""},
      {kRsaNames, "provider=vendor,vendor.mode=atonce", kFunctions<kRsa, Mode::kAtOnce>, ""},
      {kEcNames, "provider=vendor,vendor.mode=fd", kFunctions<kEc, Mode::kFd>, ""},
      {kEcNames, "provider=vendor,vendor.mode=callback", kFunctions<kEc, Mode::kCallback>, ""},
      {kEcNames, "provider=vendor,vendor.mode=busy", kFunctions<kEc, Mode::kBusy>, ""},
      {kEcNames, "provider=vendor,vendor.mode=failing", kFunctions<kEc, Mode::kFailing>, ""},
      {kEcNames, "provider=vendor,vendor.mode=refusing", kFunctions<kEc, Mode::kRefusing>, ""},
      {kEcNames, "provider=vendor,vendor.mode=atonce", kFunctions<kEc, Mode::kAtOnce>, ""},
      {nullptr, nullptr, nullptr, nullptr},
  };
  return kTable;
}

}  // namespace vendor
