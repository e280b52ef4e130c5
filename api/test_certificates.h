// Certificates for the tests of api, which has no library to make them with.

#ifndef TANDEM_TEST_CERTIFICATES_H_
#define TANDEM_TEST_CERTIFICATES_H_

namespace tandem {

// Self-signed, Ed25519, for one.test, from 2026-11-21 on for a hundred years.
inline constexpr char kOneTest[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBUjCCAQSgAwIBAgIUdUEwS/XpeS2PRouNGlncZV9CP4AwBQYDK2VwMBMxETAP\n"
    "BgNVBAMMCG9uZS50ZXN0MCAXDTI2MTEyMTA3MTg1MFoYDzIxMjYxMDI4MDcxODUw\n"
    "WjATMREwDwYDVQQDDAhvbmUudGVzdDAqMAUGAytlcAMhAGAd4Gynv9YKV2snwvto\n"
    "WClUZXLsOvX5ngcdW0kLtaa4o2gwZjAdBgNVHQ4EFgQUh+bgAbXsU5MM0VmW17Xd\n"
    "ntAoOxUwHwYDVR0jBBgwFoAUh+bgAbXsU5MM0VmW17XdntAoOxUwDwYDVR0TAQH/\n"
    "BAUwAwEB/zATBgNVHREEDDAKgghvbmUudGVzdDAFBgMrZXADQQCMBgEzYh/R2G0V\n"
    "A892vE6Z1x+YTQcNz2i9uVMmgZExVRqYKoAwWL3LqgVn/yxGXfzaP9q374n7sF1W\n"
    "z9vIgyAM\n"
    "-----END CERTIFICATE-----\n";

// Self-signed, P-256, for one.test and two.test, likewise.
inline constexpr char kTwoTest[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBnTCCAUKgAwIBAgIUarnDMXVPKchRIOoZkLXnEw78zD4wCgYIKoZIzj0EAwIw\n"
    "EzERMA8GA1UEAwwIdHdvLnRlc3QwIBcNMjYxMTIxMDcxODUwWhgPMjEyNjEwMjgw\n"
    "NzE4NTBaMBMxETAPBgNVBAMMCHR3by50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0D\n"
    "AQcDQgAEVRC5xOzU3SHHkAbWWMpMaB0gmp+j0nmhr/K10rjMCY/qK67MQs9DFD+4\n"
    "n2yE0+YK9Nn3AtAC3OR4Yd5EwBAa/KNyMHAwHQYDVR0OBBYEFGHesG4pNq9F9YQJ\n"
    "VJHBYapd84YjMB8GA1UdIwQYMBaAFGHesG4pNq9F9YQJVJHBYapd84YjMA8GA1Ud\n"
    "EwEB/wQFMAMBAf8wHQYDVR0RBBYwFIIIb25lLnRlc3SCCHR3by50ZXN0MAoGCCqG\n"
    "SM49BAMCA0kAMEYCIQD/TXPTuhyK5WTdeo0TuHTnBfKzFyrEhaZic1K4DoJZegIh\n"
    "ANB0q2DGkGh2SRXzabc6f7ensXbTMrP4kIDSK3HCJaDP\n"
    "-----END CERTIFICATE-----\n";

// A key by its label alone: the scripted backend does not look inside.
inline constexpr char kAnyKey[] = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";

}  // namespace tandem

#endif  // TANDEM_TEST_CERTIFICATES_H_
