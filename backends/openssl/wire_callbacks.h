// The library's I/O on a Wire.

#ifndef TANDEM_BACKENDS_OPENSSL_WIRE_CALLBACKS_H_
#define TANDEM_BACKENDS_OPENSSL_WIRE_CALLBACKS_H_

#include <openssl/ssl.h>

#include "tandem/wire.h"

namespace tandem::openssl {

/// Makes `ssl` pull from and push to `wire`, which must outlive it. False: out of memory.
bool AttachWire(SSL* ssl, Wire& wire);

}  // namespace tandem::openssl

#endif  // TANDEM_BACKENDS_OPENSSL_WIRE_CALLBACKS_H_
