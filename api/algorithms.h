// Suites, groups and signature schemes by their IANA numbers: no library's dialect.

#ifndef TANDEM_ALGORITHMS_H_
#define TANDEM_ALGORITHMS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

/// What the level `compatible` speaks besides: CBC, and RSA key exchange without forward secrecy,
/// for peers of the years before 2014. Offered last.
inline constexpr std::array<CipherSuite, 8> kCompatibleCipherSuites = {
    0xC009,  // TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA
    0xC013,  // TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA
    0xC00A,  // TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA
    0xC014,  // TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA
    0x009C,  // TLS_RSA_WITH_AES_128_GCM_SHA256
    0x009D,  // TLS_RSA_WITH_AES_256_GCM_SHA384
    0x002F,  // TLS_RSA_WITH_AES_128_CBC_SHA
    0x0035,  // TLS_RSA_WITH_AES_256_CBC_SHA
};

/// The hybrid of x25519 and ML-KEM-768 (post-quantum), where a library has it.
inline constexpr Group kX25519MlKem768 = 0x11EC;

/// Returns IANA's name, such as "TLS_AES_128_GCM_SHA256", or "0x1234" for one without a name here.
std::string CipherSuiteName(CipherSuite suite);

/// Returns IANA's name, such as "x25519", or "0x1234" for one without a name here.
std::string GroupName(Group group);

/// Returns IANA's name, such as "rsa_pss_rsae_sha256", or "0x1234" for one without a name here.
std::string SignatureSchemeName(SignatureScheme scheme);

/// Return the number of IANA's name, in any case of letters, or of "0x1234"; nothing for neither.
std::optional<CipherSuite> CipherSuiteNamed(std::string_view name);
std::optional<Group> GroupNamed(std::string_view name);
std::optional<SignatureScheme> SignatureSchemeNamed(std::string_view name);

/// Says whether a suite is one of TLS 1.3, else of TLS 1.2.
constexpr bool IsTls13Suite(CipherSuite suite) { return suite >> 8 == 0x13; }

}  // namespace tandem

#endif  // TANDEM_ALGORITHMS_H_
