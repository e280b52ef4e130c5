// The switches of the vendor's device, for tests: found with dlsym(3) in the loaded provider.

#ifndef TANDEM_CONFORMANCE_NATIVE_OPENSSL_VENDOR_PROVIDER_SWITCHBOARD_H_
#define TANDEM_CONFORMANCE_NATIVE_OPENSSL_VENDOR_PROVIDER_SWITCHBOARD_H_

extern "C" {

/// Stops the device before its next request, or has it go on.
void VendorDeviceHold(int hold);

/// Returns how many requests the device has and has not done.
int VendorDevicePending();
}

#endif  // TANDEM_CONFORMANCE_NATIVE_OPENSSL_VENDOR_PROVIDER_SWITCHBOARD_H_
