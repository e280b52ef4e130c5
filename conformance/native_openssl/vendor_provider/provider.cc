// The entry of the vendor's provider: what OSSL_PROVIDER_load(3) finds in the shared object.

#include <openssl/core.h>
#include <openssl/crypto.h>
#include <openssl/provider.h>

#include <new>

#include "conformance/native_openssl/vendor_provider/switchboard.h"
#include "conformance/native_openssl/vendor_provider/vendor.h"

namespace vendor {
namespace {

// There is one device in the machine, and so one in the library that drives it.
Provider* loaded = nullptr;

const OSSL_ALGORITHM* Query(void* /*provider*/, int operation, int* no_cache) {
  *no_cache = 0;
  if (operation == OSSL_OP_KEYMGMT) return KeyManagements();
  if (operation == OSSL_OP_SIGNATURE) return Signatures();
  return nullptr;
}

void Teardown(void* data) {
  Provider* const provider = static_cast<Provider*>(data);
  OSSL_LIB_CTX* const library = provider->library;
  if (loaded == provider) loaded = nullptr;
  delete provider;
  OSSL_LIB_CTX_free(library);
}

const OSSL_DISPATCH kFunctions[] = {
    Entry(OSSL_FUNC_PROVIDER_TEARDOWN, Teardown),
    Entry(OSSL_FUNC_PROVIDER_QUERY_OPERATION, Query),
    {0, nullptr},
};

}  // namespace
}  // namespace vendor

extern "C" {

void VendorDeviceHold(int hold) { vendor::loaded->device.Hold(hold != 0); }
int VendorDevicePending() { return vendor::loaded->device.pending(); }

int OSSL_provider_init(const OSSL_CORE_HANDLE* /*core*/, const OSSL_DISPATCH* /*from_core*/,
                       const OSSL_DISPATCH** functions, void** context) {
  vendor::Provider* const provider = new (std::nothrow) vendor::Provider;
  if (provider == nullptr) return 0;
  provider->library = OSSL_LIB_CTX_new();
  if (provider->library == nullptr) {
    delete provider;
    return 0;
  }
  vendor::loaded = provider;
  *functions = vendor::kFunctions;
  *context = provider;
  return 1;
}
}
