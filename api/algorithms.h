// Suites, groups and signature schemes by their IANA numbers: no library's dialect.

#ifndef TANDEM_ALGORITHMS_H_
#define TANDEM_ALGORITHMS_H_

#include <array>
#include <cstdint>
#include <string>

namespace tandem {

/// A cipher suite, IANA "TLS Cipher Suites".
using CipherSuite = std::uint16_t;

/// A key exchange group, IANA "TLS Supported Groups".
using Group = std::uint16_t;

/// A signature scheme, IANA "TLS SignatureScheme".
using SignatureScheme = std::uint16_t;

/// What is spoken by default: forward secrecy and authenticated encryption only, the cheaper hash
/// first. Every browser and every current library has one of these.
inline constexpr std::array<CipherSuite, 9> kDefaultCipherSuites = {
    0x1301,  // TLS_AES_128_GCM_SHA256
    0x1302,  // TLS_AES_256_GCM_SHA384
    0x1303,  // TLS_CHACHA20_POLY1305_SHA256
    0xC02B,  // TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
    0xC02F,  // TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    0xC02C,  // TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
    0xC030,  // TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
    0xCCA9,  // TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
    0xCCA8,  // TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
};

inline constexpr std::array<Group, 4> kDefaultGroups = {
    0x001D,  // x25519
    0x0017,  // secp256r1
    0x0018,  // secp384r1
    0x0019,  // secp521r1
};

inline constexpr std::array<SignatureScheme, 11> kDefaultSignatureSchemes = {
    0x0403,  // ecdsa_secp256r1_sha256
    0x0804,  // rsa_pss_rsae_sha256
    0x0807,  // ed25519
    0x0503,  // ecdsa_secp384r1_sha384
    0x0603,  // ecdsa_secp521r1_sha512
    0x0805,  // rsa_pss_rsae_sha384
    0x0806,  // rsa_pss_rsae_sha512
    0x0809,  // rsa_pss_pss_sha256
    0x0401,  // rsa_pkcs1_sha256
    0x0501,  // rsa_pkcs1_sha384
    0x0601,  // rsa_pkcs1_sha512
};

/// Returns IANA's name, such as "TLS_AES_128_GCM_SHA256", or "0x1234" for one without a name here.
std::string CipherSuiteName(CipherSuite suite);

/// Returns IANA's name, such as "x25519", or "0x1234" for one without a name here.
std::string GroupName(Group group);

}  // namespace tandem

#endif  // TANDEM_ALGORITHMS_H_
