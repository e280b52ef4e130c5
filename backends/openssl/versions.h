// What depends on OpenSSL's version: the only file that asks for it.

#ifndef TANDEM_BACKENDS_OPENSSL_VERSIONS_H_
#define TANDEM_BACKENDS_OPENSSL_VERSIONS_H_

#include <openssl/opensslv.h>
#include <openssl/ssl.h>

#include <cstdint>

#if OPENSSL_VERSION_NUMBER < 0x30000000L
#error "tandem needs OpenSSL 3.0 or later."
#endif

namespace tandem::openssl {

/// Options that turn off compressed certificates (RFC 8879), which GnuTLS does not offer unasked;
/// nothing where OpenSSL does not know them.
#if OPENSSL_VERSION_NUMBER >= 0x30200000L
inline constexpr std::uint64_t kNoCertificateCompression =
    SSL_OP_NO_TX_CERTIFICATE_COMPRESSION | SSL_OP_NO_RX_CERTIFICATE_COMPRESSION;
#else
inline constexpr std::uint64_t kNoCertificateCompression = 0;
#endif

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_VERSIONS_H_
