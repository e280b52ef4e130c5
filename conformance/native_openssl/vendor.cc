#include "conformance/native_openssl/vendor.h"

#include <dlfcn.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <sched.h>

#include <cstdio>
#include <cstdlib>

#include "conformance/native_openssl/vendor_provider/switchboard.h"
#include "conformance/pki/pki.h"

namespace tandem::conformance {
namespace {

BioPointer TextBio(std::string_view text) {
  return BioPointer(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

void Demand(bool holds, const std::string& what) {
  if (holds) return;
  std::fprintf(stderr, "%s\n", what.c_str());
  ERR_print_errors_fp(stderr);
  std::abort();
}

}  // namespace

CertificatePointer ReadCertificate(std::string_view name) {
  return CertificatePointer(
      PEM_read_bio_X509(TextBio(PkiText(name)).get(), nullptr, nullptr, nullptr));
}

KeyPointer ReadKey(std::string_view name) {
  const BioPointer text = TextBio(PkiText(std::string(name) + ".key"));
  return KeyPointer(PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr));
}

Vendor::Vendor(const std::string& path) : library_(OSSL_LIB_CTX_new()) {
  const std::size_t slash = path.rfind('/');
  const std::size_t dot = path.rfind('.');
  Demand(slash != std::string::npos && dot > slash, "not a path of a shared object: " + path);
  const std::string name = path.substr(slash + 1, dot - slash - 1);
  OSSL_PROVIDER_set_default_search_path(library_, path.substr(0, slash).c_str());
  standard_ = OSSL_PROVIDER_load(library_, "default");
  vendor_ = OSSL_PROVIDER_load(library_, name.c_str());
  Demand(standard_ != nullptr && vendor_ != nullptr, "cannot load the provider " + path);
  object_ = dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD);
  Demand(object_ != nullptr, "the provider was loaded from elsewhere");
  hold_ = reinterpret_cast<decltype(&VendorDeviceHold)>(dlsym(object_, "VendorDeviceHold"));
  pending_ =
      reinterpret_cast<decltype(&VendorDevicePending)>(dlsym(object_, "VendorDevicePending"));
  Demand(hold_ != nullptr && pending_ != nullptr, "the provider has no switches");
}

Vendor::~Vendor() {
  Hold(false);
  AwaitIdle();
  dlclose(object_);
  OSSL_PROVIDER_unload(vendor_);
  OSSL_PROVIDER_unload(standard_);
  OSSL_LIB_CTX_free(library_);
}

void Vendor::AwaitIdle() const {
  while (pending() > 0) sched_yield();
}

KeyPointer Vendor::Import(std::string_view name, std::string_view mode) const {
  const KeyPointer ordinary = ReadKey(name);
  OSSL_PARAM* numbers = nullptr;
  if (EVP_PKEY_todata(ordinary.get(), EVP_PKEY_KEYPAIR, &numbers) != 1) return nullptr;
  const std::string properties = "provider=vendor,vendor.mode=" + std::string(mode);
  EVP_PKEY_CTX* const context = EVP_PKEY_CTX_new_from_name(
      library_, EVP_PKEY_get0_type_name(ordinary.get()), properties.c_str());
  EVP_PKEY* key = nullptr;
  if (context != nullptr && EVP_PKEY_fromdata_init(context) == 1) {
    EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, numbers);
  }
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(numbers);
  return KeyPointer(key);
}

}  // namespace tandem::conformance
