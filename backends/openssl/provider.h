// Keys that live elsewhere, as OpenSSL sees them: a provider in the program itself.
//
//     libssl --EVP_DigestSign()--> libcrypto --> provider_signatures --engine::Perform()--> engine
//            --EVP_PKEY_decrypt()-->         --> provider_decryption ----------'
//
// A key is of this provider, and cannot be exported to another; so libcrypto, which looks for an
// algorithm of the usual name first, comes back to the key's own provider in the end. It lives in a
// library context of its own: adding a provider to the program's would keep the library from
// loading its default provider there by itself.

#ifndef TANDEM_BACKENDS_OPENSSL_PROVIDER_H_
#define TANDEM_BACKENDS_OPENSSL_PROVIDER_H_

#include <openssl/core_dispatch.h>
#include <openssl/crypto.h>

namespace tandem::openssl {

/// Returns the library context that the provider is in, and nothing else; null if the library could
/// not make it.
OSSL_LIB_CTX* ProviderLibrary();

/// Return what the provider can do, each with an end mark. In the files of their names.
const OSSL_ALGORITHM* ProviderKeyTypes();
const OSSL_ALGORITHM* ProviderSignatures();
const OSSL_ALGORITHM* ProviderDecryption();

/// What each of them says of itself.
inline constexpr char kProviderProperties[] = "provider=tandem";

/// Makes an entry of a table of functions.
template <typename Function>
OSSL_DISPATCH Entry(int id, Function* function) {
  return {id, reinterpret_cast<void (*)()>(function)};
}

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_PROVIDER_H_
