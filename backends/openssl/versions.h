// What depends on OpenSSL's version: the only file that asks for it.

#ifndef TANDEM_BACKENDS_OPENSSL_VERSIONS_H_
#define TANDEM_BACKENDS_OPENSSL_VERSIONS_H_

#include <openssl/opensslv.h>

#if OPENSSL_VERSION_NUMBER < 0x30000000L
#error "tandem needs OpenSSL 3.0 or later."
#endif

#endif  // TANDEM_BACKENDS_OPENSSL_VERSIONS_H_
