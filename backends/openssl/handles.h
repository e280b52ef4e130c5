// Owners for OpenSSL's objects.

#ifndef TANDEM_BACKENDS_OPENSSL_HANDLES_H_
#define TANDEM_BACKENDS_OPENSSL_HANDLES_H_

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "backends/openssl/versions.h"

namespace tandem::openssl {

/// Frees what a Handle owns.
struct Freer {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(BIO_ADDR* address) const { BIO_ADDR_free(address); }
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(PKCS8_PRIV_KEY_INFO* key) const { PKCS8_PRIV_KEY_INFO_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(STACK_OF(X509) * chain) const { sk_X509_pop_free(chain, X509_free); }
  void operator()(X509_NAME* name) const { X509_NAME_free(name); }
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
  void operator()(X509_STORE_CTX* check) const { X509_STORE_CTX_free(check); }
  void operator()(X509_CRL* list) const { X509_CRL_free(list); }
  void operator()(X509_SIG* encrypted) const { X509_SIG_free(encrypted); }
  void operator()(RSA_PSS_PARAMS* parameters) const { RSA_PSS_PARAMS_free(parameters); }
  void operator()(PBE2PARAM* parameters) const { PBE2PARAM_free(parameters); }
  void operator()(PBEPARAM* parameters) const { PBEPARAM_free(parameters); }
  void operator()(PBKDF2PARAM* parameters) const { PBKDF2PARAM_free(parameters); }
  void operator()(SCRYPT_PARAMS* parameters) const { SCRYPT_PARAMS_free(parameters); }
  void operator()(PKCS12* file) const { PKCS12_free(file); }
  void operator()(STACK_OF(PKCS7) * parts) const { sk_PKCS7_pop_free(parts, PKCS7_free); }
  void operator()(STACK_OF(PKCS12_SAFEBAG) * bags) const {
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
  }
  void operator()(SSL_CONF_CTX* commands) const { SSL_CONF_CTX_free(commands); }
  void operator()(OSSL_LIB_CTX* library) const { OSSL_LIB_CTX_free(library); }
  void operator()(OSSL_PROVIDER* provider) const { OSSL_PROVIDER_unload(provider); }
  void operator()(char* text) const { OPENSSL_free(text); }
  void operator()(unsigned char* bytes) const { OPENSSL_free(bytes); }
};

using SessionHandle = std::unique_ptr<SSL, Freer>;
using ContextHandle = std::unique_ptr<SSL_CTX, Freer>;
using AddressHandle = std::unique_ptr<BIO_ADDR, Freer>;
using MethodHandle = std::unique_ptr<BIO_METHOD, Freer>;
using KeyHandle = std::unique_ptr<EVP_PKEY, Freer>;
using KeyContextHandle = std::unique_ptr<EVP_PKEY_CTX, Freer>;
using DigestContextHandle = std::unique_ptr<EVP_MD_CTX, Freer>;
using NumberHandle = std::unique_ptr<BIGNUM, Freer>;
using Pkcs8Handle = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freer>;
using CertificateHandle = std::unique_ptr<X509, Freer>;
using ChainHandle = std::unique_ptr<STACK_OF(X509), Freer>;
using NameHandle = std::unique_ptr<X509_NAME, Freer>;
using StoreHandle = std::unique_ptr<X509_STORE, Freer>;
using CheckHandle = std::unique_ptr<X509_STORE_CTX, Freer>;
using ListHandle = std::unique_ptr<X509_CRL, Freer>;
using EncryptedHandle = std::unique_ptr<X509_SIG, Freer>;
using PssHandle = std::unique_ptr<RSA_PSS_PARAMS, Freer>;
using Pkcs12Handle = std::unique_ptr<PKCS12, Freer>;
using PartsHandle = std::unique_ptr<STACK_OF(PKCS7), Freer>;
using BagsHandle = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), Freer>;
using CommandsHandle = std::unique_ptr<SSL_CONF_CTX, Freer>;
using LibraryHandle = std::unique_ptr<OSSL_LIB_CTX, Freer>;
using ProviderHandle = std::unique_ptr<OSSL_PROVIDER, Freer>;
using TextHandle = std::unique_ptr<char, Freer>;
using BytesHandle = std::unique_ptr<unsigned char, Freer>;

/// Reads one object with a d2i_...() function of OpenSSL's; null if it does not parse or if bytes
/// are left over.
template <typename Handle, typename Read>
Handle ReadDer(std::span<const std::byte> der, Read read) {
  const auto* next = reinterpret_cast<const unsigned char*>(der.data());
  const auto* end = next + der.size();
  Handle object(read(nullptr, &next, static_cast<long>(der.size())));
  return next == end ? std::move(object) : nullptr;
}

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_HANDLES_H_
