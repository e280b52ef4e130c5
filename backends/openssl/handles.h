// Owners for OpenSSL's objects.

#ifndef TANDEM_BACKENDS_OPENSSL_HANDLES_H_
#define TANDEM_BACKENDS_OPENSSL_HANDLES_H_

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

#include "backends/openssl/versions.h"

namespace tandem::openssl {

/// Frees what a Handle owns.
struct Freer {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(PKCS8_PRIV_KEY_INFO* key) const { PKCS8_PRIV_KEY_INFO_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(STACK_OF(X509) * chain) const { sk_X509_pop_free(chain, X509_free); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
  void operator()(unsigned char* bytes) const { OPENSSL_free(bytes); }
};

using SessionHandle = std::unique_ptr<SSL, Freer>;
using ContextHandle = std::unique_ptr<SSL_CTX, Freer>;
using MethodHandle = std::unique_ptr<BIO_METHOD, Freer>;
using KeyHandle = std::unique_ptr<EVP_PKEY, Freer>;
using Pkcs8Handle = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freer>;
using CertificateHandle = std::unique_ptr<X509, Freer>;
using ChainHandle = std::unique_ptr<STACK_OF(X509), Freer>;
using NamesHandle = std::unique_ptr<GENERAL_NAMES, Freer>;
using BytesHandle = std::unique_ptr<unsigned char, Freer>;

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_HANDLES_H_
