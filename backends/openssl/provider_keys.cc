// The provider's keys: types, public halves, and nothing to take a private half out by.

#include "backends/openssl/provider_keys.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <utility>

#include "backends/openssl/provider.h"
#include "tandem/engine/job.h"
#include "tandem/engine/perform.h"

namespace tandem::openssl {
namespace {

ProviderKey& KeyOf(void* key) { return *static_cast<ProviderKey*>(key); }
const ProviderKey& KeyOf(const void* key) { return *static_cast<const ProviderKey*>(key); }

template <ProviderKeyType type>
void* New(void* /*unused*/) noexcept {
  return ForLibrary<void*>(nullptr, [] { return new ProviderKey{type, nullptr, {}}; });
}

void Free(void* key) noexcept { delete static_cast<ProviderKey*>(key); }

const char* NameOf(ProviderKeyType type) {
  switch (type) {
    case ProviderKeyType::kRsa: return "RSA";
    case ProviderKeyType::kRsaPss: return "RSA-PSS";
    case ProviderKeyType::kEc: return "EC";
    case ProviderKeyType::kEd25519: return "ED25519";
  }
  return nullptr;
}

const char* OperationName(ProviderKeyType type, int operation) {
  if (type == ProviderKeyType::kRsaPss) return "RSA";
  if (type == ProviderKeyType::kEc && operation == OSSL_OP_SIGNATURE) return "ECDSA";
  return NameOf(type);
}

template <ProviderKeyType type>
const char* OperationNameOf(int operation) noexcept {
  return OperationName(type, operation);
}

int Has(const void* key, int selection) noexcept {
  const ProviderKey& asked = KeyOf(key);
  if (asked.public_half == nullptr) return 0;
  const bool wants_private = (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) != 0;
  return !wants_private || asked.external.has_value() ? 1 : 0;
}

int Match(const void* one, const void* other, int /*selection*/) noexcept {
  const EVP_PKEY* first = KeyOf(one).public_half.get();
  const EVP_PKEY* second = KeyOf(other).public_half.get();
  return first != nullptr && second != nullptr && EVP_PKEY_eq(first, second) == 1 ? 1 : 0;
}

// A certificate's key comes this way, to be compared with ours.
bool ImportPublic(ProviderKey& key, const OSSL_PARAM* parameters) {
  const KeyContextHandle context(EVP_PKEY_CTX_new_from_name(nullptr, NameOf(key.type), nullptr));
  EVP_PKEY* imported = nullptr;
  // The library only reads them, whatever it declares.
  const bool ok = context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1 &&
                  EVP_PKEY_fromdata(context.get(), &imported, EVP_PKEY_PUBLIC_KEY,
                                    const_cast<OSSL_PARAM*>(parameters)) == 1;
  key.public_half.reset(imported);
  return ok;
}

int Import(void* key, int /*selection*/, const OSSL_PARAM* parameters) noexcept {
  ProviderKey& made = KeyOf(key);
  const OSSL_PARAM* ours = OSSL_PARAM_locate_const(parameters, kProviderKeyParts);
  if (ours == nullptr) return ImportPublic(made, parameters) ? 1 : 0;
  return ForLibrary(0, [&] {
    const void* pointer = nullptr;
    std::size_t size = 0;
    if (OSSL_PARAM_get_octet_ptr(ours, &pointer, &size) != 1 || pointer == nullptr) return 0;
    const auto& parts = *static_cast<const ProviderKeyParts*>(pointer);
    made.external = *parts.external;
    if (EVP_PKEY_up_ref(parts.public_half) != 1) return 0;
    made.public_half.reset(parts.public_half);
    return 1;
  });
}

const OSSL_PARAM* ImportTypes(int /*selection*/) noexcept {
  static const OSSL_PARAM kTypes[] = {
      OSSL_PARAM_octet_ptr(kProviderKeyParts, nullptr, 0),
      OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, nullptr, 0),
      OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, nullptr, 0),
      OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, nullptr, 0),
      OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, nullptr, 0),
      OSSL_PARAM_END};
  return kTypes;
}

// What is asked of a key is what is known of its public half.
int Tell(void* key, OSSL_PARAM* parameters) noexcept {
  const ProviderKey& asked = KeyOf(key);
  return asked.public_half != nullptr ? EVP_PKEY_get_params(asked.public_half.get(), parameters)
                                      : 0;
}

const OSSL_PARAM* Told(void* /*unused*/) noexcept {
  static const OSSL_PARAM kTold[] = {
      OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, nullptr),
      OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, nullptr),
      OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, nullptr),
      OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, nullptr, 0),
      OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_MANDATORY_DIGEST, nullptr, 0),
      OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, nullptr, 0),
      OSSL_PARAM_END};
  return kTold;
}

template <ProviderKeyType type>
const OSSL_DISPATCH* Functions() {
  static const OSSL_DISPATCH kFunctions[] = {
      Entry(OSSL_FUNC_KEYMGMT_NEW, New<type>),
      Entry(OSSL_FUNC_KEYMGMT_FREE, Free),
      Entry(OSSL_FUNC_KEYMGMT_HAS, Has),
      Entry(OSSL_FUNC_KEYMGMT_MATCH, Match),
      Entry(OSSL_FUNC_KEYMGMT_IMPORT, Import),
      Entry(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, ImportTypes),
      Entry(OSSL_FUNC_KEYMGMT_GET_PARAMS, Tell),
      Entry(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, Told),
      Entry(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, OperationNameOf<type>),
      {0, nullptr}};
  return kFunctions;
}

}  // namespace

engine::KeyOutcome ProviderKey::Perform(engine::KeyRequest request) const {
  return engine::Perform(external->engine, external->key, std::move(request));
}

void NoteKeyFailure(const char* reason) noexcept {
  if (engine::Job* const job = engine::Job::current()) job->NoteFailure(reason);
}

// The names are those of the library's own key types, or it would not take them for such.
const OSSL_ALGORITHM* ProviderKeyTypes() {
  static const OSSL_ALGORITHM kTypes[] = {
      {"RSA:rsaEncryption:1.2.840.113549.1.1.1", kProviderProperties,
       Functions<ProviderKeyType::kRsa>(), "RSA"},
      {"RSA-PSS:RSASSA-PSS:1.2.840.113549.1.1.10", kProviderProperties,
       Functions<ProviderKeyType::kRsaPss>(), "RSA-PSS"},
      {"EC:id-ecPublicKey:1.2.840.10045.2.1", kProviderProperties,
       Functions<ProviderKeyType::kEc>(), "EC"},
      {"ED25519:1.3.101.112", kProviderProperties, Functions<ProviderKeyType::kEd25519>(),
       "Ed25519"},
      {nullptr, nullptr, nullptr, nullptr}};
  return kTypes;
}

}  // namespace tandem::openssl
