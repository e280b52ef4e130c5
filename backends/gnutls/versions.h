// What depends on GnuTLS's version: the only file that asks for it.

#ifndef TANDEM_BACKENDS_GNUTLS_VERSIONS_H_
#define TANDEM_BACKENDS_GNUTLS_VERSIONS_H_

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>

#if GNUTLS_VERSION_NUMBER < 0x030700
#error "tandem needs GnuTLS 3.7 or later."
#endif

namespace tandem::gnutls {

/// Keeps a client from asking for an OCSP response; nothing where GnuTLS always asks (it then
/// ignores the answer).
#if GNUTLS_VERSION_NUMBER >= 0x030800
inline constexpr unsigned kNoStatusRequest = GNUTLS_NO_STATUS_REQUEST;
#else
inline constexpr unsigned kNoStatusRequest = 0;
#endif

/// Keeps an RSA-PSS signature from another salt than one as long as its digest. Older ones choose
/// that by themselves, but for keys that are too short for it.
#if GNUTLS_VERSION_NUMBER >= 0x030703
inline constexpr unsigned kFixedSaltLength = GNUTLS_PRIVKEY_FLAG_RSA_PSS_FIXED_SALT_LENGTH;
#else
inline constexpr unsigned kFixedSaltLength = 0;
#endif

}  // namespace tandem::gnutls

#endif  // TANDEM_BACKENDS_GNUTLS_VERSIONS_H_
