// What the parts of the vendor's provider share. It is written as a vendor would: it knows
// OpenSSL's provider interface and OpenSSL's ASYNC, and nothing of tandem.

#ifndef TANDEM_CONFORMANCE_NATIVE_OPENSSL_VENDOR_PROVIDER_VENDOR_H_
#define TANDEM_CONFORMANCE_NATIVE_OPENSSL_VENDOR_PROVIDER_VENDOR_H_

#include <openssl/core_dispatch.h>
#include <openssl/evp.h>

#include <cstdint>
#include <functional>

#include "conformance/native_openssl/vendor_provider/device.h"

namespace vendor {

/// How a key of the vendor's is waited for: the property `vendor.mode` with which it was imported.
enum class Mode : std::uint8_t {
  kFd,        ///< "fd": it pauses, and an fd tells.
  kCallback,  ///< "callback": it pauses, and the callback tells; by an fd if there is none.
  kBusy,      ///< "busy": has no room at first, then as "callback".
  kFailing,   ///< "failing": as "callback", and then it fails.
  kRefusing,  ///< "refusing": fails at once, with the status that says so.
  kAtOnce,    ///< "atonce": never pauses.
};

/// The provider's context.
struct Provider {
  /// Where the device does its work, by OpenSSL's own provider.
  OSSL_LIB_CTX* library = nullptr;
  Device device;
};

/// A key in the device.
struct Key {
  Provider* provider;
  Mode mode;
  const char* type;  // As OpenSSL calls it.
  EVP_PKEY* inner = nullptr;
  bool has_private = false;
};

/// Has the device do `work`, and pauses the job for as long as that takes.
bool Ask(const Key& key, std::function<bool()> work);

// What the provider offers, in the terms of core_dispatch.h.
const OSSL_ALGORITHM* KeyManagements();
const OSSL_ALGORITHM* Signatures();

/// Puts `function` into a table, under a number of core_dispatch.h.
template <typename Function>
OSSL_DISPATCH Entry(int id, Function* function) {
  return {id, reinterpret_cast<void (*)()>(function)};
}

}  // namespace vendor

#endif  // TANDEM_CONFORMANCE_NATIVE_OPENSSL_VENDOR_PROVIDER_VENDOR_H_
