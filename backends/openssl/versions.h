// What depends on OpenSSL's version: the only file that asks for it.

#ifndef TANDEM_BACKENDS_OPENSSL_VERSIONS_H_
#define TANDEM_BACKENDS_OPENSSL_VERSIONS_H_

#include <openssl/opensslv.h>
#include <openssl/ssl.h>
#include <sys/time.h>

#include <cstdint>
#include <optional>

#if OPENSSL_VERSION_NUMBER < 0x30000000L
#error "tandem needs OpenSSL 3.0 or later."
#endif

namespace tandem::openssl {

/// Runs the timers that are due; false if that failed. After SSL_handle_events(3).
inline bool RunTimers(SSL* ssl) {
#if OPENSSL_VERSION_NUMBER >= 0x30200000L
  return SSL_handle_events(ssl) == 1;
#else
  return DTLSv1_handle_timeout(ssl) >= 0;
#endif
}

/// Returns how long from now one is due; nothing if none runs. After SSL_get_event_timeout(3).
inline std::optional<timeval> TimeToTimers(SSL* ssl) {
  timeval left{};
#if OPENSSL_VERSION_NUMBER >= 0x30200000L
  int is_infinite = 0;
  if (SSL_get_event_timeout(ssl, &left, &is_infinite) != 1 || is_infinite != 0) return std::nullopt;
#else
  if (DTLSv1_get_timeout(ssl, &left) != 1) return std::nullopt;
#endif
  return left;
}

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
