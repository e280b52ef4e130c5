// A private key that lives elsewhere, as the library's own kind of key: provider.h says how.

#include "backends/openssl/external_key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include <string>

#include "backends/openssl/errors.h"
#include "backends/openssl/provider.h"
#include "backends/openssl/provider_keys.h"
#include "tandem/fault.h"

namespace tandem::openssl {
namespace {

Error CannotMake() {
  const std::string native = NativeText(ERR_peek_last_error());
  while (const unsigned long code = ERR_get_error()) {
    if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE) {
      return MakeFault(Fault::kOutOfMemory, native);
    }
  }
  Error error = MakeError(ErrorKind::kUnsupported,
                          "OpenSSL cannot make an external key of the certificate's key type");
  error.native = native;
  return error;
}

}  // namespace

Result<KeyHandle> MakeExternalKey(const ExternalKey& external, X509* leaf) {
  EVP_PKEY* public_half = X509_get0_pubkey(leaf);
  OSSL_LIB_CTX* library = ProviderLibrary();
  if (library == nullptr) return MakeFault(Fault::kOutOfMemory);
  const char* type = public_half == nullptr ? nullptr : EVP_PKEY_get0_type_name(public_half);
  if (type == nullptr) return CannotMake();
  const KeyContextHandle context(EVP_PKEY_CTX_new_from_name(library, type, nullptr));
  if (context == nullptr) return CannotMake();
  const ProviderKeyParts parts = {public_half, &external};
  void* pointer = const_cast<ProviderKeyParts*>(&parts);  // Only read.
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_octet_ptr(kProviderKeyParts, &pointer, 0),
                             OSSL_PARAM_construct_end()};
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters) != 1) {
    return CannotMake();
  }
  return KeyHandle(key);
}

}  // namespace tandem::openssl
