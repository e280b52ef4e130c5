// The vendor's provider, loaded as a program loads it: by its path.

#ifndef TANDEM_CONFORMANCE_NATIVE_OPENSSL_VENDOR_H_
#define TANDEM_CONFORMANCE_NATIVE_OPENSSL_VENDOR_H_

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

namespace tandem::conformance {

template <auto kFree>
struct FreeBy {
  template <typename T>
  void operator()(T* pointer) const {
    kFree(pointer);
  }
};

using BioPointer = std::unique_ptr<BIO, FreeBy<BIO_free>>;
using KeyPointer = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using CertificatePointer = std::unique_ptr<X509, FreeBy<X509_free>>;
using SslContextPointer = std::unique_ptr<SSL_CTX, FreeBy<SSL_CTX_free>>;
using SslPointer = std::unique_ptr<SSL, FreeBy<SSL_free>>;

/// Reads a certificate or a key of make_pki.
CertificatePointer ReadCertificate(std::string_view name);
KeyPointer ReadKey(std::string_view name);

/// A library context of its own with OpenSSL's default provider and the vendor's.
class Vendor {
 public:
  /// Loads the shared object at `path`, which is named NAME.so. Ends the process if it cannot.
  explicit Vendor(const std::string& path);
  Vendor(const Vendor&) = delete;
  Vendor& operator=(const Vendor&) = delete;

  /// Unloads the provider when its device is idle.
  ~Vendor();

  /// Imports the key of a name in make_pki, to be waited for in `mode`; null if it cannot.
  KeyPointer Import(std::string_view name, std::string_view mode) const;

  OSSL_LIB_CTX* library() const { return library_; }

  /// Stops the device before its next request, or has it go on.
  void Hold(bool hold) const { hold_(hold ? 1 : 0); }

  /// Returns how many requests the device has and has not done.
  int pending() const { return pending_(); }

  /// Returns when the device has done all, and has come back from telling so.
  void AwaitIdle() const;

 private:
  OSSL_LIB_CTX* library_;
  OSSL_PROVIDER* standard_;
  OSSL_PROVIDER* vendor_;
  void* object_;
  void (*hold_)(int);
  int (*pending_)();
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_NATIVE_OPENSSL_VENDOR_H_
